#include "topic_reader.hpp"

#include <array>
#include <utility>

namespace stimmbuch::kafka {

namespace {

constexpr std::int32_t partition = 0;

// How much is fetched ahead stays as librdkafka has it, 64 MiB at most: once that is full nothing is fetched
// for up to a second, so less would hold up who catches up.
constexpr auto properties = std::to_array<Property>({
    {"isolation.level", "read_committed"},
    {"enable.partition.eof", "true"},
    {"auto.offset.reset", "error"},  // never a silent jump over records
    {"check.crcs", "true"},
    {"fetch.wait.max.ms", "50"},
    {"socket.timeout.ms", "6000"},  // a broker that hangs is found out about in this time
});

int in_ms(std::chrono::milliseconds time) {
  return static_cast<int>(time.count());
}

}  // namespace

std::optional<std::string_view> Message::header(const char* name) const {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(message_.get(), &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  return std::string_view(static_cast<const char*>(value), size);
}

TopicReader::TopicReader(const Settings& settings)
    : client_(RD_KAFKA_CONSUMER, settings, properties), queue_(rd_kafka_queue_new(client_.get())) {}

TopicReader::~TopicReader() {
  for (const auto& [topic, reading] : topics_)
    if (reading.started) rd_kafka_consume_stop(reading.handle.get(), partition);
}

void TopicReader::start(const std::string& topic, std::int64_t offset) {
  Reading& reading = topics_[topic];
  if (!reading.handle) reading.handle.reset(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr));
  if (reading.started) rd_kafka_consume_stop(reading.handle.get(), partition);
  reading.started = rd_kafka_consume_start_queue(reading.handle.get(), partition, offset, queue_.get()) == 0;
  if (!reading.started) throw broker_error(rd_kafka_last_error(), "reading " + topic);
}

void TopicReader::stop(const std::string& topic) {
  const auto reading = topics_.find(topic);
  if (reading == topics_.end() || !std::exchange(reading->second.started, false)) return;
  rd_kafka_consume_stop(reading->second.handle.get(), partition);
}

TopicReader::Step TopicReader::next(std::chrono::milliseconds timeout) {
  Owned<rd_kafka_message_t> message(rd_kafka_consume_queue(queue_.get(), in_ms(timeout)));
  if (!message) return {};
  switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return {.what = Step::What::message, .message = Message(std::move(message)), .topic = {}};
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: {
      const auto topic = topics_.find(std::string_view(rd_kafka_topic_name(message->rkt)));
      return {.what = Step::What::end, .message = {}, .topic = topic->first, .offset = message->offset};
    }
    default: {
      const std::string topic = message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt);
      throw broker_error(message->err, "reading " + topic, rd_kafka_message_errstr(message.get()));
    }
  }
}

}  // namespace stimmbuch::kafka
