#include "strict_json.hpp"

#include <set>
#include <string>
#include <vector>

namespace stimmbuch::identity {

std::optional<nlohmann::json> parse_strict_object(std::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  constexpr int depth_max = 16;

  bool strict = true;
  std::vector<std::set<std::string>> members;  // of the objects that are open
  const auto check = [&](int depth, Event event, nlohmann::json& parsed) {
    if (event == Event::object_start) members.emplace_back();
    if (event == Event::object_end) members.pop_back();
    if (event == Event::key) strict = strict && members.back().insert(parsed.get<std::string>()).second;
    strict = strict && depth <= depth_max;
    return true;
  };
  auto object = nlohmann::json::parse(text.begin(), text.end(), check, false);
  if (!strict || !object.is_object()) return std::nullopt;
  return object;
}

std::optional<std::string_view> string_member(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return std::string_view{found->get_ref<const std::string&>()};
}

}  // namespace stimmbuch::identity
