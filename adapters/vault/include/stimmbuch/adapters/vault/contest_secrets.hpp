#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "stimmbuch/adapters/vault/lru_cache.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::vault {

// The row of a secret of a poll: secret/<kind>/<poll>.
std::string secret_row_name(poll::SecretKind kind, const PollId& poll);

// The row with a fresh secret for the contest of a poll: the writer puts it with the records that make the
// poll.
runner::VaultRow new_contest_secret(const PollId& poll);

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
  std::shared_ptr<const crypto::Mac> get(const PollId& poll);

  // The sealing secret; nothing if the contest has none.
  std::shared_ptr<const crypto::Mac> sealing(const PollId& poll);

  // Keeps none any more, since some were destroyed: what is read from now on is what the vault has.
  void forget();

 private:
  struct Contest {
    crypto::Mac secret;
    std::optional<crypto::Mac> sealing;
  };

  std::shared_ptr<const Contest> contest(const PollId& poll);

  const runner::Vault& vault_;
  std::mutex mutex_;
  std::uint64_t times_forgotten_ = 0;
  LruCache<PollId, std::shared_ptr<const Contest>> cache_;
};

}  // namespace stimmbuch::vault
