#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "client.hpp"
#include "stimmbuch/domain/position.hpp"

namespace stimmbuch::kafka {

// The one producer of an id: whoever initialises it last has fenced all others of it. Used by one
// thread. Where a call waits for a broker it asks `go_on` about twice a second, and throws BrokerError
// (unreachable) when that says no; whatever then was in a transaction may be committed or not.
class LedgerProducer {
 public:
  using GoOn = std::function<bool()>;

  // Of a ledger's own topics.
  LedgerProducer(const Settings& settings, const LedgerId& ledger);
  // Of another topic of events.
  LedgerProducer(const Settings& settings, const LedgerId& ledger, const std::string& events);

  // Ends what earlier producers have begun and fences them. Throws BrokerError.
  void init(const GoOn& go_on);

  void begin();
  void add_record(Position position, std::string_view subject, std::string_view record,
                  std::int64_t timestamp_ms);
  // A row of the vault; without a value, its destruction.
  void add_row(std::string_view key, std::optional<std::string_view> value);

  // A signed checkpoint that covers the records up to this one.
  void add_checkpoint(Position last, std::string_view note);

  // True: everything added since `begin` is committed; false: nothing of it is, and never will be. Throws
  // BrokerError: fenced where another producer has begun, failed where this one is of no more use.
  bool commit(const GoOn& go_on);

 private:
  void send(std::span<rd_kafka_vu_t> parts);
  void abort(const GoOn& go_on);

  LedgerProducer(const Settings& settings, const Topics& topics, const std::string& id);

  Client client_;
  Owned<rd_kafka_topic_t> events_;
  Owned<rd_kafka_topic_t> vault_;
  Owned<rd_kafka_topic_t> checkpoints_;
};

}  // namespace stimmbuch::kafka
