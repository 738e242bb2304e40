#include "stimmbuch/eventstore/checkpoints/receipt.hpp"

#include "stimmbuch/eventstore/tlog/checkpoint.hpp"

namespace stimmbuch::checkpoints {

namespace {

constexpr std::string_view name_suffix = "/receipt";

}  // namespace

tlog::Note receipt(std::string_view origin, eventstore::Position position, const tlog::Hash& leaf,
                   std::span<const crypto::Secret> seeds) {
  const auto name = std::string(origin).append(name_suffix);
  // Its three lines are those of a checkpoint, with another meaning.
  tlog::Note note{to_text(tlog::Checkpoint{name, number(position), leaf}), {}};
  for (const auto& seed : seeds) note.signatures.push_back(tlog::sign_note(note.text, name, seed));
  return note;
}

std::expected<Receipt, std::string> open_receipt(std::string_view note, const tlog::VerifierKey& log) {
  const tlog::VerifierKey key(tlog::VerifierKey::Kind::signer, log.name() + std::string(name_suffix),
                              log.key());
  const auto opened = tlog::open_checkpoint(note, key);
  if (!opened) return std::unexpected(opened.error());
  const auto& [name, position, leaf] = opened->checkpoint;
  return Receipt{.origin = log.name(), .position = eventstore::Position{position}, .leaf = leaf};
}

}  // namespace stimmbuch::checkpoints
