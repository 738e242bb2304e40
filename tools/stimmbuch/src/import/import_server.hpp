#pragma once

#include <chrono>
#include <cstdint>
#include <expected>

#include "access/api_client.hpp"
#include "cli/command.hpp"

namespace stimmbuch::program {

// The server of the settings, spoken to with their token. It must answer now; later, when it goes away in the
// middle of an import, requests wait for it up to two minutes.
std::expected<ApiClient, Failure> import_server(Session& session);

// How many in a second, rounded; everything where no time was taken.
std::uint64_t per_second(std::uint64_t commands, std::chrono::steady_clock::duration time);

}  // namespace stimmbuch::program
