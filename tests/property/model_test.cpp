// Random commands of all aggregates, decided by the engine in groups and by a small model one after the
// other: the same commands take effect, the logs grow alike, and the ballots add up to the same tallies.
#include "model.hpp"

#include <array>
#include <functional>

#include <gtest/gtest.h>

#include "audit/rule_replay.hpp"
#include "stimmbuch/domain/tally.hpp"
#include "support/one_writer.hpp"
#include "support/random.hpp"

namespace stimmbuch::test {
namespace {

using model::Name;
using model::Town;
using Of = model::Proposal::Of;

// A command with what the model says to it.
struct Action {
  runner::Submission submission;
  std::function<int(Town&)> apply;
  Name person = {};  // whose identity the command names: a subject or an entry of the registry
  bool registers = false;
  Name key = {};
};

struct Verdict {
  enum class Of { accepted, replayed, refused, key_reused, other } of;
  std::uint64_t records = 0;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

std::string to_text(const Verdict& verdict) {
  constexpr std::array names{"accepted", "replayed", "refused", "key reused", "other"};
  return std::string(names.at(static_cast<std::size_t>(verdict.of))) +
         ", records: " + std::to_string(verdict.records);
}

Verdict verdict_of(const runner::Outcome& outcome) {
  if (const auto* const taken = accepted(outcome)) {
    if (taken->replayed) return {Verdict::Of::replayed};
    return {Verdict::Of::accepted, number(taken->last) - number(taken->first) + 1};
  }
  if (refusal(outcome)) return {Verdict::Of::refused};
  return {failure(outcome) == runner::Failure::Kind::key_reused ? Verdict::Of::key_reused
                                                                : Verdict::Of::other};
}

// The engine beside the model.
class Pair {
 public:
  explicit Pair(Random& random) : random_(random) {
    setup(submission(the_ledger,
                     ledger::CreateLedger{the_ledger, ledger::Purpose::town, "town.example/log", PublicKey{}},
                     Engine{}, "1"));
    setup(submission(the_ledger, ledger::DeclareCells{cells().levels, cells().districts, {}}, Engine{}, "2"));
  }

  void run(int commands) {
    while (commands > 0) {
      std::vector<Action> batch;
      for (auto size = random_.between(1, 8); size > 0 && commands > 0; --size, --commands)
        batch.push_back(any_action());
      step(std::move(batch));
      if (testing::Test::HasFailure()) return;
      if (random_.chance(40)) {
        const auto minutes = random_.between(1, 20);
        engine_.clock.pass(std::chrono::minutes{minutes});
        town_.now += minutes;
      }
      if (random_.chance(5)) engine_.start({.group_commands_max = 3, .cached_streams_max = 1});
    }
    compare_tallies();
    EXPECT_EQ(engine_.log().size(), town_.log);
  }

  // How often which verdict was given: a property that refuses everything says nothing.
  const std::map<Verdict::Of, int>& verdicts() const { return verdicts_; }
  const Town& town() const { return town_; }
  const eventstore::Records& log() const { return engine_.ledger; }

 private:
  // ---- engine and model

  void setup(const runner::Submission& submission) {
    follow(submission, engine_.submit(submission));
    ++town_.log;
  }

  void step(std::vector<Action> batch) {
    std::vector<runner::Submission> submissions;
    for (const Action& action : batch) submissions.push_back(action.submission);
    const auto outcomes = engine_.submit_together(std::move(submissions));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Verdict expected = judge(batch[i]);
      const Verdict given = verdict_of(outcomes[i]);
      const auto* const rejection = std::get_if<Rejection>(&outcomes[i]);
      ASSERT_EQ(given, expected) << codec::name_of(batch[i].submission.command) << " on "
                                 << subject(batch[i].submission.stream) << ": " << to_text(given) << ' '
                                 << (rejection ? text_of(rejection->refusal).code : "") << ", the model says "
                                 << to_text(expected);
      follow(batch[i].submission, outcomes[i]);
      ++verdicts_[given.of];
    }
    EXPECT_EQ(number(engine_.ledger.head()), town_.log);
  }

  Verdict judge(const Action& action) {
    const auto stream = subject(action.submission.stream);
    if (action.registers && subjects_.contains(action.person)) return {Verdict::Of::replayed};
    const auto used = actor_text(action.submission.actor) + ' ' + stream + ' ' + action.key;
    const auto says =
        std::string(codec::name_of(action.submission.command)) + codec::content_of(action.submission.command);
    if (const auto known = keys_.find(used); known != keys_.end()) {
      return {known->second == says ? Verdict::Of::replayed : Verdict::Of::key_reused};
    }
    const int records = action.apply(town_);
    if (records == 0) return {Verdict::Of::refused};
    keys_.emplace(used, says);
    if (action.registers) subjects_.emplace(action.person, stream);
    if (const auto* const poll = std::get_if<PollId>(&action.submission.stream)) {
      town_.polls.at(Name(poll->text())).records += static_cast<std::uint64_t>(records);
    }
    town_.log += static_cast<std::uint64_t>(records);
    return {Verdict::Of::accepted, static_cast<std::uint64_t>(records)};
  }

  // Folds what the engine accepted, for counting.
  void follow(const runner::Submission& submission, const runner::Outcome& outcome) {
    const auto* const taken = accepted(outcome);
    if (!taken || taken->replayed) return;
    world_.by(submission.actor).take_all(submission.stream, taken->events);
    if (const auto* const ballot = std::get_if<BallotId>(&submission.stream)) {
      auto& [counter, tally] = tally_of(ballot->poll);
      for (const Event& event : taken->events) counter.apply(tally, std::get<ballot::Event>(event));
    }
  }

  std::pair<poll::BallotCounter, poll::Tally>& tally_of(const PollId& poll) {
    const auto found = tallies_.find(poll);
    if (found != tallies_.end()) return found->second;
    const auto& state = world_.state<poll::State>(poll);
    poll::BallotCounter counter(state.terms->form, state.terms->rule, state.options);
    const auto empty = counter.empty();
    return tallies_.emplace(poll, std::pair{std::move(counter), empty}).first->second;
  }

  void compare_tallies() {
    for (const auto& [name, modelled] : town_.polls) {
      if (modelled.ballots.empty()) continue;
      const auto poll = id<PollId>(name);
      const auto& tally = tally_of(poll).second;
      const auto& options = world_.state<poll::State>(poll).options;
      const auto expected = modelled.tally();
      ASSERT_EQ(options.size(), expected.size());
      for (std::size_t i = 0; i < options.size(); ++i) {
        const auto& [votes, score] = expected.at(Name(options[i].id.text()));
        EXPECT_EQ(tally.options[i].votes, votes) << name;
        EXPECT_EQ(tally.options[i].score, score) << name;
      }
      EXPECT_EQ(tally.figures.standing(), std::ranges::count_if(modelled.ballots, [](const auto& ballot) {
                  return ballot.second.standing.has_value();
                }));
    }
  }

  // ---- chance

  template <std::size_t N>
  Name any(const std::array<const char*, N>& names) {
    return random_.pick(names);
  }
  Name any_citizen() { return any(std::array{"ann", "bob", "cem", "dee"}); }
  Name any_project() { return any(std::array{"park", "pool", "path"}); }
  Name any_poll() { return std::string("poll").append(std::to_string(random_.index(12))); }
  // Mostly a poll in this state, if there is one.
  Name any_poll(model::Status status) {
    std::vector<Name> fitting;
    for (const auto& [name, poll] : town_.polls) {
      if (poll.status == status) fitting.push_back(name);
    }
    return fitting.empty() || random_.chance(10) ? any_poll() : random_.pick(fitting);
  }
  Name any_option() { return any(std::array{"a", "b", "c", "d", "e"}); }
  OfficialId any_official() { return random_.chance(50) ? ada : ben; }
  model::Time any_hour() { return (town_.now / 60 + random_.between(-2, 12)) * 60; }
  static stimmbuch::Time at(model::Time minutes) { return noon + std::chrono::minutes{minutes}; }

  template <class Own>
  Action action(const StreamId& stream, Own own, const Actor& actor, std::function<int(Town&)> apply) {
    const auto key = std::to_string(random_.chance(90) ? ++fresh_key_ : random_.between<std::uint64_t>(0, 3));
    return {
        .submission = submission(stream, std::move(own), actor, key), .apply = std::move(apply), .key = key};
  }

  Action any_action() {
    const Action made = random_.chance(60)   ? any_ballot_action()
                        : random_.chance(70) ? any_poll_action()
                        : random_.chance(50) ? any_citizen_action()
                                             : any_project_action();
    if (!past_.empty() && random_.chance(5)) return random_.pick(past_);
    if (random_.chance(10)) past_.push_back(made);
    return made;
  }

  Action any_citizen_action() {
    const Name who = any_citizen();
    const auto citizen = id<CitizenId>(who);
    switch (random_.index(6)) {
      case 0:
      case 1: {
        auto made = action(citizen, citizen::RegisterCitizen{}, citizen,
                           [=](Town& town) { return town.register_citizen(who); });
        made.registers = true;
        made.person = random_.chance(80) ? who : any_citizen();
        made.submission.identity_row = "subject/" + made.person;
        return made;
      }
      case 2:
      case 3: {
        const auto level = random_.between<int>(1, 3);
        const Name district = any(std::array{"north", "south"});
        const Name person = random_.chance(50) ? "" : random_.chance(80) ? who : any_citizen();
        const citizen::Cell cell{id<LevelId>(level == 1   ? "low"
                                             : level == 2 ? "high"
                                                          : "none"),
                                 id<DistrictId>(district), std::nullopt};
        auto made = action(citizen, citizen::VerifyCitizen{cell, "id-card", !person.empty()}, any_official(),
                           [=](Town& town) { return town.verify(who, level, district, person); });
        if (!person.empty()) made.submission.identity_row = "registry/" + person;
        return made;
      }
      case 4:
        return action(citizen, citizen::ChangeCitizen{{{"name", commitment()}}}, citizen,
                      [=](Town& town) { return town.change(who); });
      default:
        if (random_.chance(30)) {
          return action(citizen, citizen::BlockCitizen{}, any_official(),
                        [=](Town& town) { return town.block(who, true); });
        }
        return action(citizen, citizen::UnblockCitizen{}, any_official(),
                      [=](Town& town) { return town.block(who, false); });
    }
  }

  Action any_project_action() {
    const Name name = any_project();
    const auto project = id<ProjectId>(name);
    const Name phase = any(std::array{"one", "two", "three"});
    const auto from = any_hour(), to = any_hour();
    const Name step = any(std::array{"one", "two"});
    const auto milestone = id<MilestoneId>(step);
    switch (random_.index(16)) {
      case 0:
        if (random_.chance(70)) break;
        return action(project, project::CloseProject{}, any_official(),
                      [=](Town& town) { return town.close_project(name); });
      case 1:
      case 2:
        return action(project, project::DefinePhase{{id<PhaseId>(phase), words(phase), at(from), at(to)}},
                      any_official(), [=](Town& town) { return town.define_phase(name, phase, from, to); });
      case 3:
        return action(project, project::ExtendPhase{id<PhaseId>(phase), at(to), "Late"}, any_official(),
                      [=](Town& town) { return town.extend_phase(name, phase, to); });
      case 4:
        return action(project, project::ClosePhase{id<PhaseId>(phase), "Early"}, any_official(),
                      [=](Town& town) { return town.close_phase(name, phase); });
      case 5:
        return action(project, project::ReopenPhase{id<PhaseId>(phase), at(to), "Again"}, any_official(),
                      [=](Town& town) { return town.reopen_phase(name, phase, to); });
      case 6:
        return action(project, project::ReviseProject{words(phase), {}}, any_official(),
                      [=](Town& town) { return town.revise_project(name); });
      case 7:
      case 8:
        return action(project, project::PlanMilestone{{milestone, words(step)}}, any_official(),
                      [=](Town& town) { return town.plan_milestone(name, step); });
      case 9:
      case 10:
      case 11: {
        const auto reached = static_cast<model::Milestone>(random_.between<int>(1, 3));
        const auto status = static_cast<project::Progress>(static_cast<int>(reached) - 1);
        const auto on = random_.between<model::Time>(-1, 2);
        const bool with_reason = random_.chance(80) == (reached == model::Milestone::dropped);
        const Day day = std::chrono::floor<std::chrono::days>(noon) + std::chrono::days{on};
        return action(
            project, project::ReportMilestone{milestone, {status, day, {}, with_reason ? "Wet" : ""}},
            any_official(),
            [=](Town& town) { return town.report_milestone(name, step, reached, on, with_reason); });
      }
      default:
        break;
    }
    return action(project, project::OpenProject{words(name), {}}, any_official(),
                  [=](Town& town) { return town.open_project(name); });
  }

  model::Terms any_terms() {
    model::Terms terms;
    terms.project = any_project();
    terms.kind = static_cast<model::Kind>(random_.index(5));
    terms.min = terms.kind == model::Kind::multiple ? random_.between<int>(1, 2) : 1;
    terms.max = terms.kind == model::Kind::single ? 1 : 3;
    terms.points = terms.kind == model::Kind::points ? 6 : 0;
    terms.budget = terms.kind == model::Kind::budget ? 10 : 0;
    terms.blank = random_.chance(30);
    terms.changeable = random_.chance(80);
    terms.imported = random_.chance(20);
    if (!terms.imported) terms.level = random_.chance(70) ? 0 : random_.between<int>(1, 2);
    if (!terms.imported && random_.chance(20)) terms.districts.insert("north");
    if (random_.chance(30)) terms.opens = any_hour();
    if (random_.chance(30)) terms.closes = any_hour();
    terms.ties = static_cast<model::Ties>(random_.index(3));
    return terms;
  }

  static poll::Terms as_command(const model::Terms& from) {
    constexpr std::array kinds{poll::BallotKind::single, poll::BallotKind::multiple, poll::BallotKind::points,
                               poll::BallotKind::ranked, poll::BallotKind::budget};
    constexpr std::array ties{poll::TiePolicy::refuse, poll::TiePolicy::declared_order, poll::TiePolicy::lot};
    return terms([&](poll::Terms& t) {
      t.project = id<ProjectId>(from.project);
      t.form = {kinds.at(static_cast<std::size_t>(from.kind)), from.min, from.max, from.points};
      t.form.blank_allowed = from.blank;
      t.rule.budget = from.budget;
      t.rule.ties = ties.at(static_cast<std::size_t>(from.ties));
      if (from.kind == model::Kind::points || from.kind == model::Kind::ranked)
        t.rule.kind = poll::RuleKind::points;
      if (from.kind == model::Kind::ranked) t.rule.rank_points = {3, 2, 1};
      t.changeable = from.changeable;
      t.imported = from.imported;
      if (from.level > 0) t.electorate.level = id<LevelId>(from.level == 1 ? "low" : "high");
      for (const Name& district : from.districts) t.electorate.districts.push_back(id<DistrictId>(district));
      if (from.opens) t.opens = at(*from.opens);
      if (from.closes) t.closes = at(*from.closes);
    });
  }

  Action any_draft(const Name& name) {
    const auto terms = any_terms();
    std::map<Name, model::Option> options;
    std::vector<poll::Option> declared;
    for (auto left = random_.between(0, 9); left > 0; --left) {
      const Name option = any_option();
      const int cost = random_.between<int>(0, 6);
      if (options.try_emplace(option, model::Option{cost}).second) declared.push_back(priced(option, cost));
    }
    return action(id<PollId>(name), poll::DraftPoll{as_command(terms), poll::Results::live, declared},
                  any_official(), [=](Town& town) { return town.draft(name, terms, options); });
  }

  Action any_count(const Name& name) {
    const auto poll = id<PollId>(name);
    const auto official = any_official();
    const auto& state = world_.state<poll::State>(poll);
    const std::uint64_t seen =
        town_.polls.contains(name) ? town_.polls.at(name).records - (random_.chance(5) ? 1 : 0) : 1;
    const bool countable = state.status == poll::Status::closed || state.status == poll::Status::counted;
    const auto tally = countable ? tally_of(poll).second : poll::Tally{};
    return action(poll,
                  poll::CountPoll{Revision{static_cast<std::uint32_t>(seen - 1)}, tally.figures,
                                  countable ? poll::count(state, tally) : poll::Count{}, "model", Position{1},
                                  Position{1}},
                  official, [=](Town& town) { return town.count(name, seen, Name(official.text())); });
  }

  // Mostly the next part of the right roll, or its end.
  Action any_roll(const Name& name) {
    const auto poll = id<PollId>(name);
    const auto known = town_.polls.find(name);
    const std::vector<Name> all = known == town_.polls.end() ? std::vector<Name>{}
                                                             : std::vector(known->second.entitled.begin(),
                                                                           known->second.entitled.end());
    const std::size_t written = known == town_.polls.end() ? 0 : known->second.roll_entries;
    std::size_t part = known == town_.polls.end() ? 0 : known->second.roll_parts;
    std::size_t before = written;
    if (random_.chance(10)) part += 1;
    if (random_.chance(10)) before += 1;
    const auto left = all.size() - written;
    if (left > 0 && random_.chance(90)) {
      roll::AddPart add{static_cast<std::int64_t>(before), {}};
      const auto size = random_.between<std::size_t>(1, left);
      for (std::size_t i = written; i < written + size; ++i)
        add.entries.push_back({id<VoterId>("v-" + all[i]), {}, before_first});
      return action(RollPartId{poll, static_cast<std::uint32_t>(part)}, add, Engine{},
                    [=](Town& town) { return town.add_roll_part(name, part, before, size); });
    }
    // Never one that is not whole: the rules could not tell it from a roll of fewer citizens.
    const auto entries = left > 0 ? all.size() : before;
    return action(poll,
                  poll::CompleteRoll{{.entries = static_cast<std::int64_t>(entries),
                                      .at_opening = known == town_.polls.end()
                                                        ? 0
                                                        : static_cast<std::int64_t>(known->second.at_opening),
                                      .parts = static_cast<std::uint32_t>(part)}},
                  Engine{}, [=](Town& town) { return town.complete_roll(name, part, entries); });
  }

  Action any_proposal(const Name& name) {
    const auto poll = id<PollId>(name);
    const auto official = any_official();
    const Name by(official.text());
    const auto known = town_.polls.find(name);
    const auto position = known != town_.polls.end() && known->second.proposal && random_.chance(90)
                              ? known->second.proposal->position
                              : random_.between<std::uint64_t>(1, 99);
    std::vector<Name> order;
    if (known != town_.polls.end()) order.assign(known->second.tied.begin(), known->second.tied.end());
    if (random_.chance(10)) order.push_back("a");
    random_.shuffle(order);
    poll::ProposeLot lot{{}, "Drawn"};
    for (const Name& option : order) lot.order.push_back(id<OptionId>(option));
    switch (random_.index(8)) {
      case 0:
        if (random_.chance(70)) break;
        return action(poll, poll::ProposeCancellation{"Wrong"}, official,
                      [=](Town& town) { return town.propose(name, Of::cancellation, by); });
      case 1:
        return action(poll, poll::CancelPoll{Position{position}}, official,
                      [=](Town& town) { return town.confirm(name, Of::cancellation, position, by); });
      case 2:
        if (random_.chance(70)) break;
        return action(poll, poll::ProposeAnnulment{"Wrong"}, official,
                      [=](Town& town) { return town.propose(name, Of::annulment, by); });
      case 3:
        return action(poll, poll::AnnulResult{Position{position}}, official,
                      [=](Town& town) { return town.confirm(name, Of::annulment, position, by); });
      case 4:
      case 5:
        return action(poll, poll::DrawLot{Position{position}}, official,
                      [=](Town& town) { return town.confirm(name, Of::lot, position, by); });
      default:
        break;
    }
    return action(poll, lot, official, [=](Town& town) { return town.propose(name, Of::lot, by, order); });
  }

  Action any_poll_action() {
    const Name name = any_poll();
    const auto known = town_.polls.find(name);
    if (known == town_.polls.end() || random_.chance(5)) return any_draft(name);
    if (random_.chance(20)) return any_proposal(name);
    const auto poll = id<PollId>(name);
    const auto official = any_official();
    // Mostly the step that comes next.
    const auto step =
        random_.chance(80) ? known->second.status : static_cast<model::Status>(random_.index(4));
    switch (step) {
      case model::Status::draft:
        if (random_.chance(50)) return any_change_of_options(name);
        return action(poll, poll::OpenPoll{}, official, [=](Town& town) { return town.open(name); });
      case model::Status::open:
        if (random_.chance(40)) return any_extension(name);
        if (random_.chance(60)) return any_change_of_options(name);
        return action(poll, poll::ClosePoll{}, official, [=](Town& town) { return town.close(name); });
      case model::Status::closed:
        if (!known->second.rolled && random_.chance(80)) return any_roll(name);
        return any_count(name);
      case model::Status::counted:
        if (random_.chance(40)) return any_count(name);
        if (random_.chance(60)) return any_proposal(name);
        return action(poll, poll::CertifyResult{}, official,
                      [=](Town& town) { return town.certify(name, Name(official.text())); });
      case model::Status::certified:
      case model::Status::cancelled:
      case model::Status::annulled:
        break;
    }
    return any_change_of_options(name);
  }

  Action any_change_of_options(const Name& name) {
    const auto poll = id<PollId>(name);
    const Name option = any_option();
    if (random_.chance(30)) {
      return action(poll, poll::WithdrawOption{id<OptionId>(option), "Gone"}, any_official(),
                    [=](Town& town) { return town.withdraw_option(name, option); });
    }
    const int cost = random_.between<int>(0, 6);
    return action(poll, poll::AddOptions{{priced(option, cost)}}, any_official(),
                  [=](Town& town) { return town.add_option(name, option, cost); });
  }

  Action any_extension(const Name& name) {
    const auto closes = any_hour();
    const bool outage = random_.chance(80);
    poll::ExtendPoll extend{at(closes), std::nullopt, "Down"};
    if (outage) extend.outage = poll::Outage{at(town_.now - 60), at(town_.now)};
    return action(id<PollId>(name), extend, any_official(),
                  [=](Town& town) { return town.extend(name, closes, outage); });
  }

  Action any_ballot_action() {
    const Name poll = any_poll(model::Status::open);
    const Name who = any_citizen();
    const Name voter = "v-" + who;
    const BallotId ballot{id<PollId>(poll), id<VoterId>(voter)};
    const auto known = town_.polls.find(poll);
    const bool by_points = known != town_.polls.end() && known->second.terms.kind == model::Kind::points;
    model::Points choices;
    const int least = known == town_.polls.end() || random_.chance(10) ? 0 : known->second.terms.min;
    for (auto left = random_.between(least, random_.chance(70) ? std::max(least, 1) : 4); left > 0; --left) {
      choices.emplace_back(any_option(), by_points ? random_.between<int>(1, 3) : 0);
    }
    ballot::Choices command;
    for (const auto& [option, given] : choices) command.push_back(points(option, given));

    const bool imports = known != town_.polls.end() && known->second.terms.imported;
    const bool withdraws = random_.chance(15);
    if (imports != random_.chance(5)) {
      const auto cast_at = town_.now - random_.between(-1, 99);
      const bool paper = random_.chance(20);
      if (withdraws) {
        return action(ballot, ballot::ImportWithdrawal{at(town_.now)}, ada,
                      [=](Town& town) { return town.withdraw(poll, voter, true); });
      }
      return action(
          ballot,
          ballot::ImportVote{command, paper ? ballot::Channel::paper : ballot::Channel::online, at(cast_at)},
          ada, [=](Town& town) { return town.import(poll, voter, choices, paper, cast_at); });
    }
    auto made = withdraws ? action(ballot, ballot::WithdrawVote{}, ballot.voter,
                                   [=](Town& town) { return town.withdraw(poll, voter, false); })
                          : action(ballot, ballot::CastVote{command}, ballot.voter,
                                   [=](Town& town) { return town.cast(poll, voter, who, choices); });
    made.submission.citizen = id<CitizenId>(who);
    return made;
  }

  Random& random_;
  OneWriter engine_;
  Town town_;
  World world_;
  std::map<PollId, std::pair<poll::BallotCounter, poll::Tally>> tallies_;
  std::map<Name, Name> keys_;      // actor, stream and key of what took effect -> what it said
  std::map<Name, Name> subjects_;  // who registered
  std::vector<Action> past_;
  std::uint64_t fresh_key_ = 9;
  std::map<Verdict::Of, int> verdicts_;
};

// An audit finds nothing in what the engine wrote.
void expect_rules_hold(const eventstore::Records& log) {
  program::RuleReplay rules(
      [](program::RuleReplay::Check check, Position position, const std::string& detail) {
        // Who may do what is the adapters' business, and the model's people do everything.
        if (check != program::RuleReplay::Check::actor) ADD_FAILURE() << number(position) << ": " << detail;
      });
  std::map<std::string, ballot::State, std::less<>> ballots;
  log.read(before_first, end_of_time, [&](Position, std::string_view record) {
    const auto envelope = codec::read_envelope(record).value();
    const auto event = codec::read_event(envelope).value();
    const auto recorded = codec::recorded(envelope).value();
    const auto stream = parse_subject(envelope.subject).value();
    if (const auto* const ballot = std::get_if<BallotId>(&stream)) {
      auto& state = ballots[std::string(envelope.subject)];
      const auto& own = std::get<ballot::Event>(event);
      rules.take_ballot(*ballot, state, own, recorded);
      state = ballot::evolve(std::move(state), own, recorded);
    } else {
      rules.take(stream, event, recorded, envelope.more);
    }
    return true;
  });
}

TEST(Engine, DoesWhatTheModelSays) {
  constexpr std::uint64_t seeds = 20;
  constexpr int commands = 1000;
  std::map<Verdict::Of, int> verdicts;
  std::map<model::Status, int> polls;
  for_seeds(seeds, [&](Random& random) {
    Pair pair(random);
    pair.run(commands);
    expect_rules_hold(pair.log());
    for (const auto& [verdict, count] : pair.verdicts()) verdicts[verdict] += count;
    for (const auto& [name, poll] : pair.town().polls) ++polls[poll.status];
  });
  if (HasFailure() || std::getenv("STIMMBUCH_SEED")) return;
  EXPECT_GT(verdicts[Verdict::Of::accepted], 3000);
  EXPECT_GT(verdicts[Verdict::Of::replayed], 100);
  EXPECT_GT(verdicts[Verdict::Of::key_reused], 10);
  EXPECT_GT(verdicts[Verdict::Of::refused], 4000);
  for (const auto status :
       {model::Status::draft, model::Status::open, model::Status::closed, model::Status::counted,
        model::Status::certified, model::Status::cancelled, model::Status::annulled}) {
    EXPECT_GT(polls[status], 0) << static_cast<int>(status);
  }
}

}  // namespace
}  // namespace stimmbuch::test
