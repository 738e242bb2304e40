#pragma once

#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "citizen_loader.hpp"
#include "contest_closer.hpp"
#include "engine.hpp"
#include "erasure/sweeper.hpp"
#include "replication/leader_client.hpp"
#include "settlement/poll_settler.hpp"
#include "stimmbuch/adapters/http/api/admin.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/adapters/http/server/blocking_pool.hpp"
#include "stimmbuch/adapters/identity/authenticator.hpp"
#include "stimmbuch/adapters/identity/local_tokens.hpp"
#include "stimmbuch/adapters/kafka/follower.hpp"
#include "stimmbuch/adapters/vault/contest_secrets.hpp"
#include "stimmbuch/adapters/vault/erasure_list.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/eventstore/checkpoints/log_files.hpp"
#include "stimmbuch/eventstore/checkpoints/signer.hpp"
#include "stimmbuch/eventstore/checkpoints/witness_feeder.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"
#include "stimmbuch/eventstore/runner/epochs.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "stimmbuch/projections/worker/worker.hpp"

namespace stimmbuch::program {

// What an engine is made of, in the order in which it is started. Members are destroyed from the last to the
// first: what serves ends before what it serves from.
struct Engine::Parts {
  explicit Parts(const EngineOptions& engine_options) : options(engine_options) {}
  ~Parts();

  using Started = std::expected<void, StartError>;

  // engine_stores.cpp: what is on the disk.
  Started open_stores();
  Started open_vault();
  Started look_at_rotation_backups() const;
  Started open_views();
  Started open_log();

  // engine_replication.cpp: how the log is written and published, or followed.
  Started start_writer();
  Started begin_publishing(const LedgerId& id);
  Started open_erasures(const LedgerId& id);
  Started write_first_record(const LedgerId& id);
  Started publish_everything();
  Started take_over();
  Started announce_leader();
  Started start_following();
  Started look_at_log();
  void start_signing();
  Started ask_witnesses();
  Started require_no_witness_ahead(const std::vector<tlog::Witness>& asked) const;
  void publish_checkpoint(const checkpoints::Published& published);
  eventstore::Position signable() const;
  // The checkpoints of the log, which has its first record.
  checkpoints::Checkpoints& the_checkpoints();
  void take_checkpoint(std::string_view note);
  http::api::Replication replication() const;

  std::expected<Position, std::string> back_up(const std::filesystem::path& directory) const;
  BackupSource backup_source() const;

  // engine_keys.cpp: what the log signs with.
  Started announce_restored();
  std::vector<crypto::Secret> seeds_of(const std::vector<tlog::VerifierKey>& keys) const;
  std::expected<http::api::NewLogKey, std::string> rotate_key(std::chrono::seconds both_for);
  std::string not_promotable() const;

  // engine.cpp: what is made of the log, and shown.
  Started start_worker();
  Started open_identity();
  Started open_link();
  // That there are certificates of issuers by which an https server can be known.
  Started require_ca_file(const client::ServerUrl& url) const;
  Started serve();
  void start_sweeper();
  void ask_for_sweep(http::api::SweepOrder order, std::function<void(const http::api::SweepAnswer&)> answer);

  bool leads() const { return options.role == Role::leader || options.role == Role::promoted; }
  bool has_broker() const { return !options.kafka.brokers.empty(); }
  bool replicates() const { return has_broker() && options.durability == kafka::Durability::replicated; }
  // Whether this node can tell who somebody is: it has the vault with its secrets.
  bool knows_people() const { return vault && vault->opens_secrets(); }
  bool texts_are_current() const;
  // The vault where there is one, or one that has nothing.
  const runner::Vault& any_vault() const;
  // Of the vault, or of nobody: those match nothing.
  const vault::Secrets& any_secrets() const;

  const EngineOptions options;
  runner::SystemClock clock;
  std::function<void(std::string_view)> on_failure;
  std::function<void()> on_promote;
  std::atomic<bool> draining = false;
  std::atomic<bool> is_former_leader = false;
  std::atomic<runner::Gate> gate = runner::Gate::open;

  std::unique_ptr<vault::RocksVault> vault;  // null on a node that has no key to it
  std::unique_ptr<vault::Secrets> nobodys_secrets;
  std::filesystem::path key_file;                // of its keys; empty: they are elsewhere
  std::unique_ptr<vault::ErasureList> erasures;  // of a leader
  std::unique_ptr<vault::ContestSecrets> contests;
  std::unique_ptr<projections::ViewStore> views;
  std::unique_ptr<eventstore::RocksLedger> log;
  ledger::Created created;
  std::mutex opening_checkpoints;
  std::unique_ptr<checkpoints::Checkpoints> checkpoints;  // by the_checkpoints()
  std::unique_ptr<checkpoints::LogFiles> log_files;
  std::mutex rotating_key;  // one at a time
  std::unique_ptr<runner::Epochs> epochs;

  std::unique_ptr<runner::Runner> runner;  // of a leader
  std::unique_ptr<kafka::Publisher> publisher;
  std::unique_ptr<kafka::Follower> follower;
  std::unique_ptr<checkpoints::WitnessFeeder> witnesses;  // of a leader, if it has any
  std::unique_ptr<checkpoints::Signer> signer;            // of a leader

  // The API hears of changed documents from the worker, which starts first.
  std::atomic<http::api::Api*> listening_api = nullptr;
  std::unique_ptr<projections::Worker> worker;

  std::unique_ptr<ContestCloser> closer;
  std::unique_ptr<PollSettler> settler;
  std::unique_ptr<CitizenLoader> citizen_loader;
  std::unique_ptr<RotationBackups> rotation_backups;  // of a leader
  std::unique_ptr<Sweeper> sweeper;                   // of a leader

  std::unique_ptr<identity::LocalTokens> tokens;
  std::unique_ptr<identity::OpenIdIssuers> issuers;
  std::unique_ptr<identity::Authenticator> authenticator;

  std::unique_ptr<LeaderClient> leader_link;  // of a follower that forwards
  std::unique_ptr<http::BlockingPool> pool;
  std::unique_ptr<http::api::Api> api;
  std::unique_ptr<http::api::Health> health;
  std::unique_ptr<http::api::Admin> admin;
  std::unique_ptr<http::Server> server;
  std::optional<std::uint16_t> port;
};

}  // namespace stimmbuch::program
