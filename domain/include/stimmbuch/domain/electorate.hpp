#pragma once

#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/citizen.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/refusal.hpp"

namespace stimmbuch {

// Who may take part in something: vote in a poll, or do one thing in a phase. What is empty admits all.
struct Electorate {
  std::optional<LevelId> level;  // this level or a higher one; none: every registered citizen
  std::vector<DistrictId> districts;
  std::vector<AgeBandId> age_bands;

  bool is_everybody() const { return !level && districts.empty() && age_bands.empty(); }

  friend bool operator==(const Electorate&, const Electorate&) = default;
};

// Whether everything that an electorate names is declared, and not too much; `where` points to it.
std::expected<void, Rejection> check_electorate(const Electorate& electorate, const ledger::State& ledger,
                                                std::string_view where);

// Whether a citizen belongs to an electorate; the refusal names what is missing.
std::expected<void, Rejection> entitled(const citizen::State& citizen, const Electorate& electorate,
                                        const ledger::State& ledger);

}  // namespace stimmbuch
