#pragma once

#include <expected>
#include <optional>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/refusal.hpp"

// What the town opens for participation: a frame with phases that polls belong to.
namespace stimmbuch::project {

// A half-open interval [opens, closes).
struct Phase {
  PhaseId id;
  LocalizedText title;
  Time opens;
  Time closes;

  friend bool operator==(const Phase&, const Phase&) = default;
};

// ---- commands

struct OpenProject {
  LocalizedText title;
  LocalizedText summary;
};

struct DefinePhase {
  Phase phase;
};

struct ExtendPhase {
  PhaseId phase;
  Time closes;
  std::string reason;
};

struct CloseProject {};

using Command = std::variant<OpenProject, DefinePhase, ExtendPhase, CloseProject>;

// ---- events

struct Opened {
  LocalizedText title;
  LocalizedText summary;

  friend bool operator==(const Opened&, const Opened&) = default;
};

struct PhaseDefined {
  Phase phase;

  friend bool operator==(const PhaseDefined&, const PhaseDefined&) = default;
};

struct PhaseExtended {
  PhaseId phase;
  Time closes;
  std::string reason;

  friend bool operator==(const PhaseExtended&, const PhaseExtended&) = default;
};

struct Closed {
  friend bool operator==(const Closed&, const Closed&) = default;
};

using Event = std::variant<Opened, PhaseDefined, PhaseExtended, Closed>;

// ---- state

enum class Status { unknown, open, closed };

struct State {
  Status status = Status::unknown;
  std::vector<Phase> phases;
};

constexpr std::size_t phases_max = 100;

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command);

}  // namespace stimmbuch::project
