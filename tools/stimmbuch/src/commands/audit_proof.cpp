#include <algorithm>

#include <fmt/format.h>

#include "commands/commands.hpp"
#include "stimmbuch/eventstore/checkpoints/receipt.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"
#include "stimmbuch/eventstore/tlog/key_chain.hpp"
#include "stimmbuch/eventstore/tlog/proof_file.hpp"

namespace stimmbuch::program {

namespace {

// What a receipt shows, if anything.
struct Shown {
  std::string says;
  std::uint64_t position = 0;
  tlog::Hash leaf{};
  std::uint64_t size = 0;  // of the checkpoint; 0: there is none
};

std::expected<Shown, std::string> shown_by_proof(const tlog::ProofFile& proof, const tlog::VerifierKey& log) {
  Shown shown{.says = {}, .position = proof.index + 1, .leaf = {}, .size = 0};
  if (proof.extra.size() != shown.leaf.size())
    return std::unexpected("the proof does not say which record it is for");
  std::ranges::copy(crypto::bytes_of(proof.extra), shown.leaf.begin());
  const auto checked = tlog::check_proof(proof, shown.leaf, log);
  if (!checked) return std::unexpected(checked.error());
  shown.size = checked->checkpoint.size;
  shown.says = fmt::format("{} has this record at position {}: proved by its checkpoint of {} records",
                           log.name(), shown.position, shown.size);
  return shown;
}

std::expected<Shown, std::string> shown_by(const std::string& file, const tlog::VerifierKey& log) {
  if (const auto proof = tlog::parse_proof_file(file)) return shown_by_proof(*proof, log);
  const auto receipt = checkpoints::open_receipt(file, log);
  if (!receipt) return std::unexpected(receipt.error());
  return Shown{.says = fmt::format(
                   "{} has promised that it has this record at position {}; the proof comes with its next "
                   "checkpoint",
                   receipt->origin, number(receipt->position)),
               .position = number(receipt->position),
               .leaf = receipt->leaf,
               .size = 0};
}

// By the newest key that shows it.
std::expected<Shown, std::string> shown_by_any(const std::string& file, const tlog::KeyChain& keys) {
  auto shown = shown_by(file, keys.newest());
  for (const auto& key : keys.all()) {
    if (shown) break;
    if (auto older = shown_by(file, key)) shown = std::move(older);
  }
  return shown;
}

Result check_receipt(Session& session) {
  const auto& name = session.given.arguments.front();
  const auto key_file = session.given.value("--key").value_or("log.vkey");
  const auto key_line = files::read_if_there(key_file);
  if (!key_line)
    return failed(ExitCode::usage, fmt::format("there is no file {}: name the log's key by --key", key_file));
  // A file with one key is a chain of one.
  const auto keys = tlog::parse_key_chain(key_line->ends_with('\n') ? *key_line : *key_line + "\n");
  if (!keys) return failed(ExitCode::usage, fmt::format("{}: {}", key_file, keys.error()));
  const auto file = files::read_if_there(name);
  if (!file) return failed(ExitCode::usage, fmt::format("there is no file {}", name));
  const auto shown = shown_by_any(*file, *keys);
  if (!shown) return failed(ExitCode::differences, fmt::format("{}: {}", name, shown.error()));
  session.console.print(shown->says);
  session.console.print(fmt::format("hash of the record: {}", tlog::to_base64(shown->leaf)));
  session.console.summary({{"origin", keys->first().name()},
                           {"position", std::to_string(shown->position)},
                           {"leaf", tlog::to_base64(shown->leaf)},
                           {"proved", shown->size > 0},
                           {"size", std::to_string(shown->size)}});
  return ExitCode::ok;
}

}  // namespace

Command audit_proof_command() {
  return {
      .name = "audit proof",
      .purpose = "Check a voter's receipt, without any server.",
      .details =
          "Takes what GET /v1/me/ballots/{poll}/receipt answers: the log's signed promise that it has a "
          "record, or "
          "the proof that a signed checkpoint covers it. A receipt does not say what was voted. It shows "
          "that the "
          "record cannot be taken out of the log any more without leaving two checkpoints that contradict "
          "each "
          "other.",
      .arguments = {{"FILE", "The receipt."}},
      .options = with_common_options(
          {{"--key", "FILE", "The log's key, or its keys: log.keys. Default: log.vkey."}}),
      .examples = {{"audit proof receipt.txt --key log.vkey", "Exits with 4 if it does not hold."},
                   {"audit proof receipt.txt --json", "Position, hash, and whether it is proved already."}},
      .exits = {ExitCode::differences},
      .run = check_receipt,
  };
}

}  // namespace stimmbuch::program
