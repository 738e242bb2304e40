#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/kafka/broker_error.hpp"
#include "stimmbuch/adapters/kafka/settings.hpp"
#include "stimmbuch/domain/position.hpp"

namespace stimmbuch::kafka {

// Publishes a range of a ledger again, into a topic of its own for a consumer who wants to begin anew. What
// the topic has last is the progress, so a replay that was cut off goes on. Used by one thread; everything
// here throws BrokerError.
class Replayer {
 public:
  // Makes the topic if it is not there, as a topic of events is made.
  Replayer(const Settings& settings, const LedgerId& ledger, std::string topic);
  ~Replayer();

  // The last position that the topic has; before_first for none.
  Position progress() const;

  // Adds the record behind the last one; commits now and then, behind a whole command.
  void add(Position position, std::string_view record);
  // Commits what was added.
  void finish();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace stimmbuch::kafka
