#pragma once

#include <string_view>

namespace stimmbuch::http::api {

enum class Language { de, en };

// The one of our languages that an Accept-Language field (RFC 9110, 12.5.4) likes best, the earlier in the
// list if it likes both alike; German if it names none or there is no field. Regions are passed over: en-GB
// is en. A field is a wish, so what is not understood of it is passed over too.
Language preferred_language(std::string_view accept_language);

}  // namespace stimmbuch::http::api
