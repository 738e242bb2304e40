#include "stimmbuch/domain/ballot.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <utility>

namespace stimmbuch::ballot {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;
using Checked = std::expected<void, Rejection>;

std::string pointer(std::size_t choice) {
  return "/choices/" + std::to_string(choice);
}

// Whether a withdrawn option may be chosen: only where the choice was made before.
enum class Withdrawn { refused, allowed };

Checked check_options(const poll::State& poll, const Choices& choices, Withdrawn options) {
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const OptionId& option = choices[i].option;
    if (!poll.option(option)) return refused(Refusal::choice_unknown, pointer(i));
    if (options == Withdrawn::refused && poll.is_withdrawn(option))
      return refused(Refusal::option_withdrawn, pointer(i));
    const bool repeated = std::any_of(choices.begin(), choices.begin() + static_cast<std::ptrdiff_t>(i),
                                      [&](const Choice& earlier) { return earlier.option == option; });
    if (repeated) return refused(Refusal::choice_repeated, pointer(i));
  }
  return {};
}

Checked check_points(const poll::BallotForm& form, const Choices& choices) {
  const bool by_points = form.kind == poll::BallotKind::points;
  const std::int32_t most = form.points_per_option > 0 ? form.points_per_option : form.points_total;
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const std::int32_t points = choices[i].points;
    if (by_points ? points < 1 || points > most : points != 0)
      return refused(Refusal::points_invalid, pointer(i));
    sum += points;
  }
  if (sum > form.points_total) return refused(Refusal::points_invalid, "/choices");
  return {};
}

Checked check_cost(const poll::State& poll, const Choices& choices) {
  if (poll.terms->form.kind != poll::BallotKind::budget) return {};
  Money sum = 0;
  for (const Choice& choice : choices) sum += poll.option(choice.option)->cost.value_or(0);
  if (sum > poll.terms->rule.budget) return refused(Refusal::budget_exceeded, "/choices");
  return {};
}

std::expected<Choices, Rejection> checked_choices(const poll::State& poll, Choices choices,
                                                  Withdrawn options) {
  const poll::BallotForm& form = poll.terms->form;
  if (choices.empty()) {
    if (!form.blank_allowed) return refused(Refusal::blank_not_allowed, "/choices");
    return choices;
  }
  if (choices.size() > static_cast<std::size_t>(form.max))
    return refused(Refusal::choices_too_many, "/choices");
  if (auto checked = check_options(poll, choices, options); !checked) return std::unexpected(checked.error());
  if (choices.size() < static_cast<std::size_t>(form.min))
    return refused(Refusal::choices_too_few, "/choices");
  if (auto checked = check_points(form, choices); !checked) return std::unexpected(checked.error());
  if (auto checked = check_cost(poll, choices); !checked) return std::unexpected(checked.error());
  if (form.kind == poll::BallotKind::points) {
    std::ranges::sort(choices, {}, &Choice::option);
  } else if (form.kind != poll::BallotKind::ranked) {
    std::ranges::sort(choices, {}, [&](const Choice& choice) { return poll.index(choice.option); });
  }
  return choices;
}

Checked check_open(const poll::State& poll, Time now) {
  switch (poll.status) {
    case poll::Status::unknown:
      return refused(Refusal::poll_unknown);
    case poll::Status::draft:
      return refused(Refusal::poll_not_open);
    case poll::Status::open:
      break;
    case poll::Status::closed:
    case poll::Status::counted:
      return refused(Refusal::poll_closed);
    case poll::Status::certified:
    case poll::Status::cancelled:
    case poll::Status::annulled:
      return refused(Refusal::poll_final);
  }
  // The announced times lie on the grid and are compared with the time that the ballot's record will bear.
  const Time recorded = on_grid(now, std::chrono::seconds{poll.terms->grid_s});
  if (poll.terms->opens && recorded < *poll.terms->opens) return refused(Refusal::poll_not_yet_open);
  if (poll.terms->closes && recorded >= *poll.terms->closes) return refused(Refusal::poll_closed);
  return {};
}

Checked check_command_left(const State& state, bool withdraws) {
  if (state.commands >= commands_max || (!withdraws && state.commands + 1 == commands_max)) {
    return refused(Refusal::ballot_changes_exhausted);
  }
  return {};
}

Checked check_changeable(const State& state, const poll::State& poll) {
  if (state.standing && !poll.terms->changeable) return refused(Refusal::vote_not_changeable);
  return {};
}

Decision written(const State& state, const poll::State& poll, const Choices& choices, Channel channel,
                 std::optional<Time> cast_at) {
  auto checked = canonical_choices(poll, choices);
  if (!checked) return std::unexpected(checked.error());
  if (!state.standing) return std::vector<Event>{VoteCast{std::move(*checked), channel, cast_at}};
  // A ballot keeps its channel, so that the figures by channel need no state per voter.
  if (state.standing->channel != channel) return refused(Refusal::invalid, "/channel");
  return std::vector<Event>{VoteChanged{std::move(*checked), state.standing->choices, channel, cast_at}};
}

// That the seal holds these choices is known to who made it; here they are judged, and it is copied.
Decision sealed(const State& state, const poll::State& poll, const CastVote& command) {
  if (auto checked = canonical_choices(poll, command.choices); !checked)
    return std::unexpected(checked.error());
  // Where the command came in, the poll was not open yet.
  if (!command.seal) return refused(Refusal::poll_not_open);
  if (command.seal->ciphertext.size() != sealed_bytes(poll)) return refused(Refusal::invalid, "/seal");
  if (!state.standing) return std::vector<Event>{SealedVoteCast{*command.seal}};
  return std::vector<Event>{SealedVoteChanged{*command.seal}};
}

Decision withdrawn(const State& state, std::optional<Time> cast_at) {
  if (!state.standing) return refused(Refusal::no_vote_to_withdraw);
  return std::vector<Event>{VoteWithdrawn{state.standing->choices, state.standing->channel, cast_at}};
}

Decision decide_on(const State& state, const CastVote& command, const Context& context) {
  if (auto may = may_vote(context.poll, context.citizen, context.ledger, context.now); !may)
    return std::unexpected(may.error());
  if (auto changeable = check_changeable(state, context.poll); !changeable)
    return std::unexpected(changeable.error());
  if (auto left = check_command_left(state, false); !left) return std::unexpected(left.error());
  if (context.poll.sealed) return sealed(state, context.poll, command);
  return written(state, context.poll, command.choices, Channel::online, std::nullopt);
}

// Withdrawing needs no entitlement any more: who loses it may still take the vote back. But an erasure moves
// no figure.
Decision decide_on(const State& state, const WithdrawVote&, const Context& context) {
  if (auto open = check_open(context.poll, context.now); !open) return std::unexpected(open.error());
  if (context.poll.terms->imported) return refused(Refusal::poll_imported);
  if (context.citizen && context.citizen->erasure != citizen::Erasure::none)
    return refused(Refusal::citizen_erased);
  if (auto changeable = check_changeable(state, context.poll); !changeable)
    return std::unexpected(changeable.error());
  if (auto left = check_command_left(state, true); !left) return std::unexpected(left.error());
  if (context.poll.sealed) {
    if (!state.standing) return refused(Refusal::no_vote_to_withdraw);
    return std::vector<Event>{SealedVoteWithdrawn{}};
  }
  return withdrawn(state, std::nullopt);
}

Checked check_import(const poll::State& poll, Time cast_at, Time now) {
  if (auto open = check_open(poll, now); !open) return open;
  if (!poll.terms->imported) return refused(Refusal::poll_not_imported);
  if (cast_at > now) return refused(Refusal::invalid, "/cast_at");
  return {};
}

Decision decide_on(const State& state, const ImportVote& command, const Context& context) {
  if (auto open = check_import(context.poll, command.cast_at, context.now); !open) {
    return std::unexpected(open.error());
  }
  if (auto changeable = check_changeable(state, context.poll); !changeable)
    return std::unexpected(changeable.error());
  return written(state, context.poll, command.choices, command.channel, command.cast_at);
}

Decision decide_on(const State& state, const ImportWithdrawal& command, const Context& context) {
  if (auto open = check_import(context.poll, command.cast_at, context.now); !open) {
    return std::unexpected(open.error());
  }
  if (auto changeable = check_changeable(state, context.poll); !changeable)
    return std::unexpected(changeable.error());
  return withdrawn(state, command.cast_at);
}

struct Evolve {
  State& state;

  void operator()(const VoteCast& event) const { state.standing = Vote{event.choices, event.channel}; }
  void operator()(const VoteChanged& event) const { state.standing = Vote{event.choices, event.channel}; }
  void operator()(const VoteWithdrawn&) const { state.standing.reset(); }
  void operator()(const SealedVoteCast&) const { state.standing = Vote{}; }
  void operator()(const SealedVoteChanged&) const { state.standing = Vote{}; }
  void operator()(const SealedVoteWithdrawn&) const { state.standing.reset(); }
};

std::size_t digits(std::int32_t number) {
  return std::to_string(number).size();
}

}  // namespace

std::expected<Choices, Rejection> canonical_choices(const poll::State& poll, Choices choices) {
  return checked_choices(poll, std::move(choices), Withdrawn::refused);
}

bool is_valid(const poll::State& poll, const Choices& choices) {
  const auto checked = checked_choices(poll, choices, Withdrawn::allowed);
  return checked && *checked == choices;
}

std::expected<void, Rejection> may_vote(const poll::State& poll, const citizen::State* citizen,
                                        const ledger::State& ledger, Time now) {
  if (auto open = check_open(poll, now); !open) return open;
  if (poll.terms->imported) return refused(Refusal::poll_imported);
  if (!citizen) return refused(Refusal::citizen_unknown);
  return entitled(*citizen, poll.terms->electorate, ledger);
}

// ["…","…"], or {"…":3,"…":1}: the longest ids, as many as a ballot may name.
std::size_t sealed_bytes(const poll::State& poll) {
  const poll::BallotForm& form = poll.terms->form;
  const bool by_points = form.kind == poll::BallotKind::points;
  std::vector<std::size_t> choices;
  for (const poll::Option& option : poll.options)
    choices.push_back(option.id.text().size() + 2 + (by_points ? 1 + digits(form.points_total) : 0));
  std::ranges::sort(choices, std::greater{});
  choices.resize(std::min(choices.size(), static_cast<std::size_t>(form.max)));
  const std::size_t commas = choices.empty() ? 0 : choices.size() - 1;
  return std::accumulate(choices.begin(), choices.end(), 2 + commas);
}

State evolve(State state, const Event& event, const Recorded&) {
  std::visit(Evolve{state}, event);
  ++state.commands;
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::ballot
