#include "stimmbuch/domain/survey.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <span>

#include "bounds.hpp"

namespace stimmbuch::survey {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;
using Checked = std::expected<void, Rejection>;

// All questions of a survey are answered in one record, and their texts in one command.
constexpr std::size_t answers_bytes_max = record_data_bytes_max;
constexpr std::size_t texts_bytes_max = std::size_t{32} * 1024;
constexpr std::size_t questions_bytes_max = 900'000;
constexpr std::int32_t pages_max = 200;
constexpr std::int32_t scale_max = 1000;
constexpr std::int32_t least_max = 1'000'000;

Checked check_status(const State& state, Status wanted, Refusal otherwise) {
  if (state.status == Status::unknown) return refused(Refusal::survey_unknown);
  if (state.status != wanted) return refused(otherwise);
  return {};
}

bool has_options(QuestionKind kind) {
  return kind == QuestionKind::single || kind == QuestionKind::multiple || kind == QuestionKind::ranking ||
         kind == QuestionKind::matrix;
}

bool has_scale(QuestionKind kind) {
  return kind == QuestionKind::scale || kind == QuestionKind::rating;
}

// Of which somebody gives one answer out of few.
bool may_be_background(QuestionKind kind) {
  return kind == QuestionKind::single || has_scale(kind);
}

// How many answers the question can have, none among them.
std::size_t answers_at_most(const Question& question) {
  if (has_scale(question.kind)) return static_cast<std::size_t>(question.to - question.from) + 2;
  return question.options.size() + (question.other ? 1 : 0) + 1;
}

bool may_be_condition(QuestionKind kind) {
  return kind == QuestionKind::single || kind == QuestionKind::multiple;
}

Checked check_choices(const std::vector<Choice>& choices, const Question& question,
                      const std::string& where) {
  if (choices.size() > options_max) return refused(Refusal::invalid, where);
  std::set<OptionId> ids;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const auto at = where + "/" + std::to_string(i);
    if (!is_localized(choices[i].title, title_bytes_max)) return refused(Refusal::invalid, at + "/title");
    const bool taken = question.other && choices[i].id.text() == other_option;
    if (taken || !ids.insert(choices[i].id).second) return refused(Refusal::invalid, at + "/id");
  }
  return {};
}

// Each member is there for some kinds only.
Checked check_form(const Question& question, const std::string& where) {
  const QuestionKind kind = question.kind;
  if (has_options(kind) == question.options.empty()) return refused(Refusal::invalid, where + "/options");
  if ((kind == QuestionKind::matrix) == question.rows.empty())
    return refused(Refusal::invalid, where + "/rows");
  if (question.other && kind != QuestionKind::single && kind != QuestionKind::multiple)
    return refused(Refusal::invalid, where + "/other");
  const bool counted = kind == QuestionKind::multiple || kind == QuestionKind::ranking;
  const auto most = static_cast<std::int32_t>(question.options.size() + (question.other ? 1 : 0));
  if (counted ? question.min < 1 || question.min > most : question.min != 1)
    return refused(Refusal::invalid, where + "/min");
  const bool max_fits = question.max == 0 || (question.max >= question.min && question.max <= most);
  if (counted ? !max_fits : question.max != 0) return refused(Refusal::invalid, where + "/max");
  const bool scaled = has_scale(kind);
  if (scaled ? question.from < -scale_max || question.from > scale_max : question.from != 0)
    return refused(Refusal::invalid, where + "/from");
  if (scaled ? question.to <= question.from || question.to > scale_max : question.to != 0)
    return refused(Refusal::invalid, where + "/to");
  if (question.background && !may_be_background(kind))
    return refused(Refusal::invalid, where + "/background");
  if (auto checked = check_choices(question.options, question, where + "/options"); !checked) return checked;
  return check_choices(question.rows, question, where + "/rows");
}

// Conditions name earlier questions only, so that no two wait for each other.
Checked check_conditions(const Question& question, std::span<const Question> earlier,
                         const std::string& where) {
  if (question.shown_if.size() > questions_max) return refused(Refusal::invalid, where);
  for (std::size_t i = 0; i < question.shown_if.size(); ++i) {
    const Condition& condition = question.shown_if[i];
    const auto at = where + "/" + std::to_string(i);
    const auto asked = std::ranges::find(earlier, condition.question, &Question::id);
    if (asked == earlier.end()) return refused(Refusal::question_unknown, at + "/question");
    if (!may_be_condition(asked->kind)) return refused(Refusal::invalid, at + "/question");
    const bool known =
        !condition.any_of.empty() && condition.any_of.size() <= options_max + 1 &&
        std::ranges::all_of(condition.any_of, [&](const OptionId& id) { return asked->offers(id); });
    if (!known) return refused(Refusal::invalid, at + "/any_of");
  }
  return {};
}

// The bytes that a question takes in a record at most.
std::size_t written_bytes_max(const Question& question) {
  std::size_t bytes = 260 + stimmbuch::written_bytes_max(question.title);
  for (const auto* const choices : {&question.options, &question.rows})
    for (const Choice& choice : *choices) bytes += 90 + stimmbuch::written_bytes_max(choice.title);
  for (const Condition& condition : question.shown_if) bytes += 110 + 70 * condition.any_of.size();
  return bytes;
}

std::size_t longest_id(const std::vector<Choice>& choices) {
  std::size_t longest = other_option.size();
  for (const Choice& choice : choices) longest = std::max(longest, choice.id.text().size());
  return longest;
}

// The same of the longest answer to it, with its commitment if it has one.
std::size_t answer_bytes_max(const Question& question) {
  constexpr std::size_t commitment_bytes = 43;
  const std::size_t option = longest_id(question.options) + 3;
  std::size_t bytes = question.id.text().size() + 30;
  if (text_bytes_max(question) > 0) bytes += question.id.text().size() + commitment_bytes + 6;
  if (question.kind == QuestionKind::matrix)
    bytes += question.rows.size() * (longest_id(question.rows) + 3 + option);
  else if (has_options(question.kind))
    bytes += question.options_at_most() * option;
  return bytes;
}

Checked check_questions(const std::vector<Question>& present, const std::vector<Question>& added) {
  if (present.size() + added.size() > questions_max) return refused(Refusal::invalid, "/questions");
  std::vector<Question> all = present;
  std::set<QuestionId> ids;
  std::size_t bytes = 0;
  std::size_t answer_bytes = 0;
  std::size_t text_bytes = 0;
  std::size_t combinations = 1;
  const auto take = [&](const Question& question) {
    if (question.background) combinations *= answers_at_most(question);
    bytes += written_bytes_max(question);
    answer_bytes += answer_bytes_max(question);
    text_bytes += text_bytes_max(question);
    return ids.insert(question.id).second;
  };
  for (const Question& question : present) take(question);
  for (std::size_t i = 0; i < added.size(); ++i) {
    const Question& question = added[i];
    const auto where = "/questions/" + std::to_string(i);
    if (!is_localized(question.title, title_bytes_max)) return refused(Refusal::invalid, where + "/title");
    const std::int32_t page_before = all.empty() ? 1 : all.back().page;
    if (question.page < page_before || question.page > pages_max)
      return refused(Refusal::invalid, where + "/page");
    if (auto checked = check_form(question, where); !checked) return checked;
    if (auto checked = check_conditions(question, all, where + "/shown_if"); !checked) return checked;
    if (!take(question)) return refused(Refusal::question_exists, where + "/id");
    if (combinations > combinations_max) return refused(Refusal::invalid, where + "/background");
    const bool fits = written_bytes_max(question) <= record_data_bytes_max && bytes <= questions_bytes_max &&
                      answer_bytes <= answers_bytes_max && text_bytes <= texts_bytes_max;
    if (!fits) return refused(Refusal::invalid, where);
    all.push_back(question);
  }
  return {};
}

Checked check_terms(const Terms& terms, const Context& context) {
  if (context.project.status == project::Status::unknown)
    return refused(Refusal::project_unknown, "/project");
  if (context.project.status == project::Status::closed) return refused(Refusal::project_closed, "/project");
  const project::Phase* const phase = context.project.phase(terms.phase);
  if (!phase) return refused(Refusal::phase_unknown, "/phase");
  if (!phase->has(project::Feature::answer)) return refused(Refusal::feature_off, "/phase");
  if (!is_localized(terms.title, title_bytes_max)) return refused(Refusal::invalid, "/title");
  if (!terms.text.empty() && !is_localized(terms.text, summary_bytes_max))
    return refused(Refusal::invalid, "/text");
  if (!are_languages_of({&terms.title}, terms.machine_translated))
    return refused(Refusal::invalid, "/machine_translated");
  if (terms.least < 1 || terms.least > least_max) return refused(Refusal::invalid, "/least");
  return {};
}

Decision decide_on(const State& state, const DraftSurvey& command, const Context& context) {
  if (state.status != Status::unknown) return refused(Refusal::survey_exists);
  if (auto checked = check_terms(command.terms, context); !checked) return std::unexpected(checked.error());
  if (auto checked = check_questions({}, command.questions); !checked)
    return std::unexpected(checked.error());
  std::vector<Event> events{Drafted{command.terms}};
  append_parts(events, &QuestionsAdded::questions, command.questions, written_bytes_max);
  return events;
}

Decision decide_on(const State& state, const AddQuestions& command, const Context&) {
  if (auto draft = check_status(state, Status::draft, Refusal::survey_not_draft); !draft)
    return std::unexpected(draft.error());
  if (command.questions.empty()) return refused(Refusal::invalid, "/questions");
  if (auto checked = check_questions(state.questions, command.questions); !checked)
    return std::unexpected(checked.error());
  std::vector<Event> events;
  append_parts(events, &QuestionsAdded::questions, command.questions, written_bytes_max);
  return events;
}

Decision decide_on(const State& state, const OpenSurvey&, const Context& context) {
  if (auto draft = check_status(state, Status::draft, Refusal::survey_not_draft); !draft)
    return std::unexpected(draft.error());
  if (context.project.status == project::Status::closed) return refused(Refusal::project_closed);
  if (state.questions.empty()) return refused(Refusal::questions_missing);
  // A phase is never taken away.
  const project::Phase* const phase = context.project.phase(state.terms->phase);
  if (!phase || phase->closes <= context.now) return refused(Refusal::phase_over);
  return std::vector<Event>{Opened{phase->grid_s, phase->objection_days}};
}

Decision decide_on(const State& state, const CloseSurvey& command, const Context& context) {
  if (state.status == Status::closed) return refused(Refusal::survey_closed);
  if (auto open = check_status(state, Status::open, Refusal::survey_not_open); !open)
    return std::unexpected(open.error());
  const project::Phase* const phase = context.project.phase(state.terms->phase);
  const bool is_over = !phase || phase->closes <= context.now;
  const bool needs_none = is_over && command.reason.empty();
  if (!needs_none && !is_reason(command.reason)) return refused(Refusal::invalid, "/reason");
  return std::vector<Event>{Closed{command.reason}};
}

Decision decide_on(const State& state, const ReleaseTexts& command, const Context&) {
  if (state.status == Status::unknown) return refused(Refusal::survey_unknown);
  if (state.status == Status::draft) return refused(Refusal::survey_not_open);
  if (state.secret_destroyed) return refused(Refusal::secret_destroyed);
  const Question* const question = state.question(command.question);
  if (!question) return refused(Refusal::question_unknown, "/question");
  const bool has_words = question->other || question->kind == QuestionKind::short_text ||
                         question->kind == QuestionKind::long_text;
  if (!has_words) return refused(Refusal::invalid, "/question");
  if (command.texts.empty() || command.texts.size() > texts_per_release_max)
    return refused(Refusal::invalid, "/respondents");
  for (const auto& [field, commitment] : command.texts) {
    const auto respondent = RespondentId::parse(field);
    if (!respondent) return refused(Refusal::invalid, "/respondents");
    if (state.released.contains({command.question, *respondent}))
      return refused(Refusal::text_released_already, "/respondents");
  }
  if (state.releases >= releases_max) return refused(Refusal::stream_full);
  return std::vector<Event>{TextsReleased{command.question, command.texts}};
}

// What is published is fixed: else two exports would show what somebody answered in between.
Decision decide_on(const State& state, const RequestExport& command, const Context&) {
  if (state.status == Status::unknown) return refused(Refusal::survey_unknown);
  if (state.status == Status::draft) return refused(Refusal::survey_not_open);
  if (command.rows == Rows::publishable && state.status != Status::closed)
    return refused(Refusal::survey_not_closed);
  const bool has_reason = command.texts.size() == 1 && command.texts.begin()->first == reason_field;
  if (!has_reason) return refused(Refusal::invalid, "/reason");
  if (state.exports.size() >= exports_max) return refused(Refusal::stream_full);
  return std::vector<Event>{ExportRequested{command.rows, command.texts}};
}

Decision decide_on(const State& state, const DestroyText& command, const Context& context) {
  if (state.status == Status::unknown) return refused(Refusal::survey_unknown);
  if (!context.text_is_there) return refused(Refusal::text_unknown);
  return std::vector<Event>{TextDestructionRequested{command.text}};
}

Decision decide_on(const State& state, const CompleteTextDestruction& command, const Context&) {
  if (state.status == Status::unknown) return refused(Refusal::survey_unknown);
  return std::vector<Event>{TextDestroyed{command.text}};
}

Decision decide_on(const State& state, const DestroySecret&, const Context& context) {
  if (state.status == Status::unknown) return refused(Refusal::survey_unknown);
  if (state.secret_destroyed) return refused(Refusal::secret_destroyed);
  const auto end = secret_end(state);
  if (!end || *end > context.now) return refused(Refusal::secret_needed);
  return std::vector<Event>{SecretDestroyed{}};
}

struct Evolve {
  State& state;
  const Recorded& recorded;

  void operator()(const Drafted& event) const {
    state.status = Status::draft;
    state.terms = event.terms;
  }
  void operator()(const QuestionsAdded& event) const {
    state.questions.insert(state.questions.end(), event.questions.begin(), event.questions.end());
  }
  void operator()(const Opened& event) const {
    state.status = Status::open;
    state.grid_s = event.grid_s;
    state.objection_days = event.objection_days;
    state.opened = recorded.position;
  }
  void operator()(const Closed&) const {
    state.status = Status::closed;
    state.closed = recorded.time;
  }
  void operator()(const TextsReleased& event) const {
    ++state.releases;
    for (const auto& [field, commitment] : event.texts)
      if (const auto respondent = RespondentId::parse(field))
        state.released.emplace(std::pair(event.question, *respondent), recorded.revision);
  }
  void operator()(const ExportRequested& event) const {
    state.exports.emplace(recorded.position,
                          Export{event.rows, recorded.actor, recorded.time, recorded.revision});
  }
  void operator()(const TextDestructionRequested&) const {}
  void operator()(const TextDestroyed&) const {}
  void operator()(const SecretDestroyed&) const { state.secret_destroyed = true; }
};

}  // namespace

std::size_t Question::options_at_most() const {
  if (kind == QuestionKind::single) return 1;
  return max != 0 ? static_cast<std::size_t>(max) : options.size() + (other ? 1 : 0);
}

bool Question::offers(const OptionId& option) const {
  return (other && option.text() == other_option) ||
         std::ranges::find(options, option, &Choice::id) != options.end();
}

const Question* State::question(const QuestionId& id) const {
  const auto question = std::ranges::find(questions, id, &Question::id);
  return question == questions.end() ? nullptr : &*question;
}

std::size_t text_bytes_max(const Question& question) {
  switch (question.kind) {
    case QuestionKind::single:
    case QuestionKind::multiple:
      return question.other ? 240 : 0;
    case QuestionKind::scale:
    case QuestionKind::rating:
    case QuestionKind::ranking:
    case QuestionKind::matrix:
      return 0;
    case QuestionKind::short_text:
      return 240;
    case QuestionKind::long_text:
      return 4000;
    case QuestionKind::number:
    case QuestionKind::date:
      return 32;
    case QuestionKind::point:
      return 120;
    case QuestionKind::line:
    case QuestionKind::polygon:
      return 4000;
  }
  return 0;
}

std::vector<bool> shown_questions(const std::vector<Question>& questions, const Answers& answers) {
  std::vector<bool> shown;
  const auto holds = [&](const Condition& condition) {
    const auto asked = std::ranges::find(questions, condition.question, &Question::id);
    const auto index = static_cast<std::size_t>(asked - questions.begin());
    const auto answer = answers.find(condition.question);
    if (index >= shown.size() || !shown[index] || answer == answers.end()) return false;
    const auto* const options = std::get_if<std::vector<OptionId>>(&answer->second);
    return options && std::ranges::any_of(condition.any_of, [&](const OptionId& id) {
             return std::ranges::find(*options, id) != options->end();
           });
  };
  for (const Question& question : questions) shown.push_back(std::ranges::all_of(question.shown_if, holds));
  return shown;
}

std::string combination(const std::vector<Question>& questions, const Answers& answers) {
  std::string combination;
  for (const Question& question : questions) {
    if (!question.background) continue;
    if (const auto answer = answers.find(question.id); answer != answers.end()) {
      const auto* const options = std::get_if<std::vector<OptionId>>(&answer->second);
      const auto* const value = std::get_if<std::int64_t>(&answer->second);
      if (options && !options->empty()) combination.append(options->front().text());
      if (value) combination.append(std::to_string(*value));
    }
    combination.append("/");
  }
  return combination;
}

std::expected<Export, Rejection> readable_export(const State& state, Position position, const Actor& by,
                                                 Time now) {
  const auto found = state.exports.find(position);
  if (found == state.exports.end() || found->second.by != by) return refused(Refusal::export_unknown);
  if (found->second.at + export_lasts <= now) return refused(Refusal::export_over);
  return found->second;
}

std::optional<Time> secret_end(const State& state) {
  if (!state.closed || state.secret_destroyed) return std::nullopt;
  return *state.closed + std::chrono::days{state.objection_days};
}

bool may_take_part_twice(const State& state, Position erased) {
  return state.status == Status::open && *state.opened < erased;
}

State evolve(State state, const Event& event, const Recorded& recorded) {
  std::visit(Evolve{state, recorded}, event);
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::survey
