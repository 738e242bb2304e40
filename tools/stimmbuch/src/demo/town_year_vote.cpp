// The vote on the ideas, and what becomes of its winners.
#include <chrono>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "demo/deeds.hpp"
#include "demo/town.hpp"
#include "demo/town_year.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::chrono::milliseconds between_looks{150};

}  // namespace

std::expected<void, Failure> TownYear::vote(const std::function<void()>& picture) {
  auto done = give("anna", fmt::format("/v1/projects/{}/phases/{}/close", contest_project, contest_phase),
                   "close", {{"reason", "Die fünf Ideen mit den meisten Unterstützungen stehen fest."}});
  const std::span ideas = std::span(proposals_).first(town_ideas().size());
  for (const std::string& idea : ideas) {
    if (done)
      done = give("anna", contribution(idea, "answer"), "accept",
                  {{"status", "accepted"}, {"answer", {{"de", "Die Idee kommt zur Abstimmung."}}}});
  }
  if (done) done = give("anna", "/v1/polls", "poll", town_poll(ideas));
  if (done) done = give("anna", fmt::format("/v1/polls/{}/open", vote_poll), "open");
  if (!done) return std::unexpected(std::move(done.error()));
  const std::string ballot = fmt::format("/v1/polls/{}/ballot", vote_poll);
  return all(
      "voters", people_.citizens(),
      [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
        std::size_t step = 0;
        for (const auto& choices : people_.ballot(i)) {
          const bool withdraws = choices.empty();
          const auto given = visitor.give({.method = withdraws ? "DELETE" : "PUT",
                                           .target = ballot,
                                           .key = key_of(fmt::format("ballot-{}", ++step), i),
                                           .token = tokens_[i],
                                           .body = withdraws ? Json() : Json{{"choices", choices}}});
          if (!given) return std::unexpected(given.error());
        }
        return {};
      },
      picture);
}

// The engine writes the roll by itself behind the closing, and views may be behind the log.
std::expected<void, Failure> TownYear::await_roll() {
  for (;;) {
    const auto tally = office_.server().get(fmt::format("/v1/polls/{}/tally", vote_poll));
    if (!tally && tally.error().code != ExitCode::try_later && tally.error().code != ExitCode::not_found)
      return std::unexpected(tally.error());
    if (tally && tally->value("roll", "") == "complete") return {};
    if (const auto signal = signals_.wait(between_looks))
      return failed(ended_by(*signal), "the demo was interrupted");
  }
}

std::expected<void, Failure> TownYear::decide() {
  const std::string poll = fmt::format("/v1/polls/{}", vote_poll);
  auto done = give("anna", poll + "/close", "close");
  if (!done) return std::unexpected(std::move(done.error()));
  if (auto complete = await_roll(); !complete) return complete;
  done = give("anna", poll + "/count", "count");
  if (done) done = give("cem", poll + "/certify", "certify");
  return outcome_of(done);
}

std::expected<void, Failure> TownYear::realise() {
  const std::string milestones = fmt::format("/v1/projects/{}/milestones", contest_project);
  std::expected<Json, Failure> done;
  for (const std::string& winner : published_winners()) {
    if (done) done = give("anna", milestones, "plan-" + winner, town_milestone(winner));
    if (done)
      done = give("anna", fmt::format("{}/{}/report", milestones, winner), "begun-" + winner,
                  town_report("begun"));
  }
  return outcome_of(done);
}

}  // namespace stimmbuch::program
