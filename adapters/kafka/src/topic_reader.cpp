#include "topic_reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace stimmbuch::kafka {

namespace {

using std::chrono::steady_clock;

constexpr std::int32_t partition = 0;
constexpr auto partition_name = "0";

// How much is fetched ahead stays as librdkafka has it, 64 MiB at most: once that is full nothing is fetched
// for up to a second, so less would hold up who catches up.
constexpr auto properties = std::to_array<Property>({
    {"isolation.level", "read_committed"},
    {"enable.partition.eof", "true"},
    {"auto.offset.reset", "error"},  // never a silent jump over records
    {"check.crcs", "true"},
    {"fetch.wait.max.ms", "50"},
    {"socket.timeout.ms", "6000"},  // a broker that hangs is found out about in this time
    {"statistics.interval.ms", "1000"},
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
    : client_(RD_KAFKA_CONSUMER, settings, properties, RD_KAFKA_EVENT_STATS),
      queue_(rd_kafka_queue_new(client_.get())),
      main_queue_(rd_kafka_queue_get_main(client_.get())) {}

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
  reading.end_told = false;
  reading.end_at_start.reset();
  passed_end_.reset();
  reading.heard_at = steady_clock::now();
}

void TopicReader::stop(const std::string& topic) {
  const auto reading = topics_.find(topic);
  if (reading == topics_.end() || !std::exchange(reading->second.started, false)) return;
  rd_kafka_consume_stop(reading->second.handle.get(), partition);
}

TopicReader::Step TopicReader::next(std::chrono::milliseconds timeout) {
  if (passed_end_) return *std::exchange(passed_end_, std::nullopt);
  Owned<rd_kafka_message_t> message(rd_kafka_consume_queue(queue_.get(), in_ms(timeout)));
  if (!message) {
    take_statistics();
    return {};
  }
  const bool is_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !is_end) {
    const std::string topic = message->rkt == nullptr ? "" : rd_kafka_topic_name(message->rkt);
    throw broker_error(message->err, "reading " + topic, rd_kafka_message_errstr(message.get()));
  }
  const auto topic = topics_.find(std::string_view(rd_kafka_topic_name(message->rkt)));
  topic->second.heard_at = steady_clock::now();
  if (is_end) {
    topic->second.end_told = true;
    return {.what = Step::What::end, .message = {}, .topic = topic->first, .offset = message->offset};
  }
  look_for_end(topic->first, topic->second, message->offset);
  return {.what = Step::What::message, .message = Message(std::move(message)), .topic = topic->first};
}

// The client tells an end when a broker has had nothing new for a while. Where somebody adds without a pause
// that may take for ever, so whatever lies beyond what was there at the start says that the start's end was
// passed.
void TopicReader::look_for_end(const std::string& topic, Reading& reading, std::int64_t offset) {
  if (reading.end_told) return;
  if (!reading.end_at_start) {
    std::int64_t first = 0;
    std::int64_t end = 0;
    // As the answer said that brought this message.
    if (rd_kafka_get_watermark_offsets(client_.get(), topic.c_str(), partition, &first, &end) !=
            RD_KAFKA_RESP_ERR_NO_ERROR ||
        end < 0) {
      return;
    }
    reading.end_at_start = end;
  }
  if (offset < *reading.end_at_start) return;
  reading.end_told = true;
  passed_end_ = Step{.what = Step::What::end, .message = {}, .topic = topic, .offset = offset + 1};
}

// Statistics have, of each broker, the microseconds since it last sent anything (rxidle, -1 for never).
void TopicReader::take_statistics() {
  while (const Owned<rd_kafka_event_t> event{rd_kafka_queue_poll(main_queue_.get(), 0)}) {
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_STATS) continue;
    const auto now = steady_clock::now();
    const auto all = nlohmann::json::parse(rd_kafka_event_stats(event.get()));
    for (auto& [topic, reading] : topics_) {
      const auto of_topic = all["topics"].find(topic);
      if (of_topic == all["topics"].end()) continue;
      const auto of_partition = (*of_topic)["partitions"].find(partition_name);
      if (of_partition == (*of_topic)["partitions"].end()) continue;
      for (const auto& broker : all["brokers"]) {
        if (broker["nodeid"] != (*of_partition)["leader"] || broker["rxidle"] < 0) continue;
        const std::chrono::microseconds silence{broker["rxidle"].get<std::int64_t>()};
        reading.heard_at = std::max(reading.heard_at, now - silence);
      }
    }
  }
}

steady_clock::time_point TopicReader::heard_at(const std::string& topic) const {
  return topics_.at(topic).heard_at;
}

}  // namespace stimmbuch::kafka
