#include "import/total.hpp"

namespace stimmbuch::program {

Json total_of(const Json& summaries, std::initializer_list<std::string_view> sums,
              std::initializer_list<std::string_view> matches) {
  Json total = {{"imports", summaries.size()}};
  for (const auto member : sums) {
    std::uint64_t sum = 0;
    for (const Json& summary : summaries) sum += summary.at(member).get<std::uint64_t>();
    total[member] = sum;
  }
  total["refused"] = Json::object();
  for (const Json& summary : summaries) {
    for (const auto& [code, count] : summary.at("refused").items()) {
      total["refused"][code] = total["refused"].value(code, std::uint64_t{0}) + count.get<std::uint64_t>();
    }
  }
  for (const auto member : matches) {
    Json all;
    for (const Json& summary : summaries) {
      const Json& one = summary.at(member);
      if (!one.is_null()) all = one.get<bool>() && (all.is_null() || all.get<bool>());
    }
    total[member] = all;
  }
  return total;
}

}  // namespace stimmbuch::program
