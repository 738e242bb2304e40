#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "stimmbuch/domain/domain.hpp"

namespace stimmbuch::program {

// What a log promises to destroy, and by when: people who asked for it, texts, and the secrets of polls that
// are over. One thread.
class Deadlines {
 public:
  // Told where the promise was made, and what is wrong.
  using Found = std::function<void(Position position, std::string detail)>;

  // The next record that is of no ballot. `unfounded` is told of what was destroyed though nobody asked.
  void take(const StreamId& stream, const Event& event, const Recorded& recorded, const Found& unfounded);

  // At the end of a log whose last time is this.
  void find_overdue_erasures(Time now, const Found& found) const;
  void find_overdue_secrets(Time now, const std::function<const poll::State&(const PollId&)>& state_of,
                            const Found& found) const;

  std::uint64_t erasures() const { return erasures_; }
  std::uint64_t ended_polls() const { return ends_.size(); }

 private:
  struct Request {
    Position position;
    Time time;
  };

  struct Take;
  void asked(std::string what, const Recorded& recorded);
  void done(const std::string& what, const Recorded& recorded, const Found& unfounded);

  std::map<std::string, Request> requests_;  // not completed, by what is to be destroyed
  std::map<PollId, Position> ends_;
  std::uint64_t erasures_ = 0;
};

}  // namespace stimmbuch::program
