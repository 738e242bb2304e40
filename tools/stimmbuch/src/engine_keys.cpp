// What the log of an engine signs with.
#include <chrono>

#include <fmt/format.h>

#include "engine_command.hpp"
#include "engine_parts.hpp"
#include "first_record.hpp"
#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::program {

namespace {

// Of a key that came after the first, which was made with the vault.
std::string seed_row_name(const PublicKey& key) {
  return "secret/log-signing/" + to_base64url(key);
}

runner::VaultRow seed_row(const PublicKey& key, const crypto::Secret& seed) {
  return {.row_class = runner::RowClass::secrets,
          .name = seed_row_name(key),
          .owners = {},
          .value = std::string(crypto::text_of(seed.bytes()))};
}

}  // namespace

// The key pairs of these keys. Throws std::runtime_error if the vault has not all.
std::vector<crypto::Secret> Engine::Parts::seeds_of(const std::vector<tlog::VerifierKey>& keys) const {
  std::vector<crypto::Secret> seeds;
  for (const auto& key : keys) {
    if (crypto::public_key(any_secrets().log_signing) == key.key()) {
      seeds.push_back(any_secrets().log_signing);
      continue;
    }
    auto row = any_vault().read(runner::RowClass::secrets, seed_row_name(key.key()));
    const auto seed = row ? crypto::Secret::from(crypto::bytes_of(*row)) : std::nullopt;
    if (row) crypto::wipe(*row);
    if (!seed || crypto::public_key(*seed) != key.key())
      throw std::runtime_error("the vault has not the key " + key.text() + " that the log signs with");
    seeds.push_back(*seed);
  }
  return seeds;
}

// From this record on it is another log, which this node alone writes.
Engine::Parts::Started Engine::Parts::announce_restored() {
  const auto& synced = log->synced();
  const auto previous = synced.head();
  const auto seed = crypto::Secret::random();
  const ledger::RestoreLedger restore{epochs->last() + 1,
                                      options.restored_as->origin,
                                      crypto::public_key(seed),
                                      previous,
                                      tlog::leaf_hash(synced.at(previous).value()),
                                      options.restored_as->signed_to};
  auto submission = engine_command(crypto::Mac(vault->secrets().idempotency), created_of(synced).id,
                                   ledger::Command{restore}, fmt::format("restored-{}", restore.epoch));
  submission.secrets.push_back(seed_row(restore.key, seed));
  if (!submit_own(*runner, std::move(submission))) {
    return std::unexpected(
        StartError{ExitCode::failed, "the record that the ledger was restored could not be written"});
  }
  epochs->begin(restore.epoch, next(previous));
  return {};
}

// Log and vault as of the same record. On a follower the vault may be ahead, as it is after a crash.
std::expected<Position, std::string> Engine::Parts::back_up(const std::filesystem::path& directory) const
    try {
  if (!vault) return std::unexpected("this node has no vault: back up one that has");
  Position head = log->head();
  const auto copy = [&] {
    head = log->head();
    if (auto made = log->hard_link_checkpoint(directory); !made) throw std::runtime_error(made.error());
    vault->hard_link_checkpoint(directory / "vault");
  };
  if (!runner) {
    copy();
  } else if (!runner->between_groups(copy)) {
    return std::unexpected("the engine is about to end");
  }
  return head;
} catch (const std::exception& error) {
  return std::unexpected(error.what());
}

BackupSource Engine::Parts::backup_source() const {
  return {.data = options.data,
          .link = [this](const std::filesystem::path& directory) -> std::expected<void, Failure> {
            if (auto made = back_up(directory); !made) return failed(ExitCode::failed, made.error());
            return {};
          },
          .log_file = [this](const std::string& name) -> std::expected<std::optional<std::string>, Failure> {
            auto file = log_files->read(name);
            return file ? std::optional(std::move(file->bytes)) : std::nullopt;
          }};
}

// The new seed lies in the vault before the record that names its public key: the writer's order of rows and
// records.
std::expected<http::api::NewLogKey, std::string> Engine::Parts::rotate_key(std::chrono::seconds both_for) {
  if (!runner) return std::unexpected("this node does not write the log: rotate the key at the leader");
  const std::lock_guard one_at_a_time(rotating_key);
  const auto keys = log_keys(log->synced());
  const auto seed = crypto::Secret::random();
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.now());
  const tlog::NextKey next{{tlog::VerifierKey::Kind::signer, keys.newest().name(), crypto::public_key(seed)},
                           now + both_for};
  const ledger::ChangeKey change{next.key.key(), tlog::sign_next_key(next, seeds_of({keys.newest()}).front()),
                                 next.both_until};
  auto submission = engine_command(crypto::Mac(vault->secrets().idempotency), created.id,
                                   ledger::Command{change}, fmt::format("key-{}", keys.all().size()));
  submission.secrets.push_back(seed_row(change.key, seed));
  if (!submit_own(*runner, std::move(submission)))
    return std::unexpected("the new key could not be written to the log; look at the engine's messages");
  const auto changed = log_keys(log->synced());
  if (changed.newest().key() != change.key) return std::unexpected("the log has got another key meanwhile");
  return http::api::NewLogKey{Position{changed.newest_from()}, changed.newest().text(), change.both_until};
}

}  // namespace stimmbuch::program
