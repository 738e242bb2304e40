#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Breadth-first search through all states of a model, which has
//   State initial(), State apply(State, Action), void actions(State, std::vector<Action>&),
//   Broken broken(State), a set of invariants, which a State has as `broken` too, for those that its last
//   step broke, void canonical(State, std::string&), State unpack(std::string_view), bool recovered(State),
//   std::optional<Action> towards_recovery(State), std::string describe(State[, Action]).
namespace stimmbuch::state_space {

using Index = std::uint32_t;
inline constexpr Index none = ~Index{};

// States as canonical bytes, in the order in which they were found, each with the one that it was found from.
class Found {
 public:
  Found() : slots_(1U << 16U) {}

  Index size() const { return static_cast<Index>(parents_.size()); }
  Index parent(Index i) const { return parents_[i]; }
  std::string_view at(Index i) const {
    return std::string_view(bytes_).substr(ends_[i], ends_[i + 1U] - ends_[i]);
  }

  Index find(std::string_view state) const { return slots_[slot(state, hash(state))].index; }

  // Whether the state is new.
  bool insert(std::string_view state, Index parent) {
    if (2 * std::size_t{size()} >= slots_.size()) grow();
    const auto state_hash = hash(state);
    auto& slot_of_state = slots_[slot(state, state_hash)];
    if (slot_of_state.index != none) return false;
    slot_of_state = {state_hash, size()};
    parents_.push_back(parent);
    bytes_.append(state);
    ends_.push_back(bytes_.size());
    return true;
  }

 private:
  // The hash saves most looks at the bytes, which lie elsewhere.
  struct Slot {
    std::uint32_t hash = 0;
    Index index = none;
  };

  static std::uint32_t hash(std::string_view state) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(state));
  }

  std::size_t slot(std::string_view state, std::uint32_t state_hash) const {
    const auto mask = slots_.size() - 1;
    auto at = state_hash & mask;
    while (slots_[at].index != none && (slots_[at].hash != state_hash || this->at(slots_[at].index) != state))
      at = (at + 1) & mask;
    return at;
  }

  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    const auto mask = slots_.size() - 1;
    for (const auto& slot : old) {
      if (slot.index == none) continue;
      auto at = slot.hash & mask;
      while (slots_[at].index != none) at = (at + 1) & mask;
      slots_[at] = slot;
    }
  }

  std::string bytes_;
  std::vector<std::size_t> ends_{0};
  std::vector<Index> parents_;
  std::vector<Slot> slots_;  // a power of two, at most half of them taken
};

template <class Broken>
struct Result {
  std::size_t states = 0;
  std::size_t steps = 0;  // distinct or not
  std::size_t depth = 0;  // of the state that is farthest from the initial one
  Broken broken;
  std::string trace;  // what led there, as short as possible
};

template <class Model, class Broken>
class Search {
 public:
  using State = decltype(std::declval<const Model&>().initial());
  using Action =
      typename decltype(std::declval<const Model&>().towards_recovery(std::declval<State>()))::value_type;

  // Looks for the watched invariants only. `unrecoverable` is what is broken if there is a state from which
  // the steps towards recovery do not lead there.
  Search(const Model& model, Broken watched, Broken unrecoverable)
      : model_(model), watched_(watched), unrecoverable_(unrecoverable) {}

  // Ends at the first state that breaks an invariant.
  Result<Broken> run(std::size_t max_states) {
    Result<Broken> result;
    std::string bytes;
    const auto initial = model_.initial();
    model_.canonical(initial, bytes);
    found_.insert(bytes, none);

    std::vector<Action> actions;
    Index level_end = 1;
    for (Index at = 0; at < found_.size() && found_.size() < max_states; ++at) {
      if (at == level_end) {
        ++result.depth;
        level_end = found_.size();
      }
      const auto state = model_.unpack(found_.at(at));
      model_.actions(state, actions);
      for (const auto action : actions) {
        const auto next = model_.apply(state, action);
        ++result.steps;
        model_.canonical(next, bytes);
        const bool is_new = found_.insert(bytes, at);
        if (!is_new && !next.broken.any()) continue;
        result.broken = model_.broken(next).among(watched_);
        if (result.broken.any()) {
          result.trace = trace(at, true);
          result.states = found_.size();
          return result;
        }
      }
    }
    result.states = found_.size();
    if (!unrecoverable_.among(watched_).any()) return result;
    if (const auto stuck = find_stuck()) {
      result.broken = unrecoverable_;
      result.trace = trace(*stuck, false);
    }
    return result;
  }

 private:
  static constexpr int max_recovery = 100;

  enum class Known : std::uint8_t { unknown, entered, recovers };

  // The first state from which the steps towards recovery end elsewhere, or never.
  std::optional<Index> find_stuck() const {
    std::vector<Known> known(found_.size(), Known::unknown);
    std::vector<Index> path;
    for (Index first = 0; first < found_.size(); ++first) {
      path.clear();
      if (!recovers(first, known, path)) return first;
      for (const auto passed : path) known[passed] = Known::recovers;
    }
    return std::nullopt;
  }

  bool recovers(Index at, std::vector<Known>& known, std::vector<Index>& path) const {
    std::string bytes;
    while (known[at] == Known::unknown) {
      known[at] = Known::entered;
      path.push_back(at);
      auto state = model_.unpack(found_.at(at));
      if (model_.recovered(state)) return true;
      const auto action = model_.towards_recovery(state);
      if (!action) return false;
      state = model_.apply(state, *action);
      model_.canonical(state, bytes);
      at = found_.find(bytes);
      if (at == none) return recovers_outside(state);
    }
    return known[at] == Known::recovers;
  }

  // Recovery may take a step that the bounds leave out.
  bool recovers_outside(State state) const {
    for (int i = 0; i < max_recovery; ++i) {
      if (model_.broken(state).among(watched_).any()) return false;
      if (model_.recovered(state)) return true;
      const auto action = model_.towards_recovery(state);
      if (!action) return false;
      state = model_.apply(state, *action);
    }
    return false;
  }

  // The steps to the found state, and one more that breaks an invariant, if there is one. Canonical states
  // may call nodes otherwise than their parents do, so the way is gone again in one naming.
  std::string trace(Index to, bool one_more) const {
    std::deque<Index> way;
    for (auto at = to; found_.parent(at) != none; at = found_.parent(at)) way.push_front(at);

    std::vector<Action> actions;
    std::string bytes;
    auto state = model_.initial();
    auto text = "At first\n" + model_.describe(state);
    int number = 0;
    const auto take = [&](auto&& wanted) {
      model_.actions(state, actions);
      for (const auto action : actions) {
        auto next = model_.apply(state, action);
        if (!wanted(next)) continue;
        text +=
            std::to_string(++number) + ". " + model_.describe(state, action) + "\n" + model_.describe(next);
        state = next;
        return;
      }
    };
    for (const auto at : way) {
      take([&](const State& next) {
        model_.canonical(next, bytes);
        return bytes == found_.at(at);
      });
    }
    if (one_more) take([&](const State& next) { return model_.broken(next).among(watched_).any(); });
    return text;
  }

  const Model& model_;
  Broken watched_, unrecoverable_;
  Found found_;
};

}  // namespace stimmbuch::state_space
