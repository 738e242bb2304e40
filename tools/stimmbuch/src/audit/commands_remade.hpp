#pragma once

#include <optional>
#include <vector>

#include "stimmbuch/domain/domain.hpp"

// The way back from events to the command that wrote them, and to who may have given it.
namespace stimmbuch::program {

// The command that would write these events, at least one, of one stream; nothing if none writes such.
// Ballots have a way of their own.
std::optional<stimmbuch::Command> remade_command(const std::vector<Event>& events);

// The vote or the withdrawal that would write an event of a ballot in a poll that has its terms. Of a sealed
// ballot nobody knows what it says: some choices that the poll takes.
std::optional<ballot::Command> remade_ballot_command(const poll::State& poll, const ballot::Event& event);

// Whether who it is may give a command that writes this event into the stream, which is no ballot.
bool may_write(const StreamId& stream, const Actor& actor, const Event& event);

}  // namespace stimmbuch::program
