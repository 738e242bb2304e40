#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stimmbuch::http {

// Every error that the server answers by itself, without or instead of a handler.
enum class Refusal : std::uint8_t {
  bad_request_line,
  bad_target,
  bad_field,
  bad_host,
  bad_content_length,
  bad_transfer_encoding,
  bad_chunk,
  body_not_allowed,
  request_timeout,
  body_too_large,
  target_too_long,
  unsupported_expectation,
  unknown_host,
  headers_too_large,
  handler_failed,
  unknown_method,
  unknown_transfer_coding,
  overloaded,
  outcome_unknown,
  unsupported_version,
};

inline constexpr std::size_t refusal_count = 20;

// What its problem document says. All texts are constants.
struct RefusalText {
  Refusal refusal;
  unsigned status;
  std::string_view type;  // the last part of the URI /problems/<type>
  std::string_view code;
  std::string_view title;
  std::string_view detail;
};

// All of them, in the order of the enumeration.
const std::array<RefusalText, refusal_count>& all_refusals();

const RefusalText& describe(Refusal refusal);

}  // namespace stimmbuch::http
