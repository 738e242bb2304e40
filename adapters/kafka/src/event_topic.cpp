#include "stimmbuch/adapters/kafka/event_topic.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "record_message.hpp"
#include "topic_reader.hpp"

namespace stimmbuch::kafka {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// How many offsets before the end the last record is looked for at first. Control records lie between.
constexpr std::int64_t first_look_back = 16;

constexpr auto patience = 10s;
constexpr auto between_questions = 250ms;

PublishedRecord published(const Message& message) {
  return {position_of(message), message.offset(), std::string(message.key()), std::string(message.value())};
}

}  // namespace

struct EventTopic::Parts {
  Parts(const Settings& settings, std::string name, std::function<bool()> asked_while_waiting)
      : reader(settings), topic(std::move(name)), goes_on(std::move(asked_while_waiting)) {}

  // The next message; nothing at the end of what is committed.
  std::optional<Message> read() {
    const auto deadline = steady_clock::now() + patience;
    do {
      auto step = reader.next(between_questions);
      switch (step.what) {
        case TopicReader::Step::What::message:
          return std::move(step.message);
        case TopicReader::Step::What::end:
          end = step.offset;
          return std::nullopt;
        case TopicReader::Step::What::nothing:
          break;
      }
    } while (goes_on() && steady_clock::now() < deadline);
    throw BrokerError(BrokerError::Kind::unreachable, "reading " + topic + ": no broker answers");
  }

  // The first message from an offset on.
  std::optional<Message> read_from(std::int64_t offset) {
    reader.start(topic, offset);
    return read();
  }

  TopicReader reader;
  const std::string topic;
  const std::function<bool()> goes_on;
  std::int64_t end = 0;  // of what is committed, as it was reached last
};

EventTopic::EventTopic(const Settings& settings, std::string topic, std::function<bool()> goes_on)
    : parts_(std::make_unique<Parts>(settings, std::move(topic), std::move(goes_on))) {}

EventTopic::~EventTopic() = default;

std::optional<PublishedRecord> EventTopic::last() {
  for (auto look_back = first_look_back;; look_back *= 16) {
    std::optional<Message> last;
    for (auto message = parts_->read_from(TopicReader::before_the_end(look_back)); message;
         message = parts_->read()) {
      last = std::move(message);
    }
    if (!last && look_back < parts_->end) continue;
    parts_->reader.stop(parts_->topic);
    if (!last) return std::nullopt;
    return published(*last);
  }
}

std::int64_t EventTopic::offset_of(Position position) {
  auto last = parts_->read_from(TopicReader::before_the_end(1));
  while (last) last = parts_->read();
  std::int64_t low = 0;
  auto high = parts_->end;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    const auto message = parts_->read_from(middle);
    if (!message || position_of(*message) >= position) {
      high = middle;
    } else {
      low = message->offset() + 1;
    }
  }
  return low;
}

std::optional<PublishedRecord> EventTopic::at(Position position) {
  const auto message = parts_->read_from(offset_of(position));
  parts_->reader.stop(parts_->topic);
  if (!message || position_of(*message) != position) return std::nullopt;
  return published(*message);
}

void EventTopic::start(Position position) {
  parts_->reader.start(parts_->topic, offset_of(position));
}

std::optional<PublishedRecord> EventTopic::next() {
  const auto message = parts_->read();
  if (!message) return std::nullopt;
  return published(*message);
}

}  // namespace stimmbuch::kafka
