#pragma once

#include <expected>
#include <optional>

#include "audit/checks.hpp"
#include "audit/verification.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"

namespace stimmbuch::program {

// What an audit of a log begins with.
struct SignedHead {
  tlog::VerifierKey key;
  tlog::Checkpoint checkpoint;
  std::optional<tlog::Checkpoint> earlier;  // that the auditor kept
};

// Reads key and checkpoint of a log, and checks who signed it. Without them there is nothing to check: that
// is a failure.
std::expected<SignedHead, Failure> check_signed_head(const FetchLogFile& fetch, const AuditMaterial& material,
                                                     CheckList& checks);

}  // namespace stimmbuch::program
