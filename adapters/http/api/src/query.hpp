#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/domain/position.hpp"

namespace stimmbuch::http::api {

// What is wrong where a page is asked for otherwise.
inline constexpr std::string_view limit_form = "limit is a whole number from 1";
inline constexpr std::string_view cursor_form = "cursor is one that a list gave";

// The percent-decoded value of a query's parameter; nothing if it is absent. A parameter that stands twice
// counts once, the first time.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

// A parameter that is a whole number from 0; the fallback if it is absent, nothing if it is something else.
std::optional<std::uint64_t> query_number(std::string_view query, std::string_view name,
                                          std::uint64_t fallback);

std::optional<Position> parse_position(std::string_view text);

// How many items a page shall have: the parameter `limit`, a whole number from 1, of which no more than
// `most` are given; the fallback if it is absent, nothing if it is something else.
std::optional<std::uint64_t> query_limit(std::string_view query, std::uint64_t fallback, std::uint64_t most);

}  // namespace stimmbuch::http::api
