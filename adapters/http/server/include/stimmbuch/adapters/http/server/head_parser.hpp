#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/http/server/refusal.hpp"
#include "stimmbuch/adapters/http/server/request.hpp"

namespace stimmbuch::http {

// The head of a request: request line and header fields, checked. Views point into the parsed bytes, `path`
// possibly into `decoded_path`.
struct Head {
  Method method = Method::get;
  std::string_view target;
  std::string_view path;
  std::string_view query;
  std::string_view host;  // of the Host field, without port; empty in HTTP/1.0 without the field
  std::vector<Field> fields;
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool keep_alive = true;
  bool http_1_0 = false;
  bool expects_continue = false;
  std::string decoded_path;

  bool has_body() const { return chunked || content_length > 0; }
};

// Parses a head that ends with its empty line. On a refusal `head` is unspecified.
//
// This is a parser of our own because it must be stricter than Boost.Beast's (1.81), which accepts every
// known way of smuggling a request: foreign transfer codings, Transfer-Encoding beside Content-Length or in
// HTTP/1.0, repeated Content-Length, none or several Host fields, folded lines, bodies on GET. To check the
// bytes for these and then parse them a second time would be more code than to parse them once.
std::expected<void, Refusal> parse_head(std::string_view bytes, std::size_t max_fields, Head& head);

}  // namespace stimmbuch::http
