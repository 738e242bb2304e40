#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "erasure/sweep_step.hpp"
#include "exit_code.hpp"
#include "stimmbuch/adapters/http/server/limits.hpp"
#include "stimmbuch/adapters/http/server/server.hpp"
#include "stimmbuch/adapters/identity/openid_issuers.hpp"
#include "stimmbuch/adapters/kafka/publisher.hpp"
#include "stimmbuch/adapters/kafka/settings.hpp"
#include "stimmbuch/domain/ledger.hpp"

namespace stimmbuch::runner {
class Runner;
}
namespace stimmbuch::vault {
class ContestSecrets;
struct Secrets;
}  // namespace stimmbuch::vault

namespace stimmbuch::program {

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

// What an engine is to its ledger.
enum class Role {
  leader,    // writes it, and publishes it where there is a broker
  promoted,  // a follower that becomes the leader first
  follower,  // keeps up with the topic
  reader,    // looks at what is there, for one command; writes nothing
};

// As what a ledger goes on that was put back to an earlier state.
struct NewLog {
  std::string origin;
  std::optional<Position> signed_to;  // how far the log is known to have signed before
};

struct EngineOptions {
  std::filesystem::path data;
  Role role = Role::leader;
  // Where the ledger is published, or followed from; without brokers, neither.
  kafka::Settings kafka;
  kafka::Durability durability = kafka::Durability::local;
  // Of a new follower: the ledger, where the cluster has several.
  std::optional<LedgerId> ledger;
  // Of a follower: the URL at which commands are taken, and whether to send them on to there.
  std::string leader;
  bool forward = false;
  // The issuers (PEM) that are trusted to tell who witnesses and the leader are; empty: the system's.
  std::filesystem::path ca_file;
  // Of a follower: for how long it shows texts when it cannot tell which ones were destroyed meanwhile.
  std::chrono::milliseconds texts_patience = std::chrono::seconds{60};
  // Of a new ledger; absent: town. An old one must have the same.
  std::optional<ledger::Purpose> purpose;
  // The name under which a new log signs; absent: one made of its id. An old one must have the same.
  std::optional<std::string> origin;
  // Of a leader: the ledger has lost records, and goes on as a new log; said in its first record.
  std::optional<NewLog> restored_as;
  // Where the vault's keys are: a file, or a command that writes what would be in it; neither: the file
  // beside the data.
  std::optional<std::filesystem::path> wrapping_key;
  std::string wrapping_key_command;
  // The list of what was destroyed; absent: that beside the data.
  std::optional<std::filesystem::path> erasures;
  std::optional<Address> listen;  // public interface; absent: none
  std::optional<Address> admin;   // health and metrics over TCP besides the admin socket
  std::vector<std::string> hosts;
  std::optional<http::TlsFiles> tls;
  std::vector<identity::OpenIdIssuer> issuers;
  http::Limits limits;
  std::uint32_t commands_per_minute = 0;      // of one principal; 0: not bounded
  std::uint32_t contributions_per_hour = 60;  // the same
  std::size_t io_threads = 1;
  std::size_t cache_mib = 96;
  std::uint64_t disk_floor_mib = 1024;
  bool recover_tail = false;
  std::chrono::milliseconds checkpoint_interval = std::chrono::seconds{10};
  // The time of day, UTC, at which what is due is destroyed.
  std::chrono::minutes sweep_at = std::chrono::hours{2};
  // Where a rotation of the wrapping keys leaves a backup; empty: it makes none.
  std::filesystem::path rotation_backup;
  std::function<void(SweepStep)> on_sweep_step;  // on the sweeper's thread
  // A policy whose witnesses are asked to cosign; none: nobody is.
  std::filesystem::path witness_policy;
};

// Why the engine does not start: a sentence for the operator and the code to exit with.
struct StartError {
  ExitCode code;
  std::string text;
};

// All parts of one engine on one data directory, put together: vault, ledger, writer, projections, HTTP. The
// only place that names every concrete class.
class Engine {
 public:
  // Opens or creates what is in the directory; durable and serving when it returns. `on_failure` is told when
  // the writer or the follower has stopped for good: the program must end. `on_promote` is told that somebody
  // asks a follower to become the leader: the program must end it and start it as such.
  static std::expected<std::unique_ptr<Engine>, StartError> start(
      const EngineOptions& options, std::function<void(std::string_view)> on_failure,
      std::function<void()> on_promote = [] {});
  ~Engine();

  const ledger::Created& ledger() const;
  // The port of the public interface.
  std::optional<std::uint16_t> port() const;

  // Whether another node leads this ledger now: then it failed for that reason.
  bool is_former_leader() const;

  // What commands go through, for work inside the process; lives as long as the engine. Leaders only.
  struct Intake {
    runner::Runner& runner;
    vault::ContestSecrets& contests;
    const vault::Secrets& secrets;
  };
  Intake intake();

  // Reads keys of issuers again.
  void reload();
  // Answers what is under way and stops, within 25 seconds.
  void drain();

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

// Where the engine of a data directory listens for its operator.
std::filesystem::path admin_socket(const std::filesystem::path& data);

}  // namespace stimmbuch::program
