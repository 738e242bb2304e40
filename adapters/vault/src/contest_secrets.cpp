#include "stimmbuch/adapters/vault/contest_secrets.hpp"

#include <stdexcept>

namespace stimmbuch::vault {

namespace {

std::string_view name_of(poll::SecretKind kind) {
  switch (kind) {
    case poll::SecretKind::contest:
      return "contest";
  }
  return "contest";
}

std::string row_name(const PollId& poll) {
  return secret_row_name(poll::SecretKind::contest, poll);
}

std::shared_ptr<const crypto::Mac> prepared(const runner::Vault& vault, const PollId& poll) {
  auto value = vault.read(runner::RowClass::secrets, row_name(poll));
  if (!value) return nullptr;
  const auto secret = crypto::Secret::from(crypto::bytes_of(*value));
  crypto::wipe(*value);
  if (!secret) throw std::runtime_error("vault: " + row_name(poll) + " is not a secret");
  return std::make_shared<const crypto::Mac>(*secret);
}

}  // namespace

std::string secret_row_name(poll::SecretKind kind, const PollId& poll) {
  return std::string{"secret/"}.append(name_of(kind)).append(1, '/').append(poll.text());
}

runner::VaultRow new_contest_secret(const PollId& poll) {
  const auto secret = crypto::Secret::random();
  return {.row_class = runner::RowClass::secrets,
          .name = row_name(poll),
          .owners = {},
          .value = std::string{crypto::text_of(secret.bytes())}};
}

ContestSecrets::ContestSecrets(const runner::Vault& vault, std::size_t capacity)
    : vault_{vault}, cache_{capacity} {}

std::shared_ptr<const crypto::Mac> ContestSecrets::get(const PollId& poll) {
  std::uint64_t times_forgotten = 0;
  {
    const std::lock_guard lock{mutex_};
    if (const auto* mac = cache_.find(poll)) return *mac;
    times_forgotten = times_forgotten_;
  }
  auto mac = prepared(vault_, poll);
  if (!mac) return nullptr;
  const std::lock_guard lock{mutex_};
  // What was read before it was destroyed is good for this once.
  if (times_forgotten == times_forgotten_) cache_.insert(poll, mac);
  return mac;
}

void ContestSecrets::forget() {
  const std::lock_guard lock{mutex_};
  ++times_forgotten_;
  cache_.clear();
}

}  // namespace stimmbuch::vault
