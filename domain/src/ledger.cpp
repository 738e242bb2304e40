#include "stimmbuch/domain/ledger.hpp"

#include <algorithm>
#include <chrono>

#include "bounds.hpp"

namespace stimmbuch::ledger {

namespace {

template <class Cells>
const typename Cells::value_type* find(const Cells& cells, const decltype(Cells::value_type::id)& id) {
  const auto cell = std::ranges::find(cells, id, &Cells::value_type::id);
  return cell == cells.end() ? nullptr : &*cell;
}

bool overlap(const AgeBand& a, const AgeBand& b) {
  return a.born_from <= b.born_to && b.born_from <= a.born_to;
}

// Adds cells one after the other, so that one command cannot contradict itself either.
struct Declaration {
  State state;

  std::expected<void, Rejection> add(const Level& level, const std::string& where) {
    if (!is_localized(level.title, title_bytes_max)) return refused(Refusal::invalid, where + "/title");
    if (find(state.levels, level.id)) return refused(Refusal::cell_already_declared, where);
    state.levels.push_back(level);
    return {};
  }

  std::expected<void, Rejection> add(const District& district, const std::string& where) {
    if (!is_localized(district.title, title_bytes_max)) return refused(Refusal::invalid, where + "/title");
    if (find(state.districts, district.id)) return refused(Refusal::cell_already_declared, where);
    state.districts.push_back(district);
    return {};
  }

  std::expected<void, Rejection> add(const AgeBand& band, const std::string& where) {
    if (band.born_from < 1850 || band.born_to > 2200 || band.born_from > band.born_to) {
      return refused(Refusal::invalid, where);
    }
    if (find(state.age_bands, band.id)) return refused(Refusal::cell_already_declared, where);
    if (std::ranges::any_of(state.age_bands, [&](const AgeBand& other) { return overlap(band, other); })) {
      return refused(Refusal::age_bands_overlap, where);
    }
    state.age_bands.push_back(band);
    return {};
  }

  template <class Cell>
  std::expected<void, Rejection> add_all(const std::vector<Cell>& cells, std::string_view member) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      auto added = add(cells[i], std::string("/").append(member).append("/").append(std::to_string(i)));
      if (!added) return added;
    }
    return {};
  }
};

// The bytes that the declaration takes in its record at most.
std::size_t written_bytes_max(const DeclareCells& command) {
  // {"id":"…","title":…,"registry_identity":true},
  constexpr std::size_t cell = 150;
  std::size_t bytes = command.age_bands.size() * cell;
  for (const Level& level : command.levels) bytes += cell + stimmbuch::written_bytes_max(level.title);
  for (const District& district : command.districts)
    bytes += cell + stimmbuch::written_bytes_max(district.title);
  return bytes;
}

using Decision = std::expected<std::vector<Event>, Rejection>;

Decision decide_on(const State& state, const CreateLedger& command) {
  if (state.created) return refused(Refusal::invalid);
  if (!is_origin(command.origin)) return refused(Refusal::invalid, "/origin");
  return std::vector<Event>{Created{command.id, command.purpose, command.origin, command.key}};
}

Decision decide_on(const State& state, const DeclareCells& command) {
  const auto cells = command.levels.size() + command.districts.size() + command.age_bands.size();
  if (cells == 0 || written_bytes_max(command) > record_data_bytes_max) return refused(Refusal::invalid);
  Declaration declaration{state};
  if (auto added = declaration.add_all(command.levels, "levels"); !added)
    return std::unexpected(added.error());
  if (auto added = declaration.add_all(command.districts, "districts"); !added)
    return std::unexpected(added.error());
  if (auto added = declaration.add_all(command.age_bands, "age_bands"); !added)
    return std::unexpected(added.error());
  return std::vector<Event>{CellsDeclared{command.levels, command.districts, command.age_bands}};
}

Decision decide_on(const State& state, const ChangeLeader& command) {
  if (!state.created || command.previous == before_first) return refused(Refusal::invalid);
  if (command.epoch != state.epoch + 1) return refused(Refusal::invalid, "/epoch");
  return std::vector<Event>{LeaderChanged{command.epoch, command.previous, command.previous_leaf}};
}

Decision decide_on(const State& state, const ChangeKey& command) {
  if (!state.created) return refused(Refusal::invalid);
  if (std::ranges::find(state.keys, command.key) != state.keys.end())
    return refused(Refusal::invalid, "/key");
  if (command.both_until.time_since_epoch() % std::chrono::seconds{1} != Time::duration::zero())
    return refused(Refusal::invalid, "/both_until");
  return std::vector<Event>{KeyChanged{command.key, command.signature, command.both_until}};
}

Decision decide_on(const State& state, const RestoreLedger& command) {
  if (!state.created || command.previous == before_first) return refused(Refusal::invalid);
  if (command.epoch != state.epoch + 1) return refused(Refusal::invalid, "/epoch");
  if (!is_origin(command.origin) || std::ranges::find(state.origins, command.origin) != state.origins.end())
    return refused(Refusal::invalid, "/origin");
  if (std::ranges::find(state.keys, command.key) != state.keys.end())
    return refused(Refusal::invalid, "/key");
  if (command.signed_to && *command.signed_to <= command.previous)
    return refused(Refusal::invalid, "/signed_to");
  return std::vector<Event>{Restored{command.epoch, command.origin, command.key, command.previous,
                                     command.previous_leaf, command.signed_to}};
}

template <class Cells>
void append(Cells& cells, const Cells& more) {
  cells.insert(cells.end(), more.begin(), more.end());
}

struct Evolve {
  State& state;

  void operator()(const Created& event) const {
    state.created = event;
    state.epoch = event.epoch;
    state.origins.push_back(event.origin);
    state.keys.push_back(event.key);
  }
  void operator()(const Restored& event) const {
    state.epoch = event.epoch;
    state.origins.push_back(event.origin);
    state.keys.push_back(event.key);
  }
  void operator()(const CellsDeclared& event) const {
    append(state.levels, event.levels);
    append(state.districts, event.districts);
    append(state.age_bands, event.age_bands);
  }
  void operator()(const LeaderChanged& event) const { state.epoch = event.epoch; }
  void operator()(const KeyChanged& event) const { state.keys.push_back(event.key); }
};

}  // namespace

bool is_origin(std::string_view name) {
  return !name.empty() && name.size() <= title_bytes_max &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != '+'; });
}

const Level* State::level(const LevelId& id) const {
  return find(levels, id);
}

std::size_t State::rank(const std::optional<LevelId>& id) const {
  const Level* const declared = id ? level(*id) : nullptr;
  return declared ? static_cast<std::size_t>(declared - levels.data()) + 1 : 0;
}

bool State::has_district(const DistrictId& id) const {
  return find(districts, id) != nullptr;
}

bool State::has_age_band(const AgeBandId& id) const {
  return find(age_bands, id) != nullptr;
}

State evolve(State state, const Event& event, const Recorded&) {
  std::visit(Evolve{state}, event);
  return state;
}

Decision decide(const State& state, const Command& command) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent); }, command);
}

}  // namespace stimmbuch::ledger
