#include "poll_events.hpp"

#include <stdexcept>
#include <utility>

namespace stimmbuch::projections {

namespace {

struct StatusAfter {
  using Status = std::optional<poll::Status>;

  Status operator()(const poll::Drafted&) const { return poll::Status::draft; }
  Status operator()(const poll::OptionsAdded&) const { return {}; }
  Status operator()(const poll::Opened&) const { return poll::Status::open; }
  Status operator()(const poll::OptionsFixed&) const { return {}; }
  Status operator()(const poll::OptionWithdrawn&) const { return {}; }
  Status operator()(const poll::Extended&) const { return {}; }
  Status operator()(const poll::Closed&) const { return poll::Status::closed; }
  Status operator()(const poll::ResultComputed&) const { return poll::Status::counted; }
  Status operator()(const poll::OptionsCounted&) const { return {}; }
  Status operator()(const poll::ResultCertified&) const { return poll::Status::certified; }
  Status operator()(const poll::CancellationProposed&) const { return {}; }
  Status operator()(const poll::Cancelled&) const { return poll::Status::cancelled; }
  Status operator()(const poll::AnnulmentProposed&) const { return {}; }
  Status operator()(const poll::Annulled&) const { return poll::Status::annulled; }
  Status operator()(const poll::LotProposed&) const { return {}; }
  Status operator()(const poll::LotDrawn&) const { return {}; }
  Status operator()(const poll::RollCompleted&) const { return {}; }
  Status operator()(const poll::OpeningsCompleted&) const { return {}; }
  Status operator()(const poll::TextDestructionRequested&) const { return {}; }
  Status operator()(const poll::TextDestroyed&) const { return {}; }
  Status operator()(const poll::SecretDestroyed&) const { return {}; }
};

bool is_possible(const poll::State& state, const poll::Event& event) {
  if (std::holds_alternative<poll::Drafted>(event)) return !state.terms;
  if (!state.terms) return false;
  if (std::holds_alternative<poll::OptionsCounted>(event)) return state.result.has_value();
  if (std::holds_alternative<poll::LotDrawn>(event)) return state.proposal.has_value();
  return true;
}

}  // namespace

std::optional<poll::Status> status_after(const poll::Event& event) {
  return std::visit(StatusAfter{}, event);
}

void evolve_poll(poll::State& state, const poll::Event& event, const Recorded& recorded) {
  if (!is_possible(state, event)) throw std::runtime_error("an event that the poll cannot have");
  state = poll::evolve(std::move(state), event, recorded);
}

}  // namespace stimmbuch::projections
