#include "audit/signed_head.hpp"

#include <fmt/format.h>

#include "export/signed_log.hpp"

namespace stimmbuch::program {

namespace {

void check_witnesses(const tlog::Note& note, const std::optional<tlog::Policy>& policy, CheckList& checks) {
  if (!policy) return checks.skip(CheckId::witnesses, "no policy was named that says which are enough");
  const auto cosigned = policy->cosigned(note);
  if (!cosigned) return checks.find(CheckId::witnesses, "checkpoint", cosigned.error());
  checks.examine(CheckId::witnesses, cosigned->size());
  if (!policy->is_satisfied(*cosigned)) {
    checks.find(
        CheckId::witnesses, "checkpoint",
        fmt::format("{} witnesses of the policy cosigned it, which are not enough", cosigned->size()));
  }
}

}  // namespace

std::expected<SignedHead, Failure> check_signed_head(const FetchLogFile& fetch, const AuditMaterial& material,
                                                     CheckList& checks) {
  auto files = read_log_keys(fetch);
  if (!files) return std::unexpected(std::move(files.error()));
  const auto& keys = files->keys;
  const auto bytes = fetch("checkpoint");
  if (!bytes) return std::unexpected(bytes.error());
  checks.examine(CheckId::signature, 1);
  const auto opened = tlog::open_checkpoint(*bytes, keys.newest());
  if (!opened) checks.find(CheckId::signature, "checkpoint", opened.error());
  auto note = tlog::parse_note(*bytes);
  auto checkpoint = note ? tlog::parse_checkpoint(note->text) : std::unexpected(note.error());
  if (!checkpoint) return failed(ExitCode::differences, "checkpoint: " + checkpoint.error());
  check_witnesses(*note, material.policy, checks);
  std::optional<tlog::SignedCheckpoint> earlier;
  if (material.earlier) {
    auto kept = tlog::open_checkpoint_of_any(*material.earlier, keys);
    if (!kept) return failed(ExitCode::usage, "the earlier checkpoint: " + kept.error());
    earlier = std::move(*kept);
    checks.examine(CheckId::earlier_checkpoint, 1);
  } else {
    checks.skip(CheckId::earlier_checkpoint,
                "no earlier checkpoint was named; keep this one for the next time");
  }
  return SignedHead{std::move(files->keys), std::move(*note), std::move(*checkpoint), std::move(earlier)};
}

}  // namespace stimmbuch::program
