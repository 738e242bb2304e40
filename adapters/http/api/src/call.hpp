#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "answers.hpp"
#include "command_desk.hpp"
#include "query.hpp"
#include "stimmbuch/adapters/http/server/request.hpp"
#include "stimmbuch/adapters/http/server/responder.hpp"
#include "stimmbuch/adapters/identity/principal.hpp"

namespace stimmbuch::http::api {

// One request on its way through a route: who asks, for which thing, in which language. It moves with the
// work, to the writer thread or the blocking pool, until its responder has answered.
struct Call {
  const Request* request;
  std::vector<std::string_view> parameters;           // of the route's pattern, in order
  std::shared_ptr<const identity::Principal> caller;  // absent on public routes without a token
  std::string client_key;                             // of commands
  std::optional<Revision> expected;                   // of commands: what If-Match names
  Language language = Language::de;
  Responder responder;

  void send(Response response) && { std::move(responder).send(std::move(response)); }
};

// The id that stands at a place of the path; nothing if it is no id, and then there is nothing at that path.
template <class AnyId>
std::optional<AnyId> id_parameter(const Call& call, std::size_t index) {
  return AnyId::parse(call.parameters.at(index));
}

// The position that stands at a place of the path.
inline std::optional<Position> position_parameter(const Call& call, std::size_t index) {
  return parse_position(call.parameters.at(index));
}

// Answers that a rule refuses what is asked.
inline void refuse(Call call, stimmbuch::Refusal reason) {
  Response response = answer(Rejection{reason, {}}, call.language);
  std::move(call).send(std::move(response));
}

}  // namespace stimmbuch::http::api
