#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::projections {

struct WorkerOptions {
  // Of one commit; it ends behind the command in which a limit is reached.
  std::size_t batch_records_max = 10'000;
  std::size_t batch_bytes_max = std::size_t{8} << 20;

  // After a batch the worker rests for so long, unless somebody waits for a position: few records cost nearly
  // what many do.
  std::chrono::milliseconds rest{5};

  // A rebuild beside live projections works at most this share of the time of its thread; the first build of
  // all, at a start without views, does not hold back.
  double rebuild_share = 0.5;

  // A build this near to the live projections is handed over; the worker then brings it up itself.
  std::size_t takeover_records_max = 10'000;

  std::size_t waiters_max = 1024;
};

struct ChangedDocument {
  std::string_view projection;
  std::string_view id;
};

enum class ProjectionState { live, rebuilding };

struct ProjectionStatus {
  std::string name;
  std::uint32_t version = 0;
  std::uint32_t generation = 0;  // that readers see; 0: none
  Position position{};           // of the generation that readers see, or else of the one being built
  std::uint64_t lag = 0;         // records behind the ledger's head
  std::uint64_t parked_streams = 0;
  std::uint64_t parked_records = 0;
  ProjectionState state = ProjectionState::rebuilding;
  std::optional<Position> building;  // how far a new generation has come, where one is being built
};

enum class TaskRefusal {
  unknown_projection,
  busy,  // this projection is being rebuilt or verified, or waits for it
};

// Told on the building thread, after each commit: records folded, and how many there are now.
using OnProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct Difference {
  std::string key;
  enum class Kind { missing, unexpected, changed } kind;  // in the live rows
};

struct Verification {
  Position position{};                  // at which both were compared
  std::uint64_t rows = 0;               // compared
  std::uint64_t differing = 0;          // all of them
  std::vector<Difference> differences;  // the first hundred
};

enum class Waited { reached, timed_out, stopped };

// Keeps the views up with the ledger. One thread folds all live projections in lockstep and commits state and
// position in one batch, so that each record has its effect exactly once, across any crash. A second thread
// builds new generations beside them; it hands them over, and the first one brings them up and switches by
// one atomic write.
//
// A record that a projection cannot fold parks its stream for that projection: rows "parked/<subject>" hold
// the first and last position, the number of records and the reason; what depends on it says `provisional`.
//
// Ledger and store must outlive the worker. Functions may be called by any thread.
class Worker {
 public:
  struct Parts {
    eventstore::Ledger& ledger;
    ViewStore& store;
    // Told, on one of its threads, why the worker ended for good; the program should end.
    std::function<void(std::string_view why)> on_failure;
    // Told, on the worker's thread, which documents a commit changed; must be quick and must not throw.
    std::function<void(std::span<const ChangedDocument>)> on_change = [](std::span<const ChangedDocument>) {};
  };

  // Starts both threads; projections without a generation of their present version are built at once. Throws
  // std::runtime_error, with what to do, when the views have seen more than the ledger has, or belong to
  // another one.
  Worker(Parts parts, WorkerOptions options = {});
  // Ends as `stop` does.
  ~Worker();

  // Ends both threads after their present commit; builds go on at the next start where they are. Idempotent.
  void stop();

  // Calls back, once and on the worker's thread, when the projection reflects the position, when the deadline
  // has passed, or when the worker stops. Nothing, and no call, if too many wait already: answer 503.
  using Ticket = std::uint64_t;
  using OnWaited = std::move_only_function<void(Waited)>;
  std::optional<Ticket> wait_until(std::string_view projection, Position position,
                                   std::chrono::steady_clock::time_point deadline, OnWaited callback);
  // Drops a wait whose asker has gone. Behind it the callback is not called any more, unless it is running.
  void cancel(Ticket ticket);

  std::vector<ProjectionStatus> list() const;

  // Builds a new generation of a projection, which then takes over. The future is true when it did, false if
  // the worker was stopped before; the build goes on at the next start.
  std::expected<std::future<bool>, TaskRefusal> rebuild(std::string_view projection,
                                                        OnProgress on_progress = {});

  // Folds the log afresh into rows of its own and compares them with the live ones, byte by byte, at one
  // position. The live rows are not touched. The future is empty if the worker was stopped before.
  std::expected<std::future<std::optional<Verification>>, TaskRefusal> verify(std::string_view projection,
                                                                              OnProgress on_progress = {});

  // Rebuilds the projections that have the stream parked: the way to fold its records again, once the program
  // can. Returns their names.
  std::vector<std::string> unpark(std::string_view subject);

 private:
  class Threads;
  std::unique_ptr<Threads> threads_;
};

}  // namespace stimmbuch::projections
