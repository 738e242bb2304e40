#include "stimmbuch/adapters/vault/contest_secrets.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace stimmbuch::vault {

namespace {

constexpr std::string_view secret_prefix = "secret/";

std::string_view name_of(poll::SecretKind kind) {
  switch (kind) {
    case poll::SecretKind::contest:
      return "contest";
    case poll::SecretKind::sealing:
      return "sealing";
  }
  return "contest";
}

std::optional<crypto::Mac> prepared(const runner::Vault& vault, const std::string& row) {
  auto value = vault.read(runner::RowClass::secrets, row);
  if (!value) return std::nullopt;
  const auto secret = crypto::Secret::from(crypto::bytes_of(*value));
  crypto::wipe(*value);
  if (!secret) throw std::runtime_error("vault: " + row + " is not a secret");
  return crypto::Mac(*secret);
}

runner::VaultRow new_secret(std::string row) {
  const auto secret = crypto::Secret::random();
  return {.row_class = runner::RowClass::secrets,
          .name = std::move(row),
          .owners = {},
          .value = std::string{crypto::text_of(secret.bytes())}};
}

}  // namespace

std::string secret_row_name(poll::SecretKind kind, const ContestId& contest) {
  return std::string{secret_prefix}.append(name_of(kind)).append(1, '/').append(contest_name(contest));
}

std::optional<SecretRow> parse_secret_row_name(std::string_view name) {
  if (!name.starts_with(secret_prefix)) return std::nullopt;
  name.remove_prefix(secret_prefix.size());
  for (const auto kind : {poll::SecretKind::contest, poll::SecretKind::sealing}) {
    const auto kind_name = name_of(kind);
    if (!name.starts_with(kind_name) || !name.substr(kind_name.size()).starts_with('/')) continue;
    const auto contest = parse_contest_name(name.substr(kind_name.size() + 1));
    if (contest) return SecretRow{kind, *contest};
  }
  return std::nullopt;
}

runner::VaultRow new_contest_secret(const ContestId& contest) {
  return new_secret(secret_row_name(poll::SecretKind::contest, contest));
}

runner::VaultRow new_sealing_secret(const PollId& poll) {
  return new_secret(secret_row_name(poll::SecretKind::sealing, poll));
}

ContestSecrets::ContestSecrets(const runner::Vault& vault, std::size_t capacity)
    : vault_{vault}, cache_{capacity} {}

std::shared_ptr<const ContestSecrets::Contest> ContestSecrets::contest(const ContestId& id) {
  const std::string name = contest_name(id);
  std::uint64_t times_forgotten = 0;
  {
    const std::lock_guard lock{mutex_};
    if (const auto* contest = cache_.find(name)) return *contest;
    times_forgotten = times_forgotten_;
  }
  auto secret = prepared(vault_, secret_row_name(poll::SecretKind::contest, id));
  if (!secret) return nullptr;
  auto contest = std::make_shared<const Contest>(
      *std::move(secret), prepared(vault_, secret_row_name(poll::SecretKind::sealing, id)));
  const std::lock_guard lock{mutex_};
  // What was read before it was destroyed is good for this once.
  if (times_forgotten == times_forgotten_) cache_.insert(name, contest);
  return contest;
}

std::shared_ptr<const crypto::Mac> ContestSecrets::get(const ContestId& id) {
  auto found = contest(id);
  if (!found) return nullptr;
  const auto* const secret = &found->secret;
  return {std::move(found), secret};
}

std::shared_ptr<const crypto::Mac> ContestSecrets::sealing(const PollId& poll) {
  auto found = contest(poll);
  if (!found || !found->sealing) return nullptr;
  const auto* const secret = &*found->sealing;
  return {std::move(found), secret};
}

void ContestSecrets::forget() {
  const std::lock_guard lock{mutex_};
  ++times_forgotten_;
  cache_.clear();
}

}  // namespace stimmbuch::vault
