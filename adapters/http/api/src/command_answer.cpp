#include "command_answer.hpp"

#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::http::api {

namespace {

std::string_view kind_of(const StreamId& stream) {
  struct Kind {
    std::string_view operator()(const LedgerId&) const { return "ledger"; }
    std::string_view operator()(const CitizenId&) const { return "citizen"; }
    std::string_view operator()(const ProjectId&) const { return "project"; }
    std::string_view operator()(const PollId&) const { return "poll"; }
    std::string_view operator()(const BallotId&) const { return "ballot"; }
    std::string_view operator()(const RollPartId&) const { return "roll"; }
    std::string_view operator()(const OpeningPartId&) const { return "opening"; }
    std::string_view operator()(const ContributionId&) const { return "contribution"; }
    std::string_view operator()(const SupportsId&) const { return "support"; }
    std::string_view operator()(const RatingsId&) const { return "rating"; }
    std::string_view operator()(const ReportsId&) const { return "report"; }
    std::string_view operator()(const SurveyId&) const { return "survey"; }
    std::string_view operator()(const AnswersId&) const { return "answers"; }
    std::string_view operator()(const DocumentId&) const { return "document"; }
  };
  return std::visit(Kind{}, stream);
}

// What participants of contests do is named by its subject, which is what an audit asks for; everything else
// by its id.
std::string name_of(const StreamId& stream) {
  std::string name = subject(stream);
  if (!contest_of(stream)) name.erase(0, name.find('/') + 1);
  return name;
}

struct Creates {
  bool operator()(const ledger::Event&) const { return true; }
  bool operator()(const citizen::Event& event) const {
    return std::holds_alternative<citizen::Registered>(event);
  }
  bool operator()(const project::Event& event) const {
    return std::holds_alternative<project::Opened>(event) ||
           std::holds_alternative<project::PhaseDefined>(event) ||
           std::holds_alternative<project::MilestonePlanned>(event);
  }
  bool operator()(const poll::Event& event) const { return std::holds_alternative<poll::Drafted>(event); }
  bool operator()(const ballot::Event& event) const {
    return std::holds_alternative<ballot::VoteCast>(event) ||
           std::holds_alternative<ballot::SealedVoteCast>(event);
  }
  bool operator()(const roll::Event&) const { return true; }
  bool operator()(const opening::Event&) const { return true; }
  bool operator()(const rating::Event& event) const { return std::holds_alternative<rating::Given>(event); }
  bool operator()(const report::Event&) const { return true; }
  bool operator()(const support::Event& event) const { return std::holds_alternative<support::Given>(event); }
  bool operator()(const survey::Event& event) const { return std::holds_alternative<survey::Drafted>(event); }
  bool operator()(const answers::Event& event) const { return std::holds_alternative<answers::Given>(event); }
  bool operator()(const document::Event& event) const {
    return std::holds_alternative<document::Published>(event);
  }
  bool operator()(const contribution::Event& event) const {
    return std::holds_alternative<contribution::Submitted>(event);
  }
};

// Answers that were dropped, since other answers hide their questions; null if the command is of another
// kind.
const std::vector<QuestionId>* dropped_by(const Event& event) {
  const auto* const own = std::get_if<answers::Event>(&event);
  if (!own) return nullptr;
  if (const auto* const given = std::get_if<answers::Given>(own)) return &given->set.dropped;
  const auto* const changed = std::get_if<answers::Changed>(own);
  return changed ? &changed->set.dropped : nullptr;
}

Response answer_accepted(const runner::Accepted& accepted, const TokensOf& tokens) {
  auto response = json_response(creates(accepted) ? 201 : 200, "{" + members_of(accepted) + "}");
  response.headers.push_back({"Consistency-Token", tokens.at(accepted.last)});
  response.headers.push_back({"Cache-Control", "no-store"});
  if (accepted.replayed) response.headers.push_back({"Idempotency-Replayed", "true"});
  return response;
}

}  // namespace

bool creates(const runner::Accepted& accepted) {
  return std::visit(Creates{}, accepted.events.front());
}

std::string members_of(const runner::Accepted& accepted) {
  // Kinds, ids and subjects hold nothing to escape.
  std::string members;
  members.append("\"").append(kind_of(accepted.stream)).append("\":\"").append(name_of(accepted.stream));
  members.append("\",\"position\":\"").append(std::to_string(number(accepted.last)));
  members.append("\",\"revision\":").append(std::to_string(number(accepted.revision)));
  members.append(accepted.replayed ? ",\"replayed\":true" : ",\"replayed\":false");
  const auto* const dropped = dropped_by(accepted.events.front());
  if (dropped && !dropped->empty()) {
    members.append(",\"dropped\":[");
    for (const QuestionId& question : *dropped)
      members.append("\"").append(question.text()).append(&question == &dropped->back() ? "\"]" : "\",");
  }
  return members;
}

Response answer(const runner::Outcome& outcome, Language language, const TokensOf& tokens) {
  struct Answer {
    Language language;
    const TokensOf& tokens;

    Response operator()(const runner::Accepted& accepted) const { return answer_accepted(accepted, tokens); }
    Response operator()(const Rejection& rejection) const { return api::answer(rejection, language); }
    Response operator()(const runner::Failure& failure) const { return api::answer(failure); }
  };
  return std::visit(Answer{language, tokens}, outcome);
}

}  // namespace stimmbuch::http::api
