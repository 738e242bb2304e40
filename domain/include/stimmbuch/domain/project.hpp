#pragma once

#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/contest.hpp"
#include "stimmbuch/domain/electorate.hpp"
#include "stimmbuch/domain/place.hpp"
#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/domain/stream.hpp"

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

// The supports of a phase.
struct SupportTerms {
  std::int32_t most = 0;       // that a participant may give; 0: as many as the engine takes
  std::int32_t least = 1;      // of which any of a participant count
  std::int64_t threshold = 0;  // supports with which a proposal has reached its aim; 0: none

  friend bool operator==(const SupportTerms&, const SupportTerms&) = default;
};

// Of what marks are.
struct Category {
  CategoryId id;
  LocalizedText title;

  friend bool operator==(const Category&, const Category&) = default;
};

// By what contributions are rated: up and down, or as statements, agree, disagree and pass.
enum class RatingScale { votes, statements };

// A half-open interval [opens, closes). One with contests begins and ends on their grid, but where it is
// ended before its time or opened again.
struct Phase {
  PhaseId id;
  LocalizedText title;
  Time opens;
  Time closes;
  std::optional<PhaseKind> kind = {};
  std::vector<Feature> features = {};  // each once
  Languages machine_translated = {};
  std::vector<Admission> admissions = {};  // of features of the phase, each at most once
  std::optional<SupportTerms> supports = {};
  RatingScale ratings = RatingScale::votes;
  std::int32_t grid_s = 3600;             // of its contests
  std::int32_t objection_days = 30;       // from its end until their secrets are destroyed
  std::vector<Category> categories = {};  // each mark is of one, if there are any

  bool has(Feature feature) const;
  bool has(const CategoryId& category) const;
  // The kinds of opinions that it collects.
  std::vector<OpinionKind> opinions() const;
  bool collects(OpinionKind opinion) const;
  // Whether people take part in it under pseudonyms.
  bool has_contests() const;
  bool is_open(Time now) const { return opens <= now && now < closes; }
  // Whom it lets do something. Whoever has an account may report.
  const Electorate& electorate_of(Feature feature) const;
  const Electorate& electorate_of(OpinionKind opinion) const;

  friend bool operator==(const Phase&, const Phase&) = default;
};

// What is reported of a milestone; of one that is only planned there is no report.
enum class Progress { begun, done, dropped };

// An option of one of the project's polls.
struct PollOption {
  PollId poll;
  OptionId option;

  friend bool operator==(const PollOption&, const PollOption&) = default;
};

// A step on the way from what was decided to what is there.
struct Milestone {
  MilestoneId id;
  LocalizedText title;
  LocalizedText text = {};
  std::optional<Day> due = {};
  std::optional<PollOption> realises = {};
  Languages machine_translated = {};

  friend bool operator==(const Milestone&, const Milestone&) = default;
};

struct MilestoneReport {
  Progress status = Progress::begun;
  Day on;  // when it happened, which may be long before it is reported
  LocalizedText text = {};
  std::string reason = {};  // for what was dropped, and only that

  friend bool operator==(const MilestoneReport&, const MilestoneReport&) = default;
};

// ---- commands

// `machine_translated`, here and below: the languages of the texts beside it that no person wrote.
struct OpenProject {
  LocalizedText title;
  LocalizedText summary;
  Languages machine_translated = {};
  bool premoderated = false;  // what citizens contribute appears once a moderator released it
  Area area = {};             // within which marks lie; empty: anywhere
};

// Replaces the project's texts and its area by these.
struct ReviseProject {
  LocalizedText title;
  LocalizedText summary;
  Languages machine_translated = {};
  Area area = {};
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

// The engine: the secret of a contest that was due is destroyed.
struct DestroySecret {
  PhaseId phase;
  OpinionKind contest = OpinionKind::support;
};

// Milestones outlive the participation: they are planned and reported of closed projects, too.
struct PlanMilestone {
  Milestone milestone;
};

struct ReportMilestone {
  MilestoneId milestone;
  MilestoneReport report;
};

using Command = std::variant<OpenProject, DefinePhase, ExtendPhase, ClosePhase, ReopenPhase, CloseProject,
                             ReviseProject, PlanMilestone, ReportMilestone, DestroySecret>;

// ---- events

struct Opened {
  LocalizedText title;
  LocalizedText summary;
  Languages machine_translated = {};
  bool premoderated = false;
  Area area = {};

  friend bool operator==(const Opened&, const Opened&) = default;
};

// Texts and area in full as they are from here on.
struct Revised {
  LocalizedText title;
  LocalizedText summary;
  Languages machine_translated = {};
  Area area = {};

  friend bool operator==(const Revised&, const Revised&) = default;
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

struct SecretDestroyed {
  PhaseId phase;
  OpinionKind contest = OpinionKind::support;

  friend bool operator==(const SecretDestroyed&, const SecretDestroyed&) = default;
};

struct MilestonePlanned {
  Milestone milestone;

  friend bool operator==(const MilestonePlanned&, const MilestonePlanned&) = default;
};

struct MilestoneReported {
  MilestoneId milestone;
  MilestoneReport report;

  friend bool operator==(const MilestoneReported&, const MilestoneReported&) = default;
};

using Event = std::variant<Opened, PhaseDefined, PhaseExtended, PhaseClosed, PhaseReopened, Closed, Revised,
                           MilestonePlanned, MilestoneReported, SecretDestroyed>;

// ---- state

enum class Status { unknown, open, closed };

// How far a milestone has come.
struct MilestoneState {
  MilestoneId id;
  std::optional<Progress> reported;  // last; none: planned
};

// A contest of a phase.
struct Contest {
  PhaseId phase;
  OpinionKind kind = OpinionKind::support;
  Position since;
  bool secret_destroyed = false;
};

struct State {
  Status status = Status::unknown;
  std::vector<Phase> phases;  // with the interval that they were last given
  std::vector<MilestoneState> milestones;
  bool premoderated = false;
  Area area;
  std::vector<Contest> contests;

  const Phase* phase(const PhaseId& id) const;
  // Whether the secret of a contest is no more.
  bool is_destroyed(const PhaseId& phase, OpinionKind contest) const;
};

constexpr std::size_t phases_max = 100;

// The contests whose secrets are there and not needed any more behind a time, and that time.
struct SecretEnd {
  PhaseId phase;
  OpinionKind contest = OpinionKind::support;
  Time due;
};
std::vector<SecretEnd> secret_ends(const State& state);

// Whether a person who had an account when this position was written may have a say in a contest of the
// project that is not over for good: so nobody erases an account and has another by another one.
bool may_take_part_twice(const State& state, Position erased);
constexpr std::size_t milestones_max = 200;

// What a poll says of the option that a planned milestone names.
enum class Realisable { nothing_named, poll_unknown, not_selected, selected };

// What the rules must know from outside the stream.
struct Context {
  const ledger::State& ledger;
  Time now;
  Realisable realises = Realisable::nothing_named;
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::project
