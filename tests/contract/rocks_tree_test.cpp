// How the tree lies beside the records on disk, and what damage to either shows.

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "rocks_setup.hpp"
#include "stimmbuch/eventstore/tlog/tree.hpp"
#include "support/ledger_testing.hpp"
#include "support/log_database.hpp"

namespace stimmbuch::eventstore::testing {
namespace {

using test::change_database;
using test::family;

class RocksTree : public ::testing::Test {
 protected:
  // Some records in groups of several sizes.
  void write(RocksLedger& ledger, std::size_t count) {
    std::vector<std::string> records;
    for (std::size_t i = 0; i < count; ++i) {
      records.push_back(record_of("s" + std::to_string(i % 7), std::to_string(++written_)));
      if (records.size() > i % 50) {
        append(ledger, records);
        records.clear();
      }
    }
    if (!records.empty()) append(ledger, records);
  }

  std::filesystem::path log() const { return options_.directory / "log"; }

  TemporaryDirectory directory_;
  OpenOptions options_ = options_for(directory_.path() / "ledger");
  std::size_t written_ = 0;
};

TEST_F(RocksTree, GoesOnWhereItWas) {
  for (const std::size_t more : {1, 254, 1, 1, 600, 70, 2'000}) {
    const auto ledger = open_ledger(options_);
    expect_tree_of_records(*ledger);
    write(*ledger, more);
    expect_tree_of_records(*ledger);
  }
  expect_tree_of_records(*open_ledger(options_));
}

// Levels above the second tile, which a small log does not reach.
TEST_F(RocksTree, ReachesTheThirdLevelOfTiles) {
  const auto ledger = open_ledger(options_, {});
  for (int i = 0; i < 70; ++i) {
    std::vector<std::string> records;
    for (int j = 0; j < 1'000; ++j) records.push_back(record_of("s", std::to_string(++written_)));
    append(*ledger, records);
  }
  expect_tree_of_records(*ledger);
  EXPECT_EQ(ledger->tiles().read(tlog::Tile{2, 0, 1}).size(), 1);
  EXPECT_THROW(ledger->tiles().read(tlog::Tile{2, 0, 2}), LedgerFault);
}

TEST_F(RocksTree, IsCutWithTheRecords) {
  for (const std::uint64_t last : {600U, 512U, 511U, 256U, 255U, 3U, 0U}) {
    {
      const auto ledger = open_ledger(options_);
      write(*ledger, 700);
    }
    ASSERT_TRUE(cut_records_behind(options_, Position{last}));
    const auto ledger = open_ledger(options_);
    EXPECT_EQ(ledger->head(), Position{last});
    expect_tree_of_records(*ledger);
    write(*ledger, 300);
    expect_tree_of_records(*ledger);
  }
}

TEST_F(RocksTree, IsMadeForALogThatHasNone) {
  write(*open_ledger(options_), 700);
  change_database(log(), [](rocksdb::DB& db, const auto& families) {
    ASSERT_TRUE(db.DropColumnFamily(family(families, "leaves")).ok());
    ASSERT_TRUE(db.DropColumnFamily(family(families, "nodes")).ok());
  });
  const auto ledger = open_ledger(options_);
  expect_tree_of_records(*ledger);
  write(*ledger, 300);
  expect_tree_of_records(*ledger);
}

TEST_F(RocksTree, MissesRecordsThatWereTakenAway) {
  write(*open_ledger(options_), 300);
  change_database(log(), [](rocksdb::DB& db, const auto& families) {
    const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator({}, family(families, "default")));
    at->SeekToLast();
    ASSERT_TRUE(db.Delete({}, family(families, "default"), at->key()).ok());
  });
  std::filesystem::remove_all(options_.directory / "index");
  std::filesystem::remove(options_.directory / "head");
  const auto opened = RocksLedger::open(options_, small_sizes());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, OpenError::Kind::below_floor);
  EXPECT_NE(opened.error().detail.find("the tree over the log"), std::string::npos) << opened.error().detail;
}

// The tree is of what was written, not of what is there now.
TEST_F(RocksTree, DiffersFromARecordThatWasAltered) {
  write(*open_ledger(options_), 300);
  change_database(log(), [](rocksdb::DB& db, const auto& families) {
    const std::string key{"\0\0\0\0\0\0\0\x64", 8};
    ASSERT_TRUE(db.Put({}, family(families, "default"), key, "s1|other").ok());
  });
  const auto ledger = open_ledger(options_);
  const auto leaves = ledger->tiles().read(tlog::Tile{0, 0});
  for (std::uint64_t position = 1; position <= 256; ++position)
    EXPECT_EQ(tlog::leaf_hash(*ledger->at(Position{position})) == leaves[position - 1], position != 100);
}

TEST_F(RocksTree, ThatLacksARowIsNamed) {
  write(*open_ledger(options_), 700);
  change_database(log(), [](rocksdb::DB& db, const auto& families) {
    const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator({}, family(families, "leaves")));
    at->SeekToFirst();
    ASSERT_TRUE(db.Delete({}, family(families, "leaves"), at->key()).ok());
  });
  const auto ledger = open_ledger(options_);
  try {
    ledger->tiles().read(tlog::Tile{0, 0});
    FAIL();
  } catch (const LedgerFault& fault) {
    EXPECT_STREQ(fault.what(), "the tree lacks hashes of tile/0/000");
  }
}

}  // namespace
}  // namespace stimmbuch::eventstore::testing
