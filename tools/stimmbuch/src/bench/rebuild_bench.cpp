#include "bench/rebuild_bench.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "access/scratch_directory.hpp"
#include "bench/bench_engine.hpp"
#include "bench/resources.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "stimmbuch/projections/worker/worker.hpp"

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 100ms;
constexpr auto build_deadline = 24h;
constexpr std::uint64_t records_between_looks = 65'536;
constexpr std::size_t rows_of_a_page = 1'000;

struct Reading {
  double seconds = 0;
  std::uint64_t bytes = 0;
};

// Ballot records by what they do.
struct Turnout {
  std::uint64_t cast = 0;
  std::uint64_t replaced = 0;
  std::uint64_t withdrawn = 0;

  friend bool operator==(const Turnout&, const Turnout&) = default;
};

std::unexpected<Failure> interrupted(int signal) {
  return failed(ended_by(signal), "the benchmark was interrupted");
}

class RebuildBench {
 public:
  RebuildBench(Console& console, Signals& signals, eventstore::Ledger& log)
      : console_(console), signals_(signals), log_(log), head_(log.head()) {}

  std::expected<Json, Failure> run(const std::filesystem::path& views,
                                   std::span<const projections::Projection> projections);

 private:
  // Shows all records to `look`.
  template <class Look>
  std::expected<Reading, Failure> read(std::string what, Look&& look);
  std::expected<Turnout, Failure> count_records();
  std::expected<double, Failure> build(projections::ViewStore& store,
                                       std::span<const projections::Projection> projections);

  Console& console_;
  Signals& signals_;
  eventstore::Ledger& log_;
  const Position head_;
};

template <class Look>
std::expected<Reading, Failure> RebuildBench::read(std::string what, Look&& look) {
  Meter meter = console_.meter(std::move(what), number(head_));
  Reading reading;
  std::optional<int> signal;
  const Stopwatch time;
  log_.read(before_first, head_, [&](Position position, std::string_view record) {
    reading.bytes += record.size();
    look(record);
    if (number(position) % records_between_looks != 0) return true;
    meter.update(number(position));
    signal = signals_.wait(0ms);
    return !signal;
  });
  reading.seconds = time.seconds();
  meter.finish(number(head_));
  if (signal) return interrupted(*signal);
  return reading;
}

std::expected<Turnout, Failure> RebuildBench::count_records() {
  Turnout turnout;
  const auto counted = read("records counted", [&](std::string_view record) {
    const auto envelope = codec::read_envelope(record);
    if (!envelope) return;
    if (envelope->type.starts_with("ballot.vote-cast.")) ++turnout.cast;
    if (envelope->type.starts_with("ballot.vote-changed.")) ++turnout.replaced;
    if (envelope->type.starts_with("ballot.vote-withdrawn.")) ++turnout.withdrawn;
  });
  if (!counted) return std::unexpected(counted.error());
  return turnout;
}

// Builds the views from nothing; returns the seconds that it took.
std::expected<double, Failure> RebuildBench::build(projections::ViewStore& store,
                                                   std::span<const projections::Projection> projections) {
  std::once_flag failed_once;
  std::promise<std::string> fault;
  auto failure = fault.get_future();
  std::atomic<std::size_t> unfinished = projections.size();
  std::promise<double> built;
  auto seconds = built.get_future();
  Meter meter = console_.meter("records folded", number(head_));

  const Stopwatch time;
  projections::Worker worker({log_, store, [&](std::string_view why) {
                                std::call_once(failed_once, [&] { fault.set_value(std::string(why)); });
                              }});
  const auto deadline = std::chrono::steady_clock::now() + build_deadline;
  for (const auto& projection : projections) {
    worker.wait_until(projection.name, head_, deadline, [&](projections::Waited) {
      if (--unfinished == 0) built.set_value(time.seconds());
    });
  }
  while (seconds.wait_for(between_looks) != std::future_status::ready) {
    if (failure.wait_for(0s) == std::future_status::ready) return failed(ExitCode::failed, failure.get());
    if (const auto signal = signals_.wait(0ms)) return interrupted(*signal);
    std::uint64_t done = 0;
    for (const auto& status : worker.list())
      done = std::max(done, number(status.building.value_or(status.position)));
    meter.update(done);
  }
  meter.finish(number(head_));
  if (std::ranges::any_of(projections, [&](const auto& projection) {
        return store.position(projection.name).value_or(before_first) < head_;
      }))
    return failed(ExitCode::failed, "the views were not built");
  return seconds.get();
}

Turnout turnout_in(const projections::ViewStore& store) {
  Turnout turnout;
  std::string after;
  while (true) {
    const auto page = store.rows("tally", "turnout/", after, rows_of_a_page);
    for (const auto& [key, value] : page->rows) {
      const Json row = Json::parse(value);
      turnout.cast += row.value("cast", std::uint64_t{0});
      turnout.replaced += row.value("replaced", std::uint64_t{0});
      turnout.withdrawn += row.value("withdrawn", std::uint64_t{0});
    }
    if (!page->next) return turnout;
    after = *page->next;
  }
}

std::expected<Json, Failure> RebuildBench::run(const std::filesystem::path& views,
                                               std::span<const projections::Projection> projections) {
  // It comes first, so that both measurements find the files in the system's memory, as far as they fit.
  const auto turnout = count_records();
  if (!turnout) return std::unexpected(turnout.error());
  const auto plain = read("records read", [](std::string_view) {});
  if (!plain) return std::unexpected(plain.error());

  auto store = projections::ViewStore::open({.directory = views}, projections);
  if (!store) return failed(ExitCode::failed, std::move(store.error()));
  const double cpu_before_us = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
  const auto seconds = build(**store, projections);
  if (!seconds) return std::unexpected(seconds.error());
  const double cpu = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_before_us;
  if (turnout_in(**store) != *turnout)
    return failed(ExitCode::differences, "the views do not have the ballots that the log has");

  const auto events = static_cast<double>(number(head_));
  const double mebibytes = static_cast<double>(plain->bytes) / (1 << 20);
  return Json{{"bench", "rebuild"},
              {"projections", projections.size()},
              {"events", number(head_)},
              {"record_bytes", plain->bytes},
              {"seconds", *seconds},
              {"events_per_second", events / *seconds},
              {"mebibytes_per_second", mebibytes / *seconds},
              {"cpu_us_per_event", cpu / events},
              {"read_seconds", plain->seconds},
              {"read_events_per_second", events / plain->seconds},
              {"read_mebibytes_per_second", mebibytes / plain->seconds},
              {"ratio_to_read", plain->seconds / *seconds},
              {"max_rss_bytes", max_rss_bytes()}};
}

}  // namespace

std::expected<Json, Failure> bench_rebuild(Console& console, Signals& signals,
                                           const std::filesystem::path& data, Rebuilt rebuilt) {
  const auto log = open_bench_log(data);
  if (!log) return std::unexpected(log.error());
  const auto all = projections::all_projections();
  const auto tally = std::ranges::find(all, "tally", &projections::Projection::name);
  // Beside the views of the data directory.
  const ScratchDirectory views(data / "views-bench");
  std::filesystem::remove_all(views.path());
  RebuildBench bench(console, signals, **log);
  auto summary = bench.run(views.path(), rebuilt == Rebuilt::all ? all : std::span(tally, 1));
  (*log)->close();
  return summary;
}

}  // namespace stimmbuch::program
