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

using Command = std::variant<RegisterCitizen, VerifyCitizen, ChangeCitizen, BlockCitizen, UnblockCitizen>;

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

using Event = std::variant<Registered, Verified, Changed, Blocked, Unblocked>;

// ---- state

struct State {
  bool registered = false;
  bool blocked = false;
  std::optional<Cell> cell;
};

// What the rules must know from outside the stream.
struct Context {
  const ledger::State& ledger;
  CitizenId self;
  Actor actor;
  // Who holds the registry identity that the command names, earlier commands included.
  std::optional<CitizenId> registry_holder;
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::citizen
