#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "stimmbuch/eventstore/codec/command_content.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/ledger/memory_ledger.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"
#include "support/given_when_then.hpp"
#include "support/memory_vault.hpp"

// The one writer over a ledger and a vault in memory, with faults on demand.
namespace stimmbuch::test {

class TestClock final : public runner::Clock {
 public:
  explicit TestClock(Time now) : now_(now.time_since_epoch().count()) {}

  Time now() const override { return Time{std::chrono::microseconds{now_}}; }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point{std::chrono::microseconds{steady_}};
  }

  // Time goes by.
  void pass(std::chrono::microseconds time) {
    now_ += time.count();
    steady_ += time.count();
  }
  // Somebody turns the hands.
  void turn(std::chrono::microseconds by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_;
  std::atomic<std::int64_t> steady_ = 0;
};

// A ledger in memory whose next append can be made to fail.
class FaultyLedger final : public eventstore::Ledger {
 public:
  using Kind = eventstore::AppendError::Kind;

  explicit FaultyLedger(eventstore::Visibility visibility = eventstore::Visibility::when_synced)
      : ledger_(visibility) {}

  void fail_next_append(Kind kind) { fault_ = kind; }

  std::expected<Position, eventstore::AppendError> append(
      std::span<const eventstore::NewRecord> records) override {
    if (const auto fault = std::exchange(fault_, std::nullopt)) {
      return std::unexpected(eventstore::AppendError{*fault, "on demand"});
    }
    return ledger_.append(records);
  }
  const eventstore::Records& synced() const override { return ledger_.synced(); }
  const tlog::Tiles& tiles() const override { return ledger_.tiles(); }
  void show(Position up_to) override { ledger_.show(up_to); }
  Position head() const override { return ledger_.head(); }
  Position read(Position after, Position up_to, const eventstore::RecordVisitor& visitor) const override {
    return ledger_.read(after, up_to, visitor);
  }
  std::optional<std::string> at(Position position) const override { return ledger_.at(position); }
  void read_stream(std::string_view subject, const eventstore::RecordVisitor& visitor) const override {
    ledger_.read_stream(subject, visitor);
  }
  Position wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const override {
    return ledger_.wait_beyond(position, deadline);
  }
  eventstore::Subscription on_head(eventstore::Head::Listener listener) const override {
    return ledger_.on_head(std::move(listener));
  }
  void close() override { ledger_.close(); }

 private:
  eventstore::MemoryLedger ledger_;
  std::optional<Kind> fault_;
};

// A vault in memory whose next write can be made to fail.
class FaultyVault final : public runner::Vault {
 public:
  void fail_next_write() { fail_ = true; }

  void write(Position first, std::span<const runner::VaultRow> rows) override {
    if (std::exchange(fail_, false)) throw std::runtime_error("on demand");
    vault_.write(first, rows);
  }
  std::optional<std::string> read(runner::RowClass row_class, std::string_view name) const override {
    return vault_.read(row_class, name);
  }
  void recover(Position head) override { vault_.recover(head); }

 private:
  MemoryVault vault_;
  bool fail_ = false;
};

// An actor's command under a client's key, as the edge would hand it over.
template <class Own>
runner::Submission submission(const StreamId& stream, Own own, const Actor& actor, const std::string& key) {
  const Command intent = command(std::move(own));
  const auto id = std::hash<std::string>{}(actor_text(actor) + ' ' + subject(stream) + ' ' + key);
  const auto content =
      std::hash<std::string>{}(std::string(codec::name_of(intent)) + codec::content_of(intent));
  runner::CommandTag tag{};
  std::memcpy(tag.id.data(), &id, sizeof id);
  std::memcpy(tag.content.data(), &content, sizeof content);
  return {.stream = stream,
          .command = intent,
          .tag = tag,
          .actor = actor,
          .citizen = std::nullopt,
          .texts = {},
          .secrets = {},
          .identity_row = std::nullopt,
          .expected = std::nullopt};
}

inline runner::VaultText text(std::string field, std::string words) {
  return {std::move(field), std::move(words), {}};
}

// Everything that one writer needs. The runner can be started anew on the same ledger and vault.
struct OneWriter {
  eventstore::Visibility visibility = eventstore::Visibility::when_synced;
  FaultyLedger ledger{visibility};
  FaultyVault vault;
  TestClock clock{noon};
  std::atomic<int> failures = 0;
  std::atomic<runner::Gate> gate = runner::Gate::open;
  std::unique_ptr<runner::Runner> runner;

  explicit OneWriter(runner::RunnerOptions options = {}) { start(options); }
  explicit OneWriter(eventstore::Visibility shown, runner::RunnerOptions options = {}) : visibility(shown) {
    start(options);
  }

  void start(runner::RunnerOptions options = {}) {
    runner = nullptr;
    const auto fill = [counter = std::uint8_t{0}](std::span<std::byte> bytes) mutable {
      for (std::byte& byte : bytes) byte = std::byte{++counter};
    };
    runner = std::make_unique<runner::Runner>(
        runner::Runner::Parts{ledger, vault, clock, fill, [this](std::string_view) { ++failures; }, gate},
        the_ledger, options);
  }

  runner::Outcome submit(runner::Submission submission) {
    return runner::submit_and_wait(*runner, std::move(submission));
  }
  template <class Own>
  runner::Outcome submit(const StreamId& stream, Own own, const Actor& actor = ada, std::string key = "") {
    if (key.empty()) key = "auto-" + std::to_string(++keys_);
    return submit(submission(stream, std::move(own), actor, key));
  }

  // Decides the commands in one group: the writer is held while they gather.
  std::vector<runner::Outcome> submit_together(std::vector<runner::Submission> submissions) {
    std::promise<void> held, release;
    const bool plugged =
        runner->submit(submission(id<CitizenId>("nobody"), citizen::UnblockCitizen{}, ada, "plug"),
                       [&](const runner::Outcome&) {
                         held.set_value();
                         release.get_future().wait();
                       });
    EXPECT_TRUE(plugged);
    held.get_future().wait();
    std::vector<std::promise<runner::Outcome>> promises(submissions.size());
    for (std::size_t i = 0; i < submissions.size(); ++i) {
      EXPECT_TRUE(runner->submit(
          std::move(submissions[i]),
          [&promise = promises[i]](runner::Outcome outcome) { promise.set_value(std::move(outcome)); }));
    }
    release.set_value();
    std::vector<runner::Outcome> outcomes;
    for (auto& promise : promises) outcomes.push_back(promise.get_future().get());
    return outcomes;
  }

  // All records, read strictly: the log holds nothing that the codec would not take from a stranger.
  std::vector<Event> log() const {
    std::vector<Event> events;
    ledger.read(Position{0}, ledger.head(), [&](Position position, std::string_view record) {
      auto event = codec::read_strictly(record);
      if (!event) ADD_FAILURE() << number(position) << ": " << event.error().what << "\n" << record;
      if (event) events.push_back(std::move(*event));
      return true;
    });
    return events;
  }
  Time recorded_time(Position position) const {
    return codec::read_envelope(ledger.at(position).value()).value().time;
  }

 private:
  std::uint64_t keys_ = 0;
};

inline const runner::Accepted* accepted(const runner::Outcome& outcome) {
  return std::get_if<runner::Accepted>(&outcome);
}
inline std::optional<Refusal> refusal(const runner::Outcome& outcome) {
  const auto* const rejection = std::get_if<Rejection>(&outcome);
  return rejection ? std::optional{rejection->refusal} : std::nullopt;
}
inline std::optional<runner::Failure::Kind> failure(const runner::Outcome& outcome) {
  const auto* const failed = std::get_if<runner::Failure>(&outcome);
  return failed ? std::optional{failed->kind} : std::nullopt;
}

}  // namespace stimmbuch::test
