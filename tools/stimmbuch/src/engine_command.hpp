#pragma once

#include <chrono>
#include <string_view>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"
#include "stimmbuch/eventstore/runner/submission.hpp"

namespace stimmbuch::program {

// A command as the writer takes it, of any actor, without what only some commands have.
runner::Submission submission_of(const crypto::Mac& key, const StreamId& stream, const Actor& actor,
                                 std::string_view client_key, stimmbuch::Command command);

// A command of the engine itself. Its id follows from the stream and the occasion, so that doing it again
// after a crash is a repeat.
runner::Submission engine_command(const crypto::Mac& idempotency, const StreamId& stream,
                                  const Command& command, std::string_view occasion);

// For a record of the engine's own to be written, and published where that is asked for.
constexpr std::chrono::seconds own_record_patience{60};

// Submits such a command and waits so long; whether it was written, and is visible.
bool submit_own(runner::Runner& runner, runner::Submission submission);

}  // namespace stimmbuch::program
