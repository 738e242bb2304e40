#include "bench/publish_bench.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "access/scratch_directory.hpp"
#include "bench/bench_engine.hpp"
#include "bench/resources.hpp"
#include "replication/tail.hpp"
#include "stimmbuch/adapters/kafka/follower.hpp"
#include "stimmbuch/adapters/kafka/publisher.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto broker_patience = 30s;
constexpr auto between_looks = 100ms;

std::expected<std::unique_ptr<vault::RocksVault>, Failure> open_vault(const std::filesystem::path& data) {
  const auto keys = vault::load_wrapping_keys(vault::default_key_file(data), data);
  if (!keys) return failed(ExitCode::credentials, keys.error().text);
  auto vault = vault::RocksVault::open(data, *keys, vault::RocksVault::Start::later);
  if (!vault) return failed(ExitCode::failed, std::move(vault.error().text));
  return std::move(*vault);
}

// Why a thread of the engine ended, told by that thread.
class Trouble {
 public:
  void tell(std::string_view why) {
    const std::lock_guard lock(mutex_);
    if (!why_) why_ = why;
  }
  std::optional<std::string> why() const {
    const std::lock_guard lock(mutex_);
    return why_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<std::string> why_;
};

// Tells how far a thread of the engine is while `wait` says that it is not done. `wait` takes the time at
// which it is to return.
template <class Wait, class Done>
std::expected<void, Failure> wait_for_end(Signals& signals, Meter meter, const Trouble& trouble,
                                          Wait&& is_done, Done&& done) {
  while (!is_done(steady_clock::now() + between_looks)) {
    meter.update(done());
    if (const auto why = trouble.why()) return failed(ExitCode::failed, *why);
    if (const auto signal = signals.wait(0ms))
      return failed(ended_by(*signal), "the benchmark was interrupted");
  }
  meter.finish(done());
  return {};
}

}  // namespace

std::expected<Json, Failure> PublishBench::publish() {
  const auto opened = open_bench_log(data_);
  if (!opened) return std::unexpected(opened.error());
  auto& log = **opened;
  const auto vault = open_vault(data_);
  if (!vault) return std::unexpected(vault.error());
  const auto id = ledger_of(log);
  const auto head = log.head();
  // It comes first, so that the files are in the system's memory, as far as they fit.
  std::uint64_t bytes = 0;
  log.read(before_first, head, [&](Position, std::string_view record) {
    bytes += record.size();
    return true;
  });

  std::atomic<runner::Gate> gate = runner::Gate::open;
  Trouble trouble;
  const auto tell = [&](std::string_view why) { trouble.tell(why); };
  kafka::Publisher publisher({log, **vault, gate, tell, [](std::string_view) {}, tell}, kafka_, id,
                             kafka::Durability::local);
  const auto begin = publisher.wait_for_start(steady_clock::now() + broker_patience);
  if (begin.state != kafka::PublisherStatus::State::publishing)
    return failed(ExitCode::broker_unreachable, begin.trouble);
  const auto records = head - begin.published;
  if (records == 0) return failed(ExitCode::usage, "--data: this ledger is published already");

  const double cpu_before_us = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
  const Stopwatch time;
  const auto published = wait_for_end(
      signals_, console_.meter("records published", records), trouble,
      [&](steady_clock::time_point until) { return publisher.wait_published(head, until); },
      [&] { return publisher.status().published - begin.published; });
  if (!published) return std::unexpected(published.error());
  const double seconds = time.seconds();
  const double cpu = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_before_us;
  const auto status = publisher.status();

  const auto count = static_cast<double>(records);
  const double record_bytes = static_cast<double>(bytes) / static_cast<double>(number(head));
  return Json{{"topic", kafka::topics_of(id).events},
              {"records", records},
              {"record_bytes", record_bytes},
              {"seconds", seconds},
              {"records_per_second", count / seconds},
              {"mebibytes_per_second", count * record_bytes / (1 << 20) / seconds},
              {"cpu_us_per_record", cpu / count},
              {"transactions", status.transactions},
              {"records_per_transaction", count / static_cast<double>(status.transactions)},
              {"aborted", status.aborted}};
}

std::expected<Json, Failure> PublishBench::follow() {
  std::optional<LedgerId> id;
  Position head{};
  {
    const auto published = open_bench_log(data_);
    if (!published) return std::unexpected(published.error());
    id = ledger_of(**published);
    head = (*published)->head();
  }
  // The follower's ledger, beside the stores of the data directory.
  const ScratchDirectory copy(data_ / "follower-bench");
  std::filesystem::remove_all(copy.path());
  const auto opened = open_bench_log(copy.path());
  if (!opened) return std::unexpected(opened.error());
  auto& log = **opened;

  Trouble trouble;
  const double cpu_before_us = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
  const Stopwatch time;
  kafka::Follower follower({.ledger = log,
                            .vault = nullptr,
                            .on_leader_changed = [](std::uint32_t, Position) {},
                            .on_checkpoint = [](std::string_view) {},
                            .on_fault = [&](std::string_view why) { trouble.tell(why); }},
                           kafka_, *id);
  const auto followed = wait_for_end(
      signals_, console_.meter("records followed", number(head)), trouble,
      [&](steady_clock::time_point until) {
        return log.wait_beyond(Position{number(head) - 1}, until) >= head;
      },
      [&] { return number(log.head()); });
  if (!followed) return std::unexpected(followed.error());
  const double seconds = time.seconds();
  const double cpu = cpu_us(CLOCK_PROCESS_CPUTIME_ID) - cpu_before_us;
  const auto count = static_cast<double>(number(head));
  return Json{{"follower_seconds", seconds},
              {"follower_records_per_second", count / seconds},
              {"follower_cpu_us_per_record", cpu / count}};
}

std::expected<Json, Failure> PublishBench::run() {
  Json summary = {{"bench", "publish"}};
  for (const auto part : {&PublishBench::publish, &PublishBench::follow}) {
    const auto figures = (this->*part)();
    if (!figures) return std::unexpected(figures.error());
    summary.update(*figures);
  }
  summary["max_rss_bytes"] = max_rss_bytes();
  return summary;
}

}  // namespace stimmbuch::program
