#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "erasure/rotation_backups.hpp"
#include "erasure/sweep_step.hpp"
#include "stimmbuch/adapters/vault/erasure_list.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/clock.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"

namespace stimmbuch::program {

// What a sweep came to.
struct SweepReport {
  std::size_t people = 0;    // erased
  std::size_t texts = 0;     // destroyed
  std::size_t secrets = 0;   // of polls, destroyed
  std::size_t released = 0;  // identities whose person may register again
  bool rotated = false;
  std::filesystem::path backup = {};  // that the rotation made; empty: none
  // Deleted, and not recorded before the wrapping keys are rotated, which is not the engine's to do.
  std::size_t waiting = 0;
  bool interrupted = false;
};

// What is to be destroyed.
struct DueWork {
  struct Person {
    CitizenId citizen;
    Position requested;
    bool recorded = false;  // that it was done: then a crash came before the sweep was over
    bool held = false;      // a poll that was open then is not final yet
  };
  struct Text {
    StreamId stream;
    TextName text;
    std::string row_name;
  };
  // What was taken away with all its texts.
  struct Removal {
    ContributionId contribution;
    bool recorded = false;  // as of a person
  };
  struct Secret {
    ContestId contest;
    poll::SecretKind kind;
  };

  std::vector<Person> people;
  std::vector<Text> texts;
  std::vector<Removal> removals;
  std::vector<Secret> secrets;
  std::vector<std::string> released;  // held rows that nothing keeps any more

  bool empty() const {
    return people.empty() && texts.empty() && removals.empty() && secrets.empty() && released.empty();
  }
};

// Destroys what is due: all rows of people who were erased, texts, secrets of polls that are over; writes
// them out of the files, rotates the wrapping keys and records that it is done. Of one thread.
class Sweep {
 public:
  // All must outlive this.
  struct Parts {
    vault::RocksVault& vault;
    vault::ErasureList& list;
    const eventstore::Records& log;
    runner::Runner& runner;
    const crypto::Secret& idempotency;
    const runner::Clock& clock;
    std::filesystem::path key_file;  // empty: the keys are elsewhere
    std::filesystem::path data;
    RotationBackups& backups;
    std::function<void(SweepStep)> on_step;
  };

  explicit Sweep(Parts parts) : parts_(std::move(parts)) {}

  // What was due at a time. Throws std::runtime_error if the log or the vault cannot be read.
  DueWork due(Time as_of) const;

  // Whether a rotation was begun and is not over.
  bool is_rotating() const { return parts_.vault.is_rotating(); }
  // Whether this node may rotate by itself: it alone holds the keys, in a file.
  bool rotates_alone() const { return !parts_.key_file.empty() && !parts_.vault.is_published(); }

  // Destroys what was due at a time. `rotate` even if nothing was; without it, only where this node may by
  // itself. Throws std::runtime_error when a step cannot be done; everything before it stays done.
  SweepReport run(Time as_of, bool rotate, const std::stop_token& stop);

  // Puts new keys beside the present ones in the key file, for every node that holds them.
  void prepare_keys();

 private:
  void add_requests(DueWork& due, Time as_of) const;
  void add_person(DueWork& due, const CitizenId& citizen) const;
  void add_removal(DueWork& due, const ContributionId& contribution) const;
  void add_secrets(DueWork& due, Time as_of) const;
  void request_what_only_the_list_knows(Time as_of) const;
  void require_key_file() const;
  bool rotate(SweepReport& report, const std::stop_token& stop);
  bool seal_and_replace(SweepReport& report, const std::stop_token& stop) const;
  bool verify(const vault::WrappingKeys& keys, SweepReport& report, const std::stop_token& stop) const;
  bool record(const StreamId& stream, const Command& command, std::string_view occasion) const;
  bool record_end(const DueWork::Secret& secret, std::string_view occasion) const;
  void record(const DueWork& due, SweepReport& report) const;
  void tell(SweepStep step) const;

  Parts parts_;
};

// What the log says was destroyed, for a list of erasures that is lost. Reads all of it. With it the secrets
// of polls that are final and that the vault does not have: they went just before the log could say so, as in
// every backup that a rotation made.
vault::Destruction destroyed_by(const eventstore::Records& log, const vault::RocksVault& vault);

}  // namespace stimmbuch::program
