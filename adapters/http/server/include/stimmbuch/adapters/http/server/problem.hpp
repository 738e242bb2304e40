#pragma once

#include <string>
#include <string_view>

#include "stimmbuch/adapters/http/server/refusal.hpp"
#include "stimmbuch/adapters/http/server/response.hpp"

namespace stimmbuch::http {

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// A problem document (RFC 9457).
struct Problem {
  unsigned status;
  std::string_view type;    // the last part of the URI /problems/<type>
  std::string_view code;    // for programs
  std::string_view title;   // constant per type
  std::string_view detail;  // for people
  // Further members as JSON, without the braces, e.g. `"retry_after_ms":200`. Empty: none.
  std::string_view more_members = {};
};

Response problem(const Problem& problem);
Response problem(Refusal refusal);

}  // namespace stimmbuch::http
