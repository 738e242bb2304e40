#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/eventstore/checkpoints/checkpoints.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/tlog/proof_file.hpp"

// A log as the files that any verifier of transparency logs reads: C2SP tlog-tiles.
namespace stimmbuch::checkpoints {

struct LogFile {
  std::string bytes;
  bool never_changes;  // what lies under this name
};

// The files that the newest checkpoint promises, by their paths:
//   checkpoint, log.vkey, tile/<level>/…, tile/entries/…, and log.keys once the key changed
// Partial tiles and bundles of all sizes are there, not only of those that were signed. Any thread.
class LogFiles {
 public:
  LogFiles(const eventstore::Ledger& ledger, const Checkpoints& checkpoints)
      : ledger_(ledger), checkpoints_(checkpoints) {}

  // Nothing if there is no such file. Throws LedgerFault.
  std::optional<LogFile> read(std::string_view path) const;

  // The name under which the log signs now.
  std::string origin() const { return checkpoints_.keys().newest().name(); }

  // The hash of a record that the ledger has. Throws LedgerFault.
  tlog::Hash leaf_of(eventstore::Position position) const;

  // What proves that the newest checkpoint covers a record; its `extra` is the record's hash. Nothing while
  // it does not. Throws LedgerFault.
  std::optional<tlog::ProofFile> proof_of(eventstore::Position position) const;

 private:
  std::string bundle_of(const tlog::Bundle& bundle) const;

  const eventstore::Ledger& ledger_;
  const Checkpoints& checkpoints_;
};

// The paths of all tiles and bundles of a log of that size, in the order in which they are to be published:
// what a file promises comes before it.
void for_each_path(std::uint64_t size, const std::function<void(const std::string& path)>& use);

}  // namespace stimmbuch::checkpoints
