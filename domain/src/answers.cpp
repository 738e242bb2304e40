#include "stimmbuch/domain/answers.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "stimmbuch/domain/admission.hpp"

namespace stimmbuch::answers {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;
using Checked = std::expected<void, Rejection>;
using survey::Question;
using survey::QuestionKind;
using Options = std::vector<OptionId>;
using Rows = std::map<OptionId, OptionId>;

std::string place_of(std::string_view question) {
  return std::string("/answers/").append(question);
}

Checked check_options(const Question& question, const Options& options, const std::string& where) {
  if (std::set<OptionId>(options.begin(), options.end()).size() != options.size())
    return refused(Refusal::answer_option_repeated, where);
  if (!std::ranges::all_of(options, [&](const OptionId& id) { return question.offers(id); }))
    return refused(Refusal::answer_option_unknown, where);
  if (options.size() < static_cast<std::size_t>(question.min))
    return refused(Refusal::answer_options_too_few, where);
  if (options.size() > question.options_at_most()) return refused(Refusal::answer_options_too_many, where);
  return {};
}

// Where an answer is required, one for each row.
Checked check_rows(const Question& question, const Rows& rows, const std::string& where) {
  const bool known = std::ranges::all_of(rows, [&](const auto& row) {
    return std::ranges::find(question.rows, row.first, &survey::Choice::id) != question.rows.end() &&
           question.offers(row.second);
  });
  if (!known) return refused(Refusal::answer_option_unknown, where);
  if (rows.empty() || (question.required && rows.size() < question.rows.size()))
    return refused(Refusal::answer_options_too_few, where);
  return {};
}

Checked check_answer(const Question& question, const survey::Answer& answer, const std::string& where) {
  switch (question.kind) {
    case QuestionKind::single:
    case QuestionKind::multiple:
    case QuestionKind::ranking:
      if (const auto* const options = std::get_if<Options>(&answer))
        return check_options(question, *options, where);
      break;
    case QuestionKind::scale:
    case QuestionKind::rating:
      if (const auto* const number = std::get_if<std::int64_t>(&answer)) {
        if (*number < question.from || *number > question.to)
          return refused(Refusal::answer_out_of_range, where);
        return {};
      }
      break;
    case QuestionKind::matrix:
      if (const auto* const rows = std::get_if<Rows>(&answer)) return check_rows(question, *rows, where);
      break;
    case QuestionKind::short_text:
    case QuestionKind::long_text:
    case QuestionKind::number:
    case QuestionKind::date:
    case QuestionKind::point:
    case QuestionKind::line:
    case QuestionKind::polygon:
      break;
  }
  return refused(Refusal::answer_of_other_kind, where);
}

// Words belong to questions that ask for them, and to the choice of something else than what is offered.
bool takes_words(const Question& question, const survey::Answer* answer) {
  if (!survey::is_closed(question.kind)) return true;
  const auto* const options = answer ? std::get_if<Options>(answer) : nullptr;
  return question.other && options &&
         std::ranges::any_of(*options, [](const OptionId& id) { return id.text() == survey::other_option; });
}

Checked check_names(const survey::State& survey, const AnswerSurvey& command) {
  for (const auto& [id, answer] : command.answers)
    if (!survey.question(id)) return refused(Refusal::question_unknown, place_of(id.text()));
  for (const auto& [field, commitment] : command.texts) {
    const auto id = QuestionId::parse(field);
    if (!id || !survey.question(*id)) return refused(Refusal::question_unknown, place_of(field));
  }
  return {};
}

// The answers that are taken.
std::expected<AnswerSet, Rejection> taken(const survey::State& survey, const AnswerSurvey& command) {
  if (auto checked = check_names(survey, command); !checked) return std::unexpected(checked.error());
  const auto shown = survey::shown_questions(survey.questions, command.answers);
  AnswerSet set;
  for (std::size_t i = 0; i < survey.questions.size(); ++i) {
    const Question& question = survey.questions[i];
    const auto where = place_of(question.id.text());
    const auto answer = command.answers.find(question.id);
    const auto text = command.texts.find(question.id.text());
    const bool is_answered = answer != command.answers.end();
    const bool has_text = text != command.texts.end();
    if (!shown[i]) {
      if (is_answered || has_text) set.dropped.push_back(question.id);
      continue;
    }
    if (is_answered) {
      if (auto checked = check_answer(question, answer->second, where); !checked)
        return std::unexpected(checked.error());
      set.answers.insert(*answer);
    }
    if (has_text) {
      if (!takes_words(question, is_answered ? &answer->second : nullptr))
        return refused(Refusal::answer_of_other_kind, where);
      set.texts.insert(*text);
    }
    if (question.required && !is_answered && !has_text) return refused(Refusal::answer_missing, where);
  }
  if (set.answers.empty() && set.texts.empty()) return refused(Refusal::answer_missing, "/answers");
  return set;
}

Checked check_open(const survey::State& survey) {
  switch (survey.status) {
    case survey::Status::unknown:
      return refused(Refusal::survey_unknown);
    case survey::Status::draft:
      return refused(Refusal::survey_not_open);
    case survey::Status::closed:
      return refused(Refusal::survey_closed);
    case survey::Status::open:
      return {};
  }
  return {};
}

Decision decide_on(const State& state, const AnswerSurvey& command, const Context& context) {
  if (auto open = check_open(context.survey); !open) return std::unexpected(open.error());
  const survey::Terms& terms = *context.survey.terms;
  const auto phase = project::admitting_phase(context.project, terms.phase, project::Feature::answer,
                                              context.citizen, context.ledger, context.now);
  if (!phase) return std::unexpected(phase.error());
  if (state.standing && !terms.changeable) return refused(Refusal::answers_not_changeable);
  if (state.commands + 1 >= commands_max) return refused(Refusal::answers_changed_out);
  auto set = taken(context.survey, command);
  if (!set) return std::unexpected(set.error());
  if (state.standing) return std::vector<Event>{Changed{*std::move(set)}};
  return std::vector<Event>{Given{*std::move(set)}};
}

// Whoever loses the entitlement may still take answers back.
Decision decide_on(const State& state, const WithdrawAnswers&, const Context& context) {
  if (auto open = check_open(context.survey); !open) return std::unexpected(open.error());
  const survey::Terms& terms = *context.survey.terms;
  const auto phase = project::open_phase(context.project, terms.phase, project::Feature::answer, context.now);
  if (!phase) return std::unexpected(phase.error());
  if (auto lasts = project::check_account(context.citizen); !lasts) return std::unexpected(lasts.error());
  if (!state.standing) return refused(Refusal::no_answers_to_withdraw);
  if (!terms.changeable) return refused(Refusal::answers_not_changeable);
  return std::vector<Event>{Withdrawn{}};
}

struct Evolve {
  State& state;
  const Recorded& recorded;

  void operator()(const Given& event) const { state.standing = Standing{recorded.revision, event.set}; }
  void operator()(const Changed& event) const { state.standing = Standing{recorded.revision, event.set}; }
  void operator()(const Withdrawn&) const { state.standing.reset(); }
};

}  // namespace

State evolve(State state, const Event& event, const Recorded& recorded) {
  std::visit(Evolve{state, recorded}, event);
  ++state.commands;
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::answers
