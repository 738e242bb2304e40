#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/contest.hpp"
#include "stimmbuch/domain/contribution.hpp"
#include "stimmbuch/domain/count.hpp"
#include "stimmbuch/domain/electorate.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/project.hpp"
#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/domain/tally.hpp"

// A question put to citizens: its terms, its options and its way from draft to certified result.
namespace stimmbuch::poll {

enum class BallotKind {
  single,    // one option
  multiple,  // min to max options
  approval,  // as many options as the voter likes, within min and max
  points,    // points spread over options, at most points_total in sum
  ranked,    // min to max options in order of preference
  budget,    // options whose costs fit the budget together
};

// What a ballot must look like.
struct BallotForm {
  BallotKind kind = BallotKind::single;
  std::int32_t min = 1;
  std::int32_t max = 1;
  std::int32_t points_total = 0;       // points: in sum at most
  std::int32_t points_per_option = 0;  // points: at most for one option; 0: as the sum allows
  bool blank_allowed = false;

  friend bool operator==(const BallotForm&, const BallotForm&) = default;
};

// When choices and figures are shown: while ballots come in, or only behind the poll's openings, the ballots
// being sealed until then.
enum class Results { live, after_close };

// Everything a voter must know before voting; fixed by the first event.
struct Terms {
  ProjectId project;
  LocalizedText title;
  Commitments texts;  // the description: `description`, or `description/<language>` by language
  BallotForm form;
  Rule rule;
  Electorate electorate;
  std::int32_t live_step = 10;  // ballots between two replacements of the public tally
  bool changeable = true;
  std::optional<Time> opens;   // on the grid; none: with PollOpened
  std::optional<Time> closes;  // on the grid; none: with PollClosed
  std::string zone = "Europe/Berlin";
  std::int32_t grid_s = 3600;
  std::int32_t objection_days = 30;
  std::string currency;  // ISO 4217, where options have costs
  // Ballots come from another system, under its voters' names; no citizens, no roll.
  bool imported = false;
  Results results = Results::live;
  Languages machine_translated = {};  // languages of title and description that no person wrote

  friend bool operator==(const Terms&, const Terms&) = default;
};

// The proposal that an option was made from, as it was then: its text stays where it is, under the owners
// that it has.
struct Origin {
  ContributionId proposal;
  std::uint32_t version = 0;
  Commitment text{};

  friend bool operator==(const Origin&, const Origin&) = default;
};

struct Option {
  OptionId id;
  LocalizedText title;
  Commitments texts;  // as in the terms
  std::optional<Money> cost;
  bool counts = true;                 // false: an abstention, recorded and shown but never selected
  std::optional<Origin> origin = {};  // of a command only the proposal matters
  Languages machine_translated = {};  // as in the terms

  friend bool operator==(const Option&, const Option&) = default;
};

// When voting was impossible: [from, to).
struct Outage {
  Time from;
  Time to;

  friend bool operator==(const Outage&, const Outage&) = default;
};

// Those of a cell on the roll, and how many of them had a ballot standing when the poll was closed. Without a
// level: who is not verified, or all cells that are too small to be shown.
struct CellTurnout {
  std::optional<LevelId> level;
  std::optional<DistrictId> district;
  std::optional<AgeBandId> age_band;
  std::int64_t eligible = 0;
  std::int64_t voted = 0;

  friend bool operator==(const CellTurnout&, const CellTurnout&) = default;
};

// SHA-256 over the leaf hashes of the records of all parts, in order.
using PartsDigest = std::array<std::byte, 32>;

// The roll is complete, and nothing later changes it.
struct RollCompleted {
  std::int64_t entries = 0;
  std::int64_t at_opening = 0;  // of them entitled when the poll was opened
  std::int64_t ballots = 0;     // of them with a standing ballot
  std::uint32_t parts = 0;
  PartsDigest digest{};
  std::uint32_t prefix = 0;             // characters of a pseudonym by which entries are looked up
  std::vector<CellTurnout> cells = {};  // none if too few are on the roll

  friend bool operator==(const RollCompleted&, const RollCompleted&) = default;
};

// All standing ballots of a sealed poll are opened.
struct OpeningsCompleted {
  std::int64_t openings = 0;
  std::uint32_t parts = 0;
  PartsDigest digest{};

  friend bool operator==(const OpeningsCompleted&, const OpeningsCompleted&) = default;
};

constexpr std::size_t roll_cells_max = 200;
constexpr std::uint32_t roll_prefix_max = 4;

// The secrets of a poll that end with it; the vault has a row for each.
enum class SecretKind {
  contest,  // by which a citizen's pseudonym follows
  sealing,  // by which sealed ballots open
};

// ---- commands

// `results` goes into the terms.
struct DraftPoll {
  Terms terms;
  Results results = Results::live;
  std::vector<Option> options;
};

struct AddOptions {
  std::vector<Option> options;
};

struct OpenPoll {};

struct WithdrawOption {
  OptionId option;
  std::string reason;
};

struct ExtendPoll {
  Time closes;
  std::optional<Outage> outage;
  std::string reason;
};

struct ClosePoll {};

// By the engine, behind the last part.
struct CompleteRoll {
  RollCompleted roll;
};
struct CompleteOpenings {
  OpeningsCompleted openings;
};

// Records a count that was computed for the poll as it stood at a revision.
struct CountPoll {
  Revision revision;
  Figures figures;
  Count count;
  std::string engine;  // the version that counted
  Position first;      // the log range that was counted: behind PollOpened …
  Position last;       // … up to PollClosed
};

struct CertifyResult {};

// What needs two officials is proposed by one and done by another, who names the proposal's position.
struct ProposeCancellation {
  std::string reason;
};
struct CancelPoll {
  Position proposal;
};
struct ProposeAnnulment {
  std::string reason;
};
struct AnnulResult {
  Position proposal;
};
struct ProposeLot {
  std::vector<OptionId> order;  // the tied options as they were drawn
  std::string reason;           // where and how it was drawn
};
struct DrawLot {
  Position proposal;
};

// Asks for the end of a text of the poll; from here on nobody reads it.
struct DestroyText {
  TextName text;
};
// The engine: it is destroyed.
struct CompleteTextDestruction {
  TextName text;
};
// The engine: a secret that was due is destroyed.
struct DestroySecret {
  SecretKind secret = SecretKind::contest;
};

using Command = std::variant<DraftPoll, AddOptions, OpenPoll, WithdrawOption, ExtendPoll, ClosePoll,
                             CountPoll, CertifyResult, ProposeCancellation, CancelPoll, ProposeAnnulment,
                             AnnulResult, ProposeLot, DrawLot, DestroyText, CompleteTextDestruction,
                             DestroySecret, CompleteRoll, CompleteOpenings>;

// ---- events

struct Drafted {
  Terms terms;

  friend bool operator==(const Drafted&, const Drafted&) = default;
};

struct OptionsAdded {
  std::vector<Option> options;

  friend bool operator==(const OptionsAdded&, const OptionsAdded&) = default;
};

// Rule and electorate in full, so that a ballot can be judged from here on without the draft.
struct Opened {
  Terms terms;
  bool roll = false;
  bool sealed = false;

  friend bool operator==(const Opened&, const Opened&) = default;
};

// The options as they stand at opening, as many records as their size needs.
struct OptionsFixed {
  std::vector<Option> options;

  friend bool operator==(const OptionsFixed&, const OptionsFixed&) = default;
};

struct OptionWithdrawn {
  OptionId option;
  std::string reason;

  friend bool operator==(const OptionWithdrawn&, const OptionWithdrawn&) = default;
};

struct Extended {
  Time closes;
  std::optional<Outage> outage;
  std::string reason;

  friend bool operator==(const Extended&, const Extended&) = default;
};

struct Closed {
  friend bool operator==(const Closed&, const Closed&) = default;
};

struct ResultComputed {
  Revision revision;
  RuleKind rule = RuleKind::most_votes;
  std::uint32_t version = rule_version;
  std::string engine;
  Position first;
  Position last;
  Figures figures;
  std::int64_t quorum = 0;
  bool quorum_reached = true;
  std::vector<Tie> ties;
  // As the roll says; absent without one.
  std::optional<std::int64_t> eligible = {};
  std::optional<std::int64_t> eligible_at_opening = {};

  friend bool operator==(const ResultComputed&, const ResultComputed&) = default;
};

// The options of the count before it, as many records as their size needs.
struct OptionsCounted {
  std::vector<CountedOption> options;

  friend bool operator==(const OptionsCounted&, const OptionsCounted&) = default;
};

struct ResultCertified {
  Position result;  // of the ResultComputed that is certified

  friend bool operator==(const ResultCertified&, const ResultCertified&) = default;
};

struct CancellationProposed {
  std::string reason;

  friend bool operator==(const CancellationProposed&, const CancellationProposed&) = default;
};
struct Cancelled {
  Position proposal;

  friend bool operator==(const Cancelled&, const Cancelled&) = default;
};
struct AnnulmentProposed {
  std::string reason;

  friend bool operator==(const AnnulmentProposed&, const AnnulmentProposed&) = default;
};
struct Annulled {
  Position proposal;

  friend bool operator==(const Annulled&, const Annulled&) = default;
};
struct LotProposed {
  std::vector<OptionId> order;
  std::string reason;

  friend bool operator==(const LotProposed&, const LotProposed&) = default;
};
struct LotDrawn {
  Position proposal;

  friend bool operator==(const LotDrawn&, const LotDrawn&) = default;
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
  SecretKind secret = SecretKind::contest;

  friend bool operator==(const SecretDestroyed&, const SecretDestroyed&) = default;
};

using Event = std::variant<Drafted, OptionsAdded, Opened, OptionsFixed, OptionWithdrawn, Extended, Closed,
                           ResultComputed, OptionsCounted, ResultCertified, CancellationProposed, Cancelled,
                           AnnulmentProposed, Annulled, LotProposed, LotDrawn, TextDestructionRequested,
                           TextDestroyed, SecretDestroyed, RollCompleted, OpeningsCompleted>;

// ---- state

enum class Status { unknown, draft, open, closed, counted, certified, cancelled, annulled };

// A proposal that waits for a second official; a new one of any kind replaces it.
struct Proposal {
  enum class Kind { cancellation, annulment, lot };

  Kind kind;
  Position position;
  Actor by;
  std::vector<OptionId> order;  // lot
};

struct Result {
  Position position;
  Actor by;
  std::vector<Tie> ties;
  std::vector<CountedOption> options;
  bool outdated = false;  // the poll has changed since in a way that a count must see

  bool unresolved() const;
};

struct State {
  Status status = Status::unknown;
  std::optional<Terms> terms;  // since the draft; `closes` moves with an extension
  std::vector<Option> options;
  std::vector<OptionId> withdrawn;
  std::optional<Position> opened;
  std::optional<Position> closed;
  std::optional<Revision> revision;  // of the last record; none before the first
  std::optional<Result> result;      // the newest count
  std::optional<Proposal> proposal;
  std::vector<OptionId> lot;  // as drawn, the options of one tie behind those of an earlier one
  bool roll = false;          // a roll follows the closing
  bool sealed = false;        // openings follow it
  std::optional<RollCompleted> roll_completed;
  std::optional<OpeningsCompleted> openings_completed;
  std::optional<Time> unsealed;       // since then nothing of it is to be opened any more
  std::optional<Time> final_since;    // certified, cancelled or annulled, the last of them
  std::vector<SecretKind> destroyed;  // its secrets that are no more

  // Closed, with everything that must follow before it can be counted.
  bool settled() const;
  const Option* option(const OptionId& id) const;
  bool is_withdrawn(const OptionId& id) const;
  bool is_destroyed(SecretKind secret) const;
  // Whether the newest count holds and selects the option.
  bool selects(const OptionId& id) const;
  // Index of an option in `options`.
  std::optional<std::size_t> index(const OptionId& id) const;
};

constexpr std::size_t options_max = 900;
// Choices on one ballot: with those that it replaces they fit into a record whatever the options' ids.
constexpr std::size_t choices_max = 400;

// What there is of a roll or of openings: entries in the parts that a command says are all, and whether all
// of these are there and no others.
struct Parts {
  std::int64_t entries = 0;
  bool are_all = true;
};

// What the rules must know from outside the stream.
struct Context {
  const ledger::State& ledger;
  project::Status project;  // of the project that the terms name
  Time now;                 // exact
  Actor actor;
  Parts parts = {};             // for what completes a roll or openings
  bool ballots_opened = false;  // for what cancels: a part of the openings is there
  bool text_is_there = false;   // see citizen::Context
  // The contributions that options may be made from.
  std::function<const contribution::State&(const ContributionId&)> contributions = {};
};

// The secrets of a poll that have an end in sight, and when that is: those that must be destroyed from then
// on, and are not yet. What has no end in sight is still needed.
struct SecretEnd {
  SecretKind secret;
  Time due;
};
std::vector<SecretEnd> secret_ends(const State& state);

// Whether a person who had an account when this position was written may have a ballot in the poll that still
// counts for something: so nobody erases an account and votes again by another.
bool may_be_voted_in_twice(const State& state, Position erased);

// An official is told apart from the one before by the actor.
State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::poll
