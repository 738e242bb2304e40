#include "audit/served_tallies.hpp"

#include <fmt/format.h>

namespace stimmbuch::program {

namespace {

std::expected<std::vector<PollId>, Failure> all_polls(ApiClient& engine) {
  std::vector<PollId> polls;
  std::string target = "/v1/polls?limit=500";
  while (true) {
    const auto page = engine.get(target);
    if (!page) return std::unexpected(page.error());
    for (const Json& item : page->value("items", Json::array())) {
      if (const auto poll = PollId::parse(item.value("poll", ""))) polls.push_back(*poll);
    }
    const auto next = page->find("next");
    if (next == page->end() || !next->is_string()) return polls;
    target = fmt::format("/v1/polls?limit=500&cursor={}", next->get<std::string>());
  }
}

}  // namespace

std::expected<ServedTallies, Failure> read_served_tallies(ApiClient& engine) {
  ServedTallies served;
  const auto polls = all_polls(engine);
  if (!polls) return std::unexpected(polls.error());
  for (const PollId& poll : *polls) {
    const auto document = engine.get(fmt::format("/v1/polls/{}/tally", poll.text()));
    if (!document && document.error().code == ExitCode::not_found) continue;  // never opened
    if (!document) return std::unexpected(document.error());
    if (auto claim = read_tally_claim(*document)) {
      served.tallies.push_back(std::move(*claim));
    } else {
      served.malformed.push_back(poll);
    }
  }
  return served;
}

}  // namespace stimmbuch::program
