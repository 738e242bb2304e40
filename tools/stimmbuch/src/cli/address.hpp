#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine.hpp"

namespace stimmbuch::program {

// ADDRESS:PORT, an IPv6 address in brackets: 127.0.0.1:8080, [::1]:0.
std::optional<Address> parse_address(std::string_view text);
std::string to_text(const Address& address);

// What a client writes to reach an engine that listens with these options, at the port that it got.
std::string url_of(const EngineOptions& options, std::uint16_t port);

}  // namespace stimmbuch::program
