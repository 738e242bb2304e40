#pragma once

#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/refusal.hpp"

// The ledger's own stream: what it is and which cells its citizens may be verified for.
namespace stimmbuch::ledger {

// A demo ledger may mint tokens for citizens, and every document of it says so.
enum class Purpose { town, demo };

// How surely the town knows a citizen. Levels are declared from the lowest to the highest; a citizen who is
// only registered has none. A level with registry identity is given to one account per person.
struct Level {
  LevelId id;
  LocalizedText title;
  bool registry_identity = false;

  friend bool operator==(const Level&, const Level&) = default;
};

struct District {
  DistrictId id;
  LocalizedText title;

  friend bool operator==(const District&, const District&) = default;
};

// Citizens born from the first to the last of these years, both included. Bands do not overlap.
struct AgeBand {
  AgeBandId id;
  int born_from = 0;
  int born_to = 0;

  friend bool operator==(const AgeBand&, const AgeBand&) = default;
};

// ---- commands

struct CreateLedger {
  LedgerId id;
  Purpose purpose;
  std::string origin;  // the name under which the log signs
  PublicKey key;
};

// Adds to what was declared before; nothing declared is ever changed or taken back.
struct DeclareCells {
  std::vector<Level> levels;
  std::vector<District> districts;
  std::vector<AgeBand> age_bands;
};

// Another node takes over: it begins an epoch of its own behind the record that it names.
struct ChangeLeader {
  std::uint32_t epoch = 0;
  Position previous{};
  LeafHash previous_leaf{};
};

// The log signs with another key from this record on; the one before signs for it. That it does is not for
// the rules to check, which know no cryptography: the engine signs, and every audit looks.
struct ChangeKey {
  PublicKey key;
  Signature signature;  // by the key before, over what docs/formats/log.md says
  Time both_until;      // until when checkpoints bear the signature of the key before, too; whole seconds
};

// The ledger was put back to an earlier state, and records that it had signed for are lost. It goes on as a
// new log, with a name and a key of its own, in an epoch of its own.
struct RestoreLedger {
  std::uint32_t epoch = 0;
  std::string origin;
  PublicKey key{};
  Position previous{};  // the last record that was kept
  LeafHash previous_leaf{};
  std::optional<Position> signed_to = {};  // how far the log is known to have signed before
};

using Command = std::variant<CreateLedger, DeclareCells, ChangeLeader, ChangeKey, RestoreLedger>;

// ---- events

struct Created {
  LedgerId id;
  Purpose purpose;
  std::string origin;
  PublicKey key;
  std::uint32_t epoch = 1;

  friend bool operator==(const Created&, const Created&) = default;
};

struct CellsDeclared {
  std::vector<Level> levels;
  std::vector<District> districts;
  std::vector<AgeBand> age_bands;

  friend bool operator==(const CellsDeclared&, const CellsDeclared&) = default;
};

struct LeaderChanged {
  std::uint32_t epoch = 0;
  Position previous{};  // the last record of the epoch before
  LeafHash previous_leaf{};

  friend bool operator==(const LeaderChanged&, const LeaderChanged&) = default;
};

struct KeyChanged {
  PublicKey key{};
  Signature signature{};
  Time both_until{};

  friend bool operator==(const KeyChanged&, const KeyChanged&) = default;
};

struct Restored {
  std::uint32_t epoch = 0;
  std::string origin;
  PublicKey key{};
  Position previous{};
  LeafHash previous_leaf{};
  std::optional<Position> signed_to;

  friend bool operator==(const Restored&, const Restored&) = default;
};

using Event = std::variant<Created, CellsDeclared, LeaderChanged, KeyChanged, Restored>;

// ---- state

struct State {
  std::optional<Created> created;
  std::uint32_t epoch = 1;
  std::vector<std::string> origins;  // of the log, the newest last
  std::vector<PublicKey> keys;       // of the log, the newest last
  std::vector<Level> levels;         // lowest first
  std::vector<District> districts;
  std::vector<AgeBand> age_bands;

  const Level* level(const LevelId& id) const;
  // 0 for a citizen without a level, 1 for the lowest declared level, and so on.
  std::size_t rank(const std::optional<LevelId>& id) const;
  bool has_district(const DistrictId& id) const;
  bool has_age_band(const AgeBandId& id) const;
};

// Whether a log can sign under this name: visible ASCII without a plus sign, as signed notes have it.
bool is_origin(std::string_view name);

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command);

}  // namespace stimmbuch::ledger
