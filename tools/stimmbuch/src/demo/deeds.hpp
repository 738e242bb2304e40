#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "cli/console.hpp"

// How what happens in the year is said in commands.
namespace stimmbuch::program {

// A key belongs to who uses it and to what it is used on; `number` tells apart what one person does to one
// thing.
inline std::string key_of(std::string_view step, std::size_t number = 0) {
  return fmt::format("stimmbuch-demo-{}-{:06}", step, number);
}

inline std::string contribution(std::string_view id, std::string_view deed) {
  return fmt::format("/v1/contributions/{}/{}", id, deed);
}

// To be completed by what its kind has besides.
inline Json contribution_body(std::string_view kind, std::string_view project, std::string_view phase,
                              std::string_view text) {
  return {{"kind", kind}, {"project", project}, {"phase", phase}, {"language", "de"}, {"text", text}};
}

inline std::expected<void, Failure> outcome_of(const std::expected<Json, Failure>& answer) {
  if (!answer) return std::unexpected(answer.error());
  return {};
}

}  // namespace stimmbuch::program
