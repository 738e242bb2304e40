#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

#include "stimmbuch/adapters/http/server/request.hpp"
#include "stimmbuch/adapters/http/server/response.hpp"

namespace stimmbuch::http::api {

enum class LinkTrouble : std::uint8_t {
  unreachable,  // nothing was sent
  unanswered,   // it may have taken effect
};

// The way from a follower to its leader, for requests that only the leader can answer.
class LeaderLink {
 public:
  virtual ~LeaderLink() = default;

  // The leader's answer to the request as it is, with the caller's token and key. Blocks, for a bounded time;
  // from several threads at once.
  virtual std::expected<Response, LinkTrouble> send(const Request& request) = 0;
};

// What a forwarded request carries in the field Via, so that it is not forwarded again.
constexpr std::string_view forwarded_via = "1.1 stimmbuch";

}  // namespace stimmbuch::http::api
