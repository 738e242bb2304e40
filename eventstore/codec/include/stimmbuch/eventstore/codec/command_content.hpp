#pragma once

#include <string>
#include <string_view>

#include "stimmbuch/domain/domain.hpp"

namespace stimmbuch::codec {

// The name of a command, as clients and metrics know it: "CastVote".
std::string_view name_of(const Command& command);

// What a client says with a command, in canonical writing, of vault texts only which there are: what the
// content tag of the record covers. Members that the engine adds (a count) are not in it, so that a repeat
// says the same.
std::string content_of(const Command& command);

}  // namespace stimmbuch::codec
