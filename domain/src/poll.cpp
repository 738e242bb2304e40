#include "stimmbuch/domain/poll.hpp"

#include <algorithm>
#include <ranges>

#include "poll_terms.hpp"

namespace stimmbuch::poll {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;
using Checked = std::expected<void, Rejection>;

bool is_final(Status status) {
  return status == Status::certified || status == Status::cancelled || status == Status::annulled;
}

Checked check_status(const State& state, Status wanted, Refusal otherwise) {
  if (state.status == Status::unknown) return refused(Refusal::poll_unknown);
  if (state.status == wanted) return {};
  if (is_final(state.status)) return refused(Refusal::poll_final);
  return refused(otherwise);
}

// {"id":"…","votes":…,"score":…,"rank":…,"outcome":"…"},
constexpr std::size_t counted_bytes_max(const CountedOption&) {
  return 200;
}

std::vector<Option> offered(const State& state) {
  std::vector<Option> options;
  std::ranges::copy_if(state.options, std::back_inserter(options),
                       [&](const Option& option) { return !state.is_withdrawn(option.id); });
  return options;
}

// The options with what they were made from as it is now.
std::expected<std::vector<Option>, Rejection> with_origins(std::vector<Option> options,
                                                           const ProjectId& project, const Context& context) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (!options[i].origin) continue;
    Origin& origin = *options[i].origin;
    const auto where = "/options/" + std::to_string(i) + "/proposal";
    const contribution::State& proposal = context.contributions(origin.proposal);
    if (!proposal.submitted || proposal.project != project)
      return refused(Refusal::contribution_unknown, where);
    if (proposal.kind != contribution::Kind::proposal) return refused(Refusal::not_a_proposal, where);
    if (proposal.is_over()) return refused(Refusal::contribution_over, where);
    if (!proposal.is_shown()) return refused(Refusal::contribution_not_shown, where);
    origin.version = proposal.released;
    origin.text = proposal.released_text;
  }
  return options;
}

Decision decide_on(const State& state, const DraftPoll& command, const Context& context) {
  if (state.status != Status::unknown) return refused(Refusal::poll_exists);
  if (context.project == project::Status::unknown) return refused(Refusal::project_unknown, "/project");
  if (context.project == project::Status::closed) return refused(Refusal::project_closed, "/project");
  Terms terms = command.terms;
  terms.results = command.results;
  if (auto checked = check_terms(terms, context.ledger, context.now); !checked) {
    return std::unexpected(checked.error());
  }
  if (auto checked = check_options(terms, {}, command.options); !checked) {
    return std::unexpected(checked.error());
  }
  const auto options = with_origins(command.options, terms.project, context);
  if (!options) return std::unexpected(options.error());
  std::vector<Event> events{Drafted{std::move(terms)}};
  append_parts(events, &OptionsAdded::options, *options, written_bytes_max);
  return events;
}

Decision decide_on(const State& state, const AddOptions& command, const Context& context) {
  if (auto draft = check_status(state, Status::draft, Refusal::poll_not_draft); !draft) {
    return std::unexpected(draft.error());
  }
  if (command.options.empty()) return refused(Refusal::invalid, "/options");
  if (auto checked = check_options(*state.terms, state.options, command.options); !checked) {
    return std::unexpected(checked.error());
  }
  const auto options = with_origins(command.options, state.terms->project, context);
  if (!options) return std::unexpected(options.error());
  std::vector<Event> events;
  append_parts(events, &OptionsAdded::options, *options, written_bytes_max);
  return events;
}

Decision decide_on(const State& state, const OpenPoll&, const Context& context) {
  if (auto draft = check_status(state, Status::draft, Refusal::poll_not_draft); !draft) {
    return std::unexpected(draft.error());
  }
  if (context.project == project::Status::closed) return refused(Refusal::project_closed);
  const auto options = offered(state);
  if (options.empty() || options.size() < static_cast<std::size_t>(state.terms->form.min)) {
    return refused(Refusal::options_missing);
  }
  if (state.terms->closes && *state.terms->closes <= context.now)
    return refused(Refusal::closing_time_passed);
  std::vector<Event> events{Opened{.terms = *state.terms,
                                   .roll = !state.terms->imported,
                                   .sealed = state.terms->results == Results::after_close}};
  append_parts(events, &OptionsFixed::options, options, written_bytes_max);
  return events;
}

Decision decide_on(const State& state, const WithdrawOption& command, const Context&) {
  if (state.status == Status::unknown) return refused(Refusal::poll_unknown);
  if (is_final(state.status)) return refused(Refusal::poll_final);
  if (!state.option(command.option)) return refused(Refusal::option_unknown);
  if (state.is_withdrawn(command.option)) return refused(Refusal::option_withdrawn);
  if (!is_reason(command.reason)) return refused(Refusal::invalid, "/reason");
  return std::vector<Event>{OptionWithdrawn{command.option, command.reason}};
}

Decision decide_on(const State& state, const ExtendPoll& command, const Context& context) {
  if (auto open = check_status(state, Status::open, Refusal::poll_not_open); !open) {
    return std::unexpected(open.error());
  }
  const Terms& terms = *state.terms;
  if (!terms.closes) return refused(Refusal::extension_not_later, "/closes");
  if (*terms.closes <= context.now) return refused(Refusal::closing_time_passed);
  if (command.closes <= *terms.closes) return refused(Refusal::extension_not_later, "/closes");
  if (!is_on_grid(command.closes, terms.grid_s)) return refused(Refusal::invalid, "/closes");
  if (!command.outage) return refused(Refusal::extension_needs_outage, "/outage");
  if (command.outage->from >= command.outage->to || command.outage->from > context.now) {
    return refused(Refusal::invalid, "/outage");
  }
  if (!is_reason(command.reason)) return refused(Refusal::invalid, "/reason");
  return std::vector<Event>{Extended{command.closes, command.outage, command.reason}};
}

Decision decide_on(const State& state, const ClosePoll&, const Context& context) {
  if (auto open = check_status(state, Status::open, Refusal::poll_not_open); !open) {
    return std::unexpected(open.error());
  }
  if (state.terms->closes && context.now < *state.terms->closes) return refused(Refusal::poll_closes_later);
  return std::vector<Event>{Closed{}};
}

Decision decide_on(const State& state, const CountPoll& command, const Context&) {
  if (state.status == Status::unknown) return refused(Refusal::poll_unknown);
  if (is_final(state.status)) return refused(Refusal::poll_final);
  if (state.status != Status::closed && state.status != Status::counted)
    return refused(Refusal::poll_not_closed);
  if (!state.settled()) return refused(Refusal::poll_not_settled);
  if (command.revision != *state.revision) return refused(Refusal::count_outdated);
  std::optional<std::int64_t> eligible;
  std::optional<std::int64_t> at_opening;
  if (state.roll_completed) {
    eligible = state.roll_completed->entries;
    at_opening = state.roll_completed->at_opening;
  }
  std::vector<Event> events{ResultComputed{
      .revision = command.revision,
      .rule = state.terms->rule.kind,
      .version = rule_version,
      .engine = command.engine,
      .first = command.first,
      .last = command.last,
      .figures = command.figures,
      .quorum = state.terms->rule.quorum,
      .quorum_reached = command.count.quorum_reached,
      .ties = command.count.ties,
      .eligible = eligible,
      .eligible_at_opening = at_opening,
  }};
  append_parts(events, &OptionsCounted::options, command.count.options, counted_bytes_max);
  return events;
}

Decision decide_on(const State& state, const CertifyResult&, const Context& context) {
  if (auto counted = check_status(state, Status::counted, Refusal::poll_not_counted); !counted) {
    return std::unexpected(counted.error());
  }
  if (state.result->outdated) return refused(Refusal::count_outdated);
  if (state.result->unresolved()) return refused(Refusal::tie_unresolved);
  if (state.result->by == context.actor) return refused(Refusal::same_official);
  return std::vector<Event>{ResultCertified{state.result->position}};
}

Decision decide_on(const State& state, const CompleteRoll& command, const Context& context) {
  if (auto closed = check_status(state, Status::closed, Refusal::poll_not_closed); !closed)
    return std::unexpected(closed.error());
  if (!state.roll || state.roll_completed) return refused(Refusal::poll_settled);
  const RollCompleted& roll = command.roll;
  if (!context.parts.are_all) return refused(Refusal::invalid, "/parts");
  if (roll.entries != context.parts.entries) return refused(Refusal::invalid, "/entries");
  if (roll.at_opening < 0 || roll.at_opening > roll.entries) return refused(Refusal::invalid, "/at_opening");
  if (roll.ballots < 0 || roll.ballots > roll.entries) return refused(Refusal::invalid, "/ballots");
  if (roll.prefix > roll_prefix_max) return refused(Refusal::invalid, "/prefix");
  std::int64_t eligible = 0;
  std::int64_t voted = 0;
  for (const CellTurnout& cell : roll.cells) {
    eligible += cell.eligible;
    voted += cell.voted;
  }
  const bool whole = roll.cells.empty() || (eligible == roll.entries && voted == roll.ballots);
  if (!whole || roll.cells.size() > roll_cells_max) return refused(Refusal::invalid, "/cells");
  return std::vector<Event>{roll};
}

Decision decide_on(const State& state, const CompleteOpenings& command, const Context& context) {
  if (auto closed = check_status(state, Status::closed, Refusal::poll_not_closed); !closed)
    return std::unexpected(closed.error());
  if (!state.sealed || state.openings_completed) return refused(Refusal::poll_settled);
  if (state.roll && !state.roll_completed) return refused(Refusal::poll_not_settled);
  const OpeningsCompleted& openings = command.openings;
  if (!context.parts.are_all) return refused(Refusal::invalid, "/parts");
  const bool whole = openings.openings == context.parts.entries &&
                     (!state.roll_completed || openings.openings == state.roll_completed->ballots);
  if (!whole) return refused(Refusal::invalid, "/openings");
  return std::vector<Event>{openings};
}

Checked check_cancellable(const State& state, const Context& context) {
  switch (state.status) {
    case Status::unknown:
      return refused(Refusal::poll_unknown);
    case Status::draft:
    case Status::open:
      return {};
    case Status::closed:
      // Who has seen choices must not decide whether they count.
      if (context.ballots_opened || state.openings_completed) return refused(Refusal::ballots_opened);
      return {};
    case Status::counted:
      return refused(Refusal::poll_counted);
    case Status::certified:
    case Status::cancelled:
    case Status::annulled:
      return refused(Refusal::poll_final);
  }
  return {};
}

Checked check_annullable(const State& state) {
  switch (state.status) {
    case Status::unknown:
      return refused(Refusal::poll_unknown);
    case Status::draft:
    case Status::open:
    case Status::closed:
      return refused(Refusal::poll_not_counted);
    case Status::counted:
    case Status::certified:
      return {};
    case Status::cancelled:
    case Status::annulled:
      return refused(Refusal::poll_final);
  }
  return {};
}

std::vector<OptionId> unresolved_options(const Result& result) {
  std::vector<OptionId> options;
  for (const Tie& tie : result.ties) {
    if (!tie.decisive || tie.broken_by != TieBreak::unresolved) continue;
    for (const CountedOption& option : result.options) {
      if (option.rank == tie.rank) options.push_back(option.option);
    }
  }
  return options;
}

Checked check_lot(const State& state, const std::vector<OptionId>& order) {
  if (auto counted = check_status(state, Status::counted, Refusal::poll_not_counted); !counted)
    return counted;
  if (state.result->outdated) return refused(Refusal::count_outdated);
  if (state.terms->rule.ties != TiePolicy::lot) return refused(Refusal::lot_not_needed);
  const auto tied = unresolved_options(*state.result);
  if (tied.empty() || !std::ranges::is_permutation(tied, order))
    return refused(Refusal::lot_not_needed, "/order");
  return {};
}

// The proposal that a second official confirms.
std::expected<Proposal, Rejection> confirmed(const State& state, Proposal::Kind kind, Position position,
                                             const Actor& actor) {
  if (!state.proposal || state.proposal->kind != kind || state.proposal->position != position) {
    return refused(Refusal::proposal_outdated, "/proposal");
  }
  if (state.proposal->by == actor) return refused(Refusal::same_official);
  return *state.proposal;
}

Decision decide_on(const State& state, const ProposeCancellation& command, const Context& context) {
  if (auto checked = check_cancellable(state, context); !checked) return std::unexpected(checked.error());
  if (!is_reason(command.reason)) return refused(Refusal::invalid, "/reason");
  return std::vector<Event>{CancellationProposed{command.reason}};
}

Decision decide_on(const State& state, const CancelPoll& command, const Context& context) {
  if (auto checked = check_cancellable(state, context); !checked) return std::unexpected(checked.error());
  const auto proposal = confirmed(state, Proposal::Kind::cancellation, command.proposal, context.actor);
  if (!proposal) return std::unexpected(proposal.error());
  return std::vector<Event>{Cancelled{proposal->position}};
}

Decision decide_on(const State& state, const ProposeAnnulment& command, const Context&) {
  if (auto checked = check_annullable(state); !checked) return std::unexpected(checked.error());
  if (!is_reason(command.reason)) return refused(Refusal::invalid, "/reason");
  return std::vector<Event>{AnnulmentProposed{command.reason}};
}

Decision decide_on(const State& state, const AnnulResult& command, const Context& context) {
  if (auto checked = check_annullable(state); !checked) return std::unexpected(checked.error());
  const auto proposal = confirmed(state, Proposal::Kind::annulment, command.proposal, context.actor);
  if (!proposal) return std::unexpected(proposal.error());
  return std::vector<Event>{Annulled{proposal->position}};
}

Decision decide_on(const State& state, const ProposeLot& command, const Context&) {
  if (auto checked = check_lot(state, command.order); !checked) return std::unexpected(checked.error());
  if (!is_reason(command.reason)) return refused(Refusal::invalid, "/reason");
  return std::vector<Event>{LotProposed{command.order, command.reason}};
}

Decision decide_on(const State& state, const DrawLot& command, const Context& context) {
  if (auto counted = check_status(state, Status::counted, Refusal::poll_not_counted); !counted) {
    return std::unexpected(counted.error());
  }
  const auto proposal = confirmed(state, Proposal::Kind::lot, command.proposal, context.actor);
  if (!proposal) return std::unexpected(proposal.error());
  if (auto checked = check_lot(state, proposal->order); !checked) return std::unexpected(checked.error());
  return std::vector<Event>{LotDrawn{proposal->position}};
}

Decision decide_on(const State& state, const DestroyText& command, const Context& context) {
  if (state.status == Status::unknown) return refused(Refusal::poll_unknown);
  if (!context.text_is_there) return refused(Refusal::text_unknown);
  return std::vector<Event>{TextDestructionRequested{command.text}};
}

Decision decide_on(const State& state, const CompleteTextDestruction& command, const Context&) {
  if (state.status == Status::unknown) return refused(Refusal::poll_unknown);
  return std::vector<Event>{TextDestroyed{command.text}};
}

Decision decide_on(const State& state, const DestroySecret& command, const Context& context) {
  if (state.status == Status::unknown) return refused(Refusal::poll_unknown);
  if (state.is_destroyed(command.secret)) return refused(Refusal::secret_destroyed);
  const auto ends = secret_ends(state);
  const auto end = std::ranges::find(ends, command.secret, &SecretEnd::secret);
  if (end == ends.end() || end->due > context.now) return refused(Refusal::secret_needed);
  return std::vector<Event>{SecretDestroyed{command.secret}};
}

// Total: a log that no rule would have written is folded too, so that an audit can go on behind what it
// found.
struct Evolve {
  State& state;
  const Recorded& recorded;

  void operator()(const Drafted& event) const {
    state.status = Status::draft;
    state.terms = event.terms;
  }
  void operator()(const OptionsAdded& event) const { append(event.options); }
  void operator()(const Opened& event) const {
    state.status = Status::open;
    state.terms = event.terms;
    state.options.clear();
    state.withdrawn.clear();
    state.opened = recorded.position;
    state.roll = event.roll;
    state.sealed = event.sealed;
  }
  void operator()(const OptionsFixed& event) const { append(event.options); }
  void operator()(const OptionWithdrawn& event) const {
    state.withdrawn.push_back(event.option);
    outdate_result();
  }
  void operator()(const Extended& event) const {
    if (state.terms) state.terms->closes = event.closes;
  }
  void operator()(const Closed&) const {
    state.status = Status::closed;
    state.closed = recorded.position;
  }
  void operator()(const RollCompleted& event) const { state.roll_completed = event; }
  void operator()(const OpeningsCompleted& event) const {
    state.openings_completed = event;
    state.unsealed = recorded.time;
  }
  void operator()(const ResultComputed& event) const {
    state.status = Status::counted;
    state.result = Result{recorded.position, recorded.actor, event.ties, {}};
  }
  void operator()(const OptionsCounted& event) const {
    if (!state.result) return;
    auto& options = state.result->options;
    options.insert(options.end(), event.options.begin(), event.options.end());
  }
  void operator()(const ResultCertified&) const { end(Status::certified); }
  void operator()(const CancellationProposed&) const { propose(Proposal::Kind::cancellation); }
  void operator()(const Cancelled&) const { end(Status::cancelled); }
  void operator()(const AnnulmentProposed&) const { propose(Proposal::Kind::annulment); }
  void operator()(const Annulled&) const { end(Status::annulled); }
  void operator()(const LotProposed& event) const { propose(Proposal::Kind::lot, event.order); }
  void operator()(const LotDrawn&) const {
    if (!state.proposal) return;
    const auto& order = state.proposal->order;
    std::erase_if(state.lot, [&](const OptionId& id) { return std::ranges::find(order, id) != order.end(); });
    state.lot.insert(state.lot.end(), order.begin(), order.end());
    state.proposal.reset();
    outdate_result();
  }
  void operator()(const TextDestructionRequested&) const {}
  void operator()(const TextDestroyed&) const {}
  void operator()(const SecretDestroyed& event) const { state.destroyed.push_back(event.secret); }

 private:
  void end(Status status) const {
    state.status = status;
    state.final_since = recorded.time;
    if (status == Status::cancelled) state.unsealed = recorded.time;
  }
  void append(const std::vector<Option>& options) const {
    state.options.insert(state.options.end(), options.begin(), options.end());
  }
  void outdate_result() const {
    if (state.result) state.result->outdated = true;
  }
  void propose(Proposal::Kind kind, std::vector<OptionId> order = {}) const {
    state.proposal = Proposal{kind, recorded.position, recorded.actor, std::move(order)};
  }
};

}  // namespace

std::vector<SecretEnd> secret_ends(const State& state) {
  std::vector<SecretEnd> ends;
  if (state.terms && state.final_since && !state.is_destroyed(SecretKind::contest)) {
    ends.push_back(
        {SecretKind::contest, *state.final_since + std::chrono::days{state.terms->objection_days}});
  }
  if (state.sealed && state.unsealed && !state.is_destroyed(SecretKind::sealing))
    ends.push_back({SecretKind::sealing, *state.unsealed});
  return ends;
}

bool may_be_voted_in_twice(const State& state, Position erased) {
  if (!state.opened || is_final(state.status) || (state.terms && state.terms->imported)) return false;
  return *state.opened < erased && (!state.closed || *state.closed > erased);
}

bool Result::unresolved() const {
  return !unresolved_options(*this).empty();
}

bool State::settled() const {
  return closed && (!roll || roll_completed) && (!sealed || openings_completed);
}

const Option* State::option(const OptionId& id) const {
  const auto option = std::ranges::find(options, id, &Option::id);
  return option == options.end() ? nullptr : &*option;
}

bool State::is_withdrawn(const OptionId& id) const {
  return std::ranges::find(withdrawn, id) != withdrawn.end();
}

bool State::is_destroyed(SecretKind secret) const {
  return std::ranges::find(destroyed, secret) != destroyed.end();
}

bool State::selects(const OptionId& id) const {
  const bool holds =
      (status == Status::counted || status == Status::certified) && result && !result->outdated;
  return holds && std::ranges::any_of(result->options, [&](const CountedOption& counted) {
           return counted.option == id && counted.outcome == Outcome::selected;
         });
}

std::optional<std::size_t> State::index(const OptionId& id) const {
  const Option* const found = option(id);
  if (!found) return std::nullopt;
  return static_cast<std::size_t>(found - options.data());
}

State evolve(State state, const Event& event, const Recorded& recorded) {
  state.revision = recorded.revision;
  std::visit(Evolve{state, recorded}, event);
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::poll
