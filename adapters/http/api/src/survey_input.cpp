#include "survey_input.hpp"

#include <algorithm>
#include <cmath>
#include <expected>
#include <string>
#include <utility>

#include "command_input.hpp"
#include "place_input.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::http::api {

namespace {

std::vector<survey::Choice> read_choices_of(Members& in, std::string_view name) {
  return items<survey::Choice>(in, name, [](Members& choice) {
    return survey::Choice{choice.id<OptionId>("id"), choice.localized("title")};
  });
}

survey::Question read_question(Members& in) {
  survey::Question question;
  question.id = in.id<QuestionId>("id");
  question.kind = in.one_of<survey::QuestionKind>("kind", codec::names<survey::QuestionKind>);
  question.title = in.localized("title");
  question.required = in.boolean("required", false);
  question.background = in.boolean("background", false);
  question.page = in.small_integer("page", 1);
  question.options = read_choices_of(in, "options");
  question.other = in.boolean("other", false);
  question.min = in.small_integer("min", 1);
  question.max = in.small_integer("max", 0);
  question.from = in.small_integer("from", 0);
  question.to = in.small_integer("to", 0);
  question.rows = read_choices_of(in, "rows");
  question.shown_if = items<survey::Condition>(in, "shown_if", [](Members& condition) {
    return survey::Condition{condition.id<QuestionId>("question"), condition.ids<OptionId>("any_of")};
  });
  return question;
}

std::vector<survey::Question> read_questions(Members& in) {
  return items<survey::Question>(in, "questions", read_question);
}

// ---- answers

// What is kept of an answer, or why the value is none.
using Words = std::expected<std::string, std::string_view>;

Words text_of(const Json& value) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty())
    return std::unexpected("The answer is a text.");
  return value.get<std::string>();
}

Words number_of(const Json& value) {
  if (!value.is_number() || std::abs(value.get<double>()) > static_cast<double>(codec::integer_max))
    return std::unexpected("The answer is a number from -2^53 to 2^53.");
  return value.dump();
}

Words day_of(const Json& value) {
  if (!value.is_string() || !codec::parse_day(value.get_ref<const std::string&>()))
    return std::unexpected("The answer is a day, written as 2026-05-03.");
  return value.get<std::string>();
}

Words places_of(const Json& value, codec::Shape shape, std::string_view fault) {
  const auto geometry = geometry_of(value);
  if (!geometry || geometry->shape != shape) return std::unexpected(fault);
  return codec::geojson(*geometry);
}

// Of a question that is not closed.
Words words_of(survey::QuestionKind kind, const Json& value) {
  using survey::QuestionKind;
  switch (kind) {
    case QuestionKind::short_text:
    case QuestionKind::long_text:
      return text_of(value);
    case QuestionKind::number:
      return number_of(value);
    case QuestionKind::date:
      return day_of(value);
    case QuestionKind::point:
      return places_of(value, codec::Shape::point, "The answer is a GeoJSON Point.");
    case QuestionKind::line:
      return places_of(value, codec::Shape::line, "The answer is a GeoJSON LineString.");
    case QuestionKind::polygon:
      return places_of(value, codec::Shape::polygon, "The answer is a GeoJSON Polygon without holes.");
    case QuestionKind::single:
    case QuestionKind::multiple:
    case QuestionKind::scale:
    case QuestionKind::rating:
    case QuestionKind::ranking:
    case QuestionKind::matrix:
      break;
  }
  return {};
}

std::optional<OptionId> option_of(const Json& value) {
  return value.is_string() ? OptionId::parse(value.get_ref<const std::string&>()) : std::nullopt;
}

// Options, a number, or options by rows; whether that fits the question is for the rules to say. Nothing if
// the value is none of these.
std::optional<survey::Answer> closed_answer(const Json& value) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_array()) {
    std::vector<OptionId> options;
    for (const Json& item : value) {
      const auto option = option_of(item);
      if (!option) return std::nullopt;
      options.push_back(*option);
    }
    return options;
  }
  if (!value.is_object()) return std::nullopt;
  std::map<OptionId, OptionId> rows;
  for (const auto& [name, item] : value.items()) {
    const auto row = OptionId::parse(name);
    const auto option = option_of(item);
    if (!row || !option) return std::nullopt;
    rows.emplace(*row, *option);
  }
  return rows;
}

// Reads the members of an object by question.
template <class Take>
void each_question(Members& in, std::string_view name, Take take) {
  const Json* const object = in.any(name);
  if (!object) return;
  if (!object->is_object())
    return in.report(name, "wrong_type", "This member is an object of answers by question.");
  for (const auto& [id, value] : object->items()) {
    const auto member = std::string(name).append("/").append(id);
    if (const auto question = QuestionId::parse(id)) {
      take(*question, value, member);
    } else {
      in.report(member, "invalid_id", "An id is 1 to 64 letters, digits, '_' or '-'.");
    }
  }
}

}  // namespace

survey::DraftSurvey read_draft_survey(Members& in) {
  survey::DraftSurvey command;
  command.terms.project = in.id<ProjectId>("project");
  command.terms.phase = in.id<PhaseId>("phase");
  command.terms.title = in.localized("title");
  command.terms.text = in.localized("text");
  command.terms.machine_translated = in.languages("machine_translated");
  command.terms.changeable = in.boolean("changeable", true);
  command.terms.least = in.small_integer("least", 10);
  command.terms.results =
      in.one_of("results", codec::names<poll::Results>, std::optional(poll::Results::after_close));
  command.questions = read_questions(in);
  return command;
}

survey::AddQuestions read_add_questions(Members& in) {
  return {read_questions(in)};
}

answers::AnswerSurvey read_answers(Members& in, const survey::State& survey, VaultTexts& texts) {
  answers::AnswerSurvey command;
  if (!in.has("answers")) in.report("answers", "required", "This member is required.");
  const auto take_words = [&](const survey::Question& question, const std::string& member, Words words) {
    if (!words) return in.report(member, "invalid_answer", std::string(words.error()));
    if (words->size() > survey::text_bytes_max(question))
      return in.report(
          member, "invalid_text",
          "This answer has at most " + std::to_string(survey::text_bytes_max(question)) + " bytes.");
    std::string field(question.id.text());
    const auto commitment = keep_text(in, member, field, *std::move(words), texts);
    command.texts.emplace(std::move(field), commitment);
  };
  each_question(in, "answers", [&](const QuestionId& id, const Json& value, const std::string& member) {
    const auto* const question = survey.question(id);
    if (question && !survey::is_closed(question->kind)) {
      return take_words(*question, member, words_of(question->kind, value));
    }
    if (auto answer = closed_answer(value)) {
      command.answers.emplace(id, *std::move(answer));
    } else {
      in.report(member, "invalid_answer",
                "The answer is an array of options, a whole number, or an object of options by row.");
    }
  });
  each_question(in, "other", [&](const QuestionId& id, const Json& value, const std::string& member) {
    const auto* const question = survey.question(id);
    if (!question || !question->other)
      return in.report(member, "invalid_answer", "This question has no other option.");
    take_words(*question, member, text_of(value));
  });
  const auto shown = survey::shown_questions(survey.questions, command.answers);
  for (std::size_t i = 0; i < survey.questions.size(); ++i) {
    if (!shown[i])
      std::erase_if(texts, [&](const auto& text) { return text.field == survey.questions[i].id.text(); });
  }
  return command;
}

}  // namespace stimmbuch::http::api
