#include "stimmbuch/eventstore/tlog/checkpoint.hpp"

#include <algorithm>

#include "decimal.hpp"
#include "lines.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"

namespace stimmbuch::tlog {

std::string to_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + to_base64(checkpoint.root) +
         "\n";
}

std::expected<Checkpoint, std::string> parse_checkpoint(std::string_view text) {
  const auto origin = take_line(text);
  if (!origin || origin->empty()) return std::unexpected("the checkpoint has no origin");
  const auto size_line = take_line(text);
  const auto size = size_line ? parse_decimal(*size_line) : std::nullopt;
  if (!size) return std::unexpected("the size in the checkpoint is not a number");
  const auto root_line = take_line(text);
  const auto root = root_line ? from_base64(*root_line) : std::nullopt;
  Checkpoint checkpoint{.origin = std::string(*origin), .size = *size};
  if (!root || root->size() != checkpoint.root.size())
    return std::unexpected("the root in the checkpoint is not a hash");
  std::ranges::copy(crypto::bytes_of(*root), checkpoint.root.begin());
  while (!text.empty()) {
    const auto extension = take_line(text);
    if (!extension || extension->empty()) return std::unexpected("the checkpoint has an empty line");
  }
  return checkpoint;
}

std::expected<SignedCheckpoint, std::string> open_checkpoint(std::string_view bytes, const VerifierKey& log) {
  auto note = parse_note(bytes);
  if (!note) return std::unexpected(note.error());
  const auto signature = signature_by(log, *note);
  if (!signature) return std::unexpected(signature.error());
  if (!*signature) return std::unexpected("the checkpoint is not signed by " + log.name());
  auto checkpoint = parse_checkpoint(note->text);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  if (checkpoint->origin != log.name())
    return std::unexpected("the checkpoint is one of " + checkpoint->origin + ", not of " + log.name());
  return SignedCheckpoint{.checkpoint = std::move(*checkpoint), .note = std::move(*note)};
}

}  // namespace stimmbuch::tlog
