// The routes of surveys: officials put and close them, citizens answer under a pseudonym of the survey.
#include "stimmbuch/projections/folds/surveys.hpp"

#include <algorithm>
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
#include "stimmbuch/projections/worker/view_store.hpp"
#include "submitting.hpp"
#include "survey_input.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::string_view projection = "surveys";
constexpr std::size_t texts_page_size = 50;
constexpr std::size_t texts_page_size_max = 200;
constexpr std::size_t rows_at_once = 1000;

// Answers bring coordinates, and numbers as people say them.
constexpr JsonLimits answer_limits{.fractions = true};

// Words as people read them; what else lies in the vault is JSON already.
bool are_words(survey::QuestionKind kind) {
  return kind == survey::QuestionKind::short_text || kind == survey::QuestionKind::long_text ||
         kind == survey::QuestionKind::date;
}

std::optional<std::string> text_of(const runner::Vault& vault, const StreamId& stream, Revision revision,
                                   std::string_view field) {
  const auto row =
      vault.read(runner::RowClass::texts, runner::text_row_name(subject(stream), revision, field));
  if (!row) return std::nullopt;
  return std::string(runner::text_of_row(*row));
}

// As a participant sent them.
void write_own_answers(codec::Writer& out, const runner::Vault& vault, const AnswersId& id,
                       const answers::Standing& standing, const survey::State& survey) {
  out.name("answers");
  out.begin_object();
  for (const survey::Question& question : survey.questions) {
    if (const auto answer = standing.set.answers.find(question.id); answer != standing.set.answers.end()) {
      out.name(question.id.text());
      write(out, answer->second);
      continue;
    }
    if (!standing.set.texts.contains(question.id.text())) continue;
    const auto text = text_of(vault, id, standing.revision, question.id.text());
    if (!text) continue;
    out.name(question.id.text());
    if (are_words(question.kind)) {
      out.string(*text);
    } else {
      out.raw(*text);
    }
  }
  out.end_object();
  out.name("other");
  out.begin_object();
  for (const survey::Question& question : survey.questions) {
    if (!question.other || !standing.set.texts.contains(question.id.text())) continue;
    const auto text = text_of(vault, id, standing.revision, question.id.text());
    if (!text) continue;
    out.name(question.id.text());
    out.string(*text);
  }
  out.end_object();
  if (standing.set.dropped.empty()) return;
  out.name("dropped");
  write(out, standing.set.dropped);
}

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
  if (own.standing)
    write_own_answers(out, vault, id, *own.standing, runner::read_state<survey::State>(log, id.survey));
  out.end_object();
  return body;
}

// What somebody said to one question, in a row that does not tell who.
struct Said {
  RespondentId respondent;
  AnswersId participant;
  Revision revision{};
};

// All of them, in an order that says nothing. Nothing if the views are being built.
std::optional<std::vector<Said>> said_to(const projections::ViewStore& views, const SurveyId& survey,
                                         const QuestionId& question, const crypto::Mac& secret) {
  std::vector<Said> all;
  std::optional<std::string> after = "";
  while (after) {
    const auto read =
        views.rows(projection, projections::standing_prefix(survey.text()), *after, rows_at_once);
    if (!read) return std::nullopt;
    for (const auto& [key, row] : read->rows) {
      const auto voter = VoterId::parse(key);
      const auto texts = projections::standing_texts(row);
      if (!voter || std::ranges::find(texts.questions, question) == texts.questions.end()) continue;
      all.push_back({vault::respondent(secret, *voter), {survey, *voter}, texts.revision});
    }
    after = read->next;
  }
  std::ranges::sort(all, {}, &Said::respondent);
  return all;
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

void Api::get_survey_texts(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  const auto question_text = query_parameter(call.request->query, "question");
  const auto question = question_text ? QuestionId::parse(*question_text) : std::nullopt;
  if (!question) return std::move(call).send(malformed("texts are of a question: ?question=…"));
  reads_->when_seen(std::move(call), projection, [this, id = *id, question = *question](Call reached) {
    const Request& request = *reached.request;
    const auto limit = query_limit(request.query, texts_page_size, texts_page_size_max);
    if (!limit) return std::move(reached).send(malformed(limit_form));
    const auto after = cursor_of(request);
    if (!after) return std::move(reached).send(malformed(cursor_form));
    if (!reads_->may_show_texts()) return std::move(reached).send(texts_behind());
    const auto secret = parts_.contests.get(id);
    if (!secret) return refuse(std::move(reached), why_no_secret(parts_.log, id));
    const auto all = said_to(parts_.views, id, question, *secret);
    if (!all) return std::move(reached).send(rebuilding());
    const auto released = runner::read_state<survey::State>(parts_.log, id).released;
    std::string body = R"({"items":[)";
    auto said = std::ranges::upper_bound(*all, std::string_view(*after), {},
                                         [](const Said& one) { return one.respondent.text(); });
    for (std::uint64_t shown = 0; said != all->end() && shown < *limit; ++said) {
      const auto text = text_of(parts_.vault, said->participant, said->revision, question.text());
      if (!text) continue;
      if (shown++ > 0) body += ',';
      codec::Writer out(body);
      out.begin_object();
      out.name("respondent");
      write(out, said->respondent);
      out.name("text");
      out.string(*text);
      out.name("released");
      out.boolean(released.contains({question, said->respondent}));
      out.end_object();
    }
    const auto next =
        said == all->end() ? std::nullopt : std::optional(std::string(std::prev(said)->respondent.text()));
    auto response = reads_->conditional(request, close_page(std::move(body) + "]", next), parts_.log.head(),
                                        Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

void Api::release_survey_texts(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  const auto body = parse_object(call.request->body);
  if (!body) return std::move(call).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  const auto question = in.id<QuestionId>("question");
  auto respondents = in.ids<RespondentId>("respondents");
  in.finish();
  if (!errors.empty()) return std::move(call).send(validation_failed(errors));
  reads_->on_pool(std::move(call), [this, id = *id, question,
                                    respondents = std::move(respondents)](Call asked) {
    if (!reads_->may_show_texts()) return std::move(asked).send(texts_behind());
    const auto secret = parts_.contests.get(id);
    if (!secret) return refuse(std::move(asked), why_no_secret(parts_.log, id));
    const auto all = said_to(parts_.views, id, question, *secret);
    if (!all) return std::move(asked).send(rebuilding());
    survey::ReleaseTexts command{question, {}};
    VaultTexts texts;
    std::size_t bytes = 0;
    for (const RespondentId& respondent : respondents) {
      const auto said = std::ranges::lower_bound(*all, respondent, {}, &Said::respondent);
      auto text = said != all->end() && said->respondent == respondent
                      ? text_of(parts_.vault, said->participant, said->revision, question.text())
                      : std::nullopt;
      if (!text) return refuse(std::move(asked), stimmbuch::Refusal::text_unknown);
      bytes += text->size();
      std::string field(respondent.text());
      const auto commitment = kept_text(field, *std::move(text), texts);
      if (!command.texts.emplace(std::move(field), commitment).second || bytes > texts_bytes_max) {
        return std::move(asked).send(validation_failed(
            {{"#/respondents", "invalid_text", "Each stands once, with at most 32 KiB of text in all."}}));
      }
    }
    auto submission = desk_->open_submission(id, survey::Command{std::move(command)}, as_official(asked));
    submission.texts = std::move(texts);
    // What is published outlasts the survey's secret.
    submission.text_owners = {actor_text(submission.actor)};
    submit(*desk_, std::move(asked), std::move(submission));
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
  reads_->when_seen(std::move(call), projection, [this, id = *survey, citizen = *citizen](Call reached) {
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
    if (own.commands > 0)
      out.raw(answers_document(parts_.log, parts_.vault, id, own, parts_.ledger.purpose));
  };
  if (!reads_->each_row(projection, projections::all_surveys_prefix, write_survey)) return false;
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
  reads_->send_list(std::move(call), projection, projections::surveys_of_project_prefix(*project));
}

void Api::get_survey(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->send_document(std::move(call), projection, std::string(id->text()));
}

void Api::get_survey_results(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->send_document(std::move(call), projection, projections::survey_results_id(*id));
}

}  // namespace stimmbuch::http::api
