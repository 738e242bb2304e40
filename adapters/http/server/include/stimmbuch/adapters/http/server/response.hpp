#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace stimmbuch::http {

// A field of an answer. The name is a literal: it is not copied.
struct Header {
  std::string_view name;
  std::string value;
};

// An answer. The server adds the framing, the date, `X-Content-Type-Options`, and where the answer does not
// carry them itself: a `Content-Security-Policy` that allows nothing, and `Cache-Control: no-store` on
// errors. To HEAD it sends the same fields and no body; 204 and 304 have no body.
struct Response {
  unsigned status = 200;
  std::string_view content_type;  // a literal; empty: no such field
  std::vector<Header> headers;
  // A body that many answers share is not copied per answer.
  std::variant<std::string, std::shared_ptr<const std::string>> body;
};

// The bytes of the body.
std::string_view body_of(const Response& response);

// Produces a long body piece by piece: each call returns the next non-empty piece, and nothing at the end. It
// is called on a thread of the blocking pool, one call at a time, the next one only when the client has taken
// the piece before; a call may read from disk, but must return in bounded time. If it throws, the connection
// is cut, so that the client sees the body is not whole.
using ChunkSource = std::move_only_function<std::optional<std::string>()>;

}  // namespace stimmbuch::http
