#include "stimmbuch/adapters/kafka/replica.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "record_check.hpp"
#include "record_message.hpp"
#include "stimmbuch/adapters/kafka/event_topic.hpp"
#include "topic_reader.hpp"

namespace stimmbuch::kafka {

namespace {

using std::chrono::steady_clock;

// Of one group; it ends behind the command in which a bound is reached.
constexpr std::size_t records_max = 10'000;
constexpr std::size_t bytes_max = std::size_t{8} << 20;
constexpr std::size_t rows_max = 10'000;

}  // namespace

struct Replica::Parts {
  Parts(eventstore::Ledger& own_ledger, vault::RocksVault* own_vault, const Settings& settings,
        const LedgerId& ledger_id, OnLeaderChanged leader_listener, OnCheckpoint checkpoint_listener)
      : ledger(own_ledger),
        vault(own_vault),
        topics(topics_of(ledger_id)),
        own_stream("ledger/" + std::string(ledger_id.text())),
        on_leader_changed(std::move(leader_listener)),
        on_checkpoint(std::move(checkpoint_listener)),
        check(own_ledger.synced(), ledger_id),
        reader(settings),
        checkpoint_reader(settings) {
    reader.start(topics.events, offset_behind_head(settings));
    checkpoint_reader.start(topics.checkpoints, TopicReader::from_the_beginning);
    if (vault == nullptr) return;
    reader.start(topics.vault, vault->copied_to().value_or(TopicReader::from_the_beginning));
  }

  // Where the topic goes on behind what the ledger has, which must all be there.
  std::int64_t offset_behind_head(const Settings& settings) const {
    EventTopic topic(settings, topics.events);
    const auto head = ledger.synced().head();
    if (head == before_first) return topic.offset_of(next(head));
    const auto published = topic.at(head);
    if (published && ledger.synced().at(head) == published->bytes) return published->offset + 1;
    throw ReplicaFault("the record at position " + std::to_string(number(head)) + " of this ledger is " +
                       (published ? "another than the topic's" : "not in the topic") +
                       ": `stimmbuch rejoin` shows what it has alone, and cuts it off");
  }

  bool is_full() const {
    return records.size() >= records_max || bytes >= bytes_max || rows.size() >= rows_max;
  }

  void take(Message message) {
    if (message.topic() == topics.vault) {
      rows_end.reached = false;
      rows_next = message.offset() + 1;
      rows.push_back({std::string(message.key()),
                      message.is_tombstone() ? std::nullopt : std::optional(std::string(message.value()))});
      return;
    }
    records_end.reached = false;
    const auto position = position_of(message);
    if (position <= ledger.synced().head()) {
      if (ledger.synced().at(position) == message.value()) return;
      throw ReplicaFault("the record at position " + std::to_string(number(position)) +
                         " of the topic is another than this ledger's");
    }
    const auto envelope = check.take(position, message.key(), message.value());
    if (envelope.subject == own_stream) look_at(envelope);
    bytes += message.value().size();
    records.push_back(std::move(message));
  }

  // At a record of the ledger's own stream.
  void look_at(const codec::Envelope& envelope) const {
    const auto event = codec::read_event(envelope);
    const auto* const own = event ? std::get_if<ledger::Event>(&*event) : nullptr;
    const auto* const changed = own ? std::get_if<ledger::LeaderChanged>(own) : nullptr;
    const auto* const restored = own ? std::get_if<ledger::Restored>(own) : nullptr;
    if (changed) on_leader_changed(changed->epoch, envelope.position);
    if (restored) on_leader_changed(restored->epoch, envelope.position);
  }

  void write() {
    if (!rows.empty()) {
      vault->copy(rows, rows_next);
      rows.clear();
    }
    if (records.empty() || !check.at_command_end()) return;
    std::vector<eventstore::NewRecord> group;
    group.reserve(records.size());
    for (const Message& message : records) group.push_back({message.key(), message.value()});
    if (const auto appended = ledger.append(group); !appended) {
      throw ReplicaFault("the ledger takes no record behind position " +
                         std::to_string(number(ledger.synced().head())) + ": " + appended.error().detail);
    }
    check.appended();
    records.clear();
    bytes = 0;
  }

  // The checkpoints whose records are there by now. One that is ahead waits, and all behind it with it.
  void look_at_checkpoints() {
    while (true) {
      if (!next_checkpoint) {
        auto step = checkpoint_reader.next(std::chrono::milliseconds{0});
        if (step.what == TopicReader::Step::What::nothing) return;
        if (step.what == TopicReader::Step::What::end) continue;
        next_checkpoint = std::move(step.message);
      }
      if (position_of(*next_checkpoint) > ledger.synced().head()) return;
      try {
        on_checkpoint(next_checkpoint->value());
      } catch (const std::runtime_error& error) {
        throw ReplicaFault(std::string("a checkpoint in the topic ")
                               .append(topics.checkpoints)
                               .append(": ")
                               .append(error.what()));
      }
      next_checkpoint.reset();
    }
  }

  eventstore::Ledger& ledger;
  vault::RocksVault* const vault;
  const Topics topics;
  const std::string own_stream;
  const OnLeaderChanged on_leader_changed;
  const OnCheckpoint on_checkpoint;
  RecordCheck check;
  TopicReader reader;
  TopicReader checkpoint_reader;
  std::optional<Message> next_checkpoint;  // read, and not yet held against the ledger

  std::vector<Message> records;  // taken, not yet appended
  std::size_t bytes = 0;
  std::vector<vault::SealedRow> rows;
  std::int64_t rows_next = 0;

  // How it stands to the end of a topic.
  struct End {
    bool reached = false;  // and nothing has come since
    bool reached_once = false;
    steady_clock::time_point last_there = steady_clock::now();
  };
  void look_at_end(End& end, const std::string& topic) const {
    if (end.reached) end.last_there = reader.heard_at(topic);
  }
  End records_end;
  End rows_end;
};

Replica::Replica(eventstore::Ledger& ledger, vault::RocksVault* vault, const Settings& settings,
                 const LedgerId& ledger_id, OnLeaderChanged on_leader_changed, OnCheckpoint on_checkpoint)
    : parts_(std::make_unique<Parts>(ledger, vault, settings, ledger_id, std::move(on_leader_changed),
                                     std::move(on_checkpoint))) {}

Replica::~Replica() = default;

void Replica::step(std::chrono::milliseconds wait) try {
  Parts& parts = *parts_;
  using What = TopicReader::Step::What;
  while (!parts.is_full() || !parts.check.at_command_end()) {
    auto step = parts.reader.next(wait);
    if (step.what == What::nothing) break;
    if (step.what == What::end) {
      auto& end = step.topic == parts.topics.events ? parts.records_end : parts.rows_end;
      end.reached = end.reached_once = true;
      continue;
    }
    wait = std::chrono::milliseconds{0};
    parts.take(std::move(step.message));
  }
  parts.write();
  parts.look_at_checkpoints();
  parts.look_at_end(parts.records_end, parts.topics.events);
  if (parts.vault != nullptr) parts.look_at_end(parts.rows_end, parts.topics.vault);
} catch (const ForeignRecord& record) {
  throw ReplicaFault(record.what());
}

bool Replica::has_rows() const {
  return parts_->vault == nullptr || parts_->rows_end.reached_once;
}

bool Replica::has_caught_up() const {
  return has_rows() && parts_->records_end.reached_once && parts_->records.empty();
}

steady_clock::time_point Replica::at_end_since() const {
  return parts_->records_end.last_there;
}

steady_clock::time_point Replica::rows_at_end_since() const {
  return parts_->rows_end.last_there;
}

steady_clock::time_point Replica::heard_at() const {
  return parts_->reader.heard_at(parts_->topics.events);
}

}  // namespace stimmbuch::kafka
