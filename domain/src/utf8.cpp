#include "stimmbuch/domain/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace stimmbuch {

bool is_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  while (at != end) {
    if (*at < 0x80) {
      ++at;
      continue;
    }
    std::ptrdiff_t more = 0;
    std::uint32_t code = 0;
    std::uint32_t least = 0;
    if ((*at & 0xe0) == 0xc0) {
      more = 1, code = *at & 0x1fU, least = 0x80;
    } else if ((*at & 0xf0) == 0xe0) {
      more = 2, code = *at & 0x0fU, least = 0x800;
    } else if ((*at & 0xf8) == 0xf0) {
      more = 3, code = *at & 0x07U, least = 0x10000;
    } else {
      return false;
    }
    if (end - at <= more) return false;
    for (std::ptrdiff_t i = 1; i <= more; ++i) {
      if ((at[i] & 0xc0) != 0x80) return false;
      code = (code << 6) | (at[i] & 0x3fU);
    }
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    at += more + 1;
  }
  return true;
}

}  // namespace stimmbuch
