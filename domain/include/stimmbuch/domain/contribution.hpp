#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/citizen.hpp"
#include "stimmbuch/domain/document.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/place.hpp"
#include "stimmbuch/domain/project.hpp"
#include "stimmbuch/domain/refusal.hpp"

namespace stimmbuch::survey {
struct State;
}

// What a citizen says in a phase of a project under the own name: a proposal, a comment, an annotation to a
// passage of a document, or a mark on the map. What is written lies in the vault, and so does the place of a
// mark; the log has who, in what phase, when, and what the town made of it. The author is the actor of the
// first record.
namespace stimmbuch::contribution {

enum class Kind { proposal, comment, annotation, mark };

// What the town says to a proposal.
enum class Status { received, in_review, accepted, rejected, realised };

// How a moderator takes a contribution away: with its texts, or so that it can be shown again.
enum class Manner { removed, blocked };

// Why a moderator takes a contribution away.
enum class HidingReason {
  spam,
  off_topic,
  insulting,
  discriminating,
  personal_data,
  illegal,
  duplicate,
  other,
};

// The proposal that a proposal wants changed, and the version of it that its author saw.
struct Amendment {
  ContributionId proposal;
  std::uint32_t version = 1;

  friend bool operator==(const Amendment&, const Amendment&) = default;
};

// ---- commands

// Texts: `title` and `text` of a proposal, `text` of a comment or an annotation; of a mark `text`, `place`
// and, if there is one, `photo`.
struct Submit {
  Kind kind = Kind::proposal;
  ProjectId project;
  PhaseId phase;
  std::optional<ContributionId> parent;  // what a comment answers; none: the phase itself
  std::optional<Amendment> amends;
  std::string language;  // of the texts, ISO 639-1; empty: not said
  Commitments texts;
  std::optional<SurveyId> survey = {};            // whose results a comment is about
  std::optional<document::Passage> passage = {};  // of an annotation
  std::optional<CategoryId> category = {};        // of a mark
  std::optional<Place> place = {};  // what the text `place` says; an audit takes for granted that it is right
};

// By the author, before anybody decided: other texts, as a new version.
struct Revise {
  Commitments texts;
  std::optional<Place> place = {};  // as above
};

// Shows a version that waits for it.
struct Release {
  std::uint32_t version = 1;
};

// By the author: the proposal is given up and stays to be read. Text: `reason`.
struct Withdraw {
  std::optional<ContributionId> successor;
  Commitments texts;
};

// Puts a proposal together with another of its phase that says the same.
struct Merge {
  ContributionId into;
  std::string reason;
};

// Texts: `answer/<language>`; a rejection must have one.
struct Answer {
  Status status = Status::in_review;
  Commitments texts;
};

// By the author: the contribution goes, and its texts are destroyed.
struct Remove {};

// Text: `note`, what is wrong with it.
struct Hide {
  Manner manner = Manner::blocked;
  HidingReason reason = HidingReason::other;
  Commitments texts;
};

// Takes one hiding back, named by its position; others stay.
struct Restore {
  Position hiding;
};

// By the author, once for each hiding. Text: `appeal`.
struct Appeal {
  Position hiding;
  Commitments texts;
};

// By another official than who hid it. Text: `decision`. What is granted is shown again.
struct DecideAppeal {
  Position appeal;
  bool granted = false;
  Commitments texts;
};

// What was reported of it is no reason to hide it.
struct DismissReports {};

// Asks for the end of one text; from here on nobody reads it.
struct DestroyText {
  TextName text;
};
// The engine: it is destroyed.
struct CompleteTextDestruction {
  TextName text;
};
// The engine: all texts of what was removed are destroyed.
struct CompleteRemoval {};

using Command =
    std::variant<Submit, Revise, Release, Withdraw, Merge, Answer, Remove, Hide, Restore, Appeal,
                 DecideAppeal, DestroyText, CompleteTextDestruction, CompleteRemoval, DismissReports>;

// ---- events

struct Submitted {
  Kind kind = Kind::proposal;
  ProjectId project;
  PhaseId phase;
  std::optional<ContributionId> parent;
  std::uint32_t depth = 0;  // contributions above it
  std::optional<Amendment> amends;
  std::string language;
  Commitments texts;
  bool pending = false;  // waits to be released
  std::optional<SurveyId> survey = {};
  std::optional<document::Passage> passage = {};
  std::optional<CategoryId> category = {};

  friend bool operator==(const Submitted&, const Submitted&) = default;
};

struct Revised {
  std::uint32_t version = 2;
  Commitments texts;
  bool pending = false;

  friend bool operator==(const Revised&, const Revised&) = default;
};

struct Released {
  std::uint32_t version = 1;

  friend bool operator==(const Released&, const Released&) = default;
};

struct Withdrawn {
  std::optional<ContributionId> successor;
  Commitments texts;

  friend bool operator==(const Withdrawn&, const Withdrawn&) = default;
};

struct Merged {
  ContributionId into;
  std::string reason;

  friend bool operator==(const Merged&, const Merged&) = default;
};

struct Answered {
  Status status = Status::in_review;
  Commitments texts;

  friend bool operator==(const Answered&, const Answered&) = default;
};

struct Removed {
  friend bool operator==(const Removed&, const Removed&) = default;
};

struct Hidden {
  Manner manner = Manner::blocked;
  HidingReason reason = HidingReason::other;
  Commitments texts;

  friend bool operator==(const Hidden&, const Hidden&) = default;
};

struct Restored {
  Position hiding;

  friend bool operator==(const Restored&, const Restored&) = default;
};

struct Appealed {
  Position hiding;
  Commitments texts;

  friend bool operator==(const Appealed&, const Appealed&) = default;
};

struct AppealDecided {
  Position appeal;
  bool granted = false;
  Commitments texts;

  friend bool operator==(const AppealDecided&, const AppealDecided&) = default;
};

struct ReportsDismissed {
  friend bool operator==(const ReportsDismissed&, const ReportsDismissed&) = default;
};

struct TextDestructionRequested {
  TextName text;

  friend bool operator==(const TextDestructionRequested&, const TextDestructionRequested&) = default;
};
struct TextDestroyed {
  TextName text;

  friend bool operator==(const TextDestroyed&, const TextDestroyed&) = default;
};
struct TextsDestroyed {
  friend bool operator==(const TextsDestroyed&, const TextsDestroyed&) = default;
};

using Event = std::variant<Submitted, Revised, Released, Withdrawn, Merged, Answered, Removed, Hidden,
                           Restored, Appealed, AppealDecided, TextDestructionRequested, TextDestroyed,
                           TextsDestroyed, ReportsDismissed>;

// ---- state

// One hiding by a moderator, and what came of it.
struct Hiding {
  Position position;
  Actor by;
  Manner manner = Manner::blocked;
  bool lifted = false;
  std::optional<Position> appeal = {};
  bool appeal_decided = false;
};

struct State {
  bool submitted = false;
  Kind kind = Kind::proposal;
  ProjectId project;
  PhaseId phase;
  std::optional<CitizenId> author;
  std::uint32_t version = 0;   // the newest
  std::uint32_t released = 0;  // the newest that everybody may read; 0: none yet
  Commitment text{};           // of the newest version
  Commitment released_text{};  // of the newest that everybody may read
  std::uint32_t depth = 0;     // contributions above it
  Status status = Status::received;
  bool withdrawn = false;
  bool merged = false;           // into another
  bool removed = false;          // by its author
  bool texts_destroyed = false;  // of what was removed, by whomever
  std::vector<Hiding> hidings;

  // Whether everybody may read it: released, and nobody took it away.
  bool is_shown() const;
  // Withdrawn, merged or removed: nothing more is done with it.
  bool is_over() const;
  // Whether the town has said yes or no to it.
  bool is_decided() const;
  // Whether all its texts are, or are about to be, destroyed.
  bool is_emptied() const;
};

constexpr std::uint32_t depth_max = 8;

// What the rules must know from outside the stream.
struct Context {
  const ledger::State& ledger;
  const project::State& project;  // that the contribution belongs to
  const citizen::State* citizen;  // who acts, if it is a citizen
  ContributionId self;
  const State* named = nullptr;               // the contribution that the command names besides
  const survey::State* survey = nullptr;      // the same of a survey
  const document::State* document = nullptr;  // and of a document
  Time now;
  Actor actor;
  bool text_is_there = false;  // see citizen::Context
};

// The contribution that a command names besides its own.
std::optional<ContributionId> named_by(const Command& command);

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::contribution
