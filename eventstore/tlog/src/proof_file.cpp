#include "stimmbuch/eventstore/tlog/proof_file.hpp"

#include <algorithm>

#include "decimal.hpp"
#include "lines.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"
#include "stimmbuch/eventstore/tlog/proof.hpp"

namespace stimmbuch::tlog {

namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1";
constexpr std::string_view extra_mark = "extra ";
constexpr std::string_view index_mark = "index ";
constexpr std::size_t hashes_max = 63;

std::unexpected<std::string> malformed(std::string_view what) {
  return std::unexpected("the proof is malformed: " + std::string(what));
}

}  // namespace

std::string to_text(const ProofFile& proof) {
  std::string text = std::string(first_line) + "\n";
  if (!proof.extra.empty())
    text.append(extra_mark).append(to_base64(crypto::bytes_of(proof.extra))).append("\n");
  text.append(index_mark).append(std::to_string(proof.index)).append("\n");
  for (const Hash& hash : proof.hashes) text.append(to_base64(hash)).append("\n");
  return text.append("\n").append(proof.checkpoint);
}

std::expected<ProofFile, std::string> parse_proof_file(std::string_view text) {
  ProofFile proof;
  if (take_line(text) != first_line) return malformed("its first line is not " + std::string(first_line));
  auto line = take_line(text);
  if (line && line->starts_with(extra_mark)) {
    auto extra = from_base64(line->substr(extra_mark.size()));
    if (!extra || extra->empty()) return malformed("what is extra is not base64, or nothing");
    proof.extra = std::move(*extra);
    line = take_line(text);
  }
  const auto index =
      line && line->starts_with(index_mark) ? parse_decimal(line->substr(index_mark.size())) : std::nullopt;
  if (!index) return malformed("there is no index");
  proof.index = *index;
  for (line = take_line(text); line && !line->empty(); line = take_line(text)) {
    const auto bytes = from_base64(*line);
    Hash hash;
    if (!bytes || bytes->size() != hash.size() || proof.hashes.size() == hashes_max)
      return malformed("there is a line that is no hash");
    std::ranges::copy(crypto::bytes_of(*bytes), hash.begin());
    proof.hashes.push_back(hash);
  }
  if (!line) return malformed("there is no checkpoint");
  proof.checkpoint = text;
  return proof;
}

std::expected<SignedCheckpoint, std::string> check_proof(const ProofFile& proof, const Hash& leaf,
                                                         const VerifierKey& log) {
  auto opened = open_checkpoint(proof.checkpoint, log);
  if (!opened) return opened;
  const auto& [origin, size, root] = opened->checkpoint;
  if (!proves_inclusion(proof.hashes, proof.index, leaf, size, root))
    return std::unexpected("the proof does not lead from this entry to the root of the checkpoint");
  return opened;
}

}  // namespace stimmbuch::tlog
