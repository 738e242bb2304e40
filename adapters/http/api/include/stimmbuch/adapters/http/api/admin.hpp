#pragma once

#include <atomic>
#include <chrono>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>

#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/adapters/http/api/replication.hpp"
#include "stimmbuch/adapters/http/api/sweeping.hpp"
#include "stimmbuch/adapters/http/server/blocking_pool.hpp"
#include "stimmbuch/adapters/http/server/handler.hpp"
#include "stimmbuch/adapters/http/server/server.hpp"
#include "stimmbuch/adapters/identity/local_tokens.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"
#include "stimmbuch/eventstore/runner/epochs.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"

namespace stimmbuch::http::api {

// Health and metrics: what a service manager and a monitoring system ask for. Has nothing to protect.
//   GET /livez /readyz /startupz /metrics
class Health final : public Handler {
 public:
  // All must outlive the handler.
  struct Parts {
    const eventstore::RocksLedger& log;
    const runner::Runner* runner;  // null on a follower
    projections::Worker& worker;
    std::function<ServerStats()> server_stats;
    std::function<Replication()> replication;
    std::function<PendingErasures()> pending_erasures;  // empty where nothing is destroyed
    const std::atomic<bool>& draining;
    std::string_view version;
  };

  explicit Health(Parts parts) : parts_(std::move(parts)) {}

  void handle(const Request& request, Responder responder) override;

 private:
  // Why the engine should get no traffic; empty: it is ready.
  std::string unready_because(const Replication& replication) const;
  Response readiness(bool verbose) const;
  std::string metrics() const;

  Parts parts_;
};

// What a log signs with from a record on.
struct NewLogKey {
  Position position;
  std::string vkey;
  Time both_until;
};

// The operator's interface on the data directory's socket, which only its owner can open: everything of
// Health, the public reads of the API, and
//   GET  /admin/ledger
//   GET  /admin/replication
//   POST /admin/promote
//   POST /admin/tokens {"role","subject","ttl_s"}
//   GET  /admin/records?after=P&limit=N
//   GET  /admin/log/{path}: the files of the log, the entries with them
//   POST /admin/log/rotate-key {"both_s"}
//   GET  /admin/projections
//   POST /admin/projections/{name}/rebuild   /admin/projections/{name}/verify
//   POST /admin/checkpoints {"directory"}
//   POST /admin/rolls {"poll","voters":[…]}: who these entries of the poll's roll are
//   POST /admin/vault/sweep   /admin/vault/rotate {"nodes": all other nodes have the new keys, or never will}
//   POST /admin/backup {"directory"}: log and vault as of one record, by hard links
class Admin final : public Handler {
 public:
  // All must outlive the handler.
  struct Parts {
    ledger::Created ledger;
    eventstore::RocksLedger& log;
    const runner::Epochs& epochs;
    projections::Worker& worker;
    const identity::LocalTokens* tokens;  // null where the node has no key for them
    BlockingPool& pool;
    const runner::Clock& clock;
    Health& health;
    Api& api;
    std::function<Replication()> replication;
    // Asks the program to make this follower the leader; it ends the engine and starts another.
    std::function<void()> promote;
    const checkpoints::LogFiles& log_files;
    const projections::ViewStore& views;
    vault::ContestSecrets& contests;
    AskForSweep sweep;                          // empty where nothing is destroyed
    std::function<bool()> has_other_key_nodes;  // whether other nodes may hold the wrapping keys
    // Changes the key of the log; an error says why not. Waits for the disk.
    std::function<std::expected<NewLogKey, std::string>(std::chrono::seconds both_for)> rotate_key;
    // Makes a directory with log and vault as of one record; an error says why not. Waits for the disk.
    std::function<std::expected<Position, std::string>(const std::filesystem::path&)> back_up;
    std::string_view version;
  };

  explicit Admin(Parts parts) : parts_(std::move(parts)) {}

  void handle(const Request& request, Responder responder) override;

 private:
  void describe_ledger(Responder responder) const;
  void describe_replication(Responder responder) const;
  void promote(Responder responder) const;
  void mint_token(const Request& request, Responder responder) const;
  void send_records(const Request& request, Responder responder) const;
  void send_log_file(std::string_view path, Responder responder) const;
  void rotate_key(const Request& request, Responder responder) const;
  void list_projections(Responder responder) const;
  void rebuild(std::string_view name, Responder responder) const;
  void verify(std::string_view name, Responder responder) const;
  void make_checkpoint(const Request& request, Responder responder) const;
  void open_roll(const Request& request, Responder responder) const;
  void rotate_keys(const Request& request, Responder responder) const;
  void sweep(SweepOrder order, Responder responder) const;
  void back_up(const Request& request, Responder responder) const;
  using MakeCopy = std::function<std::expected<Position, std::string>(const std::string& directory)>;
  void copy_to_directory(const Request& request, Responder responder, MakeCopy make) const;

  Parts parts_;
};

}  // namespace stimmbuch::http::api
