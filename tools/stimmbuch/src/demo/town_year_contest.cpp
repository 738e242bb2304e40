// The contest of ideas, and what moderators do in it.
#include <utility>

#include <fmt/format.h>

#include "demo/deeds.hpp"
#include "demo/town.hpp"
#include "demo/town_year.hpp"

namespace stimmbuch::program {

std::expected<void, Failure> TownYear::contest() {
  std::vector<std::string>& comments = ids_of(Said::comment);
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
    Json body = contribution_body("proposal", contest_project, contest_phase, proposal.text);
    body["title"] = proposal.title;
    return body;
  };
  const auto comment_body = [&](std::size_t number) {
    const auto comment = people_.comment(number);
    Json body = contribution_body("comment", contest_project, contest_phase, comment.text);
    body["parent"] = (number < people_.answers_begin() ? proposals_ : comments)[comment.answers];
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
    if (done) done = submit("comments", from, to, comment_body, commenter, comments);
    if (done) done = release(comments, from, to, fate_of_comment);
  }
  if (done)
    done = all("supports", people_.citizens(),
               [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
                 for (const std::size_t proposal : people_.supports(i)) {
                   const auto given = visitor.give({.method = "PUT",
                                                    .target = contribution(proposals_[proposal], "support"),
                                                    .key = key_of("support", proposal),
                                                    .token = tokens_[i],
                                                    .body = {{"version", 1}}});
                   if (!given) return std::unexpected(given.error());
                 }
                 return {};
               });
  if (done) done = rate(Said::comment);
  return done;
}

// Two people report, a moderator blocks, the author appeals, another moderator decides.
std::expected<void, Failure> TownYear::report_and_hide(const Dispute& dispute, Visitor& visitor) {
  const auto act = [&](const std::string& token, std::string_view deed, Json body) {
    return visitor.give({.target = contribution(dispute.id, deed),
                         .key = key_of(deed, dispute.number),
                         .token = token,
                         .body = std::move(body)});
  };
  for (const std::size_t neighbour : {1U, 2U}) {
    const auto& token = tokens_[(dispute.author + neighbour) % people_.citizens()];
    if (auto reported = act(token, "report", {{"reason", "insulting"}}); !reported)
      return std::unexpected(std::move(reported.error()));
  }
  const auto hidden =
      act(token_of("mona"), "hide",
          {{"manner", "blocked"}, {"reason", "insulting"}, {"note", "Bitte sachlich bleiben."}});
  if (!hidden) return std::unexpected(hidden.error());
  if (dispute.fate == Fate::blocked) return {};
  const auto appealed =
      act(tokens_[dispute.author], "appeal",
          {{"hiding", hidden->value("position", "")}, {"appeal", "Das war doch nicht so gemeint."}});
  if (!appealed) return std::unexpected(appealed.error());
  const bool granted = dispute.fate == Fate::restored;
  const auto decided = act(token_of("nora"), "decide",
                           {{"appeal", appealed->value("position", "")},
                            {"granted", granted},
                            {"decision", granted ? "Das war zu streng." : "Der Ton stimmt nicht."}});
  return outcome_of(decided);
}

std::expected<void, Failure> TownYear::moderate() {
  std::vector<Dispute> disputes;
  const auto collect = [&](Said kind, const auto& said_by_number) {
    const std::vector<std::string>& ids = ids_of(kind);
    for (std::size_t number = 0; number < ids.size(); ++number) {
      const auto said = said_by_number(number);
      if (said.fate != Fate::shown && said.fate != Fate::removed)
        disputes.push_back({ids[number], number, said.author, said.fate});
    }
  };
  collect(Said::comment, [&](std::size_t number) { return people_.comment(number); });
  collect(Said::mark, [&](std::size_t number) { return people_.mark(number); });
  collect(Said::annotation, [&](std::size_t number) { return people_.annotation(number); });
  return all("disputes", disputes.size(),
             [&](std::size_t i, Visitor& visitor) { return report_and_hide(disputes[i], visitor); });
}

}  // namespace stimmbuch::program
