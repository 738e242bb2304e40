#include "stimmbuch/adapters/http/server/refusal.hpp"

namespace stimmbuch::http {

namespace {

constexpr std::string_view malformed = "Malformed request";

constexpr std::array<RefusalText, refusal_count> texts{{
    {Refusal::bad_request_line, 400, "malformed-request", "bad_request_line", malformed,
     "The request line is not of the form METHOD SP target SP HTTP/1.1 CRLF."},
    {Refusal::bad_target, 400, "malformed-request", "bad_target", malformed,
     "The request target is not a path of this server, or its escapes are broken."},
    {Refusal::bad_field, 400, "malformed-request", "bad_field", malformed,
     "A header line is not of the form name: value CRLF, or is folded."},
    {Refusal::bad_host, 400, "malformed-request", "bad_host", malformed,
     "There must be exactly one Host field, and an absolute target must name the same host."},
    {Refusal::bad_content_length, 400, "malformed-request", "bad_content_length", malformed,
     "Content-Length must be given once, as one decimal number, and not beside Transfer-Encoding."},
    {Refusal::bad_transfer_encoding, 400, "malformed-request", "bad_transfer_encoding", malformed,
     "Transfer-Encoding must be given once, and not in HTTP/1.0."},
    {Refusal::bad_chunk, 400, "malformed-request", "bad_chunk", malformed,
     "The chunked body is broken, or its extensions or trailers are too long."},
    {Refusal::body_not_allowed, 400, "malformed-request", "body_not_allowed", malformed,
     "A request with this method must not have a body."},
    {Refusal::request_timeout, 408, "request-timeout", "request_timeout", "Request timeout",
     "The request did not arrive in time."},
    {Refusal::body_too_large, 413, "payload-too-large", "body_too_large", "Payload too large",
     "The body is longer than this resource accepts."},
    {Refusal::target_too_long, 414, "target-too-long", "target_too_long", "Target too long",
     "The request line is too long."},
    {Refusal::unsupported_expectation, 417, "expectation-failed", "unsupported_expectation",
     "Expectation failed", "The only expectation that this server meets is 100-continue."},
    {Refusal::unknown_host, 421, "unknown-host", "unknown_host", "Unknown host",
     "This server does not answer for the host named."},
    {Refusal::headers_too_large, 431, "headers-too-large", "headers_too_large", "Headers too large",
     "The header has too many fields or too many bytes."},
    {Refusal::handler_failed, 500, "internal-error", "internal_error", "Internal error",
     "The server failed to answer this request."},
    {Refusal::unknown_method, 501, "not-implemented", "unknown_method", "Not implemented",
     "This server does not know the method."},
    {Refusal::unknown_transfer_coding, 501, "not-implemented", "unknown_transfer_coding", "Not implemented",
     "The only transfer coding that this server knows is chunked."},
    {Refusal::overloaded, 503, "overloaded", "overloaded", "Overloaded",
     "The server is at its limit. Nothing was done; try again."},
    {Refusal::outcome_unknown, 504, "outcome-unknown", "outcome_unknown", "Outcome unknown",
     "The answer was not ready in time. A command may have been done or not; repeat it with the same key."},
    {Refusal::unsupported_version, 505, "version-not-supported", "unsupported_version",
     "HTTP version not supported", "This server speaks HTTP/1.1."},
}};

static_assert([] {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].refusal != static_cast<Refusal>(i)) return false;
  }
  return true;
}());

}  // namespace

const std::array<RefusalText, refusal_count>& all_refusals() {
  return texts;
}

const RefusalText& describe(Refusal refusal) {
  return texts[static_cast<std::size_t>(refusal)];
}

}  // namespace stimmbuch::http
