#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/answers.hpp"
#include "stimmbuch/domain/survey.hpp"

// Surveys, questions and answers, with a title from the id.
namespace stimmbuch::test {

inline survey::Terms survey_terms() {
  survey::Terms terms;
  terms.project = *ProjectId::parse("park");
  terms.phase = *PhaseId::parse("ideas");
  terms.title = {{"de", "Verkehr"}};
  return terms;
}

inline std::vector<survey::Choice> survey_choices(std::initializer_list<std::string_view> names) {
  std::vector<survey::Choice> choices;
  for (const auto name : names) choices.push_back({*OptionId::parse(name), {{"de", std::string(name)}}});
  return choices;
}

inline survey::Question question(std::string_view name, survey::QuestionKind kind) {
  survey::Question question;
  question.id = *QuestionId::parse(name);
  question.kind = kind;
  question.title = {{"de", std::string(name)}};
  return question;
}

inline survey::Question choosing(std::string_view name, std::initializer_list<std::string_view> options,
                                 survey::QuestionKind kind = survey::QuestionKind::single) {
  auto chosen = question(name, kind);
  chosen.options = survey_choices(options);
  return chosen;
}

inline survey::Question matrix(std::string_view name, std::initializer_list<std::string_view> rows,
                               std::initializer_list<std::string_view> options) {
  auto asked = choosing(name, options, survey::QuestionKind::matrix);
  asked.rows = survey_choices(rows);
  return asked;
}

inline survey::Question rating(std::string_view name, std::int32_t from, std::int32_t to) {
  auto rated = question(name, survey::QuestionKind::rating);
  rated.from = from;
  rated.to = to;
  return rated;
}

inline survey::Question saying(std::string_view name) {
  return question(name, survey::QuestionKind::short_text);
}

inline survey::Answer chosen(std::initializer_list<std::string_view> options) {
  std::vector<OptionId> ids;
  for (const auto option : options) ids.push_back(*OptionId::parse(option));
  return ids;
}

inline survey::Answer in_rows(std::initializer_list<std::pair<std::string_view, std::string_view>> rows) {
  std::map<OptionId, OptionId> by_row;
  for (const auto& [row, option] : rows) by_row.emplace(*OptionId::parse(row), *OptionId::parse(option));
  return by_row;
}

inline survey::Answers answers_to(
    std::initializer_list<std::pair<std::string_view, survey::Answer>> answers) {
  survey::Answers all;
  for (const auto& [question, answer] : answers) all.emplace(*QuestionId::parse(question), answer);
  return all;
}

}  // namespace stimmbuch::test
