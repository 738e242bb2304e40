#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "stimmbuch/domain/answers.hpp"
#include "stimmbuch/domain/survey.hpp"
#include "stimmbuch/eventstore/codec/described.hpp"

// How surveys and their answers are written; see domain_members.hpp.
namespace stimmbuch::codec {

// ---- values

template <>
inline constexpr auto names<survey::QuestionKind> = std::to_array<std::string_view>(
    {"single", "multiple", "scale", "rating", "ranking", "matrix", "short_text", "long_text", "number",
     "date", "point", "line", "polygon"});
template <>
inline constexpr auto names<survey::Status> =
    std::to_array<std::string_view>({"unknown", "draft", "open", "closed"});
template <>
inline constexpr auto names<survey::Rows> = std::to_array<std::string_view>({"all", "publishable"});

template <>
inline constexpr auto members<survey::Choice> =
    std::tuple{required("id", &survey::Choice::id), required("title", &survey::Choice::title)};
template <>
inline constexpr auto members<survey::Condition> = std::tuple{
    required("question", &survey::Condition::question), required("any_of", &survey::Condition::any_of)};
template <>
inline constexpr auto members<survey::Question> =
    std::tuple{required("id", &survey::Question::id),
               required("kind", &survey::Question::kind),
               required("title", &survey::Question::title),
               unless("required", &survey::Question::required, false),
               unless("page", &survey::Question::page, 1),
               if_any("options", &survey::Question::options),
               unless("other", &survey::Question::other, false),
               unless("min", &survey::Question::min, 1),
               unless("max", &survey::Question::max, 0),
               unless("from", &survey::Question::from, 0),
               unless("to", &survey::Question::to, 0),
               if_any("rows", &survey::Question::rows),
               if_any("shown_if", &survey::Question::shown_if),
               unless("background", &survey::Question::background, false)};
template <>
inline constexpr auto members<survey::Terms> =
    std::tuple{required("project", &survey::Terms::project),
               required("phase", &survey::Terms::phase),
               required("title", &survey::Terms::title),
               if_any("text", &survey::Terms::text),
               if_any("machine_translated", &survey::Terms::machine_translated),
               required("changeable", &survey::Terms::changeable),
               required("least", &survey::Terms::least),
               required("results", &survey::Terms::results)};

// ["a","b"], a number, or options by rows: {"row":"option"}, sorted by row.
inline void write(Writer& out, const survey::Answer& answer) {
  std::visit([&](const auto& value) { write(out, value); }, answer);
}
inline bool read(Reader& in, survey::Answer& answer) {
  if (in.at('[')) return read(in, answer.emplace<std::vector<OptionId>>());
  if (in.at('{')) return read(in, answer.emplace<std::map<OptionId, OptionId>>());
  return read(in, answer.emplace<std::int64_t>());
}

// ---- events

template <>
inline constexpr auto members<survey::Drafted> = std::tuple{inlined(&survey::Drafted::terms)};
template <>
inline constexpr auto members<survey::QuestionsAdded> =
    std::tuple{required("questions", &survey::QuestionsAdded::questions)};
template <>
inline constexpr auto members<survey::Opened> = std::tuple{
    required("grid_s", &survey::Opened::grid_s), required("objection_days", &survey::Opened::objection_days)};
template <>
inline constexpr auto members<survey::Closed> = std::tuple{if_any("reason", &survey::Closed::reason)};
template <>
inline constexpr auto members<survey::TextsReleased> = std::tuple{
    required("question", &survey::TextsReleased::question), required("texts", &survey::TextsReleased::texts)};
template <>
inline constexpr auto members<survey::ExportRequested> = std::tuple{
    required("rows", &survey::ExportRequested::rows), required("texts", &survey::ExportRequested::texts)};
template <>
inline constexpr auto members<survey::TextDestructionRequested> =
    std::tuple{inlined(&survey::TextDestructionRequested::text)};
template <>
inline constexpr auto members<survey::TextDestroyed> = std::tuple{inlined(&survey::TextDestroyed::text)};
template <>
inline constexpr auto members<survey::SecretDestroyed> = std::tuple{};

template <>
inline constexpr auto members<answers::AnswerSet> =
    std::tuple{if_any("answers", &answers::AnswerSet::answers), if_any("texts", &answers::AnswerSet::texts),
               if_any("dropped", &answers::AnswerSet::dropped)};
template <>
inline constexpr auto members<answers::Given> = std::tuple{inlined(&answers::Given::set)};
template <>
inline constexpr auto members<answers::Changed> = std::tuple{inlined(&answers::Changed::set)};
template <>
inline constexpr auto members<answers::Withdrawn> = std::tuple{};

}  // namespace stimmbuch::codec
