#include "demo/reading.hpp"

#include <fmt/format.h>

#include "demo/town.hpp"
#include "demo/town_draft.hpp"

namespace stimmbuch::program {

std::expected<void, Failure> each_item(ApiClient& server, const std::string& list,
                                       const std::function<void(const Json&)>& take) {
  std::string cursor;
  do {
    const auto items = server.get(fmt::format("{}&limit={}{}", list, page, cursor));
    if (!items) return std::unexpected(items.error());
    for (const Json& item : items->at(items->contains("features") ? "features" : "items")) take(item);
    const Json& next = items->at("next");
    cursor = next.is_string() ? "&cursor=" + next.get<std::string>() : std::string();
  } while (!cursor.empty());
  return {};
}

std::string tally_path() {
  return fmt::format("/v1/polls/{}/tally", vote_poll);
}

std::string marks_path() {
  return fmt::format("/v1/projects/{}/marks?phase={}", map_project, map_phase);
}

std::string annotations_path() {
  return fmt::format("/v1/documents/{}/annotations?", draft_id);
}

}  // namespace stimmbuch::program
