#include "demo/town_year.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "demo/deeds.hpp"
#include "demo/town.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t connections = 16;
constexpr milliseconds between_pictures{150};

struct Official {
  std::string_view name;
  std::string_view role;
};
constexpr std::array officials{Official{"anna", "staff"},     Official{"cem", "certifier"},
                               Official{"rita", "registrar"}, Official{"mona", "moderator"},
                               Official{"nora", "moderator"}, Official{"ada", "auditor"}};

}  // namespace

TownYear::TownYear(const Townspeople& people, const Place& place, Console& console, Signals& signals)
    : people_(people),
      place_(place),
      console_(console),
      signals_(signals),
      office_(place),
      tokens_(people.citizens()),
      proposals_(people.proposals()),
      said_{std::vector<std::string>(people.comments()), std::vector<std::string>(people.marks()),
            std::vector<std::string>(people.annotations())} {}

std::expected<Json, Failure> TownYear::give(std::string_view official, std::string target,
                                            std::string_view step, Json body) {
  ++commands_;
  return office_.give({.target = std::move(target),
                       .key = key_of(step),
                       .token = token_of(official),
                       .body = std::move(body)});
}

std::expected<void, Failure> TownYear::all(std::string_view what, std::size_t count, Crowd::Deed deed,
                                           const std::function<void()>& picture) {
  std::optional<Meter> meter;
  if (!picture) meter.emplace(console_.meter(std::string(what), count));
  Crowd crowd(count, place_, connections, std::move(deed));
  while (!crowd.is_over()) {
    if (const auto signal = signals_.wait(between_pictures)) {
      return failed(ended_by(*signal), "the demo was interrupted");
    }
    if (picture) picture();
    if (meter) meter->update(crowd.done());
  }
  const auto given = crowd.join();
  if (!given) return std::unexpected(given.error());
  commands_ += *given;
  if (meter) meter->finish(crowd.done());
  return {};
}

std::expected<bool, Failure> TownYear::is_over() {
  const auto project = office_.server().get(fmt::format("/v1/projects/{}", contest_project));
  if (!project) {
    if (project.error().code == ExitCode::not_found) return false;
    return std::unexpected(project.error());
  }
  const Json milestones = project->value("milestones", Json::array());
  return !milestones.empty() &&
         std::ranges::all_of(milestones, [](const Json& one) { return one.value("status", "") == "done"; });
}

std::expected<void, Failure> TownYear::begin() {
  for (const Official& official : officials) {
    auto token = office_.token(official.role, official.name);
    if (!token) return std::unexpected(std::move(token.error()));
    officials_[std::string(official.name)] = *std::move(token);
  }
  auto done = give("anna", "/v1/cells", "cells", town_cells());
  for (const Json& project : town_projects()) {
    if (done) done = give("anna", "/v1/projects", "project", project);
  }
  const auto phases = [](std::string_view project) { return fmt::format("/v1/projects/{}/phases", project); };
  if (done) done = give("anna", phases(contest_project), "contest", town_contest());
  if (done) done = give("anna", phases(map_project), "map", town_map());
  if (done) done = give("anna", phases(survey_project), "survey", town_survey_phase());
  if (done) done = give("anna", phases(dialogue_project), "dialogue", town_dialogue());
  if (done) done = give("anna", "/v1/surveys", "survey", town_survey());
  if (done) done = give("anna", fmt::format("/v1/surveys/{}/open", survey_id), "open");
  return outcome_of(done);
}

std::expected<void, Failure> TownYear::register_all() {
  return all(
      "citizens", people_.citizens(), [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
        const auto person = people_.person(i);
        auto token = visitor.token("citizen", person.subject);
        if (!token) return std::unexpected(std::move(token.error()));
        const auto registered = visitor.give({.target = "/v1/citizens",
                                              .key = key_of("register", i),
                                              .token = *token,
                                              .body = {{"name", person.name}}});
        if (!registered) return std::unexpected(registered.error());
        tokens_[i] = *std::move(token);
        const auto verified =
            visitor.give({.target = fmt::format("/v1/citizens/{}/verify", registered->value("citizen", "")),
                          .key = key_of("verify", i),
                          .token = token_of("rita"),
                          .body = {{"level", "resident"},
                                   {"district", person.district},
                                   {"method", "demo"},
                                   {"registry_identity", person.subject}}});
        return outcome_of(verified);
      });
}

std::expected<void, Failure> TownYear::submit(std::string_view what, std::size_t from, std::size_t to,
                                              const std::function<Json(std::size_t)>& body,
                                              const std::function<std::size_t(std::size_t)>& author,
                                              std::vector<std::string>& ids) {
  return all(what, to - from, [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
    const std::size_t number = from + i;
    const auto submitted = visitor.give({.target = "/v1/contributions",
                                         .key = key_of(what, number),
                                         .token = tokens_[author(number)],
                                         .body = body(number)});
    if (!submitted) return std::unexpected(submitted.error());
    ids[number] = submitted->value("contribution", "");
    return {};
  });
}

std::expected<void, Failure> TownYear::rate(Said kind) {
  const std::vector<std::string>& ids = ids_of(kind);
  return all("ratings", people_.citizens(),
             [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
               for (const auto& [number, up] : people_.ratings(kind, i)) {
                 const auto rated = visitor.give({.method = "PUT",
                                                  .target = contribution(ids[number], "rating"),
                                                  .key = key_of("rating", number),
                                                  .token = tokens_[i],
                                                  .body = {{"rating", up ? "up" : "down"}}});
                 if (!rated) return std::unexpected(rated.error());
               }
               return {};
             });
}

std::expected<void, Failure> TownYear::forget() {
  return all("erasures", people_.leavers(),
             [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
               return outcome_of(visitor.give({.method = "DELETE",
                                               .target = "/v1/me",
                                               .key = key_of("erase"),
                                               .token = tokens_[people_.leaver(i)]}));
             });
}

std::expected<void, Failure> TownYear::end() {
  for (const std::string& winner : published_winners()) {
    const auto done =
        give("anna", fmt::format("/v1/projects/{}/milestones/{}/report", contest_project, winner),
             "done-" + winner, town_report("done"));
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

}  // namespace stimmbuch::program
