#include "stimmbuch/adapters/identity/principal.hpp"

#include <algorithm>

namespace stimmbuch::identity {

std::string challenge(const AuthError& error) {
  if (error.fault == AuthFault::missing) return "Bearer";
  return std::string{R"(Bearer error="invalid_token", error_description=")"}
      .append(error.text)
      .append(1, '"');
}

bool is_subject(std::string_view text) {
  return !text.empty() && text.size() <= subject_size_max &&
         std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace stimmbuch::identity
