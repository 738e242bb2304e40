#include "stimmbuch/adapters/kafka/replayer.hpp"

#include <chrono>
#include <utility>

#include "ledger_producer.hpp"
#include "stimmbuch/adapters/kafka/event_topic.hpp"
#include "stimmbuch/adapters/kafka/topics.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::kafka {

namespace {

constexpr std::size_t records_max = 20'000;
constexpr std::chrono::seconds patience{30};

}  // namespace

struct Replayer::Parts {
  Parts(const Settings& settings, const LedgerId& ledger, const std::string& topic)
      : producer(settings, ledger, topic) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    producer.init([&] { return std::chrono::steady_clock::now() < deadline; });
    const auto last = EventTopic(settings, topic).last();
    progress = last ? last->position : before_first;
  }

  void commit() {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    if (records == 0) return;
    if (!producer.commit([&] { return std::chrono::steady_clock::now() < deadline; }))
      throw BrokerError(BrokerError::Kind::failed,
                        "a transaction was aborted; begin the replay again, it goes on");
    records = 0;
  }

  LedgerProducer producer;
  Position progress{};
  std::size_t records = 0;  // in the transaction
};

Replayer::Replayer(const Settings& settings, const LedgerId& ledger, std::string topic) {
  require_events_topic(settings, topic);
  parts_ = std::make_unique<Parts>(settings, ledger, topic);
}

Replayer::~Replayer() = default;

Position Replayer::progress() const {
  return parts_->progress;
}

void Replayer::add(Position position, std::string_view record) {
  const auto envelope = codec::read_envelope(record);
  if (!envelope) {
    throw BrokerError(BrokerError::Kind::failed, "record " + std::to_string(number(position)) +
                                                     " cannot be read: " + envelope.error().what);
  }
  if (parts_->records == 0) parts_->producer.begin();
  const auto time = std::chrono::floor<std::chrono::milliseconds>(envelope->time);
  parts_->producer.add_record(position, envelope->subject, record, time.time_since_epoch().count());
  parts_->progress = position;
  if (++parts_->records >= records_max && !envelope->more) parts_->commit();
}

void Replayer::finish() {
  parts_->commit();
}

}  // namespace stimmbuch::kafka
