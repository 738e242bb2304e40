#pragma once

#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/electorate.hpp"
#include "stimmbuch/domain/refusal.hpp"

// What the town opens for participation: a frame with phases that polls belong to.
namespace stimmbuch::project {

// What citizens may do in a phase.
enum class Feature { propose, comment, support, rate, answer, mark, vote };

// What a phase is for, in a word for people; what may be done in it, its features say.
enum class PhaseKind { information, ideas, discussion, review, survey, vote, results };

// Who may do one thing in a phase. Where a phase says nothing, every registered citizen may.
struct Admission {
  Feature feature{};
  Electorate electorate;

  friend bool operator==(const Admission&, const Admission&) = default;
};

// A half-open interval [opens, closes).
struct Phase {
  PhaseId id;
  LocalizedText title;
  Time opens;
  Time closes;
  std::optional<PhaseKind> kind = {};
  std::vector<Feature> features = {};      // each once
  std::vector<Admission> admissions = {};  // of features of the phase, each at most once

  bool has(Feature feature) const;
  bool is_open(Time now) const { return opens <= now && now < closes; }
  // Whom it lets do something.
  const Electorate& electorate_of(Feature feature) const;

  friend bool operator==(const Phase&, const Phase&) = default;
};

// ---- commands

struct OpenProject {
  LocalizedText title;
  LocalizedText summary;
  bool premoderated = false;  // what citizens contribute appears once a moderator released it
};

struct DefinePhase {
  Phase phase;
};

struct ExtendPhase {
  PhaseId phase;
  Time closes;
  std::string reason;
};

// Ends a phase that is open before its time.
struct ClosePhase {
  PhaseId phase;
  std::string reason;
};

// Opens a phase that is over once more, from now on.
struct ReopenPhase {
  PhaseId phase;
  Time closes;
  std::string reason;
};

struct CloseProject {};

using Command = std::variant<OpenProject, DefinePhase, ExtendPhase, ClosePhase, ReopenPhase, CloseProject>;

// ---- events

struct Opened {
  LocalizedText title;
  LocalizedText summary;
  bool premoderated = false;

  friend bool operator==(const Opened&, const Opened&) = default;
};

struct PhaseDefined {
  Phase phase;

  friend bool operator==(const PhaseDefined&, const PhaseDefined&) = default;
};

struct PhaseExtended {
  PhaseId phase;
  Time closes;
  std::string reason;

  friend bool operator==(const PhaseExtended&, const PhaseExtended&) = default;
};

struct PhaseClosed {
  PhaseId phase;
  std::string reason;

  friend bool operator==(const PhaseClosed&, const PhaseClosed&) = default;
};

struct PhaseReopened {
  PhaseId phase;
  Time closes;
  std::string reason;

  friend bool operator==(const PhaseReopened&, const PhaseReopened&) = default;
};

struct Closed {
  friend bool operator==(const Closed&, const Closed&) = default;
};

using Event = std::variant<Opened, PhaseDefined, PhaseExtended, PhaseClosed, PhaseReopened, Closed>;

// ---- state

enum class Status { unknown, open, closed };

struct State {
  Status status = Status::unknown;
  std::vector<Phase> phases;  // with the interval that they were last given
  bool premoderated = false;

  const Phase* phase(const PhaseId& id) const;
};

constexpr std::size_t phases_max = 100;

// What the rules must know from outside the stream.
struct Context {
  const ledger::State& ledger;
  Time now;
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::project
