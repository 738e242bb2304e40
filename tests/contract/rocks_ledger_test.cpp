// What the ledger on disk promises beyond the contract of all: across closing and opening, and when things go
// wrong.

#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

#include <fstream>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fault_file_system.hpp"
#include "support/ledger_testing.hpp"

namespace stimmbuch::eventstore::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class RocksLedgerTest : public ::testing::Test {
 protected:
  std::unique_ptr<RocksLedger> open() { return open_ledger(options_, internals_); }

  OpenError refusal() {
    const auto ledger = RocksLedger::open(options_, internals_);
    if (ledger) throw std::runtime_error("opened");
    return ledger.error();
  }

  // Appends `count` records in groups of 10 over 50 streams.
  static void fill(Ledger& ledger, std::uint64_t count) {
    for (std::uint64_t done = 0; done < count;) {
      std::vector<std::string> group;
      for (int i = 0; i < 10 && done < count; ++i, ++done) {
        const auto position = number(ledger.head()) + 1 + static_cast<std::uint64_t>(i);
        group.push_back(record_of("s" + std::to_string(position % 50), std::to_string(position)));
      }
      append(ledger, group);
    }
  }

  static void expect_filled(const Ledger& ledger, std::uint64_t count) {
    ASSERT_EQ(ledger.head(), Position{count});
    std::map<std::string, Records> streams;
    std::uint64_t next = 1;
    for (const auto& [position, record] : all_records(ledger)) {
      ASSERT_EQ(position, next);
      ASSERT_EQ(record, record_of("s" + std::to_string(next % 50), std::to_string(next)));
      streams[std::string(subject_of(record))].emplace_back(position, record);
      ++next;
    }
    ASSERT_EQ(next, count + 1);
    for (const auto& [subject, records] : streams) ASSERT_EQ(stream_of(ledger, subject), records);
  }

  TemporaryDirectory temporary_;
  fs::path directory_ = temporary_.path() / "ledger";
  OpenOptions options_ = options_for(directory_);
  RocksLedger::Internals internals_ = small_sizes();
};

TEST_F(RocksLedgerTest, GoesOnWhereItWasClosed) {
  fill(*open(), 25);
  fill(*open(), 730);
  fill(*open(), 1);
  expect_filled(*open(), 756);
}

TEST_F(RocksLedgerTest, MakesItsDirectoryButNotTheOneAbove) {
  options_.directory = temporary_.path() / "absent" / "ledger";
  EXPECT_EQ(refusal().kind, OpenError::Kind::failed);
}

TEST_F(RocksLedgerTest, IsOpenedByOneAtATime) {
  const auto ledger = open();
  const auto error = refusal();
  EXPECT_EQ(error.kind, OpenError::Kind::locked);
  EXPECT_THAT(error.detail, HasSubstr(directory_.string()));
}

TEST_F(RocksLedgerTest, MovesFullTablesOfItsIndexIntoFiles) {
  const auto ledger = open();
  fill(*ledger, 1'000);
  ASSERT_TRUE(eventually([&] { return ledger->statistics().index_coverage == Position{900}; }));
  const auto statistics = ledger->statistics();
  EXPECT_EQ(statistics.index_files_ingested, 9U);
  EXPECT_EQ(statistics.index_entries_in_memory, 100U);
  expect_filled(*ledger, 1'000);
}

TEST_F(RocksLedgerTest, RebuildsAnIndexThatWasDeleted) {
  fill(*open(), 1'000);
  fs::remove_all(directory_ / "index");
  std::vector<std::uint64_t> progress;
  options_.index_progress = [&](Position done, Position head) {
    EXPECT_EQ(head, Position{1'000});
    progress.push_back(number(done));
  };
  expect_filled(*open(), 1'000);
  ASSERT_FALSE(progress.empty());
  EXPECT_EQ(progress.back(), 1'000U);
}

TEST_F(RocksLedgerTest, RebuildsAnIndexThatIsUnreadable) {
  fill(*open(), 1'000);
  for (const auto& file : fs::directory_iterator(directory_ / "index"))
    if (file.path().filename().string().starts_with("MANIFEST")) fs::resize_file(file, 10);
  std::vector<std::string> messages;
  options_.log = [&](std::string_view message) { messages.emplace_back(message); };
  expect_filled(*open(), 1'000);
  EXPECT_THAT(messages, Contains(HasSubstr("stream index is unreadable")));
}

TEST_F(RocksLedgerTest, IsNotOpenedBelowAFloor) {
  fill(*open(), 20);
  options_.floors = {{"the view of tallies", Position{20}}, {"the view of polls", Position{35}}};
  const auto error = refusal();
  EXPECT_EQ(error.kind, OpenError::Kind::below_floor);
  EXPECT_THAT(error.detail, HasSubstr("position 20"));
  EXPECT_THAT(error.detail, HasSubstr("the view of polls has seen position 35"));
  EXPECT_THAT(error.detail, HasSubstr("records 21 to 35"));
  options_.floors.pop_back();
  expect_filled(*open(), 20);
}

TEST_F(RocksLedgerTest, WritesDownItsHeadAndIsNotOpenedBelowIt) {
  fill(*open(), 20);
  std::string written;
  std::getline(std::ifstream(directory_ / "head"), written);
  EXPECT_EQ(written, "20");
  fs::remove_all(directory_ / "log");
  const auto error = refusal();
  EXPECT_EQ(error.kind, OpenError::Kind::below_floor);
  EXPECT_THAT(error.detail, HasSubstr("head file"));
  EXPECT_THAT(error.detail, HasSubstr("records 1 to 20"));
}

TEST_F(RocksLedgerTest, WritesDownItsHeadWhileItIsOpen) {
  const auto ledger = open();
  fill(*ledger, 20);
  EXPECT_TRUE(eventually([&] {
    std::string written;
    std::getline(std::ifstream(directory_ / "head"), written);
    return written == "20";
  }));
}

TEST_F(RocksLedgerTest, IsNotOpenedWithAHeadFileThatIsNone) {
  fill(*open(), 20);
  std::ofstream(directory_ / "head") << "20 or so\n";
  const auto error = refusal();
  EXPECT_EQ(error.kind, OpenError::Kind::failed);
  EXPECT_THAT(error.detail, HasSubstr("head"));
}

TEST_F(RocksLedgerTest, IsNotOpenedBelowWhatItsIndexCovers) {
  fill(*open(), 1'000);
  fs::remove_all(directory_ / "log");
  fs::remove(directory_ / "head");
  const auto error = refusal();
  EXPECT_EQ(error.kind, OpenError::Kind::below_floor);
  EXPECT_THAT(error.detail, HasSubstr("stream index"));
}

// A ledger of 20 records, all in its write-ahead log, whose last `bytes` bytes are then changed.
class DamagedTail : public RocksLedgerTest {
 protected:
  void damage_last_bytes(std::uintmax_t bytes) {
    internals_.write_buffer_bytes = 1 << 20;
    fill(*open(), 20);
    for (const auto& file : fs::directory_iterator(directory_ / "log")) {
      if (file.path().extension() != ".log") continue;
      const auto size = fs::file_size(file);
      if (size == 0) continue;
      std::fstream stream(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      stream.seekp(static_cast<std::streamoff>(size - bytes));
      stream << std::string(bytes, '?');
    }
  }
};

TEST_F(DamagedTail, IsRefusedAtFirst) {
  damage_last_bytes(5);
  fs::remove(directory_ / "head");
  const auto error = refusal();
  EXPECT_EQ(error.kind, OpenError::Kind::damaged);
  EXPECT_THAT(error.detail, HasSubstr("tail"));
  EXPECT_FALSE(fs::exists(directory_ / "evidence-1"));
}

TEST_F(DamagedTail, IsDroppedOnDemandAndKeptAsEvidence) {
  damage_last_bytes(5);
  fs::remove(directory_ / "head");
  options_.recover_tail = true;
  std::vector<std::string> messages;
  options_.log = [&](std::string_view message) { messages.emplace_back(message); };
  expect_filled(*open(), 10);
  EXPECT_THAT(messages, ElementsAre(HasSubstr("ends at position 10")));

  std::vector<std::string> evidence;
  for (const auto& file : fs::directory_iterator(directory_ / "evidence-1"))
    evidence.push_back(file.path().filename().string().substr(0, 4) + file.path().extension().string());
  EXPECT_THAT(evidence, Contains("CURR"));
  EXPECT_THAT(evidence, Contains("MANI"));
  EXPECT_THAT(evidence, Contains(HasSubstr(".log")));

  options_.recover_tail = false;  // not needed any more
  fill(*open(), 10);
  expect_filled(*open(), 20);
}

TEST_F(DamagedTail, IsNotDroppedWhereAcknowledgedRecordsAreLost) {
  damage_last_bytes(5);
  options_.recover_tail = true;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const auto error = refusal();
    EXPECT_EQ(error.kind, OpenError::Kind::below_floor);
    EXPECT_THAT(error.detail, HasSubstr("position 10"));
    EXPECT_THAT(error.detail, HasSubstr("head file has seen position 20"));
  }
  fs::remove(directory_ / "head");
  expect_filled(*open(), 10);
}

TEST_F(DamagedTail, ShowsAGapBetweenWriteAheadLogs) {
  internals_.write_buffer_bytes = 1 << 20;
  // Two logs; RocksDB itself takes a first one that was cut short for one whose last write was never
  // finished.
  fill(*open(), 20);
  fs::path first;
  for (const auto& file : fs::directory_iterator(directory_ / "log"))
    if (file.path().extension() == ".log" && fs::file_size(file) > 0) first = file.path();
  fill(*open(), 20);
  fs::resize_file(first, fs::file_size(first) - 5);
  const auto error = refusal();
  EXPECT_EQ(error.kind, OpenError::Kind::damaged);
  EXPECT_THAT(error.detail, HasSubstr("no record at position 11"));
}

TEST_F(RocksLedgerTest, LinksACheckpointThatOpensLikeAnyLedger) {
  const auto ledger = open();
  fill(*ledger, 1'000);
  const auto copy = temporary_.path() / "copy";
  {
    std::jthread writer([&] { fill(*ledger, 500); });
    ASSERT_TRUE(ledger->hard_link_checkpoint(copy));
  }
  EXPECT_FALSE(ledger->hard_link_checkpoint(copy));
  expect_filled(*ledger, 1'500);

  options_.directory = copy;
  {
    const auto copied = open();
    ASSERT_GE(copied->head(), Position{1'000});
    expect_filled(*copied, number(copied->head()));
    fill(*copied, 300);
    expect_filled(*copied, number(copied->head()));
  }
  expect_filled(*ledger, 1'500);
}

TEST_F(RocksLedgerTest, CountsWhatItDoes) {
  const auto ledger = open();
  append(*ledger, {"a|1", "b|2"});
  append(*ledger, {"a|3"});
  const auto statistics = ledger->statistics();
  EXPECT_EQ(statistics.visible_head, Position{3});
  EXPECT_EQ(statistics.durable_head, Position{3});
  EXPECT_EQ(statistics.groups, 2U);
  EXPECT_EQ(statistics.records, 3U);
  EXPECT_EQ(statistics.record_bytes, 9U);
  EXPECT_GE(statistics.max_sync_us, statistics.last_sync_us);
  EXPECT_GT(statistics.wal_bytes, 9U);
  EXPECT_GT(statistics.memtable_bytes, 9U);
  EXPECT_EQ(statistics.index_entries_in_memory, 3U);
  EXPECT_EQ(statistics.index_coverage, before_first);
  EXPECT_FALSE(statistics.failed);
}

TEST_F(RocksLedgerTest, BoundsItsWriteAheadLog) {
  const auto ledger = open();
  for (int group = 0; group < 200; ++group)
    append(*ledger, std::vector<std::string>(10, record_of("s", std::string(1'000, 'x'))));
  // Three memtables of 64 KiB, and what the tree's may keep of it.
  EXPECT_LT(ledger->statistics().wal_bytes, 4U * 64 * 1024);
}

// On a disk that fails on command.
class FaultyDisk : public RocksLedgerTest {
 protected:
  FaultyDisk() { internals_.env = env_.get(); }

  std::shared_ptr<FaultFileSystem> disk_ = std::make_shared<FaultFileSystem>();
  std::unique_ptr<rocksdb::Env> env_ = env_on(disk_);
};

TEST_F(FaultyDisk, RefusesAppendsBelowTheFloorUntilSpaceIsFreed) {
  options_.disk_floor_bytes = std::uint64_t{100} << 20;
  const auto ledger = open();
  fill(*ledger, 10);
  disk_->set_free_bytes(options_.disk_floor_bytes - 1);
  const auto refused = try_append(*ledger, {"a|1"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, AppendError::Kind::disk_floor);
  EXPECT_THAT(refused.error().detail, HasSubstr(std::to_string(options_.disk_floor_bytes - 1)));
  EXPECT_EQ(ledger->head(), Position{10});
  disk_->set_free_bytes(options_.disk_floor_bytes);
  fill(*ledger, 10);
  expect_filled(*ledger, 20);
}

TEST_F(FaultyDisk, KeepsRoomForItsMemtablesWhateverTheFloor) {
  options_.disk_floor_bytes = 0;
  const auto ledger = open();
  disk_->set_free_bytes(4 * max_memtables * internals_.write_buffer_bytes - 1);
  EXPECT_EQ(try_append(*ledger, {"a|1"}).error().kind, AppendError::Kind::disk_floor);
}

TEST_F(FaultyDisk, AsksForFreeSpaceOnlyNowAndThen) {
  internals_.disk_check_interval = 1h;
  const auto ledger = open();
  fill(*ledger, 10);
  disk_->set_free_bytes(0);
  fill(*ledger, 10);
}

TEST_F(FaultyDisk, AcceptsNothingAfterAFailedWrite) {
  for (const auto fault : {FaultFileSystem::Fault::io_error, FaultFileSystem::Fault::no_space}) {
    for (const std::uint64_t operation : {1U, 2U}) {  // the write, the sync
      options_.directory = temporary_.path() /
                           ("ledger-" + std::to_string(static_cast<int>(fault)) + std::to_string(operation));
      auto ledger = open();
      fill(*ledger, 20);
      disk_->arm(fault, operation, ".log");
      for (int attempt = 0; attempt < 3; ++attempt) {
        const auto refused = try_append(*ledger, {"a|1"});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, AppendError::Kind::failed);
        EXPECT_THAT(refused.error().detail, HasSubstr("injected"));
      }
      EXPECT_TRUE(ledger->statistics().failed);
      expect_filled(*ledger, 20);
      ledger.reset();
      ASSERT_GE(open()->head(), Position{20});
    }
  }
}

TEST_F(FaultyDisk, AcceptsNothingAfterAFailureInTheBackground) {
  for (const auto* suffix : {".sst", "index-segment.sst", "head.new"}) {
    options_.directory = temporary_.path() / (std::string("ledger-") + suffix);
    auto ledger = open();
    disk_->arm(FaultFileSystem::Fault::io_error, 1, suffix);
    std::uint64_t acknowledged = 0;
    ASSERT_TRUE(eventually([&] {
      const auto appended = try_append(*ledger, {record_of("s", std::string(1'000, 'x'))});
      if (appended) acknowledged = number(*appended);
      return !appended;
    })) << suffix;
    EXPECT_TRUE(disk_->struck());
    EXPECT_EQ(try_append(*ledger, {"a|1"}).error().kind, AppendError::Kind::failed);
    ledger.reset();
    EXPECT_GE(open()->head(), Position{acknowledged});
  }
}

// ---- what is cut off, or not to be seen

TEST(CuttingRecords, LeavesWhatIsBeforeAndIsFilledAnew) {
  const TemporaryDirectory directory;
  const auto options = options_for(directory.path() / "ledger");
  {
    const auto ledger = open_ledger(options);
    append(*ledger, {"a|1", "b|2", "a|3"});
    append(*ledger, {"a|4", "c|5"});
  }
  ASSERT_TRUE(cut_records_behind(options, Position{2}));
  ASSERT_TRUE(cut_records_behind(options, Position{2}));  // again, as after a crash
  const auto ledger = open_ledger(options);
  EXPECT_EQ(ledger->head(), Position{2});
  EXPECT_THAT(stream_of(*ledger, "a"), ElementsAre(Pair(1, "a|1")));
  EXPECT_THAT(stream_of(*ledger, "c"), IsEmpty());
  EXPECT_EQ(append(*ledger, {"c|other"}), Position{3});
  EXPECT_THAT(stream_of(*ledger, "c"), ElementsAre(Pair(3, "c|other")));
}

TEST(CuttingRecords, IsRefusedWhileTheLedgerIsOpen) {
  const TemporaryDirectory directory;
  const auto options = options_for(directory.path() / "ledger");
  const auto ledger = open_ledger(options);
  append(*ledger, {"a|1", "a|2"});
  EXPECT_FALSE(cut_records_behind(options, Position{1}));
  EXPECT_EQ(ledger->at(Position{2}), "a|2");
}

TEST(Checkpoints, HoldNothingThatIsNotVisible) {
  const TemporaryDirectory directory;
  auto options = options_for(directory.path() / "ledger");
  options.visibility = Visibility::when_shown;
  const auto ledger = open_ledger(options);
  append(*ledger, {"a|1", "b|2", "a|3"});
  ledger->show(Position{2});
  const auto copy = directory.path() / "copy";
  ASSERT_TRUE(ledger->hard_link_checkpoint(copy));
  const auto opened = open_ledger(options_for(copy));
  EXPECT_EQ(opened->head(), Position{2});
  EXPECT_THAT(stream_of(*opened, "a"), ElementsAre(Pair(1, "a|1")));
  EXPECT_EQ(ledger->synced().head(), Position{3});
}

}  // namespace
}  // namespace stimmbuch::eventstore::testing
