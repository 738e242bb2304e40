// The routes of surveys: officials put and close them, citizens answer under a pseudonym of the survey.
#include "stimmbuch/projections/folds/surveys.hpp"

#include <string>
#include <utility>
#include <vector>

#include "call.hpp"
#include "command_desk.hpp"
#include "missing_secret.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "submitting.hpp"
#include "survey_input.hpp"
#include "survey_participants.hpp"
#include "survey_rows.hpp"
#include "vault_texts.hpp"

namespace stimmbuch::http::api {

namespace {

// Answers bring coordinates, and numbers as people say them.
constexpr JsonLimits answer_limits{.fractions = true};

std::string answers_document(const eventstore::Records& log, const runner::Vault& vault, const AnswersId& id,
                             const answers::State& own, ledger::Purpose purpose) {
  std::string body;
  codec::Writer out(body);
  out.begin_object();
  out.name("survey");
  write(out, id.survey);
  out.name("participant");
  write(out, id.voter);
  out.name("purpose");
  write(out, purpose);
  if (const auto& standing = own.standing) {
    Said said;
    for (const auto& [field, commitment] : standing->set.texts) {
      const auto question = QuestionId::parse(field);
      auto text = text_in_vault(vault, id, standing->revision, field);
      if (question && text) said.emplace(*question, *std::move(text));
    }
    const auto survey = runner::read_state<survey::State>(log, id.survey);
    write_answers(out, survey.questions, standing->set.answers, said);
    if (!standing->set.dropped.empty()) {
      out.name("dropped");
      write(out, standing->set.dropped);
    }
  }
  out.end_object();
  return body;
}

}  // namespace

// ---- by officials

void Api::draft_survey(Call call) {
  with_body(*desk_, std::move(call),
            [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
              const auto intent = as_official(asked);
              const auto id =
                  in.optional_id<SurveyId>("id").value_or(desk_->created_id<SurveyId>("survey", intent));
              auto submission = desk_->open_submission(id, survey::Command{read_draft_survey(in)}, intent);
              submission.secrets.push_back(vault::new_contest_secret(id));
              return submission;
            });
}

void Api::add_questions(Call call) {
  to_named<SurveyId>(*desk_, std::move(call), [](Members& in, VaultTexts&) -> Command {
    return survey::Command{read_add_questions(in)};
  });
}

void Api::open_survey(Call call) {
  bare_to_named<SurveyId>(*desk_, std::move(call), survey::Command{survey::OpenSurvey{}});
}

void Api::close_survey(Call call) {
  to_named<SurveyId>(*desk_, std::move(call), [](Members& in, VaultTexts&) -> Command {
    return survey::Command{survey::CloseSurvey{in.text("reason")}};
  });
}

// ---- by citizens

void Api::to_own_answers(Call call, const SurveyId& survey, const answers::Command& command,
                         std::vector<runner::VaultText> texts) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return refuse(std::move(call), stimmbuch::Refusal::citizen_unknown);
  const auto voter = desk_->voter(survey, *citizen);
  if (!voter) return refuse(std::move(call), why_no_secret(parts_.log, survey));
  const AnswersId own{survey, *voter};
  auto submission = desk_->opinion_submission(own, command, Intent{*voter, call.client_key}, *citizen);
  if (!submission) return refuse(std::move(call), why_no_secret(parts_.log, survey));
  submission->texts = std::move(texts);
  // Nothing outside the sealed row joins the two.
  submission->text_owners = {subject(*citizen), subject(survey)};
  // What was said before is not kept.
  if (const auto state = runner::read_state<answers::State>(parts_.log, own); state.standing) {
    for (const auto& [field, commitment] : state.standing->set.texts) {
      const auto row = runner::text_row_name(subject(own), state.standing->revision, field);
      submission->secrets.push_back(CommandDesk::erasing_row(row, parts_.clock.now()));
    }
  }
  submit(*desk_, std::move(call), *std::move(submission));
}

void Api::answer_survey(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  const auto survey = desk_->opened_survey(*id);
  if (!survey) {
    const auto state = runner::read_state<survey::State>(parts_.log, *id);
    const bool is_known = state.status != survey::Status::unknown;
    return refuse(std::move(call),
                  is_known ? stimmbuch::Refusal::survey_not_open : stimmbuch::Refusal::survey_unknown);
  }
  const auto body = parse_object(call.request->body, answer_limits);
  if (!body) return std::move(call).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  VaultTexts texts;
  const answers::Command command = read_answers(in, *survey, texts);
  in.finish();
  if (!errors.empty()) return std::move(call).send(validation_failed(errors));
  to_own_answers(std::move(call), *id, command, std::move(texts));
}

void Api::withdraw_answers(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  to_own_answers(std::move(call), *id, answers::WithdrawAnswers{}, {});
}

void Api::get_my_answers(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  const auto survey_text = query_parameter(call.request->query, "survey");
  const auto survey = survey_text ? SurveyId::parse(*survey_text) : std::nullopt;
  if (!citizen) return std::move(call).send(not_found());
  if (!survey) return std::move(call).send(malformed("answers are of a survey: ?survey=…"));
  reads_->when_seen(std::move(call), surveys_view, [this, id = *survey, citizen = *citizen](Call reached) {
    if (!reads_->may_show_texts()) return std::move(reached).send(texts_behind());
    const auto voter = desk_->voter(id, citizen);
    if (!voter) return refuse(std::move(reached), why_no_secret(parts_.log, id));
    if (runner::read_state<citizen::State>(parts_.log, citizen).erasure != citizen::Erasure::none)
      return refuse(std::move(reached), stimmbuch::Refusal::citizen_erased);
    const AnswersId own{id, *voter};
    const auto state = runner::read_state<answers::State>(parts_.log, own);
    auto response = reads_->conditional(
        *reached.request, answers_document(parts_.log, parts_.vault, own, state, parts_.ledger.purpose),
        parts_.log.head(), Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

bool Api::write_answers(codec::Writer& out, const CitizenId& citizen) const {
  std::vector<SurveyId> without_secret;
  out.name("answers");
  out.begin_array();
  const auto write_survey = [&](std::string_view, const std::string& summary) {
    const auto survey = SurveyId::parse(Json::parse(summary).at("survey").get<std::string>());
    if (!survey) return;
    const auto voter = desk_->voter(*survey, citizen);
    if (!voter) return without_secret.push_back(*survey);
    const AnswersId id{*survey, *voter};
    const auto own = runner::read_state<answers::State>(parts_.log, id);
    if (own.commands > 0) out.raw(answers_document(parts_.log, parts_.vault, id, own, parts_.ledger.purpose));
  };
  if (!reads_->each_row(surveys_view, projections::all_surveys_prefix, write_survey)) return false;
  out.end_array();
  out.name("surveys_without_secret");
  write(out, without_secret);
  return true;
}

// ---- by everybody

void Api::get_surveys(Call call) {
  const auto project_text = query_parameter(call.request->query, "project");
  const auto project = project_text ? ProjectId::parse(*project_text) : std::nullopt;
  if (!project) return std::move(call).send(malformed("a list is of a project: ?project=…"));
  reads_->send_list(std::move(call), surveys_view, projections::surveys_of_project_prefix(*project));
}

void Api::get_survey(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->send_document(std::move(call), surveys_view, std::string(id->text()));
}

void Api::get_survey_results(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->send_document(std::move(call), surveys_view, projections::survey_results_id(*id));
}

}  // namespace stimmbuch::http::api
