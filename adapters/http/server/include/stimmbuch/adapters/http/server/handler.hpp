#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "stimmbuch/adapters/http/server/request.hpp"
#include "stimmbuch/adapters/http/server/responder.hpp"

namespace stimmbuch::http {

// What a route allows; where absent, the server's limits hold.
struct RouteLimits {
  std::optional<std::size_t> body_bytes = {};
  std::optional<std::chrono::milliseconds> answer_timeout = {};
};

// What a listener serves. Called on the I/O threads, on several at once: it must not block, and leaves work
// that reads from disk to the blocking pool.
class Handler {
 public:
  virtual ~Handler() = default;

  // Answers through `responder`, at once or later. If this throws, the answer is 500.
  virtual void handle(const Request& request, Responder responder) = 0;

  // Asked between the head and the body of a request, so that a body too long is refused before it is read.
  virtual RouteLimits limits_of(Method, std::string_view /*path*/) const { return {}; }
};

}  // namespace stimmbuch::http
