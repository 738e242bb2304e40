#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/eventstore/runner/epochs.hpp"

namespace stimmbuch::http::api {

// How far a client has seen a ledger: v1.<base64url of "<ledger>.<epoch>.<position>">. Clients treat it as
// opaque and keep the greatest.
struct ConsistencyToken {
  LedgerId ledger;
  std::uint32_t epoch = 1;
  Position position = before_first;
};

// The tokens of one ledger. Any thread.
class TokensOf {
 public:
  // The epochs must outlive this.
  TokensOf(const LedgerId& ledger, const runner::Epochs& epochs) : ledger_(ledger), epochs_(&epochs) {}

  const LedgerId& ledger() const { return ledger_; }
  const runner::Epochs& epochs() const { return *epochs_; }

  // The token of who has seen the log up to a position.
  std::string at(Position position) const;

 private:
  LedgerId ledger_;
  const runner::Epochs* epochs_;
};

std::string to_text(const ConsistencyToken& token);
std::optional<ConsistencyToken> parse_consistency_token(std::string_view text);

}  // namespace stimmbuch::http::api
