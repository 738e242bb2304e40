#include "audit/rule_replay.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "audit/commands_remade.hpp"
#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::program {

namespace {

// Somebody whom an electorate admits.
citizen::State admitted_by(const Electorate& electorate, const ledger::State& ledger) {
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

// The exact time is known to a step of the grid, and the rules look at nothing finer but that an imported
// ballot was cast before.
Time latest_at(Time recorded, std::chrono::seconds grid) {
  return recorded + grid - std::chrono::microseconds{1};
}

std::string refusal_text(const Rejection& rejection) {
  return fmt::format("the rules refuse it: {} ({})", text_of(rejection.refusal).en,
                     text_of(rejection.refusal).code);
}

}  // namespace

void RuleReplay::Electors::add(std::uint32_t citizen) {
  if (citizen >= citizens.size()) citizens.resize(citizen + 1);
  if (citizens[citizen]) return;
  citizens[citizen] = true;
  ++count;
}

void RuleReplay::begin_pass(Portion portion) {
  portion_ = portion;
  states_.clear();
  citizens_ = {};
  pending_.reset();
  electors_.clear();
  ballots_of_.reset();
  ledger_.reset();
  last_exact_.reset();
  latest_on_grid_.reset();
  deadlines_ = {};
}

void RuleReplay::find(Check check, Position position, std::string detail) {
  if (is_told_) differ_(check, position, std::move(detail));
}

bool RuleReplay::judges(const StreamId& stream, const Actor& actor) const {
  if (contest_of(stream)) {
    const auto* const voter = std::get_if<VoterId>(&actor);
    return voter != nullptr ? portion_.holds(voter->text()) : portion_.is_first();
  }
  const auto* citizen = std::get_if<CitizenId>(&stream);
  if (std::holds_alternative<ContributionId>(stream)) citizen = std::get_if<CitizenId>(&actor);
  return citizen != nullptr ? portion_.holds(citizen->text()) : portion_.is_first();
}

void RuleReplay::take(const StreamId& stream, const Event& event, const Recorded& recorded, bool more) {
  is_told_ = portion_.is_first();
  const auto contest = contest_of(stream);
  if (contest) {
    const auto grid = grid_of(*contest);
    if (!grid) return find(Check::rules, recorded.position, "there is no such contest");
    check_grid_time(recorded, *grid);
  } else {
    check_exact_time(recorded);
  }
  // A command that was torn apart is judged as far as it goes.
  if (pending_ && pending_->stream != stream) judge(*std::exchange(pending_, std::nullopt));
  is_told_ = judges(stream, recorded.actor);
  if (!is_told_ && (contest || std::holds_alternative<CitizenId>(stream))) return;
  if (!may_write(stream, recorded.actor, event))
    find(Check::actor, recorded.position, fmt::format("{} may not do this", actor_text(recorded.actor)));
  // Who asks for the end of a contribution's texts and who ends them are two.
  if (std::holds_alternative<ContributionId>(stream) ? portion_.is_first() : is_told_) {
    deadlines_.take(stream, event, recorded, [this](Position position, std::string detail) {
      find(Check::rules, position, std::move(detail));
    });
  }
  if (!pending_) pending_ = Pending{stream, {}, {}};
  pending_->events.push_back(event);
  pending_->recorded.push_back(recorded);
  if (!more) judge(*std::exchange(pending_, std::nullopt));
}

void RuleReplay::finish() {
  erasures_ += deadlines_.erasures();
  ended_polls_ += deadlines_.ended_polls();
  const auto now = std::max(last_exact_, latest_on_grid_);
  if (!now) return;
  is_told_ = true;
  deadlines_.find_overdue_erasures(*now, [this](Position position, std::string detail) {
    find(Check::erasure, position, std::move(detail));
  });
  deadlines_.find_overdue_secrets(
      *now, [this](const PollId& poll) -> const poll::State& { return std::get<poll::State>(of(poll)); },
      [this](Position position, std::string detail) { find(Check::secret, position, std::move(detail)); });
  if (portion_.is_first()) check_overdue_contests(*now);
}

void RuleReplay::check_overdue_contests(Time now) {
  for (const auto& [subject, state] : states_) {
    if (const auto* const survey = std::get_if<survey::State>(&state)) {
      const auto due = survey::secret_end(*survey);
      if (due && *due + destruction_patience < now) {
        find(Check::secret, *survey->opened,
             fmt::format("the secret of {} was to be destroyed {} days ago", subject,
                         std::chrono::duration_cast<std::chrono::days>(now - *due).count()));
      }
    }
    const auto* const project = std::get_if<project::State>(&state);
    if (project == nullptr) continue;
    for (const auto& end : project::secret_ends(*project)) {
      if (end.due + destruction_patience >= now) continue;
      const auto contest = std::ranges::find_if(project->contests, [&](const project::Contest& one) {
        return one.phase == end.phase && one.kind == end.contest;
      });
      find(Check::secret, contest->since,
           fmt::format("a secret of phase {} of {} was to be destroyed {} days ago", end.phase.text(),
                       subject, std::chrono::duration_cast<std::chrono::days>(now - end.due).count()));
    }
  }
}

std::optional<std::chrono::seconds> RuleReplay::grid_of(const ContestId& contest) {
  if (const auto* const survey = std::get_if<SurveyId>(&contest)) {
    const auto& state = std::get<survey::State>(of(*survey));
    return state.opened ? std::optional(std::chrono::seconds{state.grid_s}) : std::nullopt;
  }
  const auto* const opinions = std::get_if<OpinionsId>(&contest);
  if (opinions == nullptr) return std::nullopt;  // ballots are taken apart
  const auto* const phase = std::get<project::State>(of(opinions->project)).phase(opinions->phase);
  return phase != nullptr ? std::optional(std::chrono::seconds{phase->grid_s}) : std::nullopt;
}

void RuleReplay::take_for_granted(const ContestId& contest) {
  if (const auto* const id = std::get_if<SurveyId>(&contest)) {
    const auto& terms = std::get<survey::State>(of(*id)).terms;
    const auto* const phase =
        terms ? std::get<project::State>(of(terms->project)).phase(terms->phase) : nullptr;
    if (phase != nullptr) somebody_ = admitted_by(phase->electorate_of(project::Feature::answer), ledger());
    return;
  }
  const auto& opinions = std::get<OpinionsId>(contest);
  const auto* const phase = std::get<project::State>(of(opinions.project)).phase(opinions.phase);
  somebody_ = admitted_by(phase->electorate_of(opinions.kind), ledger());
}

void RuleReplay::judge(const Pending& command) {
  const Recorded& first = command.recorded.front();
  is_told_ = judges(command.stream, first.actor);
  if (is_told_) ++commands_;
  if (!ledger_) {
    const auto* const ledger = std::get_if<LedgerId>(&command.stream);
    if (!ledger) return find(Check::rules, first.position, "the log does not begin with its ledger");
    ledger_ = *ledger;
  }
  // What is said in a contribution is judged where its author is known, and followed whatever is found there,
  // so that all passes see the same.
  const bool is_contribution = std::holds_alternative<ContributionId>(command.stream);
  const bool is_followed_only = is_contribution && !is_told_;
  if (!is_followed_only && !is_accepted(command) && !is_contribution) return;
  for (std::size_t i = 0; i < command.events.size(); ++i) {
    put(command.stream, evolve(of(command.stream), command.events[i], command.recorded[i]));
    follow_electors(command.stream, command.events[i], command.recorded[i]);
  }
}

bool RuleReplay::is_accepted(const Pending& command) {
  const Recorded& first = command.recorded.front();
  const auto refused = [&](std::string detail) {
    find(Check::rules, first.position, std::move(detail));
    return false;
  };
  const auto remade = remade_command(command.events);
  if (!remade) return refused("no command writes such records");
  const auto contest = contest_of(command.stream);
  if (contest) take_for_granted(*contest);
  const Context context{.ledger = *ledger_,
                        .now = contest ? latest_at(first.time, *grid_of(*contest)) : first.time,
                        .actor = first.actor,
                        .citizen = contest ? std::optional(CitizenId{}) : std::nullopt,
                        .registry_holder = {},
                        .identity_held = false,
                        .text_is_there = true};
  const auto decided = stimmbuch::decide(command.stream, *remade, *this, context);
  if (!decided) return refused(refusal_text(decided.error()));
  if (*decided != command.events)
    find(Check::rules, first.position, "the rules write something else for this command");
  return true;
}

bool RuleReplay::admits(const PollId& poll, const citizen::State& citizen) {
  const auto& terms = std::get<poll::State>(of(poll)).terms;
  return terms && entitled(citizen, terms->electorate, ledger()).has_value();
}

void RuleReplay::follow_electors(const StreamId& stream, const Event& event, const Recorded& recorded) {
  if (const auto* const id = std::get_if<CitizenId>(&stream)) {
    const Citizen citizen = citizens_[id->text()];
    for (auto& [poll, electors] : electors_) {
      if (electors.closed) continue;
      if (admits(poll, std::get<citizen::State>(citizen_states_[citizen.state])))
        electors.add(citizen.number);
    }
    return;
  }
  const auto* const poll = std::get_if<PollId>(&stream);
  if (!poll) return;
  const auto& own = std::get<poll::Event>(event);
  if (const auto* const opened = std::get_if<poll::Opened>(&own); opened && opened->roll)
    find_electors_at_opening(*poll, electors_[*poll]);
  const auto electors = electors_.find(*poll);
  if (electors == electors_.end()) return;
  if (std::holds_alternative<poll::Closed>(own)) electors->second.closed = true;
  if (const auto* const roll = std::get_if<poll::RollCompleted>(&own))
    check_roll(*poll, *roll, recorded.position);
  if (std::holds_alternative<poll::Cancelled>(own)) electors_.erase(electors);
}

void RuleReplay::find_electors_at_opening(const PollId& poll, Electors& electors) {
  std::vector<bool> is_admitted;  // by state
  for (const State& state : citizen_states_)
    is_admitted.push_back(admits(poll, std::get<citizen::State>(state)));
  citizens_.for_each([&](const Citizen& citizen) {
    if (is_admitted[citizen.state]) electors.add(citizen.number);
  });
  electors.at_opening = electors.count;
}

void RuleReplay::check_roll(const PollId& poll, const poll::RollCompleted& roll, Position position) {
  const Electors electors = std::move(electors_.at(poll));
  electors_.erase(poll);
  ElectorSums& sums = elector_sums_[poll];
  sums.count += electors.count;
  sums.at_opening += electors.at_opening;
  for (const CitizenId& id : watched_) {
    const auto* const citizen = citizens_.find(id.text());
    if (citizen != nullptr && citizen->number < electors.citizens.size() &&
        electors.citizens[citizen->number])
      electors_watched_.emplace(poll, id);
  }
  if (!portion_.is_last()) return;
  roll_entries_ += static_cast<std::uint64_t>(roll.entries);
  if (roll.entries == sums.count && roll.at_opening == sums.at_opening) return;
  is_told_ = true;
  find(Check::roll, position,
       fmt::format("the roll has {} entries, {} of them since the opening; the citizens' records have {} "
                   "and {} whom the poll admits",
                   roll.entries, roll.at_opening, sums.count, sums.at_opening));
}

void RuleReplay::take_ballot(const BallotId& id, const ballot::State& before, const ballot::Event& event,
                             const Recorded& recorded) {
  is_told_ = portion_.is_first();
  const BallotsOf& ballots = ballots_of(id.poll);
  if (is_told_) ++commands_;
  if (!ballots.poll->terms) return find(Check::rules, recorded.position, "there is no such poll");
  const auto& terms = *ballots.poll->terms;
  const std::chrono::seconds grid{terms.grid_s};
  check_grid_time(recorded, grid);
  if (!portion_.holds(id.voter.text())) return;
  is_told_ = true;
  const bool by_voter = recorded.actor == Actor{id.voter};
  if (terms.imported ? !std::holds_alternative<OfficialId>(recorded.actor) : !by_voter)
    find(Check::actor, recorded.position, fmt::format("{} may not do this", actor_text(recorded.actor)));
  const auto remade = remade_ballot_command(*ballots.poll, event);
  if (!remade) return find(Check::rules, recorded.position, "an imported ballot says when it was cast");
  const ballot::Context context{.ledger = ledger(),
                                .poll = *ballots.poll,
                                .citizen = &ballots.voter,
                                .now = latest_at(recorded.time, grid)};
  const auto decided = ballot::decide(before, *remade, context);
  if (!decided) return find(Check::rules, recorded.position, refusal_text(decided.error()));
  if (decided->size() != 1 || decided->front() != event)
    find(Check::rules, recorded.position, "the rules write something else for this ballot");
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
  if (const auto* const id = std::get_if<CitizenId>(&stream)) {
    if (*id == CitizenId{}) return somebody_;
    const auto* const citizen = citizens_.find(id->text());
    return citizen_states_[citizen == nullptr ? 0 : citizen->state];
  }
  const auto [state, is_new] = states_.try_emplace(subject(stream));
  if (is_new) state->second = initial_state(stream);
  return state->second;
}

void RuleReplay::put(const StreamId& stream, State state) {
  const auto* const id = std::get_if<CitizenId>(&stream);
  if (id == nullptr) {
    states_.insert_or_assign(subject(stream), std::move(state));
    return;
  }
  const auto [known, is_new] = citizen_state_indices_.try_emplace(
      citizen::text_of(std::get<citizen::State>(state)), static_cast<std::uint32_t>(citizen_states_.size()));
  if (is_new) citizen_states_.push_back(std::move(state));
  const auto number = static_cast<std::uint32_t>(citizens_.size());
  Citizen& citizen = citizens_[id->text()];
  citizen.number = std::min(citizen.number, number);
  citizen.state = known->second;
}

void RuleReplay::check_exact_time(const Recorded& recorded) {
  if (last_exact_ && recorded.time < *last_exact_)
    find(Check::time, recorded.position, "its time is before that of a record before it");
  if (latest_on_grid_ && recorded.time < *latest_on_grid_)
    find(Check::time, recorded.position, "its time is before that of a ballot before it");
  last_exact_ = std::max(last_exact_.value_or(recorded.time), recorded.time);
}

void RuleReplay::check_grid_time(const Recorded& recorded, std::chrono::seconds grid) {
  if (on_grid(recorded.time, grid) != recorded.time)
    find(Check::time, recorded.position, "the time of the record is not on the contest's grid");
  if (last_exact_ && recorded.time < on_grid(*last_exact_, grid))
    find(Check::time, recorded.position, "the time of the record is before that of a record before it");
  latest_on_grid_ = std::max(latest_on_grid_.value_or(recorded.time), recorded.time);
}

}  // namespace stimmbuch::program
