#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "answers.hpp"

namespace stimmbuch::http::api {

// What stands under /problems/<name>: the meaning of a problem type, or of a refusal's code, and what to do.
// Nothing if there is no such problem.
std::optional<std::string> problem_page(std::string_view name, Language language);

}  // namespace stimmbuch::http::api
