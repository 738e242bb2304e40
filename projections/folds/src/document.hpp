#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "state_members.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/eventstore/codec/described.hpp"
#include "stimmbuch/projections/folds/fold.hpp"
#include "stimmbuch/projections/folds/rows.hpp"

// What the documents of all projections have in common.
namespace stimmbuch::projections {

// Where and when something was recorded.
struct Moment {
  Position position{};
  Time time{};
};

// The name of an enumerator, as documents write it.
template <codec::Named T>
std::string_view name_of(T value) {
  return codec::names<T>[static_cast<std::size_t>(value)];
}

using Counters = std::map<std::string, std::int64_t, std::less<>>;

// Counters show only what there is.
inline void add(Counters& counters, std::string_view name, std::int64_t amount) {
  auto found = counters.find(name);
  if (found == counters.end()) found = counters.emplace(name, 0).first;
  found->second += amount;
  if (found->second == 0) counters.erase(found);
}

inline Moment moment_of(const Recorded& recorded) {
  return {recorded.position, recorded.time};
}

// What every document says of the ledger as a whole.
struct LedgerRow {
  ledger::State state;
  bool provisional = false;  // records are parked that anything may depend on
};

// What a vote of a poll stands for.
enum class VotePer { person, account, imported_voter };

}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::Moment> = std::tuple{
    required("position", &projections::Moment::position), required("time", &projections::Moment::time)};
template <>
inline constexpr auto members<projections::LedgerRow> =
    std::tuple{required("state", &projections::LedgerRow::state),
               unless("provisional", &projections::LedgerRow::provisional, false)};
template <>
inline constexpr auto names<projections::VotePer> =
    std::to_array<std::string_view>({"person", "account", "imported voter"});

}  // namespace stimmbuch::codec

namespace stimmbuch::projections {

// The one row of it.
class LedgerFold {
 public:
  void apply(Views& views, const FoldInput& input) {
    ledger::State& state = rows_.edit(views, "").state;
    state = ledger::evolve(std::move(state), input.event<ledger::Event>(), input.recorded());
  }
  void park(Views& views) { rows_.edit(views, "").provisional = true; }
  const LedgerRow& row(Views& views) {
    const LedgerRow* const found = rows_.find(views, "");
    return found ? *found : none_;
  }
  void settle(Views& views) { rows_.settle(views); }
  void forget() { rows_.forget(); }

 private:
  Rows<LedgerRow> rows_{"ledger", 1};
  const LedgerRow none_;
};

// Writes the members of one document.
class DocumentWriter {
 public:
  DocumentWriter() { out_.begin_object(); }

  template <class T>
  void member(std::string_view name, const T& value) {
    out_.name(name);
    write(out_, value);
  }
  void member(std::string_view name, std::string_view id) {
    out_.name(name);
    out_.plain(id);
  }
  void member(std::string_view name, const char* id) { member(name, std::string_view(id)); }
  template <class T>
  void member_if_any(std::string_view name, const T& value) {
    if (!codec::is_empty(value)) member(name, value);
  }
  // The member is there only when it is so.
  void flag(std::string_view name, bool value) {
    if (value) member(name, true);
  }
  void purpose(const LedgerRow& ledger) {
    if (ledger.state.created) member("purpose", ledger.state.created->purpose);
  }
  void begin_array(std::string_view name) {
    out_.name(name);
    out_.begin_array();
  }
  void end_array() { out_.end_array(); }
  void begin_object(std::string_view name) {
    out_.name(name);
    out_.begin_object();
  }
  void begin_object() { out_.begin_object(); }
  void end_object() { out_.end_object(); }
  codec::Writer& out() { return out_; }

  std::string finish() {
    out_.end_object();
    return std::move(text_);
  }

 private:
  std::string text_;
  codec::Writer out_{text_};
};

// A key that sorts what was recorded later before what was recorded earlier.
inline std::string newest_first(Position position) {
  const std::string digits = std::to_string(UINT64_MAX - number(position));
  return std::string(20 - digits.size(), '0').append(digits);
}

// A key that sorts what was recorded earlier before what was recorded later.
inline std::string oldest_first(Position position) {
  const std::string digits = std::to_string(number(position));
  return std::string(20 - digits.size(), '0').append(digits);
}

// A key that sorts what has a higher score before what has a lower one, which may be below zero.
inline std::string highest_first(std::int64_t score) {
  constexpr std::uint64_t zero = std::uint64_t{1} << 62;
  return newest_first(Position{zero + static_cast<std::uint64_t>(score)});
}

// The key of the document of a thing.
inline std::string document_key(std::string_view id) {
  return std::string(document_prefix).append(id);
}

// People are told apart only where its level, and every higher one, is given to
// one account per person.
inline VotePer vote_per(const poll::Terms& terms, const ledger::State& ledger) {
  if (terms.imported) return VotePer::imported_voter;
  const auto lowest = ledger.rank(terms.electorate.level);
  if (lowest == 0) return VotePer::account;
  const bool all =
      std::all_of(ledger.levels.begin() + static_cast<std::ptrdiff_t>(lowest) - 1, ledger.levels.end(),
                  [](const ledger::Level& level) { return level.registry_identity; });
  return all ? VotePer::person : VotePer::account;
}

// Whether strangers can check who was entitled to vote.
inline std::string_view roll_of(const poll::State& poll) {
  if (!poll.roll) return "none";
  return poll.roll_completed ? "complete" : "pending";
}

}  // namespace stimmbuch::projections
