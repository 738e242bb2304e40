#include <chrono>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "commands/commands.hpp"
#include "first_record.hpp"
#include "replication/standing.hpp"
#include "replication/tail.hpp"
#include "stimmbuch/adapters/kafka/replica.hpp"
#include "stimmbuch/eventstore/checkpoints/checkpoints.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::chrono::seconds between_steps{1};

eventstore::OpenOptions log_options(const std::filesystem::path& data) {
  eventstore::OpenOptions options;
  options.directory = data;
  options.subject_of = codec::subject_of;
  return options;
}

void report(Session& session, const std::vector<TailCommand>& commands) {
  for (const TailCommand& command : commands) {
    session.console.print(fmt::format("  {:>8}  {}  {}  {}", number(command.first), command.time,
                                      command.type, command.subject));
    session.console.item({{"position", std::to_string(number(command.first))},
                          {"records", command.records},
                          {"type", command.type},
                          {"subject", command.subject},
                          {"time", command.time},
                          {"command", command.command}});
  }
}

// Signed for is only what was published. If that is not so, both logs are under one name, and people must
// know.
void require_unsigned_tail(const eventstore::Records& log, const Tail& tail,
                           const std::filesystem::path& data) {
  const auto latest = checkpoints::Checkpoints(data / "checkpoint", [&] { return log_keys(log); }).latest();
  if (!latest || latest->checkpoint.size <= number(tail.fork)) return;
  throw std::runtime_error(fmt::format(
      "this log has signed for its first {} records, and the topic has other ones from position {} on: "
      "nothing was cut off. Keep this directory as evidence, and follow from an empty one",
      latest->checkpoint.size, number(next(tail.fork))));
}

// Whoever cuts the tail off has it in a file before.
Result cut(const std::filesystem::path& data, Position fork) {
  std::error_code trouble;
  std::filesystem::remove_all(data / "views", trouble);
  // Rows of the tail are of no ledger any more; the copy is made anew from the topic.
  if (!trouble) std::filesystem::remove_all(data / "vault", trouble);
  if (trouble) return failed(ExitCode::failed, "removing views and vault: " + trouble.message());
  if (const auto done = eventstore::cut_records_behind(log_options(data), fork); !done)
    return failed(ExitCode::failed, done.error());
  return ExitCode::ok;
}

// Until it has what came to stand instead of its tail, nobody may read from it: it would have gone back.
Result catch_up(const EngineOptions& options) {
  auto log = eventstore::RocksLedger::open(log_options(options.data));
  if (!log) return failed(ExitCode::failed, log.error().detail);
  try {
    // Whoever follows afterwards holds the checkpoints against it.
    kafka::Replica replica(
        **log, nullptr, options.kafka, ledger_of(**log), [](std::uint32_t, Position) {},
        [](std::string_view) {});
    while (!replica.has_caught_up()) replica.step(between_steps);
  } catch (const kafka::BrokerError& error) {
    return failed(ExitCode::broker_unreachable, error.what());
  } catch (const kafka::ReplicaFault& fault) {
    return failed(ExitCode::failed, fault.what());
  }
  return ExitCode::ok;
}

Result rejoin(Session& session) {
  const auto options = session.settings.engine();
  if (!options) return std::unexpected(options.error());
  if (options->kafka.brokers.empty()) return failed(ExitCode::usage, "name the brokers by --kafka");
  if (!std::filesystem::exists(options->data / "log"))
    return failed(ExitCode::store_missing, fmt::format("there is no ledger in {}", options->data.string()));
  // A transaction of the leader's may be decided and not readable yet: what is cut off then would come back.
  if (read_standing(options->data) == Standing::leader) {
    return failed(
        ExitCode::usage,
        "this directory is a leader's, as far as it knows: start it by `stimmbuch serve --kafka`, which "
        "ends with exit 15 if another node leads");
  }
  spdlog::set_level(spdlog::level::warn);
  std::optional<Tail> tail;
  {
    auto log = eventstore::RocksLedger::open(log_options(options->data));
    if (!log) {
      const bool locked = log.error().kind == eventstore::OpenError::Kind::locked;
      return failed(locked ? ExitCode::store_locked : ExitCode::failed,
                    log.error().detail + (locked ? ": stop what serves it first" : ""));
    }
    try {
      tail = find_tail(**log, options->kafka);
      require_unsigned_tail(**log, *tail, options->data);
      if (tail->is_behind_fork()) tail->file = keep_tail(**log, *tail, options->data);
    } catch (const kafka::BrokerError& error) {
      return failed(ExitCode::broker_unreachable, error.what());
    } catch (const std::exception& error) {
      return failed(ExitCode::failed, error.what());
    }
  }
  session.console.print(
      fmt::format("the topic and this ledger are equal up to position {}", number(tail->fork)));
  if (tail->is_behind_fork()) {
    session.console.print(
        fmt::format("{} records behind it are not part of the ledger: {} commands that this node alone had "
                    "acknowledged.\n"
                    "They are kept in {}:",
                    tail->head - tail->fork, tail->commands.size(), tail->file.string()));
    report(session, tail->commands);
  }
  if (const auto done = cut(options->data, tail->fork); !done) return done;
  if (const auto done = catch_up(*options); !done) return done;
  write_standing(options->data, Standing::follower);
  session.console.say("`stimmbuch follow` goes on with this directory");
  Json summary{{"fork", std::to_string(number(tail->fork))},
               {"cut", tail->head - tail->fork},
               {"commands", tail->commands.size()}};
  if (tail->is_behind_fork()) summary["file"] = tail->file.string();
  session.console.summary(summary);
  return ExitCode::ok;
}

}  // namespace

Command rejoin_command() {
  return {
      .name = "rejoin",
      .purpose = "Make a former leader ready to follow.",
      .details =
          "Finds the last position at which this ledger and the topic are equal. What this node wrote behind "
          "it was never published, and is no part of the ledger: it is kept in a readable file, each command "
          "in it is reported, and it is cut off. Views and the copy of the vault are removed; `stimmbuch "
          "follow` makes them anew. The wrapping key stays. Refused where the log has signed for what would "
          "be "
          "cut off.",
      .options = with_common_options(),
      .settings = {"data", "kafka."},
      .examples = {{"rejoin --data /var/lib/stimmbuch --kafka k1:9092", "After another node was promoted."},
                   {"rejoin --data D --kafka k1:9092 --json", "An item for each command that was cut off."}},
      .exits = {ExitCode::store_missing, ExitCode::store_locked, ExitCode::broker_unreachable},
      .run = rejoin,
  };
}

}  // namespace stimmbuch::program
