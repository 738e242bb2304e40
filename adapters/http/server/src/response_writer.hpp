#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/http/server/response.hpp"

namespace stimmbuch::http {

// How the end of a body is made known.
enum class BodyFraming { sized, chunked, until_close };

// What the head of an answer depends on besides the answer.
struct HeadContext {
  BodyFraming framing = BodyFraming::sized;
  bool close = false;
  bool http_1_0 = false;
  std::string_view date;
};

// Whether a field name or value would break out of its line.
bool has_unsafe_header(const Response& response);

// Appends status line, fields and empty line; the one place where every answer gets its common fields.
void append_head(std::string& out, const Response& response, const HeadContext& context);

// Whether an answer of this status carries a body.
constexpr bool status_has_body(unsigned status) {
  return status != 204 && status != 304;
}

// The Date field's text, formatted anew only when the second changes. Not thread-safe.
class DateText {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t formatted_ = -1;
  std::string text_;
};

}  // namespace stimmbuch::http
