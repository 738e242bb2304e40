#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/citizen.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/project.hpp"
#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/domain/survey.hpp"

// What one participant answers in a survey. What is chosen from what the questions offer stands in clear;
// words, numbers, days and places lie in the vault, under the id of their question.
namespace stimmbuch::answers {

// ---- commands

// Replaces all answers that stand.
struct AnswerSurvey {
  survey::Answers answers;
  Commitments texts;
};

struct WithdrawAnswers {};

using Command = std::variant<AnswerSurvey, WithdrawAnswers>;

// ---- events

// All answers as they stand from here on, but those to questions that were not put because of the others.
struct AnswerSet {
  survey::Answers answers;
  Commitments texts;
  std::vector<QuestionId> dropped = {};  // in the order of the questions

  friend bool operator==(const AnswerSet&, const AnswerSet&) = default;
};

struct Given {
  AnswerSet set;

  friend bool operator==(const Given&, const Given&) = default;
};

struct Changed {
  AnswerSet set;

  friend bool operator==(const Changed&, const Changed&) = default;
};

struct Withdrawn {
  friend bool operator==(const Withdrawn&, const Withdrawn&) = default;
};

using Event = std::variant<Given, Changed, Withdrawn>;

// ---- state

// Answers that stand, and the record that has them.
struct Standing {
  Revision revision{};
  AnswerSet set;
};

struct State {
  std::optional<Standing> standing;
  std::size_t commands = 0;
};

constexpr std::size_t commands_max = 50;

// What the rules must know from outside the stream.
struct Context {
  const ledger::State& ledger;
  const project::State& project;
  const survey::State& survey;
  const citizen::State* citizen;  // the person behind the participant
  Time now;                       // exact
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::answers
