#pragma once

#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/refusal.hpp"

// A person with an account. In clear the log knows only the cell: level, district and age band.
namespace stimmbuch::citizen {

struct Cell {
  LevelId level;
  std::optional<DistrictId> district;
  std::optional<AgeBandId> age_band;

  friend bool operator==(const Cell&, const Cell&) = default;
};

// ---- commands

struct RegisterCitizen {
  Commitments texts;  // name, email, address, phone
};

struct VerifyCitizen {
  Cell cell;
  std::string method;  // how the registrar made sure, e.g. "id-card": an id-like word
  bool with_registry_identity = false;
};

// Replaces the texts that it names.
struct ChangeCitizen {
  Commitments texts;
};

struct BlockCitizen {
  Commitments texts;  // reason
};

struct UnblockCitizen {
  Commitments texts;  // reason
};

// Asks for the end of everything personal: from here on nobody reads it, and the account does nothing.
struct EraseCitizen {};

// The engine: everything is destroyed.
struct CompleteErasure {};

// Asks for the end of one text; from here on nobody reads it.
struct DestroyText {
  TextName text;
};

// The engine: it is destroyed.
struct CompleteTextDestruction {
  TextName text;
};

using Command = std::variant<RegisterCitizen, VerifyCitizen, ChangeCitizen, BlockCitizen, UnblockCitizen,
                             EraseCitizen, CompleteErasure, DestroyText, CompleteTextDestruction>;

// ---- events

struct Registered {
  Commitments texts;

  friend bool operator==(const Registered&, const Registered&) = default;
};

struct Verified {
  Cell cell;
  std::string method;
  OfficialId registrar;

  friend bool operator==(const Verified&, const Verified&) = default;
};

struct Changed {
  Commitments texts;

  friend bool operator==(const Changed&, const Changed&) = default;
};

struct Blocked {
  Commitments texts;

  friend bool operator==(const Blocked&, const Blocked&) = default;
};

struct Unblocked {
  Commitments texts;

  friend bool operator==(const Unblocked&, const Unblocked&) = default;
};

struct ErasureRequested {
  friend bool operator==(const ErasureRequested&, const ErasureRequested&) = default;
};

struct Erased {
  friend bool operator==(const Erased&, const Erased&) = default;
};

struct TextDestructionRequested {
  TextName text;

  friend bool operator==(const TextDestructionRequested&, const TextDestructionRequested&) = default;
};

struct TextDestroyed {
  TextName text;

  friend bool operator==(const TextDestroyed&, const TextDestroyed&) = default;
};

using Event = std::variant<Registered, Verified, Changed, Blocked, Unblocked, ErasureRequested, Erased,
                           TextDestructionRequested, TextDestroyed>;

// ---- state

enum class Erasure { none, requested, completed };

struct State {
  bool registered = false;
  bool blocked = false;
  Erasure erasure = Erasure::none;
  std::optional<Cell> cell;
};

// A text that two states have in common if they are equal: citizens are many, their states few.
std::string text_of(const State& state);

// What the rules must know from outside the stream.
struct Context {
  const ledger::State& ledger;
  CitizenId self;
  Actor actor;
  // Who holds the registry identity that the command names, earlier commands included.
  std::optional<CitizenId> registry_holder;
  // Whether the identity that the command names was, or is about to be, an account's that is erased.
  bool identity_held = false;
  // Whether the text that the command names is in the vault and nobody has asked for its destruction.
  bool text_is_there = false;
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::citizen
