#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/kafka/broker_error.hpp"
#include "stimmbuch/adapters/kafka/settings.hpp"
#include "stimmbuch/domain/position.hpp"

namespace stimmbuch::kafka {

// A committed record of a topic of events.
struct PublishedRecord {
  Position position;
  std::int64_t offset;
  std::string key;
  std::string bytes;
};

// A topic of events as what it is: records by their dense positions. Where a position lies is found by
// search, so nobody has to remember offsets: what somebody has of the log says where to go on. Used by one
// thread. Everything here throws BrokerError; each call takes about 10 seconds at most when no broker
// answers.
class EventTopic {
 public:
  // `goes_on` is asked some times a second while a broker is waited for; false gives up.
  EventTopic(
      const Settings& settings, std::string topic, std::function<bool()> goes_on = [] { return true; });
  ~EventTopic();

  // The last record that is committed; nothing where none is.
  std::optional<PublishedRecord> last();

  // The committed record of a position; nothing where there is none.
  std::optional<PublishedRecord> at(Position position);

  // The offset at which the record of a position lies, or the first one behind where it is missing.
  std::int64_t offset_of(Position position);

  // Reads on from a position (offset_of it), in the order of the topic.
  void start(Position position);
  // The next record; nothing once all that is committed at the time was read.
  std::optional<PublishedRecord> next();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace stimmbuch::kafka
