#include "stimmbuch/domain/citizen.hpp"

#include "bounds.hpp"

namespace stimmbuch::citizen {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;

bool are_personal(const Commitments& texts) {
  return has_only_fields(texts, {"name", "email", "address", "phone"});
}

bool is_reason_only(const Commitments& texts) {
  return texts.size() <= 1 && has_only_fields(texts, {"reason"});
}

// What can be done with an account only while it lasts.
std::expected<void, Rejection> check_lasts(const State& state) {
  if (!state.registered) return refused(Refusal::citizen_unknown);
  if (state.erasure != Erasure::none) return refused(Refusal::citizen_erased);
  return {};
}

Decision decide_on(const State& state, const RegisterCitizen& command, const Context& context) {
  if (context.identity_held) return refused(Refusal::erasure_pending);
  if (state.registered) return refused(Refusal::already_registered);
  if (!are_personal(command.texts)) return refused(Refusal::invalid);
  return std::vector<Event>{Registered{command.texts}};
}

Decision decide_on(const State& state, const VerifyCitizen& command, const Context& context) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (state.blocked) return refused(Refusal::citizen_blocked);
  const auto* const registrar = std::get_if<OfficialId>(&context.actor);
  if (!registrar) return refused(Refusal::invalid);
  const auto* const level = context.ledger.level(command.cell.level);
  if (!level) return refused(Refusal::level_unknown, "/level");
  if (command.cell.district && !context.ledger.has_district(*command.cell.district)) {
    return refused(Refusal::district_unknown, "/district");
  }
  if (command.cell.age_band && !context.ledger.has_age_band(*command.cell.age_band)) {
    return refused(Refusal::age_band_unknown, "/age_band");
  }
  if (!is_id(command.method)) return refused(Refusal::invalid, "/method");
  if (level->registry_identity && !command.with_registry_identity) {
    return refused(Refusal::registry_identity_required, "/registry_identity");
  }
  if (context.identity_held) return refused(Refusal::erasure_pending);
  if (context.registry_holder && *context.registry_holder != context.self)
    return refused(Refusal::already_registered);
  return std::vector<Event>{Verified{command.cell, command.method, *registrar}};
}

Decision decide_on(const State& state, const ChangeCitizen& command, const Context&) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (command.texts.empty() || !are_personal(command.texts)) return refused(Refusal::invalid);
  return std::vector<Event>{Changed{command.texts}};
}

Decision decide_on(const State& state, const BlockCitizen& command, const Context&) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (state.blocked) return refused(Refusal::citizen_blocked);
  if (!is_reason_only(command.texts)) return refused(Refusal::invalid);
  return std::vector<Event>{Blocked{command.texts}};
}

Decision decide_on(const State& state, const UnblockCitizen& command, const Context&) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (!state.blocked) return refused(Refusal::citizen_not_blocked);
  if (!is_reason_only(command.texts)) return refused(Refusal::invalid);
  return std::vector<Event>{Unblocked{command.texts}};
}

Decision decide_on(const State& state, const EraseCitizen&, const Context&) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  return std::vector<Event>{ErasureRequested{}};
}

Decision decide_on(const State& state, const CompleteErasure&, const Context&) {
  if (!state.registered) return refused(Refusal::citizen_unknown);
  if (state.erasure == Erasure::none) return refused(Refusal::invalid);
  if (state.erasure == Erasure::completed) return refused(Refusal::citizen_erased);
  return std::vector<Event>{Erased{}};
}

Decision decide_on(const State& state, const DestroyText& command, const Context& context) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (!context.text_is_there) return refused(Refusal::text_unknown);
  return std::vector<Event>{TextDestructionRequested{command.text}};
}

// With an account that was erased in between the text is gone, too.
Decision decide_on(const State& state, const CompleteTextDestruction& command, const Context&) {
  if (!state.registered) return refused(Refusal::citizen_unknown);
  return std::vector<Event>{TextDestroyed{command.text}};
}

struct Evolve {
  State& state;

  void operator()(const Registered&) const { state.registered = true; }
  void operator()(const Verified& event) const { state.cell = event.cell; }
  void operator()(const Changed&) const {}
  void operator()(const Blocked&) const { state.blocked = true; }
  void operator()(const Unblocked&) const { state.blocked = false; }
  void operator()(const ErasureRequested&) const { state.erasure = Erasure::requested; }
  void operator()(const Erased&) const { state.erasure = Erasure::completed; }
  void operator()(const TextDestructionRequested&) const {}
  void operator()(const TextDestroyed&) const {}
};

}  // namespace

// Ids have no space in them.
std::string text_of(const State& state) {
  std::string text;
  text += state.registered ? 'r' : '-';
  text += state.blocked ? 'b' : '-';
  text += static_cast<char>('0' + static_cast<int>(state.erasure));
  if (!state.cell) return text;
  text.append(state.cell->level.text());
  text += ' ';
  if (state.cell->district) text.append(state.cell->district->text());
  text += ' ';
  if (state.cell->age_band) text.append(state.cell->age_band->text());
  return text;
}

State evolve(State state, const Event& event, const Recorded&) {
  std::visit(Evolve{state}, event);
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::citizen
