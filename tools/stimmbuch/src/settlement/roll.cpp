#include "settlement/roll.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/domain/ballot.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::program {

namespace {

// The characters of base64url in the order of their bytes, which is that of the roll.
constexpr std::string_view letters = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

constexpr std::int64_t cell_size_min = 10;
constexpr std::int64_t entries_per_lookup = 100;

template <class Read>
Read readable(std::expected<Read, codec::NotARecord> read, Position position) {
  if (!read)
    throw std::runtime_error(
        fmt::format("record {} cannot be read: {}", number(position), read.error().what));
  if constexpr (!std::is_void_v<Read>) return std::move(*read);
}

struct IdHash {
  template <class Tag>
  std::size_t operator()(const Id<Tag>& id) const {
    return std::hash<Id<Tag>>{}(id);
  }
};

bool withdraws(const ballot::Event& event) {
  return std::holds_alternative<ballot::VoteWithdrawn>(event) ||
         std::holds_alternative<ballot::SealedVoteWithdrawn>(event);
}

}  // namespace

// Those whose pseudonyms begin with some of the letters.
class RollMaker::Pass {
 public:
  Pass(const RollMaker& maker, std::size_t first_letter, std::size_t letters_taken)
      : maker_(maker), first_(first_letter), end_(first_letter + letters_taken) {}

  enum class Gathered { all, too_many, stopped };

  Gathered gather() {
    Gathered outcome = Gathered::all;
    std::uint64_t seen = 0;
    maker_.log_.read(before_first, *maker_.poll_.closed, [&](Position position, std::string_view record) {
      constexpr std::uint64_t look_every = 4096;
      if (++seen % look_every == 0 && maker_.stopped_()) outcome = Gathered::stopped;
      take(position, record);
      if (people_.size() > maker_.citizens_max_) outcome = Gathered::too_many;
      return outcome == Gathered::all;
    });
    return outcome;
  }

  // Of those entitled, in the order of the roll.
  std::vector<roll::Entry> entries(RollMaker& totals) const {
    std::vector<std::pair<VoterId, const CitizenId*>> sorted;
    for (const auto& [citizen, person] : people_) {
      if (person.entitled) sorted.emplace_back(person.voter, &citizen);
    }
    std::ranges::sort(sorted);
    std::vector<roll::Entry> entries;
    entries.reserve(sorted.size());
    for (const auto& [voter, citizen] : sorted) {
      const Person& person = people_.at(*citizen);
      const auto ballot = ballots_.find(voter);
      const Position standing = ballot == ballots_.end() ? before_first : ballot->second;
      const auto number = vault::roll_number(maker_.contest_, *citizen);
      entries.push_back(
          {voter, vault::roll_binding(maker_.ledger_, maker_.id_, *citizen, voter, number), standing});
      const auto& cell = states_[person.entitled_as].cell;
      totals.count(cell ? &*cell : nullptr, person.at_opening, standing != before_first);
    }
    return entries;
  }

 private:
  // Citizens are many, their states few.
  using StateIndex = std::uint32_t;

  struct Person {
    VoterId voter;
    StateIndex state = 0;
    StateIndex entitled_as = 0;
    bool entitled = false;
    bool at_opening = false;
  };

  void take(Position position, std::string_view record) {
    const auto subject = codec::subject_of(record);
    if (subject.starts_with("citizen/")) {
      take_citizen(position, record);
    } else if (subject.starts_with("ledger/")) {
      const auto envelope = readable(codec::read_envelope(record), position);
      const auto event = readable(codec::read_event(envelope), position);
      ledger_ = ledger::evolve(std::move(ledger_), std::get<ledger::Event>(event),
                               readable(codec::recorded(envelope), position));
    } else if (position > *maker_.poll_.opened && subject.starts_with(ballots_of_)) {
      take_ballot(position, record);
    }
    if (position == *maker_.poll_.opened) {
      for (auto& [citizen, person] : people_) {
        look_at(person);
        person.at_opening = person.entitled;
      }
    }
  }

  bool takes(const VoterId& voter) const {
    const auto letter = letters.find(voter.text().front());
    return letter >= first_ && letter < end_;
  }

  void take_citizen(Position position, std::string_view record) {
    const auto envelope = readable(codec::read_envelope(record), position);
    const auto citizen = CitizenId::parse(envelope.subject.substr(std::string_view("citizen/").size()));
    if (!citizen) throw std::runtime_error(fmt::format("record {} is of nobody", number(position)));
    auto found = people_.find(*citizen);
    if (found == people_.end()) {
      const VoterId voter = vault::voter_pseudonym(maker_.contest_, *citizen);
      if (!takes(voter)) return;
      found = people_.emplace(*citizen, Person{.voter = voter}).first;
    }
    const auto event = readable(codec::read_event(envelope), position);
    found->second.state =
        index_of(citizen::evolve(states_[found->second.state], std::get<citizen::Event>(event),
                                 readable(codec::recorded(envelope), position)));
    if (position > *maker_.poll_.opened) look_at(found->second);
  }

  void take_ballot(Position position, std::string_view record) {
    const auto envelope = readable(codec::read_envelope(record), position);
    const auto voter = VoterId::parse(envelope.subject.substr(ballots_of_.size()));
    if (!voter) throw std::runtime_error(fmt::format("record {} is nobody's ballot", number(position)));
    if (!takes(*voter)) return;
    readable(codec::read_event(envelope, ballot_), position);
    ballots_[*voter] = withdraws(ballot_) ? before_first : position;
  }

  StateIndex index_of(citizen::State state) {
    const auto [known, is_new] =
        indices_.try_emplace(citizen::text_of(state), static_cast<StateIndex>(states_.size()));
    if (is_new) states_.push_back(std::move(state));
    return known->second;
  }

  // Whoever is entitled once stays on the roll, in the cell of the last time.
  void look_at(Person& person) {
    if (!entitled(states_[person.state], maker_.poll_.terms->electorate, ledger_)) return;
    person.entitled = true;
    person.entitled_as = person.state;
  }

  const RollMaker& maker_;
  const std::size_t first_;
  const std::size_t end_;
  const std::string ballots_of_ = fmt::format("ballot/{}/", maker_.id_.text());
  ledger::State ledger_;
  std::vector<citizen::State> states_{citizen::State{}};
  std::map<std::string, StateIndex> indices_;
  boost::unordered_flat_map<CitizenId, Person, IdHash> people_;
  boost::unordered_flat_map<VoterId, Position, IdHash> ballots_;
  ballot::Event ballot_;
};

RollMaker::RollMaker(const eventstore::Records& log, const LedgerId& ledger, const PollId& id,
                     const poll::State& poll, const crypto::Mac& contest, Stopped stopped,
                     std::size_t citizens_max)
    : log_(log),
      ledger_(ledger),
      id_(id),
      poll_(poll),
      contest_(contest),
      stopped_(std::move(stopped)),
      citizens_max_(citizens_max) {}

void RollMaker::count(const citizen::Cell* cell, bool at_opening, bool voted) {
  ++totals_.entries;
  totals_.at_opening += at_opening ? 1 : 0;
  totals_.ballots += voted ? 1 : 0;
  poll::CellTurnout own;
  if (cell) own = {.level = cell->level, .district = cell->district, .age_band = cell->age_band};
  auto known = std::ranges::find_if(cells_, [&](const poll::CellTurnout& one) {
    return one.level == own.level && one.district == own.district && one.age_band == own.age_band;
  });
  if (known == cells_.end()) known = cells_.insert(known, own);
  ++known->eligible;
  known->voted += voted ? 1 : 0;
}

bool RollMaker::make(const Part& part) {
  std::size_t letters_taken = letters.size();
  std::vector<roll::Entry> waiting;
  for (std::size_t first = 0; first < letters.size();) {
    Pass pass(*this, first, letters_taken);
    const auto gathered = pass.gather();
    if (gathered == Pass::Gathered::stopped) return false;
    if (gathered == Pass::Gathered::too_many && letters_taken > 1) {
      letters_taken /= 2;
      continue;
    }
    if (gathered == Pass::Gathered::too_many) throw std::runtime_error("more citizens than a roll can hold");
    for (const roll::Entry& entry : pass.entries(*this)) {
      waiting.push_back(entry);
      if (waiting.size() == roll::entries_max && !part(std::exchange(waiting, {}))) return false;
    }
    first += letters_taken;
  }
  return waiting.empty() || part(std::move(waiting));
}

poll::RollCompleted RollMaker::totals() const {
  poll::RollCompleted totals = totals_;
  totals.prefix = lookup_prefix(totals.entries);
  totals.cells = published_cells(cells_);
  return totals;
}

std::uint32_t lookup_prefix(std::int64_t entries) {
  std::uint32_t prefix = 0;
  for (std::int64_t left = entries / 64; left >= entries_per_lookup && prefix < poll::roll_prefix_max;
       left /= 64) {
    ++prefix;
  }
  return prefix;
}

std::vector<poll::CellTurnout> published_cells(std::vector<poll::CellTurnout> cells) {
  std::ranges::sort(cells, [](const poll::CellTurnout& a, const poll::CellTurnout& b) {
    return std::tie(b.eligible, a.level, a.district, a.age_band) <
           std::tie(a.eligible, b.level, b.district, b.age_band);
  });
  poll::CellTurnout others;
  // From the smallest on, until what is merged hides each of its parts.
  const auto must_merge = [&] {
    if (cells.empty()) return false;
    return cells.back().eligible < cell_size_min || cells.size() >= poll::roll_cells_max ||
           (others.eligible > 0 && others.eligible < cell_size_min);
  };
  while (must_merge()) {
    others.eligible += cells.back().eligible;
    others.voted += cells.back().voted;
    cells.pop_back();
  }
  if (others.eligible == 0) return cells;
  if (others.eligible < cell_size_min) return {};
  // Who is not verified has no cell, and may be enough to be shown: with the others, since both look alike.
  const auto unnamed = std::ranges::find_if(cells, [](const auto& cell) { return !cell.level; });
  if (unnamed == cells.end()) {
    cells.push_back(others);
  } else {
    unnamed->eligible += others.eligible;
    unnamed->voted += others.voted;
  }
  return cells;
}

}  // namespace stimmbuch::program
