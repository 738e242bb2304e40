#include "stimmbuch/adapters/kafka/publisher.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include <pthread.h>

#include "ledger_producer.hpp"
#include "stimmbuch/adapters/kafka/event_topic.hpp"
#include "stimmbuch/adapters/kafka/topics.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::kafka {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// Of one transaction; it ends behind the command in which a bound is reached. Each costs some round trips, so
// large ones are cheap: with 2 000 records publishing took nearly twice the time, with 50 000 no less. They
// also bound what is sent again, and how long a follower waits.
constexpr std::size_t records_max = 20'000;
constexpr std::size_t bytes_max = std::size_t{8} << 20;

constexpr std::size_t vault_rows_max = 10'000;

// How long new records are waited for before looking at other things.
constexpr auto idle = 250ms;

// Who publishes nothing does not hear that it was fenced, and looks so often whether somebody else published.
constexpr auto between_looks = 5s;

// With replicated durability: how long a commit may take until commands are refused.
constexpr auto patience = 1s;

// Of a broker that should commit what it was sent; then it hangs, or what is between does.
constexpr auto silence_max = 5s;

constexpr auto retry_pause = 1s;
// Whoever fenced this publisher gets time to show in the topic that it leads.
constexpr auto fenced_pause = 5s;

}  // namespace

class Publisher::Thread {
 public:
  Thread(Parts parts, Settings settings, const LedgerId& ledger, Durability durability)
      : parts_(std::move(parts)),
        settings_(std::move(settings)),
        ledger_id_(ledger),
        topics_(topics_of(ledger)),
        durability_(durability),
        caught_up_(steady_clock::now()) {
    parts_.gate = runner::Gate::no_leader;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  PublisherStatus wait_for_start(steady_clock::time_point deadline) const {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [&] { return status_.state != State::connecting || tried_; });
    return status_now();
  }

  bool wait_published(Position position, steady_clock::time_point deadline) const {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [&] {
      return status_.published >= position || status_.state == State::former_leader;
    });
    return status_.published >= position;
  }

  PublisherStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_now();
  }

  void add_checkpoint(SignedUpTo checkpoint) {
    const std::lock_guard lock(mutex_);
    checkpoint_ = std::move(checkpoint);
  }

 private:
  using State = PublisherStatus::State;

  void run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "publisher");
    stop_ = stop;
    while (!stop_.stop_requested()) {
      auto pause = retry_pause;
      try {
        if (!session()) return;
      } catch (const BrokerError& error) {
        if (stop_.stop_requested()) return;
        if (error.kind() == BrokerError::Kind::fenced) pause = fenced_pause;
        disconnected(error);
      } catch (const std::exception& error) {
        return parts_.on_failure(std::string("publishing: ").append(error.what()));
      }
      std::unique_lock lock(mutex_);
      pause_.wait_for(lock, stop_, pause, [] { return false; });
    }
  }

  // Publishes until it is stopped. False: this node is a former leader.
  bool session() {
    require_topics(settings_, topics_);
    const auto go_on = [this] { return goes_on(); };
    EventTopic topic(settings_, topics_.events, go_on);
    if (!holds_a_part_of_this_ledger(topic.last())) return false;
    LedgerProducer producer(settings_, ledger_id_);
    producer.init(go_on);
    // Only now can nobody else add to it.
    const auto last = topic.last();
    if (!holds_a_part_of_this_ledger(last)) return false;
    if (const auto checkpoint = EventTopic(settings_, topics_.checkpoints, go_on).last())
      parts_.compare_checkpoint(checkpoint->bytes);
    published(last ? last->position : before_first);
    publish_vault(producer);
    connected();
    auto looked = steady_clock::now();
    while (!stop_.stop_requested()) {
      if (parts_.vault.must_publish_all()) publish_vault(producer);
      publish_next(producer);
      if (steady_clock::now() - looked < between_looks) continue;
      // What was committed just now may not be readable yet, so this tells of others only.
      if (!holds_a_part_of_this_ledger(topic.last())) return false;
      looked = steady_clock::now();
    }
    return true;
  }

  // Whether the topic, which ends with this record, holds a front part of this ledger. If not, another node
  // leads.
  bool holds_a_part_of_this_ledger(const std::optional<PublishedRecord>& last) {
    const auto& synced = parts_.ledger.synced();
    if (last && synced.at(last->position) != last->bytes) {
      former_leader(last->position > synced.head()
                        ? "the topic " + topics_.events + " holds position " +
                              std::to_string(number(last->position)) + ", and this ledger ends at " +
                              std::to_string(number(synced.head()))
                        : "the topic " + topics_.events + " holds another record at position " +
                              std::to_string(number(last->position)) + " than this ledger");
      return false;
    }
    return true;
  }

  // A topic without all that the vault holds gets all of it before any further record.
  void publish_vault(LedgerProducer& producer) {
    const bool incomplete = parts_.vault.begin_publishing();
    if (!incomplete && published_ != before_first) return;
    const auto go_on = [this] { return goes_on(); };
    const auto commit = [&] {
      if (!producer.commit(go_on))
        throw BrokerError(BrokerError::Kind::failed, "publishing the vault was aborted");
    };
    std::size_t rows = 0;
    producer.begin();
    parts_.vault.all_rows([&](const vault::SealedRow& row) {
      producer.add_row(row.key, row.value);
      if (++rows % vault_rows_max != 0) return;
      commit();
      producer.begin();
    });
    commit();
    parts_.vault.published_all();
  }

  void publish_next(LedgerProducer& producer) {
    const auto& synced = parts_.ledger.synced();
    const bool has_records = synced.wait_beyond(published_, steady_clock::now() + idle) > published_;
    const auto checkpoint = next_checkpoint();
    if (!has_records && !checkpoint && !parts_.vault.has_unpublished_changes()) return look_at_gate();
    producer.begin();
    const auto last = add_records(producer, synced);
    if (checkpoint) producer.add_checkpoint(checkpoint->last, checkpoint->note);
    for (const auto& row : parts_.vault.unpublished(last)) producer.add_row(row.key, row.value);
    if (producer.commit([this] { return goes_on(); })) {
      parts_.vault.confirm_published(last);
      {
        const std::lock_guard lock(mutex_);
        ++status_.transactions;
        if (checkpoint && checkpoint_->last == checkpoint->last) checkpoint_.reset();
      }
      published(last);
    } else {
      const std::lock_guard lock(mutex_);
      ++status_.aborted;
    }
    look_at_gate();
  }

  std::optional<SignedUpTo> next_checkpoint() const {
    const std::lock_guard lock(mutex_);
    return checkpoint_;
  }

  // Adds the next records to the transaction; the position of the last, which ends a command.
  Position add_records(LedgerProducer& producer, const eventstore::Records& synced) const {
    std::size_t records = 0;
    std::size_t bytes = 0;
    return synced.read(published_, end_of_time, [&](Position position, std::string_view record) {
      const auto envelope = codec::read_envelope(record);
      if (!envelope)
        throw std::runtime_error("record " + std::to_string(number(position)) + " cannot be read");
      const auto time = std::chrono::floor<std::chrono::milliseconds>(envelope->time);
      producer.add_record(position, envelope->subject, record, time.time_since_epoch().count());
      ++records;
      bytes += record.size();
      return envelope->more || (records < records_max && bytes < bytes_max);
    });
  }

  // ---- what others see

  // Asked while a broker is waited for.
  bool goes_on() {
    look_at_gate();
    return !stop_.stop_requested();
  }

  void look_at_gate() {
    const auto now = steady_clock::now();
    if (published_ == parts_.ledger.synced().head()) caught_up_ = now;
    if (!connected_ || durability_ == Durability::local) return;
    const bool commits = now - std::max(caught_up_.load(), progressed_.load()) <= patience;
    parts_.gate = commits ? runner::Gate::open : runner::Gate::no_broker;
  }

  void published(Position position) {
    published_ = position;
    if (durability_ == Durability::replicated && position > before_first) parts_.ledger.show(position);
    progressed_ = steady_clock::now();
    if (position == parts_.ledger.synced().head()) caught_up_ = progressed_.load();
    {
      const std::lock_guard lock(mutex_);
      status_.published = position;
    }
    changed_.notify_all();
  }

  void connected() {
    connected_ = true;
    fenced_ = false;
    progressed_ = steady_clock::now();
    parts_.gate = runner::Gate::open;
    tell(State::publishing, {}, std::nullopt);
    settings_.log("publishing to " + topics_.events + " from position " +
                  std::to_string(number(next(published_))));
  }

  void disconnected(const BrokerError& error) {
    connected_ = false;
    if (error.kind() == BrokerError::Kind::fenced) {
      fenced_ = true;
      parts_.gate = runner::Gate::no_leader;
    } else if (durability_ == Durability::replicated) {
      parts_.gate = runner::Gate::no_broker;
    } else if (!fenced_ && error.kind() == BrokerError::Kind::unreachable) {
      // Nobody can be asked who leads, and nobody has said that it is another. The town must be able to vote
      // without the broker.
      parts_.gate = runner::Gate::open;
    }
    bool is_new = false;
    {
      const std::lock_guard lock(mutex_);
      is_new = status_.trouble != error.what();
    }
    tell(State::connecting, error.what(), error.kind());
    if (is_new) settings_.log(std::string("not publishing: ").append(error.what()));
  }

  void former_leader(const std::string& why) {
    parts_.gate = runner::Gate::no_leader;
    tell(State::former_leader, why, std::nullopt);
    parts_.on_former_leader(why);
  }

  void tell(State state, std::string trouble, std::optional<BrokerError::Kind> kind) {
    {
      const std::lock_guard lock(mutex_);
      status_.state = state;
      status_.trouble = std::move(trouble);
      status_.trouble_kind = kind;
      tried_ = true;
    }
    changed_.notify_all();
  }

  // With the mutex held.
  PublisherStatus status_now() const {
    PublisherStatus status = status_;
    const auto head = parts_.ledger.synced().head();
    status.backlog = head - std::min(status.published, head);
    if (status.backlog == 0) return status;
    const auto now = steady_clock::now();
    const auto seconds_since = [&](steady_clock::time_point then) {
      return std::chrono::duration_cast<std::chrono::seconds>(now - then);
    };
    status.backlog_age = seconds_since(caught_up_);
    const auto silence = seconds_since(std::max(caught_up_.load(), progressed_.load()));
    if (status.state == State::publishing && silence >= silence_max)
      status.trouble = "the broker has committed nothing for " + std::to_string(silence.count()) + " seconds";
    return status;
  }

  const Parts parts_;
  const Settings settings_;
  const LedgerId ledger_id_;
  const Topics topics_;
  const Durability durability_;

  // Of the thread.
  std::stop_token stop_;
  Position published_{};
  bool connected_ = false;
  bool fenced_ = false;  // and not connected since

  std::atomic<steady_clock::time_point> progressed_;  // when it last got further
  std::atomic<steady_clock::time_point> caught_up_;   // when the topic last had everything

  mutable std::mutex mutex_;  // guards the next three
  PublisherStatus status_;
  bool tried_ = false;
  std::optional<SignedUpTo> checkpoint_;  // to be published
  mutable std::condition_variable changed_;
  std::condition_variable_any pause_;

  std::jthread thread_;  // last: it uses everything above
};

Publisher::Publisher(Parts parts, Settings settings, const LedgerId& ledger, Durability durability)
    : thread_(std::make_unique<Thread>(std::move(parts), std::move(settings), ledger, durability)) {}

Publisher::~Publisher() = default;

PublisherStatus Publisher::wait_for_start(steady_clock::time_point deadline) const {
  return thread_->wait_for_start(deadline);
}

bool Publisher::wait_published(Position position, steady_clock::time_point deadline) const {
  return thread_->wait_published(position, deadline);
}

PublisherStatus Publisher::status() const {
  return thread_->status();
}

void Publisher::add_checkpoint(SignedUpTo checkpoint) {
  thread_->add_checkpoint(std::move(checkpoint));
}

void fence(const Settings& settings, const LedgerId& ledger, steady_clock::time_point deadline) {
  LedgerProducer producer(settings, ledger);
  producer.init([&] { return steady_clock::now() < deadline; });
}

}  // namespace stimmbuch::kafka
