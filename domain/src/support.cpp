#include "stimmbuch/domain/support.hpp"

#include <algorithm>

#include "stimmbuch/domain/admission.hpp"

namespace stimmbuch::support {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;
using Checked = std::expected<void, Rejection>;

template <class Standing>
auto find(Standing& standing, const ContributionId& proposal) {
  return std::ranges::find(standing, proposal, &Support::proposal);
}

std::vector<ContributionId> proposals(const std::vector<Support>& standing) {
  std::vector<ContributionId> ids;
  for (const Support& support : standing) ids.push_back(support.proposal);
  return ids;
}

// A proposal of the phase that everybody may read and about which nobody decided.
Checked check_proposal(const opinion::Context& context) {
  if (auto checked = opinion::check_about(context, "/proposal"); !checked) return checked;
  if (context.about.kind != contribution::Kind::proposal)
    return refused(Refusal::not_a_proposal, "/proposal");
  if (context.about.is_decided()) return refused(Refusal::contribution_decided, "/proposal");
  return {};
}

Decision decide_on(const State& state, const GiveSupport& command, const opinion::Context& context) {
  const auto phase = opinion::admitting_phase(context);
  if (!phase) return std::unexpected(phase.error());
  if (auto checked = check_proposal(context); !checked) return std::unexpected(checked.error());
  if (command.version < 1 || command.version > context.about.released)
    return refused(Refusal::version_unknown, "/version");
  if (auto left = opinion::check_commands_left(state.commands, state.standing.size()); !left)
    return std::unexpected(left.error());
  if (const auto standing = find(state.standing, command.proposal); standing != state.standing.end()) {
    if (standing->version == command.version) return refused(Refusal::already_supported);
    return std::vector<Event>{Renewed{command.proposal, command.version}};
  }
  const auto terms = (*phase)->supports.value_or(project::SupportTerms{});
  const std::size_t most = terms.most == 0 ? supports_max : static_cast<std::size_t>(terms.most);
  if (state.standing.size() >= std::min(most, supports_max)) return refused(Refusal::supports_exhausted);
  const auto least = static_cast<std::size_t>(terms.least);
  const std::size_t given = state.standing.size() + 1;
  std::vector<ContributionId> begin;
  if (given == least) begin = proposals(state.standing);
  if (given >= least) begin.push_back(command.proposal);
  return std::vector<Event>{Given{command.proposal, command.version, std::move(begin)}};
}

// Whoever loses the entitlement may still take a support back, but not an account that is erased: that moves
// no figure.
Decision decide_on(const State& state, const WithdrawSupport& command, const opinion::Context& context) {
  const auto phase = opinion::open_phase(context);
  if (!phase) return std::unexpected(phase.error());
  if (auto account = project::check_account(context.citizen); !account)
    return std::unexpected(account.error());
  if (find(state.standing, command.proposal) == state.standing.end()) return refused(Refusal::not_supported);
  const auto least = static_cast<std::size_t>((*phase)->supports.value_or(project::SupportTerms{}).least);
  std::vector<ContributionId> cease;
  if (state.standing.size() == least) cease = proposals(state.standing);
  if (state.standing.size() > least) cease.push_back(command.proposal);
  return std::vector<Event>{Withdrawn{command.proposal, std::move(cease)}};
}

struct Evolve {
  State& state;

  void operator()(const Given& event) const { state.standing.push_back({event.proposal, event.version}); }
  void operator()(const Renewed& event) const {
    if (const auto standing = find(state.standing, event.proposal); standing != state.standing.end())
      standing->version = event.version;
  }
  void operator()(const Withdrawn& event) const {
    if (const auto standing = find(state.standing, event.proposal); standing != state.standing.end())
      state.standing.erase(standing);
  }
};

}  // namespace

const ContributionId& about(const Command& command) {
  return std::visit([](const auto& one) -> const ContributionId& { return one.proposal; }, command);
}

State evolve(State state, const Event& event, const Recorded&) {
  std::visit(Evolve{state}, event);
  ++state.commands;
  return state;
}

Decision decide(const State& state, const Command& command, const opinion::Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::support
