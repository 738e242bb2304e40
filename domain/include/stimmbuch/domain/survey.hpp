#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/contest.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/domain/project.hpp"
#include "stimmbuch/domain/refusal.hpp"

// Many questions to citizens within a phase of a project. Whoever takes part answers under a pseudonym of the
// survey. It takes answers while it is open and so is its phase.
namespace stimmbuch::survey {

// Answers of the first kinds are closed: chosen from what the question offers, so that they stand in clear.
enum class QuestionKind {
  single,      // one option
  multiple,    // min to max options
  scale,       // a whole number of a range whose ends mean something
  rating,      // the same, of stars or points
  ranking,     // min to max options in order of preference
  matrix,      // for each row one option
  short_text,  // and from here on what people say in their own words: vault texts
  long_text,
  number,
  date,
  point,  // on a map, as GeoJSON
  line,
  polygon,
};

constexpr bool is_closed(QuestionKind kind) {
  return kind < QuestionKind::short_text;
}

// An option, or a row of a matrix.
struct Choice {
  OptionId id;
  LocalizedText title;

  friend bool operator==(const Choice&, const Choice&) = default;
};

// Holds if the answer to an earlier question, single or multiple, names one of the options.
struct Condition {
  QuestionId question;
  std::vector<OptionId> any_of;

  friend bool operator==(const Condition&, const Condition&) = default;
};

struct Question {
  QuestionId id;
  QuestionKind kind = QuestionKind::single;
  LocalizedText title;
  bool required = false;
  std::int32_t page = 1;  // on which it is put; pages follow each other
  std::vector<Choice> options = {};
  bool other = false;  // single, multiple: another option, `other`, with words of one's own
  std::int32_t min = 1;
  std::int32_t max = 0;   // multiple, ranking: options at most; 0: as many as there are
  std::int32_t from = 0;  // scale, rating
  std::int32_t to = 0;
  std::vector<Choice> rows = {};         // matrix
  std::vector<Condition> shown_if = {};  // all must hold, else the question is not put
  bool background = false;  // single, scale, rating: tells of who answers, and not of what they think

  std::size_t options_at_most() const;

  // Whether the option may be chosen: one of its own, or `other`.
  bool offers(const OptionId& option) const;

  friend bool operator==(const Question&, const Question&) = default;
};

// The option that a question with `other` has besides its own.
inline constexpr std::string_view other_option = "other";

// What somebody answers to one question: options, in order where they are ranked; a number of a scale; or
// options by rows.
using Answer = std::variant<std::vector<OptionId>, std::int64_t, std::map<OptionId, OptionId>>;

// Those to closed questions.
using Answers = std::map<QuestionId, Answer>;

// Everything that people must know before they answer.
struct Terms {
  ProjectId project;
  PhaseId phase;
  LocalizedText title;
  LocalizedText text = {};
  Languages machine_translated = {};  // languages of the survey and its questions that no person wrote
  bool changeable = true;
  std::int32_t least = 10;  // answers to a question of which anything is published
  poll::Results results = poll::Results::after_close;

  friend bool operator==(const Terms&, const Terms&) = default;
};

// ---- commands

struct DraftSurvey {
  Terms terms;
  std::vector<Question> questions;
};

struct AddQuestions {
  std::vector<Question> questions;
};

struct OpenSurvey {};

// Before the end of the phase it needs a reason; then the engine does it, without one.
struct CloseSurvey {
  std::string reason;
};

// What participants said to a question in their own words may be published: it becomes texts of the survey,
// each under the respondent's id.
struct ReleaseTexts {
  QuestionId question;
  Commitments texts;
};

// Asks for the end of a released text; from here on nobody reads it.
struct DestroyText {
  TextName text;
};

// Which rows an export has: one for each participant whose answers stand.
enum class Rows {
  all,          // with all that they say; for whoever asked for it, and not for long
  publishable,  // that may be published: see combination()
};

// Reading what each participant answers needs a reason, which is recorded before.
struct RequestExport {
  Rows rows = Rows::all;
  Commitments texts;  // the reason
};

// The engine: it is destroyed.
struct CompleteTextDestruction {
  TextName text;
};
// The engine: the secret that was due is destroyed, and with it what was not released.
struct DestroySecret {};

using Command = std::variant<DraftSurvey, AddQuestions, OpenSurvey, CloseSurvey, ReleaseTexts, DestroyText,
                             RequestExport, CompleteTextDestruction, DestroySecret>;

// ---- events

struct Drafted {
  Terms terms;

  friend bool operator==(const Drafted&, const Drafted&) = default;
};

struct QuestionsAdded {
  std::vector<Question> questions;

  friend bool operator==(const QuestionsAdded&, const QuestionsAdded&) = default;
};

// With what the phase says of its contests, so that the survey's records are understood without it.
struct Opened {
  std::int32_t grid_s = 3600;
  std::int32_t objection_days = 30;

  friend bool operator==(const Opened&, const Opened&) = default;
};

struct Closed {
  std::string reason;

  friend bool operator==(const Closed&, const Closed&) = default;
};

struct TextsReleased {
  QuestionId question;
  Commitments texts;

  friend bool operator==(const TextsReleased&, const TextsReleased&) = default;
};

struct ExportRequested {
  Rows rows = Rows::all;
  Commitments texts;

  friend bool operator==(const ExportRequested&, const ExportRequested&) = default;
};

struct TextDestructionRequested {
  TextName text;

  friend bool operator==(const TextDestructionRequested&, const TextDestructionRequested&) = default;
};
struct TextDestroyed {
  TextName text;

  friend bool operator==(const TextDestroyed&, const TextDestroyed&) = default;
};
struct SecretDestroyed {
  friend bool operator==(const SecretDestroyed&, const SecretDestroyed&) = default;
};

using Event = std::variant<Drafted, QuestionsAdded, Opened, Closed, TextsReleased, ExportRequested,
                           TextDestructionRequested, TextDestroyed, SecretDestroyed>;

// ---- state

enum class Status { unknown, draft, open, closed };

// Rows that an official asked for.
struct Export {
  Rows rows = Rows::all;
  Actor by;
  Time at;
  Revision revision{};  // under which the vault has the reason
};

struct State {
  Status status = Status::unknown;
  std::optional<Terms> terms;
  std::vector<Question> questions;
  std::int32_t grid_s = 3600;  // these two since the opening
  std::int32_t objection_days = 30;
  std::optional<Position> opened;
  std::optional<Time> closed;
  std::map<std::pair<QuestionId, RespondentId>, Revision> released;  // by the record that did it
  std::size_t releases = 0;                                          // commands that released them
  std::map<Position, Export> exports;
  bool secret_destroyed = false;

  const Question* question(const QuestionId& id) const;
};

constexpr std::size_t questions_max = 200;
constexpr std::size_t options_max = 100;  // of one question, and rows
constexpr std::size_t releases_max = 500;
constexpr std::size_t texts_per_release_max = 400;
constexpr std::size_t exports_max = 200;
constexpr std::chrono::hours export_lasts{24};
constexpr std::size_t combinations_max = 10'000;  // that answers to background questions can have

// The field of the reason in the vault.
constexpr std::string_view reason_field = "reason";

// What words of one's own may take at most.
std::size_t text_bytes_max(const Question& question);

// Which of the questions are put to somebody with these answers.
std::vector<bool> shown_questions(const std::vector<Question>& questions, const Answers& answers);

// What somebody answers to all background questions, in a form that is equal for equal answers: a row is
// published only if at least `least` rows share it.
std::string combination(const std::vector<Question>& questions, const Answers& answers);

// The export that was asked for at this position, if it may be read by this official now.
std::expected<Export, Rejection> readable_export(const State& state, Position position, const Actor& by,
                                                 Time now);

// When the secret must be destroyed; nothing as long as it is needed, and behind its end.
std::optional<Time> secret_end(const State& state);

// Whether a person who had an account when this position was written may still answer under it: so nobody
// erases an account and answers again by another.
bool may_take_part_twice(const State& state, Position erased);

// What the rules must know from outside the stream.
struct Context {
  const project::State& project;  // that the terms name
  Time now;
  bool text_is_there = false;  // see citizen::Context
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::survey
