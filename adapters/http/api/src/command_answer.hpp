#pragma once

#include <string>

#include "call.hpp"
#include "consistency_token.hpp"
#include "stimmbuch/adapters/http/server/response.hpp"
#include "stimmbuch/eventstore/runner/submission.hpp"

namespace stimmbuch::http::api {

// Whether the command made something new (201) rather than changed what was there (200).
bool creates(const runner::Accepted& accepted);

// The members that every accepted command answers with, without braces: the thing that was addressed under
// its kind, the position of the last record, the revision for If-Match, and whether this is the answer to a
// repeat. All of it follows from the records, so that a repeat gets the same.
std::string members_of(const runner::Accepted& accepted);

// The answer to a command.
Response answer(const runner::Outcome& outcome, Language language, const TokensOf& tokens);

}  // namespace stimmbuch::http::api
