// The contest of ideas, and what moderators do in it.
#include <utility>

#include <fmt/format.h>

#include "demo/deeds.hpp"
#include "demo/town.hpp"
#include "demo/town_year.hpp"

namespace stimmbuch::program {

namespace {

Json contribution_to_contest(std::string_view kind) {
  return {{"kind", kind}, {"project", contest_project}, {"phase", contest_phase}, {"language", "de"}};
}

}  // namespace

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

}  // namespace stimmbuch::program
