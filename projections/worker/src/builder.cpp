#include "builder.hpp"

#include <exception>
#include <utility>

#include <pthread.h>
#include <rocksdb/write_batch.h>

namespace stimmbuch::projections {

namespace {

constexpr std::size_t differences_max = 100;

void finish(Build& build, bool taken_over, std::optional<Verification> verification) {
  if (build.on_taken_over) std::exchange(build.on_taken_over, {})(taken_over);
  if (build.on_verified) std::exchange(build.on_verified, {})(std::move(verification));
}

}  // namespace

Builder::Builder(Parts parts) : parts_(std::move(parts)), thread_([this] { run(); }) {}

void Builder::submit(Build build) {
  {
    const std::lock_guard lock(mutex_);
    builds_.push_back(std::move(build));
  }
  changed_.notify_all();
}

void Builder::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Builder::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

std::optional<Build> Builder::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_ || !builds_.empty(); });
  if (builds_.empty()) return std::nullopt;
  Build build = std::move(builds_.front());
  builds_.pop_front();
  return build;
}

void Builder::run() {
  pthread_setname_np(pthread_self(), "view-builder");
  try {
    while (auto build = next()) {
      if (!stopping()) work(*build);
      finish(*build, false, std::nullopt);
    }
  } catch (const std::exception& failure) {
    parts_.on_failure(failure.what());
  }
}

void Builder::work(Build& build) {
  Lockstep lockstep(parts_.ledger, parts_.database);
  for (BuildStep& step : build.steps) {
    lockstep.add(RunningFold(parts_.database, *step.projection, step.generation, step.row));
  }
  if (!bring_near(build, lockstep)) return;
  Arrival arrival{lockstep, build.is_trial(), {}};
  if (!parts_.hand_over(arrival)) return;
  if (!build.is_trial()) return finish(build, true, std::nullopt);
  Verification verification = compare(arrival);
  rocksdb::WriteBatch batch;
  ViewDatabase::stage_removal(batch, build.steps.front().generation);
  parts_.database.commit(batch);
  finish(build, false, std::move(verification));
}

bool Builder::bring_near(Build& build, Lockstep& lockstep) {
  while (!stopping()) {
    const Position head = parts_.ledger.head();
    if (build.on_progress) build.on_progress(number(lockstep.position()), number(head));
    if (head - lockstep.position() <= parts_.options.takeover_records_max) return true;
    const auto begin = std::chrono::steady_clock::now();
    lockstep.advance(head, {parts_.options.batch_records_max, parts_.options.batch_bytes_max});
    parts_.on_commit(lockstep);
    if (build.holds_back) pause(std::chrono::steady_clock::now() - begin);
  }
  return false;
}

void Builder::pause(std::chrono::steady_clock::duration busy) {
  const double idle = (1 - parts_.options.rebuild_share) / parts_.options.rebuild_share;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, busy * idle, [this] { return stopping_; });
}

Verification Builder::compare(const Arrival& arrival) const {
  const RunningFold& fold = arrival.lockstep.folds().front();
  const Generation live{fold.generation().projection,
                        parts_.database.live_number(fold.generation().projection).value_or(0)};
  Verification verification;
  verification.position = arrival.lockstep.position();
  const auto differs = [&](std::string_view key, Difference::Kind kind) {
    if (++verification.differing <= differences_max)
      verification.differences.push_back({std::string(key), kind});
  };
  RowCursor fresh(parts_.database, fold.generation().rows_prefix(), {}, arrival.snapshot);
  RowCursor stored(parts_.database, live.rows_prefix(), {}, arrival.snapshot);
  while (fresh.valid() || stored.valid()) {
    ++verification.rows;
    const bool missing = !stored.valid() || (fresh.valid() && fresh.key() < stored.key());
    const bool unexpected = !missing && (!fresh.valid() || stored.key() < fresh.key());
    if (missing) {
      differs(fresh.key(), Difference::Kind::missing);
    } else if (unexpected) {
      differs(stored.key(), Difference::Kind::unexpected);
    } else if (fresh.value() != stored.value()) {
      differs(fresh.key(), Difference::Kind::changed);
    }
    if (!unexpected) fresh.next();
    if (!missing) stored.next();
  }
  return verification;
}

}  // namespace stimmbuch::projections
