#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace stimmbuch::http::api {

// The percent-decoded value of a query's parameter; nothing if it is absent. A parameter that stands twice
// counts once, the first time.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

// A parameter that is a whole number from 0; the fallback if it is absent, nothing if it is something else.
std::optional<std::uint64_t> query_number(std::string_view query, std::string_view name,
                                          std::uint64_t fallback);

}  // namespace stimmbuch::http::api
