#include "stimmbuch/domain/electorate.hpp"

#include <algorithm>
#include <string>

namespace stimmbuch {

namespace {

constexpr std::size_t electorate_cells_max = 100;

std::string below(std::string_view where, std::string_view member) {
  return std::string(where).append("/").append(member);
}

}  // namespace

std::expected<void, Rejection> check_electorate(const Electorate& electorate, const ledger::State& ledger,
                                                std::string_view where) {
  if (electorate.level && !ledger.level(*electorate.level))
    return refused(Refusal::level_unknown, below(where, "level"));
  if (electorate.districts.size() + electorate.age_bands.size() > electorate_cells_max)
    return refused(Refusal::invalid, std::string(where));
  for (const auto& district : electorate.districts) {
    if (!ledger.has_district(district)) return refused(Refusal::district_unknown, below(where, "districts"));
  }
  for (const auto& band : electorate.age_bands) {
    if (!ledger.has_age_band(band)) return refused(Refusal::age_band_unknown, below(where, "age_bands"));
  }
  return {};
}

std::expected<void, Rejection> entitled(const citizen::State& citizen, const Electorate& electorate,
                                        const ledger::State& ledger) {
  if (!citizen.registered) return refused(Refusal::citizen_unknown);
  if (citizen.erasure != citizen::Erasure::none) return refused(Refusal::citizen_erased);
  if (citizen.blocked) return refused(Refusal::citizen_blocked);
  const auto level = citizen.cell ? std::optional{citizen.cell->level} : std::nullopt;
  if (ledger.rank(level) < ledger.rank(electorate.level)) return refused(Refusal::level_too_low);
  const auto admits = [](const auto& admitted, const auto& own) {
    return admitted.empty() || (own && std::ranges::find(admitted, *own) != admitted.end());
  };
  if (!admits(electorate.districts, citizen.cell ? citizen.cell->district : std::nullopt)) {
    return refused(Refusal::district_not_entitled);
  }
  if (!admits(electorate.age_bands, citizen.cell ? citizen.cell->age_band : std::nullopt)) {
    return refused(Refusal::age_band_not_entitled);
  }
  return {};
}

}  // namespace stimmbuch
