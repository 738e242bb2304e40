#include "stimmbuch/adapters/vault/contest_secrets.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace stimmbuch::vault {

namespace {

std::string row_name(std::string_view kind, const PollId& poll) {
  return std::string{"secret/"}.append(kind).append(1, '/').append(poll.text());
}

constexpr std::string_view contest_kind = "contest";
constexpr std::string_view sealing_kind = "sealing";

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

runner::VaultRow new_contest_secret(const PollId& poll) {
  return new_secret(row_name(contest_kind, poll));
}

runner::VaultRow new_sealing_secret(const PollId& poll) {
  return new_secret(row_name(sealing_kind, poll));
}

ContestSecrets::ContestSecrets(const runner::Vault& vault, std::size_t capacity)
    : vault_{vault}, cache_{capacity} {}

std::shared_ptr<const ContestSecrets::Contest> ContestSecrets::contest(const PollId& poll) {
  {
    const std::lock_guard lock{mutex_};
    if (const auto* contest = cache_.find(poll)) return *contest;
  }
  auto secret = prepared(vault_, row_name(contest_kind, poll));
  if (!secret) return nullptr;
  auto contest =
      std::make_shared<const Contest>(*std::move(secret), prepared(vault_, row_name(sealing_kind, poll)));
  const std::lock_guard lock{mutex_};
  cache_.insert(poll, contest);
  return contest;
}

std::shared_ptr<const crypto::Mac> ContestSecrets::get(const PollId& poll) {
  auto found = contest(poll);
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

}  // namespace stimmbuch::vault
