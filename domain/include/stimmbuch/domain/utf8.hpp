#pragma once

#include <string_view>

namespace stimmbuch {

// Whether the bytes are well-formed UTF-8: shortest forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace stimmbuch
