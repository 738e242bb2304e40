#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stimmbuch::http {

// What lies between the percent signs. Absent if a '%' is not followed by two hexadecimal digits.
std::optional<std::string> decode_percent(std::string_view text);

// The path of a request target, decoded once. `storage` is used only where something had to be decoded, and
// must live as long as the result. Absent if the escapes are broken, if they hide a slash, a control
// character or bytes that are not UTF-8, or if a segment is "." or "..": whoever sends these either did not
// normalise the reference, as RFC 3986 asks of clients, or tries to leave the tree that a route serves.
std::optional<std::string_view> decode_path(std::string_view raw, std::string& storage);

}  // namespace stimmbuch::http
