#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/vault/lru_cache.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::vault {

// The row of a secret of a contest: secret/<kind>/<name of the contest>.
std::string secret_row_name(poll::SecretKind kind, const ContestId& contest);

// The contest and the secret that such a row is of; nothing for any other row.
struct SecretRow {
  poll::SecretKind kind;
  ContestId contest;
};
std::optional<SecretRow> parse_secret_row_name(std::string_view name);

// The row with a fresh secret for a contest: the writer puts it with the records that make the contest.
runner::VaultRow new_contest_secret(const ContestId& contest);

// The row with another secret, under which the ballots of a sealed poll are sealed until its openings.
runner::VaultRow new_sealing_secret(const PollId& poll);

// The secrets of contests, ready to compute with. Keeps the `capacity` that were used last, so that a vote
// does not read the vault. From any thread.
class ContestSecrets {
 public:
  // The vault must outlive this.
  ContestSecrets(const runner::Vault& vault, std::size_t capacity);

  // Nothing if the contest has no secret: there is no such contest, or its secret was destroyed. Throws as
  // runner::Vault::read does.
  std::shared_ptr<const crypto::Mac> get(const ContestId& contest);

  // The sealing secret; nothing if the contest has none.
  std::shared_ptr<const crypto::Mac> sealing(const PollId& poll);

  // Keeps none any more, since some were destroyed: what is read from now on is what the vault has.
  void forget();

 private:
  struct Contest {
    crypto::Mac secret;
    std::optional<crypto::Mac> sealing;
  };

  std::shared_ptr<const Contest> contest(const ContestId& id);

  const runner::Vault& vault_;
  std::mutex mutex_;
  std::uint64_t times_forgotten_ = 0;
  LruCache<std::string, std::shared_ptr<const Contest>> cache_;  // by the contest's name
};

}  // namespace stimmbuch::vault
