#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "stimmbuch/adapters/vault/crypto.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::vault {

// The row with a fresh secret for the contest of a poll: the writer puts it with the records that make the
// poll.
runner::VaultRow new_contest_secret(const PollId& poll);

// The secrets of contests, ready to compute with. Keeps the `capacity` that were used last, so that a vote
// does not read the vault. From any thread.
class ContestSecrets {
 public:
  // The vault must outlive this.
  ContestSecrets(const runner::Vault& vault, std::size_t capacity);

  // Nothing if the contest has no secret: there is no such contest, or its secret was destroyed. Throws as
  // runner::Vault::read does.
  std::shared_ptr<const Mac> get(const PollId& poll);

 private:
  struct Entry {
    PollId poll;
    std::shared_ptr<const Mac> mac;
  };

  const runner::Vault& vault_;
  const std::size_t capacity_;
  std::mutex mutex_;
  std::list<Entry> newest_first_;
  std::unordered_map<PollId, std::list<Entry>::iterator> entries_;
};

}  // namespace stimmbuch::vault
