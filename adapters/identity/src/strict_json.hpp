#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace stimmbuch::identity {

// A JSON object whose text has one meaning for every reader: valid UTF-8, no member twice in one object, not
// nested deeper than 16. Nothing if the text is not one.
std::optional<nlohmann::json> parse_strict_object(std::string_view text);

// A member that is a string; nothing if it is absent or something else.
std::optional<std::string_view> string_member(const nlohmann::json& object, const char* name);

}  // namespace stimmbuch::identity
