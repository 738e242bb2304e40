#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/position.hpp"

// The values that several aggregates share.
namespace stimmbuch {

// Universal time in microseconds. Nothing in the domain reads a clock: times come in with the context.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

// A day of the calendar, years 1900 to 2199: what people plan and report by.
using Day = std::chrono::sys_days;

// The times of a contest's ballots are rounded down to its grid, so that a record does not tell the minute in
// which somebody voted.
constexpr Time on_grid(Time time, std::chrono::seconds grid) {
  const auto since_epoch = time.time_since_epoch();
  return Time{since_epoch - (since_epoch % grid)};
}

// The text of one thing by language ("de", "en", …: ISO 639-1), an official's words and so in clear.
using LocalizedText = std::map<std::string, std::string, std::less<>>;

// Languages of such texts, sorted, each once.
using Languages = std::vector<std::string>;

// SHA-256(32-byte salt ‖ text) of a text that lies in the vault.
using Commitment = std::array<std::byte, 32>;

// Commitments of the vault texts of a record by the name of their field.
using Commitments = std::map<std::string, Commitment, std::less<>>;

// A text that lies in the vault, within its stream: the record that committed to it, and its field there.
struct TextName {
  Revision revision{};
  std::string field;

  friend bool operator==(const TextName&, const TextName&) = default;
};

// SHA-256(0 ‖ record): how a record stands in the tree over the log (RFC 6962).
using LeafHash = std::array<std::byte, 32>;

// An Ed25519 public key.
using PublicKey = std::array<std::byte, 32>;

// An Ed25519 signature.
using Signature = std::array<std::byte, 64>;

// What somebody thinks of a contribution: by the scale of votes, or by that of statements.
enum class Rating { up, down, agree, disagree, pass };

// An amount of money in the smallest unit of its currency (cents).
using Money = std::int64_t;

// Who wrote a record. Pseudonymous streams name the voter; the engine's own records name the engine.
struct Engine {
  friend bool operator==(const Engine&, const Engine&) = default;
};
using Actor = std::variant<Engine, CitizenId, OfficialId, VoterId>;

// engine  citizen/<id>  official/<id>  voter/<pseudonym>
std::string actor_text(const Actor& actor);

// The actor that a text names; nothing if the text is not an actor's.
std::optional<Actor> parse_actor(std::string_view text);

// What a record says about an event beside its data.
struct Recorded {
  Position position;
  Revision revision;
  Time time;
  Actor actor;
};

}  // namespace stimmbuch
