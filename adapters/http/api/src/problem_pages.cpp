#include "problem_pages.hpp"

#include <algorithm>

#include "stimmbuch/adapters/http/server/refusal.hpp"
#include "stimmbuch/domain/refusal.hpp"

namespace stimmbuch::http::api {

namespace {

std::string page(std::string_view title, std::string_view text) {
  return std::string(title).append("\n\n").append(text).append("\n");
}

}  // namespace

std::optional<std::string> problem_page(std::string_view name, Language language) {
  const auto types = problem_types();
  if (const auto type = std::ranges::find(types, name, &ProblemType::name); type != types.end()) {
    return page(type->title, type->help);
  }
  const auto rules = stimmbuch::all_refusals();
  if (const auto rule = std::ranges::find(rules, name, &stimmbuch::RefusalText::code); rule != rules.end()) {
    return page(rule->code, language == Language::de ? rule->de : rule->en);
  }
  const auto& server = http::all_refusals();
  if (const auto own = std::ranges::find(server, name, &http::RefusalText::type); own != server.end()) {
    return page(own->title, own->detail);
  }
  return std::nullopt;
}

}  // namespace stimmbuch::http::api
