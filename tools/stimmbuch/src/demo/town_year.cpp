#include "demo/town_year.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "demo/town.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t connections = 16;
constexpr milliseconds between_pictures{150};
constexpr std::size_t words_released = 3;

struct Official {
  std::string_view name;
  std::string_view role;
};
constexpr std::array officials{Official{"anna", "staff"},     Official{"cem", "certifier"},
                               Official{"rita", "registrar"}, Official{"mona", "moderator"},
                               Official{"nora", "moderator"}, Official{"ada", "auditor"}};

std::string key_of(std::string_view step, std::size_t number = 0) {
  return fmt::format("stimmbuch-demo-{}-{:06}", step, number);
}

std::string contribution(std::string_view id, std::string_view deed) {
  return fmt::format("/v1/contributions/{}/{}", id, deed);
}

Json contribution_to_contest(std::string_view kind) {
  return {{"kind", kind}, {"project", contest_project}, {"phase", contest_phase}, {"language", "de"}};
}

std::expected<void, Failure> outcome_of(const std::expected<Json, Failure>& answer) {
  if (!answer) return std::unexpected(answer.error());
  return {};
}

}  // namespace

TownYear::TownYear(const Townspeople& people, const Place& place, Console& console, Signals& signals)
    : people_(people),
      place_(place),
      console_(console),
      signals_(signals),
      office_(place),
      tokens_(people.citizens()),
      proposals_(people.proposals()),
      comments_(people.comments()) {}

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

std::expected<void, Failure> TownYear::contest() {
  // What moderators do with what waits for them.
  const auto release = [&](const std::vector<std::string>& ids, std::size_t from, std::size_t to,
                           const std::function<Fate(std::size_t)>& fate) {
    return all(
        "released", to - from, [&, from](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
          const std::string& id = ids[from + i];
          const bool removed = fate(from + i) == Fate::removed;
          const auto done = visitor.give(
              {.target = contribution(id, removed ? "hide" : "release"),
               .key = key_of("release"),
               .token = token_of(i % 2 == 0 ? "mona" : "nora"),
               .body = removed ? Json{{"manner", "removed"}, {"reason", "spam"}} : Json{{"version", 1}}});
          return outcome_of(done);
        });
  };
  const auto proposal_body = [&](std::size_t number) {
    const auto proposal = people_.proposal(number);
    Json body = contribution_to_contest("proposal");
    body["title"] = proposal.title;
    body["text"] = proposal.text;
    return body;
  };
  const auto comment_body = [&](std::size_t number) {
    const auto comment = people_.comment(number);
    Json body = contribution_to_contest("comment");
    body["parent"] =
        number < people_.answers_begin() ? proposals_[comment.answers] : comments_[comment.answers];
    body["text"] = comment.text;
    return body;
  };
  const auto proposer = [&](std::size_t number) { return people_.proposal(number).author; };
  const auto commenter = [&](std::size_t number) { return people_.comment(number).author; };
  const auto fate_of_proposal = [&](std::size_t number) { return people_.proposal(number).fate; };
  const auto fate_of_comment = [&](std::size_t number) { return people_.comment(number).fate; };

  auto done = submit("proposals", 0, people_.proposals(), proposal_body, proposer, proposals_);
  if (done) done = release(proposals_, 0, people_.proposals(), fate_of_proposal);
  const std::size_t middle = people_.answers_begin();
  for (const auto& [from, to] : {std::pair{std::size_t{0}, middle}, std::pair{middle, people_.comments()}}) {
    if (done) done = submit("comments", from, to, comment_body, commenter, comments_);
    if (done) done = release(comments_, from, to, fate_of_comment);
  }
  if (!done) return done;
  return all(
      "opinions", people_.citizens(), [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
        const auto put = [&](const std::string& id, std::size_t number, std::string_view deed, Json body) {
          return visitor.give({.method = "PUT",
                               .target = contribution(id, deed),
                               .key = key_of(deed, number),
                               .token = tokens_[i],
                               .body = std::move(body)});
        };
        for (const std::size_t proposal : people_.supports(i)) {
          if (auto given = put(proposals_[proposal], proposal, "support", {{"version", 1}}); !given)
            return std::unexpected(std::move(given.error()));
        }
        for (const auto& [comment, up] : people_.ratings(i)) {
          if (auto given = put(comments_[comment], comment, "rating", {{"rating", up ? "up" : "down"}});
              !given)
            return std::unexpected(std::move(given.error()));
        }
        return {};
      });
}

// Two people report, a moderator blocks, the author appeals, another moderator decides.
std::expected<void, Failure> TownYear::report_and_hide(std::size_t number, Visitor& visitor) {
  const auto comment = people_.comment(number);
  const std::string& id = comments_[number];
  const auto act = [&](const std::string& token, std::string_view deed, Json body) {
    return visitor.give({.target = contribution(id, deed),
                         .key = key_of(deed, number),
                         .token = token,
                         .body = std::move(body)});
  };
  for (const std::size_t neighbour : {1U, 2U}) {
    const auto& token = tokens_[(comment.author + neighbour) % people_.citizens()];
    if (auto reported = act(token, "report", {{"reason", "insulting"}}); !reported)
      return std::unexpected(std::move(reported.error()));
  }
  const auto hidden =
      act(token_of("mona"), "hide",
          {{"manner", "blocked"}, {"reason", "insulting"}, {"note", "Bitte sachlich bleiben."}});
  if (!hidden) return std::unexpected(hidden.error());
  if (comment.fate == Fate::blocked) return {};
  const auto appealed =
      act(tokens_[comment.author], "appeal",
          {{"hiding", hidden->value("position", "")}, {"appeal", "Das war doch nicht so gemeint."}});
  if (!appealed) return std::unexpected(appealed.error());
  const bool granted = comment.fate == Fate::restored;
  const auto decided = act(token_of("nora"), "decide",
                           {{"appeal", appealed->value("position", "")},
                            {"granted", granted},
                            {"decision", granted ? "Das war zu streng." : "Der Ton stimmt nicht."}});
  return outcome_of(decided);
}

std::expected<void, Failure> TownYear::moderate() {
  std::vector<std::size_t> disputed;
  for (std::size_t number = 0; number < people_.comments(); ++number) {
    const Fate fate = people_.comment(number).fate;
    if (fate != Fate::shown && fate != Fate::removed) disputed.push_back(number);
  }
  return all("disputes", disputed.size(),
             [&](std::size_t i, Visitor& visitor) { return report_and_hide(disputed[i], visitor); });
}

// Staff read what people say in their own words, and publish some of it.
std::expected<Json, Failure> TownYear::release_words(const std::string& survey) {
  const auto said = office_.server().send(
      {.method = "GET",
       .target = fmt::format("{}/texts?question={}&limit={}", survey, words_question, words_released),
       .headers = {{"Authorization", "Bearer " + token_of("anna")}}});
  if (!said) return said;
  Json respondents = Json::array();
  for (const Json& one : said->value("items", Json::array())) respondents.push_back(one.at("respondent"));
  if (respondents.empty()) return Json();
  return give("anna", survey + "/texts/release", "words",
              {{"question", words_question}, {"respondents", std::move(respondents)}});
}

std::expected<void, Failure> TownYear::ask() {
  const std::string survey = fmt::format("/v1/surveys/{}", survey_id);
  const auto answered = all("answers", people_.citizens(),
                            [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
                              auto answers = people_.answers(i);
                              if (!answers) return {};
                              const auto given = visitor.give({.method = "PUT",
                                                               .target = survey + "/answers",
                                                               .key = key_of("answers", i),
                                                               .token = tokens_[i],
                                                               .body = {{"answers", *std::move(answers)}}});
                              return outcome_of(given);
                            });
  if (!answered) return answered;
  auto done = release_words(survey);
  if (done) done = give("anna", survey + "/close", "close", {{"reason", "Die Umfrage ist zu Ende."}});
  return outcome_of(done);
}

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
    if (const auto signal = signals_.wait(between_pictures))
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

std::expected<void, Failure> TownYear::forget(std::size_t citizens) {
  // Spread over the town.
  const std::size_t step = people_.citizens() / std::max<std::size_t>(citizens, 1);
  return all("erasures", citizens, [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
    const auto erased = visitor.give(
        {.method = "DELETE", .target = "/v1/me", .key = key_of("erase"), .token = tokens_[i * step]});
    return outcome_of(erased);
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
