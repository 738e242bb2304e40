#include "stimmbuch/domain/domain.hpp"

#include <utility>

namespace stimmbuch {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;

// The decision of one aggregate as one of all.
template <class OwnEvent>
Decision widened(std::expected<std::vector<OwnEvent>, Rejection> decision) {
  if (!decision) return std::unexpected(std::move(decision.error()));
  return std::vector<Event>(std::make_move_iterator(decision->begin()),
                            std::make_move_iterator(decision->end()));
}

// Reads the states that the rules of one command need, and asks the aggregate.
class Decide {
 public:
  Decide(const StreamId& stream, States& states, const Context& context)
      : stream_(stream), states_(states), context_(context) {}

  Decision operator()(const ledger::Command& command) const {
    return widened(ledger::decide(state<ledger::State>(stream_), command));
  }

  Decision operator()(const citizen::Command& command) const {
    const citizen::Context context{ledger(),
                                   std::get<CitizenId>(stream_),
                                   context_.actor,
                                   context_.registry_holder,
                                   context_.identity_held,
                                   context_.text_is_there};
    return widened(citizen::decide(state<citizen::State>(stream_), command, context));
  }

  Decision operator()(const project::Command& command) const {
    const project::Context context{.ledger = ledger(),
                                   .now = context_.now,
                                   .realises = realisable(std::get<ProjectId>(stream_), command)};
    return widened(project::decide(state<project::State>(stream_), command, context));
  }

  Decision operator()(const poll::Command& command) const {
    const auto& poll = state<poll::State>(stream_);
    const auto& id = std::get<PollId>(stream_);
    const poll::Context context{.ledger = ledger(),
                                .project = status_of_project(poll, command),
                                .now = context_.now,
                                .actor = context_.actor,
                                .parts = parts_of(id, command),
                                .ballots_opened = state<opening::State>(OpeningPartId{id, 0}).added,
                                .text_is_there = context_.text_is_there,
                                .contributions = [this](const ContributionId& contribution) -> const auto& {
                                  return state<contribution::State>(contribution);
                                }};
    return widened(poll::decide(poll, command, context));
  }

  Decision operator()(const ballot::Command& command) const {
    const auto& ballot = std::get<BallotId>(stream_);
    const ballot::Context context{ledger(), state<poll::State>(ballot.poll), person_behind(), context_.now};
    return widened(ballot::decide(state<ballot::State>(stream_), command, context));
  }

  Decision operator()(const roll::Command& command) const {
    const auto& part = std::get<RollPartId>(stream_);
    const roll::Context context{state<poll::State>(part.poll), part_before<roll::State>(part)};
    return widened(roll::decide(state<roll::State>(stream_), command, context));
  }

  Decision operator()(const opening::Command& command) const {
    const auto& part = std::get<OpeningPartId>(stream_);
    const opening::Context context{state<poll::State>(part.poll), part_before<opening::State>(part)};
    return widened(opening::decide(state<opening::State>(stream_), command, context));
  }
  Decision operator()(const contribution::Command& command) const {
    const auto& own = state<contribution::State>(stream_);
    const auto* const citizen = std::get_if<CitizenId>(&context_.actor);
    const auto named = contribution::named_by(command);
    const auto* const submit = std::get_if<contribution::Submit>(&command);
    const auto* const survey = submit && submit->survey ? &state<survey::State>(*submit->survey) : nullptr;
    const auto* const document =
        submit && submit->passage ? &state<document::State>(submit->passage->document) : nullptr;
    const contribution::Context context{.ledger = ledger(),
                                        .project = state<project::State>(project_of(own, command)),
                                        .citizen = citizen ? &state<citizen::State>(*citizen) : nullptr,
                                        .self = std::get<ContributionId>(stream_),
                                        .named = named ? &state<contribution::State>(*named) : nullptr,
                                        .survey = survey,
                                        .document = document,
                                        .now = context_.now,
                                        .actor = context_.actor,
                                        .text_is_there = context_.text_is_there};
    return widened(contribution::decide(own, command, context));
  }

  Decision operator()(const support::Command& command) const { return decided<support::State>(command); }
  Decision operator()(const rating::Command& command) const { return decided<rating::State>(command); }
  Decision operator()(const report::Command& command) const { return decided<report::State>(command); }

  Decision operator()(const survey::Command& command) const {
    const auto& own = state<survey::State>(stream_);
    const survey::Context context{.project = state<project::State>(project_of(own, command)),
                                  .now = context_.now,
                                  .text_is_there = context_.text_is_there};
    return widened(survey::decide(own, command, context));
  }

  Decision operator()(const answers::Command& command) const {
    const auto& survey = state<survey::State>(std::get<AnswersId>(stream_).survey);
    const answers::Context context{.ledger = ledger(),
                                   .project = state<project::State>(project_of(survey)),
                                   .survey = survey,
                                   .citizen = person_behind(),
                                   .now = context_.now};
    return widened(answers::decide(state<answers::State>(stream_), command, context));
  }

  Decision operator()(const document::Command& command) const {
    const auto& own = state<document::State>(stream_);
    const auto* const publish = std::get_if<document::PublishDocument>(&command);
    const auto& project = state<project::State>(publish ? publish->project : own.project);
    return widened(document::decide(own, command, {.project = project.status}));
  }

 private:
  template <class Wanted>
  const Wanted& state(const StreamId& stream) const {
    return std::get<Wanted>(states_.of(stream));
  }

  // What a participant thinks of a contribution.
  template <class Opinions, class AnyCommand>
  Decision decided(const AnyCommand& command) const {
    const auto contest = std::get<OpinionsId>(contest_of(stream_).value());
    const opinion::Context context{.ledger = ledger(),
                                   .project = state<project::State>(contest.project),
                                   .contest = contest,
                                   .about = state<contribution::State>(about(command)),
                                   .citizen = person_behind(),
                                   .now = context_.now};
    return widened(decide(state<Opinions>(stream_), command, context));
  }

  template <class Wanted, class AnyPart>
  const Wanted* part_before(const AnyPart& part) const {
    return part.number == 0 ? nullptr : &state<Wanted>(AnyPart{part.poll, part.number - 1});
  }

  poll::Parts parts_of(const PollId& poll, const poll::Command& command) const {
    if (const auto* const complete = std::get_if<poll::CompleteRoll>(&command)) {
      const RollPartId behind{poll, complete->roll.parts};
      const auto* const last = part_before<roll::State>(behind);
      return {last ? last->entries : 0, (!last || last->added) && !state<roll::State>(behind).added};
    }
    if (const auto* const complete = std::get_if<poll::CompleteOpenings>(&command)) {
      const OpeningPartId behind{poll, complete->openings.parts};
      const auto* const last = part_before<opening::State>(behind);
      return {last ? last->openings : 0, (!last || last->added) && !state<opening::State>(behind).added};
    }
    return {};
  }

  // In contests; nullptr where nobody is named.
  const citizen::State* person_behind() const {
    return context_.citizen ? &state<citizen::State>(*context_.citizen) : nullptr;
  }

  const ledger::State& ledger() const { return state<ledger::State>(context_.ledger); }

  project::Status status_of_project(const poll::State& poll, const poll::Command& command) const {
    if (const auto* const draft = std::get_if<poll::DraftPoll>(&command)) {
      return state<project::State>(draft->terms.project).status;
    }
    return poll.terms ? state<project::State>(poll.terms->project).status : project::Status::unknown;
  }

  static ProjectId project_of(const contribution::State& own, const contribution::Command& command) {
    if (const auto* const submit = std::get_if<contribution::Submit>(&command)) return submit->project;
    return own.project;
  }

  static ProjectId project_of(const survey::State& survey) {
    return survey.terms ? survey.terms->project : ProjectId{};
  }

  static ProjectId project_of(const survey::State& own, const survey::Command& command) {
    const auto* const draft = std::get_if<survey::DraftSurvey>(&command);
    return draft ? draft->terms.project : project_of(own);
  }

  project::Realisable realisable(const ProjectId& project, const project::Command& command) const {
    const auto* const plan = std::get_if<project::PlanMilestone>(&command);
    if (!plan || !plan->milestone.realises) return project::Realisable::nothing_named;
    const auto& [id, option] = *plan->milestone.realises;
    const auto& poll = state<poll::State>(id);
    if (!poll.terms || poll.terms->project != project) return project::Realisable::poll_unknown;
    return poll.selects(option) ? project::Realisable::selected : project::Realisable::not_selected;
  }

  const StreamId& stream_;
  States& states_;
  const Context& context_;
};

class Evolve {
 public:
  Evolve(State& state, const Recorded& recorded) : state_(state), recorded_(recorded) {}

  State operator()(const ledger::Event& own) const {
    return ledger::evolve(take<ledger::State>(), own, recorded_);
  }
  State operator()(const citizen::Event& own) const {
    return citizen::evolve(take<citizen::State>(), own, recorded_);
  }
  State operator()(const project::Event& own) const {
    return project::evolve(take<project::State>(), own, recorded_);
  }
  State operator()(const poll::Event& own) const { return poll::evolve(take<poll::State>(), own, recorded_); }
  State operator()(const ballot::Event& own) const {
    return ballot::evolve(take<ballot::State>(), own, recorded_);
  }
  State operator()(const roll::Event& own) const { return roll::evolve(take<roll::State>(), own, recorded_); }
  State operator()(const opening::Event& own) const {
    return opening::evolve(take<opening::State>(), own, recorded_);
  }
  State operator()(const contribution::Event& own) const {
    return contribution::evolve(take<contribution::State>(), own, recorded_);
  }
  State operator()(const support::Event& own) const {
    return support::evolve(take<support::State>(), own, recorded_);
  }
  State operator()(const rating::Event& own) const {
    return rating::evolve(take<rating::State>(), own, recorded_);
  }
  State operator()(const report::Event& own) const {
    return report::evolve(take<report::State>(), own, recorded_);
  }
  State operator()(const survey::Event& own) const {
    return survey::evolve(take<survey::State>(), own, recorded_);
  }
  State operator()(const answers::Event& own) const {
    return answers::evolve(take<answers::State>(), own, recorded_);
  }
  State operator()(const document::Event& own) const {
    return document::evolve(take<document::State>(), own, recorded_);
  }

 private:
  template <class Own>
  Own take() const {
    return std::get<Own>(std::move(state_));
  }

  State& state_;
  const Recorded& recorded_;
};

}  // namespace

State initial_state(const StreamId& stream) {
  struct Initial {
    State operator()(const LedgerId&) const { return ledger::State{}; }
    State operator()(const CitizenId&) const { return citizen::State{}; }
    State operator()(const ProjectId&) const { return project::State{}; }
    State operator()(const PollId&) const { return poll::State{}; }
    State operator()(const BallotId&) const { return ballot::State{}; }
    State operator()(const RollPartId&) const { return roll::State{}; }
    State operator()(const OpeningPartId&) const { return opening::State{}; }
    State operator()(const ContributionId&) const { return contribution::State{}; }
    State operator()(const SupportsId&) const { return support::State{}; }
    State operator()(const RatingsId&) const { return rating::State{}; }
    State operator()(const ReportsId&) const { return report::State{}; }
    State operator()(const SurveyId&) const { return survey::State{}; }
    State operator()(const AnswersId&) const { return answers::State{}; }
    State operator()(const DocumentId&) const { return document::State{}; }
  };
  return std::visit(Initial{}, stream);
}

State evolve(State state, const Event& event, const Recorded& recorded) {
  return std::visit(Evolve{state, recorded}, event);
}

Decision decide(const StreamId& stream, const Command& command, States& states, const Context& context) {
  return std::visit(Decide{stream, states, context}, command);
}

Time recorded_time(const StreamId& stream, States& states, Time now) {
  const auto contest = contest_of(stream);
  if (!contest) return now;
  if (const auto* const id = std::get_if<PollId>(&*contest)) {
    const auto& poll = std::get<poll::State>(states.of(*id));
    return on_grid(now, std::chrono::seconds{poll.terms->grid_s});
  }
  if (const auto* const id = std::get_if<SurveyId>(&*contest))
    return on_grid(now, std::chrono::seconds{std::get<survey::State>(states.of(*id)).grid_s});
  const auto& opinions = std::get<OpinionsId>(*contest);
  const auto& project = std::get<project::State>(states.of(opinions.project));
  return on_grid(now, std::chrono::seconds{project.phase(opinions.phase)->grid_s});
}

}  // namespace stimmbuch
