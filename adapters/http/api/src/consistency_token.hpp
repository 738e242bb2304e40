#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/position.hpp"

namespace stimmbuch::http::api {

// How far a client has seen a ledger: v1.<base64url of "<ledger>.<epoch>.<position>">. Clients treat it as
// opaque and keep the greatest.
struct ConsistencyToken {
  LedgerId ledger;
  std::uint32_t epoch = 1;
  Position position = before_first;
};

std::string to_text(const ConsistencyToken& token);
std::optional<ConsistencyToken> parse_consistency_token(std::string_view text);

}  // namespace stimmbuch::http::api
