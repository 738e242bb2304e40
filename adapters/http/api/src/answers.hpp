#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "command_quota.hpp"
#include "counting.hpp"
#include "json_input.hpp"
#include "language.hpp"
#include "stimmbuch/adapters/http/api/leader_link.hpp"
#include "stimmbuch/adapters/http/server/problem.hpp"
#include "stimmbuch/adapters/http/server/response.hpp"
#include "stimmbuch/adapters/identity/principal.hpp"
#include "stimmbuch/domain/refusal.hpp"
#include "stimmbuch/eventstore/runner/submission.hpp"

// What happened, in HTTP's words.
namespace stimmbuch::http::api {

Response json_response(unsigned status, std::string body);

// ---- problems: each type has a page under /problems/

Response malformed(std::string_view detail);
Response invalid_header(std::string_view detail);
Response validation_failed(const InputErrors& errors);
Response unauthenticated(const identity::AuthError& error);
Response forbidden();
Response not_found();
Response method_not_allowed(std::string_view allow);
Response unsupported_media_type(std::string_view expected);
Response overloaded();
// The principal has given as many commands as one may in a minute; the next is taken after the wait.
Response quota_exceeded(const CommandQuota& quota, std::chrono::seconds wait);
Response key_missing();
Response too_many_follows(std::size_t most);
Response projection_behind(Position required, Position current);
// A follower's log does not reach what the caller has seen elsewhere.
Response follower_behind(Position required, Position head);
Response rebuilding();
Response position_ahead();
// This node follows; `leader` says where commands go, if anybody told.
Response not_the_leader(std::string_view leader);
Response identity_changed();
// This node's copy of the vault may have texts that were destroyed meanwhile.
Response texts_behind();

Response answer(const Rejection& rejection, Language language);
Response answer(const runner::Failure& failure);
Response answer(const CountTrouble& trouble, Language language);
Response answer(LinkTrouble trouble);

// A problem type of this layer; those of the server are in its own list.
struct ProblemType {
  std::string_view name;
  unsigned status;
  std::string_view title;
  std::string_view help;  // what it means and what to do, for its page
};

std::span<const ProblemType> problem_types();

}  // namespace stimmbuch::http::api
