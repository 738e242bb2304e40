// What failing disks and power leave of a ledger: everything acknowledged, nothing in part.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "support/fault_file_system.hpp"
#include "support/ledger_testing.hpp"

namespace stimmbuch::eventstore::testing {
namespace {

constexpr int machines = 12;
constexpr int cuts_per_machine = 10;

std::uint64_t seed() {
  const char* given = std::getenv("STIMMBUCH_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

// A ledger on a disk that loses its power again and again, and what has been asked of it.
class Machine {
 public:
  explicit Machine(std::uint64_t seed) : random_(seed) {
    internals_.env = env_.get();
    internals_.index_table_records = 50;
  }

  // Appends until something fails, then takes the power away.
  void run_until_the_power_fails() {
    const bool fails_while_opening = below(4) == 0;
    if (fails_while_opening) disk_->arm(any_fault(), 1 + below(60));
    const auto opened = RocksLedger::open(options_, internals_);
    if (!opened) {
      ASSERT_TRUE(disk_->struck()) << opened.error().detail;
      disk_->cut_power();
      return;
    }
    auto& ledger = **opened;
    if (!fails_while_opening) disk_->arm(any_fault(), 1 + below(400));
    for (int group = 0; group < 300; ++group) {
      const auto records = new_group();
      groups_.push_back(records);
      const auto last = try_append(ledger, records);
      if (!last) {
        ASSERT_EQ(last.error().kind, AppendError::Kind::failed);
        ASSERT_TRUE(disk_->struck()) << last.error().detail;
        break;
      }
      acknowledged_ = *last;
    }
    disk_->cut_power();
  }

  void find_what_is_left() {
    disk_->lose_unsynced(random_);
    auto opened = RocksLedger::open(options_, internals_);
    if (!opened && opened.error().kind == OpenError::Kind::damaged) {
      auto recovering = options_;
      recovering.recover_tail = true;
      if (below(2) == 0) {  // the power fails again meanwhile
        disk_->arm(FaultFileSystem::Fault::power_cut, 1 + below(40));
        opened = RocksLedger::open(recovering, internals_);
        disk_->cut_power();
        opened = std::unexpected(OpenError{});
        disk_->lose_unsynced(random_);
      }
      opened = RocksLedger::open(recovering, internals_);
    }
    ASSERT_TRUE(opened) << opened.error().detail;
    const auto& ledger = **opened;
    ASSERT_GE(ledger.head(), acknowledged_);

    // The groups as they were issued, up to the end of one of them.
    std::map<std::string, Records> streams;
    std::uint64_t position = 0;
    std::size_t whole = 0;
    const auto found = all_records(ledger);
    expect_tree_of_records(ledger);
    for (; position < found.size(); ++whole) {
      ASSERT_LT(whole, groups_.size());
      for (const auto& record : groups_[whole]) {
        ASSERT_LT(position, found.size()) << "a group in part";
        ASSERT_EQ(found[position], std::pair(position + 1, record));
        streams[std::string(subject_of(record))].emplace_back(++position, record);
      }
    }
    for (const auto& [subject, records] : streams) ASSERT_EQ(stream_of(ledger, subject), records);
    groups_.resize(whole);
    acknowledged_ = ledger.head();
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  FaultFileSystem::Fault any_fault() {
    using enum FaultFileSystem::Fault;
    constexpr std::array faults{power_cut, power_cut, io_error, no_space};
    return faults[below(faults.size())];
  }

  std::vector<std::string> new_group() {
    std::vector<std::string> group;
    for (auto left = 1 + below(20); left > 0; --left)
      group.push_back(record_of("s" + std::to_string(below(60)), std::string(1 + below(600), 'x')));
    return group;
  }

  std::mt19937_64 random_;
  TemporaryDirectory temporary_;
  std::shared_ptr<FaultFileSystem> disk_ = std::make_shared<FaultFileSystem>();
  std::unique_ptr<rocksdb::Env> env_ = env_on(disk_);
  OpenOptions options_ = options_for(temporary_.path() / "ledger");
  RocksLedger::Internals internals_ = small_sizes();

  std::vector<std::vector<std::string>>
      groups_;  // as issued; behind the acknowledged ones, those that may be lost
  Position acknowledged_ = before_first;
};

TEST(PowerCut, LosesNothingThatWasAcknowledgedAndLeavesNoGroupInPart) {
  const auto first_seed = seed();
  std::printf("STIMMBUCH_SEED=%llu repeats this run\n", static_cast<unsigned long long>(first_seed));
  std::fflush(stdout);  // an assertion within RocksDB ends the process
  for (int number = 0; number < machines; ++number) {
    Machine machine(first_seed + static_cast<std::uint64_t>(number));
    for (int cut = 0; cut < cuts_per_machine; ++cut) {
      SCOPED_TRACE("machine " + std::to_string(number) + ", cut " + std::to_string(cut));
      machine.run_until_the_power_fails();
      if (HasFatalFailure()) return;
      machine.find_what_is_left();
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace stimmbuch::eventstore::testing
