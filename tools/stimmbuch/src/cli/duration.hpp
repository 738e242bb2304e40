#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace stimmbuch::program {

// A duration as people write it: a whole number and one of ms, s, m, h, d, as in "500ms", "8h", "30d".
// Nothing for any other text and for more than 100 years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// In the largest unit that writes it as a whole number.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace stimmbuch::program
