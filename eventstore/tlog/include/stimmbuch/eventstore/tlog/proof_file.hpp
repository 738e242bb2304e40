#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/hash.hpp"

// A proof that a log has an entry, complete in itself. C2SP tlog-proof, https://c2sp.org/tlog-proof.
namespace stimmbuch::tlog {

struct ProofFile {
  std::string extra;  // bytes that the proof does not cover; none: absent
  std::uint64_t index = 0;
  std::vector<Hash> hashes;
  std::string checkpoint;  // the note, verbatim
};

std::string to_text(const ProofFile& proof);
std::expected<ProofFile, std::string> parse_proof_file(std::string_view text);

// The checkpoint under which the proof shows that the log has a leaf. An error says what is wrong.
std::expected<SignedCheckpoint, std::string> check_proof(const ProofFile& proof, const Hash& leaf,
                                                         const VerifierKey& log);

}  // namespace stimmbuch::tlog
