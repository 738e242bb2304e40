#include "ledger_producer.hpp"

#include <array>
#include <vector>

#include "record_message.hpp"

namespace stimmbuch::kafka {

namespace {

using Kind = BrokerError::Kind;

// Between looks at whether to go on.
constexpr int wait_ms = 500;

// A leader that dies holds its followers up until its transaction has timed out, or its successor begins. A
// message that is not delivered in its time makes the transaction one to be aborted, and its records are sent
// again from the ledger.
constexpr std::string_view transaction_timeout_ms = "15000";
constexpr std::string_view message_timeout_ms = "10000";

std::string transactional_id(const LedgerId& ledger) {
  return std::string("stimmbuch.").append(ledger.text());
}

// How librdkafka's producer is set up besides its transactional id. The queue takes the largest transaction.
std::vector<Property> properties(std::string_view id) {
  return {{"transactional.id", id},
          {"transaction.timeout.ms", transaction_timeout_ms},
          {"message.timeout.ms", message_timeout_ms},
          {"acks", "all"},
          {"queue.buffering.max.messages", "200000"},
          {"queue.buffering.max.kbytes", "131072"}};
}

// Of what may be set, librdkafka's own are as good as any that were measured, but for compression. A topic is
// kept for ever, so its size counts: of the 540 bytes of a ballot with its key and headers zstd leaves 81,
// and lz4, which saves a microsecond for each, 124. Batches are full at a megabyte; with smaller ones
// publishing took up to twice the time. A commit does not wait for linger.ms.
Settings with_defaults(Settings settings) {
  settings.properties.try_emplace("compression.type", "zstd");
  return settings;
}

void* pointer(std::string_view bytes) {
  return const_cast<char*>(bytes.data());
}

rd_kafka_vu_t of_type(rd_kafka_vtype_t type) {
  rd_kafka_vu_t part{};
  part.vtype = type;
  return part;
}
rd_kafka_vu_t topic_part(rd_kafka_topic_t* topic) {
  auto part = of_type(RD_KAFKA_VTYPE_RKT);
  part.u.rkt = topic;
  return part;
}
rd_kafka_vu_t partition_part() {
  return of_type(RD_KAFKA_VTYPE_PARTITION);  // 0
}
rd_kafka_vu_t copy_part() {
  auto part = of_type(RD_KAFKA_VTYPE_MSGFLAGS);
  part.u.i = RD_KAFKA_MSG_F_COPY;
  return part;
}
rd_kafka_vu_t bytes_part(rd_kafka_vtype_t type, std::string_view bytes) {
  auto part = of_type(type);
  part.u.mem.ptr = pointer(bytes);
  part.u.mem.size = bytes.size();
  return part;
}
rd_kafka_vu_t header_part(const char* name, std::string_view value) {
  auto part = of_type(RD_KAFKA_VTYPE_HEADER);
  part.u.header.name = name;
  part.u.header.val = value.data();
  part.u.header.size = static_cast<ssize_t>(value.size());
  return part;
}
rd_kafka_vu_t timestamp_part(std::int64_t ms) {
  auto part = of_type(RD_KAFKA_VTYPE_TIMESTAMP);
  part.u.i64 = ms;
  return part;
}

BrokerError broker_error(const rd_kafka_error_t* error, std::string_view what) {
  const auto code = rd_kafka_error_code(error);
  auto made = kafka::broker_error(code, what, rd_kafka_error_string(error));
  // A fatal error hides the one that caused it behind a code of its own.
  if (rd_kafka_error_is_fatal(error) != 0 && made.kind() == Kind::unreachable)
    return {Kind::failed, made.what()};
  return made;
}

// Of a call that might yet succeed, for which nobody waits any more.
BrokerError given_up(const rd_kafka_error_t* error, std::string_view what) {
  return {Kind::unreachable, broker_error(error, what).what()};
}

}  // namespace

LedgerProducer::LedgerProducer(const Settings& settings, const Topics& topics, const std::string& id)
    : client_(RD_KAFKA_PRODUCER, with_defaults(settings), properties(id)),
      events_(rd_kafka_topic_new(client_.get(), topics.events.c_str(), nullptr)),
      vault_(rd_kafka_topic_new(client_.get(), topics.vault.c_str(), nullptr)),
      checkpoints_(rd_kafka_topic_new(client_.get(), topics.checkpoints.c_str(), nullptr)) {}

LedgerProducer::LedgerProducer(const Settings& settings, const LedgerId& ledger)
    : LedgerProducer(settings, topics_of(ledger), transactional_id(ledger)) {}

LedgerProducer::LedgerProducer(const Settings& settings, const LedgerId& ledger, const std::string& events)
    : LedgerProducer(
          settings,
          {.events = events, .checkpoints = topics_of(ledger).checkpoints, .vault = topics_of(ledger).vault},
          transactional_id(ledger) + "." + events) {}

void LedgerProducer::init(const GoOn& go_on) {
  while (true) {
    const Owned<rd_kafka_error_t> error(rd_kafka_init_transactions(client_.get(), wait_ms));
    if (!error) return;
    constexpr auto what = "beginning to publish";
    if (rd_kafka_error_is_retriable(error.get()) == 0) throw broker_error(error.get(), what);
    if (!go_on()) throw given_up(error.get(), what);
  }
}

void LedgerProducer::begin() {
  const Owned<rd_kafka_error_t> error(rd_kafka_begin_transaction(client_.get()));
  if (error) throw broker_error(error.get(), "beginning a transaction");
}

void LedgerProducer::send(std::span<rd_kafka_vu_t> parts) {
  const Owned<rd_kafka_error_t> error(rd_kafka_produceva(client_.get(), parts.data(), parts.size()));
  // What is wrong with the transaction comes out when it is committed.
  if (error && rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
    throw BrokerError(Kind::failed, "a transaction exceeds the client's queue");
  rd_kafka_poll(client_.get(), 0);  // frees what is delivered
}

void LedgerProducer::add_record(Position position, std::string_view subject, std::string_view record,
                                std::int64_t timestamp_ms) {
  const std::string at = std::to_string(number(position));
  auto parts = std::to_array(
      {topic_part(events_.get()), partition_part(), copy_part(), bytes_part(RD_KAFKA_VTYPE_KEY, subject),
       bytes_part(RD_KAFKA_VTYPE_VALUE, record), timestamp_part(timestamp_ms),
       header_part(content_type_header, content_type), header_part(position_header, at)});
  send(parts);
}

void LedgerProducer::add_row(std::string_view key, std::optional<std::string_view> value) {
  auto parts = std::to_array({topic_part(vault_.get()), partition_part(), copy_part(),
                              bytes_part(RD_KAFKA_VTYPE_KEY, key),
                              bytes_part(RD_KAFKA_VTYPE_VALUE, value.value_or(std::string_view{}))});
  send(parts);
}

void LedgerProducer::add_checkpoint(Position last, std::string_view note) {
  const std::string at = std::to_string(number(last));
  auto parts = std::to_array(
      {topic_part(checkpoints_.get()), partition_part(), copy_part(), bytes_part(RD_KAFKA_VTYPE_VALUE, note),
       header_part(content_type_header, checkpoint_type), header_part(position_header, at)});
  send(parts);
}

bool LedgerProducer::commit(const GoOn& go_on) {
  while (true) {
    const Owned<rd_kafka_error_t> error(rd_kafka_commit_transaction(client_.get(), wait_ms));
    if (!error) return true;
    constexpr auto what = "committing a transaction";
    if (rd_kafka_error_is_fatal(error.get()) != 0) throw broker_error(error.get(), what);
    if (rd_kafka_error_txn_requires_abort(error.get()) != 0) {
      abort(go_on);
      return false;
    }
    // The outcome is unknown: the same commit again.
    if (rd_kafka_error_is_retriable(error.get()) == 0) throw broker_error(error.get(), what);
    if (!go_on()) throw given_up(error.get(), what);
  }
}

void LedgerProducer::abort(const GoOn& go_on) {
  while (true) {
    const Owned<rd_kafka_error_t> error(rd_kafka_abort_transaction(client_.get(), wait_ms));
    if (!error) return;
    constexpr auto what = "aborting a transaction";
    if (rd_kafka_error_is_fatal(error.get()) != 0 || rd_kafka_error_is_retriable(error.get()) == 0)
      throw broker_error(error.get(), what);
    if (!go_on()) throw given_up(error.get(), what);
  }
}

}  // namespace stimmbuch::kafka
