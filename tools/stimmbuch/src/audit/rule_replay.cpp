#include "audit/rule_replay.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::program {

namespace {

using Events = std::vector<Event>;
using Made = std::optional<stimmbuch::Command>;

// The event of a poll at a place of a command; null if another stands there.
template <class Own>
const Own* event_at(const Events& events, std::size_t place) {
  const auto* const own = std::get_if<poll::Event>(&events.at(place));
  return own ? std::get_if<Own>(own) : nullptr;
}

// All options of the records from a place on, which must be of one kind.
template <class Kind>
auto options_behind(const Events& events, std::size_t place) -> std::optional<decltype(Kind::options)> {
  decltype(Kind::options) options;
  for (; place < events.size(); ++place) {
    const auto* const part = event_at<Kind>(events, place);
    if (!part) return std::nullopt;
    options.insert(options.end(), part->options.begin(), part->options.end());
  }
  return options;
}

// The command that would write these events. Most have one; the others begin with one that tells.
struct Remade {
  const Events& events;

  Made operator()(const ledger::Created& e) const {
    return single(ledger::Command{ledger::CreateLedger{e.id, e.purpose, e.origin, e.key}});
  }
  Made operator()(const ledger::CellsDeclared& e) const {
    return single(ledger::Command{ledger::DeclareCells{e.levels, e.districts, e.age_bands}});
  }
  Made operator()(const ledger::LeaderChanged& e) const {
    return single(ledger::Command{ledger::ChangeLeader{e.epoch, e.previous, e.previous_leaf}});
  }
  Made operator()(const ledger::KeyChanged& e) const {
    return single(ledger::Command{ledger::ChangeKey{e.key, e.signature, e.both_until}});
  }
  Made operator()(const ledger::Restored& e) const {
    return single(ledger::Command{
        ledger::RestoreLedger{e.epoch, e.origin, e.key, e.previous, e.previous_leaf, e.signed_to}});
  }

  Made operator()(const citizen::Registered& e) const {
    return single(citizen::Command{citizen::RegisterCitizen{e.texts}});
  }
  Made operator()(const citizen::Verified& e) const {
    return single(
        citizen::Command{citizen::VerifyCitizen{e.cell, e.method, /*with_registry_identity=*/true}});
  }
  Made operator()(const citizen::Changed& e) const {
    return single(citizen::Command{citizen::ChangeCitizen{e.texts}});
  }
  Made operator()(const citizen::Blocked& e) const {
    return single(citizen::Command{citizen::BlockCitizen{e.texts}});
  }
  Made operator()(const citizen::Unblocked& e) const {
    return single(citizen::Command{citizen::UnblockCitizen{e.texts}});
  }

  Made operator()(const citizen::ErasureRequested&) const {
    return single(citizen::Command{citizen::EraseCitizen{}});
  }
  Made operator()(const citizen::Erased&) const {
    return single(citizen::Command{citizen::CompleteErasure{}});
  }
  Made operator()(const citizen::TextDestructionRequested& e) const {
    return single(citizen::Command{citizen::DestroyText{e.text}});
  }
  Made operator()(const citizen::TextDestroyed& e) const {
    return single(citizen::Command{citizen::CompleteTextDestruction{e.text}});
  }

  Made operator()(const project::Opened& e) const {
    return single(project::Command{project::OpenProject{e.title, e.summary}});
  }
  Made operator()(const project::PhaseDefined& e) const {
    return single(project::Command{project::DefinePhase{e.phase}});
  }
  Made operator()(const project::PhaseExtended& e) const {
    return single(project::Command{project::ExtendPhase{e.phase, e.closes, e.reason}});
  }
  Made operator()(const project::Closed&) const { return single(project::Command{project::CloseProject{}}); }

  Made operator()(const poll::Drafted& e) const {
    auto options = options_behind<poll::OptionsAdded>(events, 1);
    if (!options) return std::nullopt;
    return poll::Command{poll::DraftPoll{e.terms, e.terms.results, std::move(*options)}};
  }
  Made operator()(const poll::OptionsAdded&) const {
    auto options = options_behind<poll::OptionsAdded>(events, 0);
    if (!options) return std::nullopt;
    return poll::Command{poll::AddOptions{std::move(*options)}};
  }
  Made operator()(const poll::Opened&) const {
    if (!options_behind<poll::OptionsFixed>(events, 1)) return std::nullopt;
    return poll::Command{poll::OpenPoll{}};
  }
  Made operator()(const poll::OptionsFixed&) const { return std::nullopt; }
  Made operator()(const poll::OptionWithdrawn& e) const {
    return single(poll::Command{poll::WithdrawOption{e.option, e.reason}});
  }
  Made operator()(const poll::Extended& e) const {
    return single(poll::Command{poll::ExtendPoll{e.closes, e.outage, e.reason}});
  }
  Made operator()(const poll::Closed&) const { return single(poll::Command{poll::ClosePoll{}}); }
  Made operator()(const poll::ResultComputed& e) const {
    auto options = options_behind<poll::OptionsCounted>(events, 1);
    if (!options) return std::nullopt;
    return poll::Command{poll::CountPoll{.revision = e.revision,
                                         .figures = e.figures,
                                         .count = {std::move(*options), e.ties, e.quorum_reached},
                                         .engine = e.engine,
                                         .first = e.first,
                                         .last = e.last}};
  }
  Made operator()(const poll::OptionsCounted&) const { return std::nullopt; }
  Made operator()(const poll::ResultCertified&) const { return single(poll::Command{poll::CertifyResult{}}); }
  Made operator()(const poll::CancellationProposed& e) const {
    return single(poll::Command{poll::ProposeCancellation{e.reason}});
  }
  Made operator()(const poll::Cancelled& e) const {
    return single(poll::Command{poll::CancelPoll{e.proposal}});
  }
  Made operator()(const poll::AnnulmentProposed& e) const {
    return single(poll::Command{poll::ProposeAnnulment{e.reason}});
  }
  Made operator()(const poll::Annulled& e) const {
    return single(poll::Command{poll::AnnulResult{e.proposal}});
  }
  Made operator()(const poll::LotProposed& e) const {
    return single(poll::Command{poll::ProposeLot{e.order, e.reason}});
  }
  Made operator()(const poll::LotDrawn& e) const { return single(poll::Command{poll::DrawLot{e.proposal}}); }

  Made operator()(const poll::RollCompleted& e) const { return single(poll::Command{poll::CompleteRoll{e}}); }
  Made operator()(const poll::OpeningsCompleted& e) const {
    return single(poll::Command{poll::CompleteOpenings{e}});
  }
  Made operator()(const roll::PartAdded& e) const {
    return single(roll::Command{roll::AddPart{e.before, e.entries}});
  }
  Made operator()(const opening::PartAdded& e) const {
    return single(opening::Command{opening::AddPart{e.before, e.openings}});
  }
  Made operator()(const poll::TextDestructionRequested& e) const {
    return single(poll::Command{poll::DestroyText{e.text}});
  }
  Made operator()(const poll::TextDestroyed& e) const {
    return single(poll::Command{poll::CompleteTextDestruction{e.text}});
  }
  Made operator()(const poll::SecretDestroyed& e) const {
    return single(poll::Command{poll::DestroySecret{e.secret}});
  }

  Made operator()(const ledger::Event& event) const { return std::visit(*this, event); }
  Made operator()(const citizen::Event& event) const { return std::visit(*this, event); }
  Made operator()(const project::Event& event) const { return std::visit(*this, event); }
  Made operator()(const poll::Event& event) const { return std::visit(*this, event); }
  Made operator()(const roll::Event& event) const { return std::visit(*this, event); }
  Made operator()(const opening::Event& event) const { return std::visit(*this, event); }
  // Ballots are judged apart.
  Made operator()(const ballot::Event&) const { return std::nullopt; }

 private:
  Made single(const stimmbuch::Command& command) const {
    if (events.size() != 1) return std::nullopt;
    return command;
  }
};

// Who may give a command that writes this event.
struct MayAct {
  const StreamId& stream;
  const Actor& actor;

  bool operator()(const ledger::Event& event) const {
    return std::holds_alternative<ledger::CellsDeclared>(event) ? is_official() : is_engine();
  }
  bool operator()(const citizen::Event& event) const {
    const bool own = actor == Actor{std::get<CitizenId>(stream)};
    if (is_any<citizen::Registered, citizen::Changed>(event)) return own;
    if (is_any<citizen::Erased, citizen::TextDestroyed>(event)) return is_engine();
    if (is_any<citizen::TextDestructionRequested>(event)) return own || is_official();
    if (is_any<citizen::ErasureRequested>(event)) return own || is_official() || is_engine();
    return is_official();
  }
  bool operator()(const project::Event&) const { return is_official(); }
  bool operator()(const poll::Event& event) const {
    if (is_any<poll::TextDestroyed, poll::SecretDestroyed, poll::RollCompleted, poll::OpeningsCompleted>(
            event))
      return is_engine();
    return is_official() || (is_any<poll::Closed>(event) && is_engine());
  }
  bool operator()(const roll::Event&) const { return is_engine(); }
  bool operator()(const opening::Event&) const { return is_engine(); }
  bool operator()(const ballot::Event&) const { return false; }

 private:
  template <class... Some, class Event>
  static bool is_any(const Event& event) {
    return (std::holds_alternative<Some>(event) || ...);
  }
  bool is_engine() const { return std::holds_alternative<stimmbuch::Engine>(actor); }
  bool is_official() const { return std::holds_alternative<OfficialId>(actor); }
};

// Some ballot that the poll takes: of a sealed one nobody knows what it says, until its opening is judged.
ballot::Choices some_choices(const poll::State& poll) {
  const poll::BallotForm& form = poll.terms->form;
  if (form.blank_allowed) return {};
  std::vector<const poll::Option*> offered;
  for (const poll::Option& option : poll.options) {
    if (!poll.is_withdrawn(option.id)) offered.push_back(&option);
  }
  if (form.kind == poll::BallotKind::budget)
    std::ranges::stable_sort(offered, {}, [](const poll::Option* option) { return option->cost; });
  offered.resize(std::min(offered.size(), static_cast<std::size_t>(form.min)));
  ballot::Choices choices;
  for (const poll::Option* option : offered)
    choices.push_back({option->id, form.kind == poll::BallotKind::points ? 1 : 0});
  return choices;
}

// The vote or the withdrawal that would write a ballot's event.
struct RemadeBallot {
  const poll::State& poll;
  bool imported;

  std::optional<ballot::Command> operator()(const ballot::VoteCast& e) const { return vote(e); }
  std::optional<ballot::Command> operator()(const ballot::VoteChanged& e) const { return vote(e); }
  std::optional<ballot::Command> operator()(const ballot::VoteWithdrawn& e) const {
    if (!imported) return ballot::WithdrawVote{};
    if (!e.cast_at) return std::nullopt;
    return ballot::ImportWithdrawal{*e.cast_at};
  }

  std::optional<ballot::Command> operator()(const ballot::SealedVoteCast& e) const { return sealed(e.seal); }
  std::optional<ballot::Command> operator()(const ballot::SealedVoteChanged& e) const {
    return sealed(e.seal);
  }
  std::optional<ballot::Command> operator()(const ballot::SealedVoteWithdrawn&) const {
    return ballot::WithdrawVote{};
  }

 private:
  std::optional<ballot::Command> sealed(const ballot::Seal& seal) const {
    return ballot::CastVote{some_choices(poll), seal};
  }
  template <class Voted>
  std::optional<ballot::Command> vote(const Voted& e) const {
    if (!imported) return ballot::CastVote{e.choices};
    if (!e.cast_at) return std::nullopt;
    return ballot::ImportVote{e.choices, e.channel, *e.cast_at};
  }
};

// Somebody whom an electorate admits.
citizen::State admitted_by(const poll::Electorate& electorate, const ledger::State& ledger) {
  citizen::State voter{.registered = true, .blocked = false, .erasure = {}, .cell = {}};
  const auto first_of = [](const auto& ids) {
    return ids.empty() ? std::nullopt : std::optional(ids.front());
  };
  auto level = electorate.level;
  if (!level && !ledger.levels.empty()) level = ledger.levels.front().id;
  if (level)
    voter.cell = citizen::Cell{*level, first_of(electorate.districts), first_of(electorate.age_bands)};
  return voter;
}

std::string refusal_text(const Rejection& rejection) {
  return fmt::format("the rules refuse it: {} ({})", text_of(rejection.refusal).en,
                     text_of(rejection.refusal).code);
}

}  // namespace

void RuleReplay::take(const StreamId& stream, const Event& event, const Recorded& recorded, bool more) {
  check_exact_time(recorded);
  if (!std::visit(MayAct{stream, recorded.actor}, event))
    differ_(Check::actor, recorded.position, fmt::format("{} may not do this", actor_text(recorded.actor)));
  deadlines_.take(stream, event, recorded, [this](Position position, std::string detail) {
    differ_(Check::rules, position, std::move(detail));
  });
  // A command that was torn apart is judged as far as it goes.
  if (pending_ && pending_->stream != stream) judge(*std::exchange(pending_, std::nullopt));
  if (!pending_) pending_ = Pending{stream, {}, {}};
  pending_->events.push_back(event);
  pending_->recorded.push_back(recorded);
  if (!more) judge(*std::exchange(pending_, std::nullopt));
}

void RuleReplay::finish() {
  const auto now = std::max(last_exact_, latest_on_grid_);
  if (!now) return;
  deadlines_.find_overdue_erasures(*now, [this](Position position, std::string detail) {
    differ_(Check::erasure, position, std::move(detail));
  });
  deadlines_.find_overdue_secrets(
      *now, [this](const PollId& poll) -> const poll::State& { return std::get<poll::State>(of(poll)); },
      [this](Position position, std::string detail) { differ_(Check::secret, position, std::move(detail)); });
}

void RuleReplay::judge(Pending command) {
  ++commands_;
  const Recorded& first = command.recorded.front();
  if (!ledger_) {
    const auto* const ledger = std::get_if<LedgerId>(&command.stream);
    if (!ledger) return differ_(Check::rules, first.position, "the log does not begin with its ledger");
    ledger_ = *ledger;
  }
  const auto remade = std::visit(Remade{command.events}, command.events.front());
  if (!remade) return differ_(Check::rules, first.position, "no command writes such records");
  const Context context{.ledger = *ledger_,
                        .now = first.time,
                        .actor = first.actor,
                        .citizen = {},
                        .registry_holder = {},
                        .identity_held = false,
                        .text_is_there = true};
  const auto decided = stimmbuch::decide(command.stream, *remade, *this, context);
  if (!decided) return differ_(Check::rules, first.position, refusal_text(decided.error()));
  if (*decided != command.events)
    differ_(Check::rules, first.position, "the rules write something else for this command");
  State& state = state_of(command.stream);
  for (std::size_t i = 0; i < command.events.size(); ++i) {
    state = evolve(std::move(state), command.events[i], command.recorded[i]);
    follow_electors(command.stream, command.events[i], command.recorded[i]);
  }
}

bool RuleReplay::admits(const PollId& poll, const citizen::State& citizen) {
  const auto& terms = std::get<poll::State>(of(poll)).terms;
  return terms && ballot::entitled(citizen, terms->electorate, ledger()).has_value();
}

void RuleReplay::follow_electors(const StreamId& stream, const Event& event, const Recorded& recorded) {
  if (std::holds_alternative<CitizenId>(stream)) {
    const auto& citizen = std::get<citizen::State>(of(stream));
    for (auto& [poll, electors] : electors_) {
      if (!electors.closed && admits(poll, citizen)) electors.citizens.insert(subject(stream));
    }
    return;
  }
  const auto* const poll = std::get_if<PollId>(&stream);
  if (!poll) return;
  const auto& own = std::get<poll::Event>(event);
  if (const auto* const opened = std::get_if<poll::Opened>(&own); opened && opened->roll) {
    Electors& electors = electors_[*poll];
    constexpr std::string_view citizens = "citizen/";
    for (auto at = states_.lower_bound(citizens); at != states_.end() && at->first.starts_with(citizens);
         ++at) {
      if (admits(*poll, std::get<citizen::State>(at->second))) electors.citizens.insert(at->first);
    }
    electors.at_opening = std::ssize(electors.citizens);
  }
  const auto electors = electors_.find(*poll);
  if (electors == electors_.end()) return;
  if (std::holds_alternative<poll::Closed>(own)) electors->second.closed = true;
  if (const auto* const roll = std::get_if<poll::RollCompleted>(&own))
    check_roll(*poll, *roll, recorded.position);
  if (std::holds_alternative<poll::Cancelled>(own)) electors_.erase(electors);
}

void RuleReplay::check_roll(const PollId& poll, const poll::RollCompleted& roll, Position position) {
  Electors& electors = electors_.at(poll);
  roll_entries_ += static_cast<std::uint64_t>(roll.entries);
  if (roll.entries != std::ssize(electors.citizens) || roll.at_opening != electors.at_opening) {
    differ_(
        Check::roll, position,
        fmt::format("the roll has {} entries, {} of them since the opening; the citizens' records have {} "
                    "and {} whom the poll admits",
                    roll.entries, roll.at_opening, electors.citizens.size(), electors.at_opening));
  }
  last_electors_ = std::move(electors.citizens);
  electors_.erase(poll);
}

void RuleReplay::take_ballot(const BallotId& id, const ballot::State& before, const ballot::Event& event,
                             const Recorded& recorded) {
  ++commands_;
  const BallotsOf& ballots = ballots_of(id.poll);
  if (!ballots.poll->terms) return differ_(Check::rules, recorded.position, "there is no such poll");
  const auto& terms = *ballots.poll->terms;
  const std::chrono::seconds grid{terms.grid_s};
  check_grid_time(recorded, grid);
  const bool by_voter = recorded.actor == Actor{id.voter};
  if (terms.imported ? !std::holds_alternative<OfficialId>(recorded.actor) : !by_voter)
    differ_(Check::actor, recorded.position, fmt::format("{} may not do this", actor_text(recorded.actor)));
  const auto remade = std::visit(RemadeBallot{*ballots.poll, terms.imported}, event);
  if (!remade) return differ_(Check::rules, recorded.position, "an imported ballot says when it was cast");
  // The exact time is known to a step of the grid, and the rules look at nothing finer but that an imported
  // ballot was cast before.
  const Time latest = recorded.time + grid - std::chrono::microseconds{1};
  const ballot::Context context{
      .ledger = ledger(), .poll = *ballots.poll, .citizen = &ballots.voter, .now = latest};
  const auto decided = ballot::decide(before, *remade, context);
  if (!decided) return differ_(Check::rules, recorded.position, refusal_text(decided.error()));
  if (decided->size() != 1 || decided->front() != event)
    differ_(Check::rules, recorded.position, "the rules write something else for this ballot");
}

const RuleReplay::BallotsOf& RuleReplay::ballots_of(const PollId& poll) {
  // Between two ballots the poll may have changed, but not its electorate once it is open.
  if (!ballots_of_ || ballots_of_->id != poll) {
    const auto& state = std::get<poll::State>(of(poll));
    ballots_of_ = BallotsOf{poll, &state, {}};
    if (state.terms) ballots_of_->voter = admitted_by(state.terms->electorate, ledger());
  }
  return *ballots_of_;
}

const ledger::State& RuleReplay::ledger() {
  static const ledger::State none;
  return ledger_ ? std::get<ledger::State>(of(*ledger_)) : none;
}

const State& RuleReplay::of(const StreamId& stream) {
  return state_of(stream);
}

State& RuleReplay::state_of(const StreamId& stream) {
  const auto [state, is_new] = states_.try_emplace(subject(stream));
  if (is_new) state->second = initial_state(stream);
  return state->second;
}

void RuleReplay::check_exact_time(const Recorded& recorded) {
  if (last_exact_ && recorded.time < *last_exact_)
    differ_(Check::time, recorded.position, "its time is before that of a record before it");
  if (latest_on_grid_ && recorded.time < *latest_on_grid_)
    differ_(Check::time, recorded.position, "its time is before that of a ballot before it");
  last_exact_ = std::max(last_exact_.value_or(recorded.time), recorded.time);
}

void RuleReplay::check_grid_time(const Recorded& recorded, std::chrono::seconds grid) {
  if (on_grid(recorded.time, grid) != recorded.time)
    differ_(Check::time, recorded.position, "the time of the ballot is not on the poll's grid");
  if (last_exact_ && recorded.time < on_grid(*last_exact_, grid))
    differ_(Check::time, recorded.position, "the time of the ballot is before that of a record before it");
  latest_on_grid_ = std::max(latest_on_grid_.value_or(recorded.time), recorded.time);
}

}  // namespace stimmbuch::program
