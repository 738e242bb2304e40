#include "stimmbuch/domain/rating.hpp"

#include <algorithm>

#include "stimmbuch/domain/admission.hpp"

namespace stimmbuch::rating {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;

template <class Ratings>
auto find(Ratings& standing, const ContributionId& contribution) {
  return std::ranges::find(standing, contribution, &Standing::contribution);
}

bool is_of(project::RatingScale scale, Rating rating) {
  switch (rating) {
    case Rating::up:
    case Rating::down:
      return scale == project::RatingScale::votes;
    case Rating::agree:
    case Rating::disagree:
    case Rating::pass:
      return scale == project::RatingScale::statements;
  }
  return false;
}

Decision decide_on(const State& state, const Rate& command, const opinion::Context& context) {
  const auto phase = opinion::admitting_phase(context);
  if (!phase) return std::unexpected(phase.error());
  if (auto checked = opinion::check_about(context, "/contribution"); !checked)
    return std::unexpected(checked.error());
  if (!is_of((*phase)->ratings, command.rating)) return refused(Refusal::rating_of_other_scale, "/rating");
  if (auto left = opinion::check_commands_left(state.commands, state.standing.size()); !left)
    return std::unexpected(left.error());
  const auto standing = find(state.standing, command.contribution);
  if (standing == state.standing.end())
    return std::vector<Event>{Given{command.contribution, command.rating}};
  return std::vector<Event>{Changed{command.contribution, command.rating, standing->rating}};
}

Decision decide_on(const State& state, const WithdrawRating& command, const opinion::Context& context) {
  if (auto phase = opinion::open_phase(context); !phase) return std::unexpected(phase.error());
  if (auto account = project::check_account(context.citizen); !account)
    return std::unexpected(account.error());
  const auto standing = find(state.standing, command.contribution);
  if (standing == state.standing.end()) return refused(Refusal::not_rated);
  return std::vector<Event>{Withdrawn{command.contribution, standing->rating}};
}

struct Evolve {
  State& state;

  void operator()(const Given& event) const { state.standing.push_back({event.contribution, event.rating}); }
  void operator()(const Changed& event) const {
    if (const auto standing = find(state.standing, event.contribution); standing != state.standing.end())
      standing->rating = event.rating;
  }
  void operator()(const Withdrawn& event) const {
    if (const auto standing = find(state.standing, event.contribution); standing != state.standing.end())
      state.standing.erase(standing);
  }
};

}  // namespace

const ContributionId& about(const Command& command) {
  return std::visit([](const auto& one) -> const ContributionId& { return one.contribution; }, command);
}

State evolve(State state, const Event& event, const Recorded&) {
  std::visit(Evolve{state}, event);
  ++state.commands;
  return state;
}

Decision decide(const State& state, const Command& command, const opinion::Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::rating
