#include "stimmbuch/projections/worker/worker.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include <pthread.h>
#include <rocksdb/write_batch.h>

#include "builder.hpp"
#include "lockstep.hpp"
#include "view_store_parts.hpp"
#include "waiters.hpp"

namespace stimmbuch::projections {

// The worker's thread and what it shares with the building one.
class Worker::Threads {
 public:
  Threads(Parts parts, WorkerOptions options);
  ~Threads() { stop(); }

  void stop();

  std::optional<Ticket> wait_until(std::string_view projection, Position position,
                                   std::chrono::steady_clock::time_point deadline, OnWaited callback);
  void cancel(Ticket ticket) { waiters_.cancel(ticket); }
  std::vector<ProjectionStatus> list() const;
  std::expected<std::future<bool>, TaskRefusal> rebuild(std::string_view projection, OnProgress on_progress);
  std::expected<std::future<std::optional<Verification>>, TaskRefusal> verify(std::string_view projection,
                                                                              OnProgress on_progress);
  std::vector<std::string> unpark(std::string_view subject);

 private:
  // What the store holds of a projection when the worker starts.
  struct Found {
    std::optional<BuildStep> live;      // what readers may see, if it is of the present version
    std::optional<BuildStep> building;  // what was being built
  };

  void begin();
  void require_same_ledger();
  Found find(const Projection& projection, rocksdb::WriteBatch& removals) const;
  BuildStep new_generation(const Projection& projection, bool trial);

  void run();
  void serve();
  void rest();
  bool hand_over(Arrival& arrival);
  void receive(Arrival& arrival);
  void take_over(Lockstep& arrived);
  bool advance_live(Position up_to);
  void publish(const std::vector<Lockstep::Changed>& changed);
  std::vector<std::optional<Position>> positions() const;
  void poke();
  void head_moved();
  void fail(std::string_view why);

  std::size_t index_of(std::string_view projection) const;
  void show_live(const RunningFold& fold);
  void show_building(const Lockstep& lockstep);
  std::expected<BuildStep, TaskRefusal> begin_task(std::string_view projection, bool trial);
  void end_task(const std::string& projection);

  Parts parts_;
  WorkerOptions options_;
  ViewDatabase& database_;
  std::deque<LiveProjection>& shown_;  // to readers
  Waiters waiters_;

  Lockstep live_;  // of the worker's thread

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool poked_ = true;     // there may be something to do
  bool hurried_ = false;  // and somebody waits for it
  bool resting_ = false;
  bool stopping_ = false;
  bool ended_ = false;          // the worker's thread has
  Arrival* arrival_ = nullptr;  // waits for the worker's thread
  bool received_ = false;       // the arrival that was taken
  std::vector<ProjectionStatus> statuses_;
  std::set<std::string, std::less<>> tasks_;  // projections that are being rebuilt or verified

  eventstore::Subscription head_moved_;
  std::optional<Builder> builder_;
  std::thread thread_;
};

Worker::Threads::Threads(Parts parts, WorkerOptions options)
    : parts_(std::move(parts)),
      options_(options),
      database_(*parts_.store.parts().database),
      shown_(parts_.store.parts().live),
      waiters_(shown_.size(), options.waiters_max),
      live_(parts_.ledger, database_) {
  for (const LiveProjection& shown : shown_) {
    ProjectionStatus& status = statuses_.emplace_back();
    status.name = shown.projection.name;
    status.version = shown.projection.version;
  }
  builder_.emplace(Builder::Parts{parts_.ledger, database_, options_,
                                  [this](Arrival& arrival) { return hand_over(arrival); },
                                  [this](const Lockstep& lockstep) { show_building(lockstep); },
                                  [this](std::string_view why) { fail(why); }});
  begin();
  head_moved_ = parts_.ledger.on_head([this](Position) { head_moved(); });
  thread_ = std::thread([this] { run(); });
}

void Worker::Threads::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    poked_ = hurried_ = true;
  }
  changed_.notify_all();
  builder_->stop();
  if (thread_.joinable()) thread_.join();
  head_moved_ = {};
}

// ---- start

void Worker::Threads::begin() {
  require_same_ledger();
  rocksdb::WriteBatch removals;
  std::vector<Found> found;
  for (const LiveProjection& shown : shown_) found.push_back(find(shown.projection, removals));
  database_.commit(removals);

  Position furthest{};
  for (const Found& one : found) {
    if (one.live) furthest = std::max(furthest, one.live->row.position);
  }
  std::map<Position, Build> builds;
  for (std::size_t i = 0; i < found.size(); ++i) {
    Found& one = found[i];
    // One that an older program left behind is brought up like a new one.
    if (one.live && one.live->row.position != furthest) one.building = std::exchange(one.live, std::nullopt);
    if (one.live) {
      live_.add(RunningFold(database_, shown_[i].projection, one.live->generation, one.live->row));
    } else if (!one.building) {
      one.building = new_generation(shown_[i].projection, false);
    }
    if (one.building) builds[one.building->row.position].steps.push_back(*one.building);
  }
  for (const RunningFold& fold : live_.folds()) show_live(fold);
  for (auto& [position, build] : builds) {
    for (const BuildStep& step : build.steps) tasks_.insert(step.generation.projection);
    build.holds_back = !live_.empty();
    builder_->submit(std::move(build));
  }
}

void Worker::Threads::require_same_ledger() {
  const Position seen = parts_.store.floor();
  const Position head = parts_.ledger.head();
  if (seen > head) {
    throw std::runtime_error("The views have seen the log up to position " + std::to_string(number(seen)) +
                             ", but it ends at " + std::to_string(number(head)) +
                             ": records are missing. Once the log is as it should be, delete the views.");
  }
  const auto first = parts_.ledger.at(next(before_first));
  const auto envelope = first ? codec::read_envelope(*first) : std::unexpected(codec::NotARecord{});
  if (envelope && !database_.belongs_to(envelope->ledger)) {
    throw std::runtime_error("The views belong to another ledger than " + std::string(envelope->ledger) +
                             ". Delete them: they are built again from the log.");
  }
}

Worker::Threads::Found Worker::Threads::find(const Projection& projection,
                                             rocksdb::WriteBatch& removals) const {
  Found found;
  const auto live = database_.live_number(projection.name);
  for (auto& [generation, row] : database_.generations()) {
    if (generation.projection != projection.name) continue;
    const bool current = row.version == projection.version && !row.trial;
    if (generation.number == live) {
      // A generation of another version stays until a new one takes over, so that the older program finds it.
      if (current) found.live = BuildStep{&projection, generation, row};
    } else if (current && generation.number > live.value_or(0) && !found.building) {
      found.building = BuildStep{&projection, generation, row};
    } else {
      ViewDatabase::stage_removal(removals, generation);
    }
  }
  return found;
}

BuildStep Worker::Threads::new_generation(const Projection& projection, bool trial) {
  std::uint32_t number = 1;
  for (const auto& [generation, row] : database_.generations()) {
    if (generation.projection == projection.name) number = std::max(number, generation.number + 1);
  }
  BuildStep step{&projection, {std::string(projection.name), number}, {}};
  step.row.version = projection.version;
  step.row.trial = trial;
  rocksdb::WriteBatch batch;
  ViewDatabase::stage(batch, step.generation, step.row);
  database_.commit(batch);
  return step;
}

// ---- the worker's thread

void Worker::Threads::run() {
  pthread_setname_np(pthread_self(), "views");
  try {
    serve();
  } catch (const std::exception& failure) {
    fail(failure.what());
  }
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  waiters_.stop();
}

void Worker::Threads::serve() {
  while (true) {
    const auto deadline = waiters_.next_deadline();
    Arrival* arrival = nullptr;
    {
      std::unique_lock lock(mutex_);
      const auto poked = [this] { return poked_; };
      if (deadline) {
        changed_.wait_until(lock, *deadline, poked);
      } else {
        changed_.wait(lock, poked);
      }
      poked_ = hurried_ = false;
      if (stopping_) return;
      arrival = std::exchange(arrival_, nullptr);
    }
    if (arrival) receive(*arrival);
    if (advance_live(end_of_time)) poke();
    waiters_.wake(positions(), std::chrono::steady_clock::now());
    rest();
  }
}

void Worker::Threads::rest() {
  if (waiters_.next_deadline()) return;
  std::unique_lock lock(mutex_);
  resting_ = true;
  changed_.wait_for(lock, options_.rest, [this] { return hurried_; });
  resting_ = false;
}

// Folds one batch into the live projections; whether there is more.
bool Worker::Threads::advance_live(Position up_to) {
  const Position end = std::min(up_to, parts_.ledger.head());
  if (live_.empty() || live_.position() >= end) return false;
  publish(live_.advance(end, {options_.batch_records_max, options_.batch_bytes_max}));
  return live_.position() < end;
}

void Worker::Threads::publish(const std::vector<Lockstep::Changed>& changed) {
  std::vector<std::string> keys;
  std::vector<ChangedDocument> documents;
  for (const Lockstep::Changed& one : changed) {
    const RunningFold& fold = live_.folds()[one.fold];
    for (const std::string& id : one.documents) {
      keys.push_back(cache_key(fold.projection().name, fold.generation().number, id));
      documents.push_back({fold.projection().name, id});
    }
  }
  // No reader may find an old document once the position says otherwise.
  if (!keys.empty()) parts_.store.parts().cache.drop(keys);
  for (const RunningFold& fold : live_.folds()) show_live(fold);
  if (!documents.empty()) parts_.on_change(documents);
}

// ---- taking over

bool Worker::Threads::hand_over(Arrival& arrival) {
  std::unique_lock lock(mutex_);
  arrival_ = &arrival;
  received_ = false;
  poked_ = hurried_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return received_ || ended_; });
  arrival_ = nullptr;
  return received_;
}

void Worker::Threads::receive(Arrival& arrival) {
  Lockstep& arrived = arrival.lockstep;
  while (advance_live(arrived.position())) {
  }
  while (!live_.empty() && arrived.position() < live_.position()) {
    arrived.advance(live_.position(), {options_.batch_records_max, options_.batch_bytes_max});
  }
  if (arrival.trial) {
    arrival.snapshot = database_.snapshot();
  } else {
    take_over(arrived);
  }
  {
    const std::lock_guard lock(mutex_);
    received_ = true;
  }
  changed_.notify_all();
}

void Worker::Threads::take_over(Lockstep& arrived) {
  rocksdb::WriteBatch batch;
  for (const RunningFold& fold : arrived.folds()) {
    const Generation& generation = fold.generation();
    const auto live = database_.live_number(generation.projection);
    if (live && *live != generation.number)
      ViewDatabase::stage_removal(batch, {generation.projection, *live});
    ViewDatabase::stage_live(batch, generation);
  }
  database_.commit(batch);
  // Here the new generations are the live ones.
  while (!arrived.empty()) {
    RunningFold fold = arrived.take(0);
    const auto& folds = live_.folds();
    const auto replaced = std::ranges::find(folds, fold.generation().projection, [](const RunningFold& one) {
      return one.generation().projection;
    });
    if (replaced != folds.end()) live_.take(static_cast<std::size_t>(replaced - folds.begin()));
    live_.add(std::move(fold));
    end_task(live_.folds().back().generation().projection);
    show_live(live_.folds().back());
  }
}

// ---- what others see

std::vector<std::optional<Position>> Worker::Threads::positions() const {
  std::vector<std::optional<Position>> all;
  for (const LiveProjection& shown : shown_) all.push_back(parts_.store.position(shown.projection.name));
  return all;
}

std::size_t Worker::Threads::index_of(std::string_view projection) const {
  const auto found = std::ranges::find(shown_, projection,
                                       [](const LiveProjection& shown) { return shown.projection.name; });
  return static_cast<std::size_t>(found - shown_.begin());
}

void Worker::Threads::show_live(const RunningFold& fold) {
  const std::size_t index = index_of(fold.projection().name);
  const GenerationRow& row = fold.row();
  // The position first: who sees the generation sees what it stands for.
  shown_[index].position.store(row.position);
  shown_[index].generation.store(fold.generation().number);
  const std::lock_guard lock(mutex_);
  ProjectionStatus& status = statuses_[index];
  status.generation = fold.generation().number;
  status.position = row.position;
  status.parked_streams = row.parked_streams;
  status.parked_records = row.parked_records;
  status.state = ProjectionState::live;
}

void Worker::Threads::show_building(const Lockstep& lockstep) {
  const std::lock_guard lock(mutex_);
  for (const RunningFold& fold : lockstep.folds()) {
    ProjectionStatus& status = statuses_[index_of(fold.projection().name)];
    status.building = lockstep.position();
    if (status.state == ProjectionState::rebuilding) status.position = lockstep.position();
  }
}

std::vector<ProjectionStatus> Worker::Threads::list() const {
  std::vector<ProjectionStatus> statuses;
  {
    const std::lock_guard lock(mutex_);
    statuses = statuses_;
  }
  const Position head = parts_.ledger.head();
  for (ProjectionStatus& status : statuses) status.lag = head - status.position;
  return statuses;
}

std::optional<Worker::Ticket> Worker::Threads::wait_until(std::string_view projection, Position position,
                                                          std::chrono::steady_clock::time_point deadline,
                                                          OnWaited callback) {
  const std::size_t index = index_of(projection);
  if (index == shown_.size()) throw std::invalid_argument("no projection: " + std::string(projection));
  const auto ticket = waiters_.add(index, position, deadline, std::move(callback));
  if (ticket) poke();
  return ticket;
}

void Worker::Threads::poke() {
  {
    const std::lock_guard lock(mutex_);
    poked_ = hurried_ = true;
  }
  changed_.notify_all();
}

// On the writer's thread, which shall not pay for waking whoever is going to look anyway.
void Worker::Threads::head_moved() {
  {
    const std::lock_guard lock(mutex_);
    poked_ = true;
    if (resting_) return;
  }
  changed_.notify_all();
}

void Worker::Threads::fail(std::string_view why) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    poked_ = hurried_ = true;
  }
  changed_.notify_all();
  parts_.on_failure(why);
}

// ---- tasks

std::expected<BuildStep, TaskRefusal> Worker::Threads::begin_task(std::string_view projection, bool trial) {
  const std::size_t index = index_of(projection);
  if (index == shown_.size()) return std::unexpected(TaskRefusal::unknown_projection);
  const std::lock_guard lock(mutex_);
  if (!tasks_.emplace(projection).second) return std::unexpected(TaskRefusal::busy);
  return new_generation(shown_[index].projection, trial);
}

void Worker::Threads::end_task(const std::string& projection) {
  const std::lock_guard lock(mutex_);
  tasks_.erase(projection);
  statuses_[index_of(projection)].building.reset();
}

std::expected<std::future<bool>, TaskRefusal> Worker::Threads::rebuild(std::string_view projection,
                                                                       OnProgress on_progress) {
  auto step = begin_task(projection, false);
  if (!step) return std::unexpected(step.error());
  std::promise<bool> promise;
  auto taken_over = promise.get_future();
  Build build;
  build.on_taken_over = [this, name = step->generation.projection,
                         promise = std::move(promise)](bool done) mutable {
    end_task(name);
    promise.set_value(done);
  };
  build.on_progress = std::move(on_progress);
  build.steps.push_back(std::move(*step));
  builder_->submit(std::move(build));
  return taken_over;
}

std::expected<std::future<std::optional<Verification>>, TaskRefusal> Worker::Threads::verify(
    std::string_view projection, OnProgress on_progress) {
  auto step = begin_task(projection, true);
  if (!step) return std::unexpected(step.error());
  std::promise<std::optional<Verification>> promise;
  auto verified = promise.get_future();
  Build build;
  build.on_verified = [this, name = step->generation.projection,
                       promise = std::move(promise)](std::optional<Verification> verification) mutable {
    end_task(name);
    promise.set_value(std::move(verification));
  };
  build.on_progress = std::move(on_progress);
  build.steps.push_back(std::move(*step));
  builder_->submit(std::move(build));
  return verified;
}

std::vector<std::string> Worker::Threads::unpark(std::string_view subject) {
  std::vector<std::string> rebuilt;
  for (const LiveProjection& shown : shown_) {
    const auto generation = shown.generation.load();
    if (generation == 0) continue;
    const Generation live{std::string(shown.projection.name), generation};
    if (!database_.get(live.rows_prefix().append(parked_prefix).append(subject))) continue;
    if (rebuild(shown.projection.name, {})) rebuilt.emplace_back(shown.projection.name);
  }
  return rebuilt;
}

// ---- Worker

Worker::Worker(Parts parts, WorkerOptions options)
    : threads_(std::make_unique<Threads>(std::move(parts), options)) {}

Worker::~Worker() = default;

void Worker::stop() {
  threads_->stop();
}

std::optional<Worker::Ticket> Worker::wait_until(std::string_view projection, Position position,
                                                 std::chrono::steady_clock::time_point deadline,
                                                 OnWaited callback) {
  return threads_->wait_until(projection, position, deadline, std::move(callback));
}

void Worker::cancel(Ticket ticket) {
  threads_->cancel(ticket);
}

std::vector<ProjectionStatus> Worker::list() const {
  return threads_->list();
}

std::expected<std::future<bool>, TaskRefusal> Worker::rebuild(std::string_view projection,
                                                              OnProgress on_progress) {
  return threads_->rebuild(projection, std::move(on_progress));
}

std::expected<std::future<std::optional<Verification>>, TaskRefusal> Worker::verify(
    std::string_view projection, OnProgress on_progress) {
  return threads_->verify(projection, std::move(on_progress));
}

std::vector<std::string> Worker::unpark(std::string_view subject) {
  return threads_->unpark(subject);
}

}  // namespace stimmbuch::projections
