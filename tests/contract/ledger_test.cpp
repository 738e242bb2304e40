// What every ledger promises, whatever it is made of.

#include "stimmbuch/eventstore/ledger/ledger.hpp"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/eventstore/ledger/feed.hpp"
#include "stimmbuch/eventstore/ledger/memory_ledger.hpp"
#include "stimmbuch/eventstore/tlog/tree.hpp"
#include "support/ledger_testing.hpp"

namespace stimmbuch::eventstore::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

struct InMemory {
  MemoryLedger ledger;
};

struct OnDisk {
  TemporaryDirectory directory;
  std::unique_ptr<RocksLedger> opened = open_ledger(options_for(directory.path() / "ledger"), {});
  RocksLedger& ledger = *opened;
};

// With tables of a few records, so that the index lies in many files, and with four hashes for all subjects.
struct OnDiskCrowded {
  static RocksLedger::Internals internals() {
    auto internals = small_sizes();
    internals.index_table_records = 7;
    internals.subject_hash_bits = 2;
    return internals;
  }
  TemporaryDirectory directory;
  std::unique_ptr<RocksLedger> opened = open_ledger(options_for(directory.path() / "ledger"), internals());
  RocksLedger& ledger = *opened;
};

template <typename Made>
class LedgerContract : public ::testing::Test {
 protected:
  Made made_;
  Ledger& ledger_ = made_.ledger;
};

using Implementations = ::testing::Types<InMemory, OnDisk, OnDiskCrowded>;
TYPED_TEST_SUITE(LedgerContract, Implementations);

TYPED_TEST(LedgerContract, BeginsEmpty) {
  EXPECT_EQ(this->ledger_.head(), before_first);
  EXPECT_THAT(all_records(this->ledger_), IsEmpty());
  EXPECT_THAT(stream_of(this->ledger_, "a"), IsEmpty());
  EXPECT_EQ(this->ledger_.at(before_first), std::nullopt);
  EXPECT_EQ(this->ledger_.at(Position{1}), std::nullopt);
}

TYPED_TEST(LedgerContract, CountsPositionsFromOneWithoutAGap) {
  EXPECT_EQ(append(this->ledger_, {"a|1"}), Position{1});
  EXPECT_EQ(append(this->ledger_, {"b|2", "a|3", "c|4"}), Position{4});
  EXPECT_EQ(append(this->ledger_, {"b|5"}), Position{5});
  EXPECT_EQ(this->ledger_.head(), Position{5});
  EXPECT_THAT(all_records(this->ledger_),
              ElementsAre(Pair(1, "a|1"), Pair(2, "b|2"), Pair(3, "a|3"), Pair(4, "c|4"), Pair(5, "b|5")));
}

TYPED_TEST(LedgerContract, KeepsTheTreeOfItsRecords) {
  std::mt19937 random(5);
  expect_tree_of_records(this->ledger_);
  for (const std::size_t group : {1, 254, 1, 1, 300, 7, 700, 1}) {
    std::vector<std::string> records;
    for (std::size_t i = 0; i < group; ++i) records.push_back(record_of("s", std::to_string(random())));
    append(this->ledger_, records);
    expect_tree_of_records(this->ledger_);
  }
  // Any tree that there was.
  const auto& tiles = this->ledger_.tiles();
  for (const std::uint64_t size : {1, 255, 256, 257, 1'000}) {
    tlog::Edge edge;
    this->ledger_.read(before_first, Position{size}, [&](Position, std::string_view record) {
      edge.append(tlog::leaf_hash(record), [](auto...) {});
      return true;
    });
    EXPECT_EQ(tlog::Tree(tiles, size).root(), edge.root()) << size;
  }
}

TYPED_TEST(LedgerContract, ReadsBetweenItsBounds) {
  append(this->ledger_, {"a|1", "a|2", "a|3", "a|4"});
  EXPECT_THAT(records_between(this->ledger_, Position{1}, Position{3}),
              ElementsAre(Pair(2, "a|2"), Pair(3, "a|3")));
  EXPECT_THAT(records_between(this->ledger_, Position{3}, end_of_time), ElementsAre(Pair(4, "a|4")));
  EXPECT_THAT(records_between(this->ledger_, Position{2}, Position{2}), IsEmpty());
  EXPECT_THAT(records_between(this->ledger_, Position{3}, Position{1}), IsEmpty());
  EXPECT_THAT(records_between(this->ledger_, Position{9}, end_of_time), IsEmpty());
}

TYPED_TEST(LedgerContract, StopsReadingWhenTheVisitorHasEnough) {
  append(this->ledger_, {"a|1", "a|2", "a|3"});
  int shown = 0;
  EXPECT_EQ(
      this->ledger_.read(before_first, end_of_time, [&](Position, std::string_view) { return ++shown < 2; }),
      Position{2});
  EXPECT_EQ(shown, 2);
  EXPECT_EQ(this->ledger_.read(Position{3}, end_of_time, [](Position, std::string_view) { return true; }),
            Position{3});
}

TYPED_TEST(LedgerContract, ReadsSingleRecords) {
  append(this->ledger_, {"a|1", "b|2"});
  EXPECT_EQ(this->ledger_.at(Position{2}), "b|2");
  EXPECT_EQ(this->ledger_.at(before_first), std::nullopt);
  EXPECT_EQ(this->ledger_.at(Position{3}), std::nullopt);
}

TYPED_TEST(LedgerContract, KeepsBytesAsTheyAre) {
  auto bytes = std::string("a|\0\xff\r\"", 6);
  bytes.resize(max_record_bytes, 'x');
  append(this->ledger_, {bytes});
  EXPECT_EQ(this->ledger_.at(Position{1}), bytes);
}

TYPED_TEST(LedgerContract, TakesNoGroupWithAnImproperRecord) {
  EXPECT_THROW(append(this->ledger_, {}), std::invalid_argument);
  for (const auto& improper :
       {std::string(), "a|" + std::string(max_record_bytes, 'x'), std::string("a|1\n")})
    EXPECT_THROW(append(this->ledger_, {"a|1", improper}), std::invalid_argument);
  EXPECT_EQ(this->ledger_.head(), before_first);
  EXPECT_EQ(append(this->ledger_, {"a|1"}), Position{1});
}

TYPED_TEST(LedgerContract, ReadsAStreamOldestFirst) {
  append(this->ledger_, {"a|1", "b|2", "a|3"});
  append(this->ledger_, {"a|4", "c|5"});
  EXPECT_THAT(stream_of(this->ledger_, "a"), ElementsAre(Pair(1, "a|1"), Pair(3, "a|3"), Pair(4, "a|4")));
  EXPECT_THAT(stream_of(this->ledger_, "c"), ElementsAre(Pair(5, "c|5")));
  EXPECT_THAT(stream_of(this->ledger_, "d"), IsEmpty());
}

TYPED_TEST(LedgerContract, StopsReadingAStreamWhenTheVisitorHasEnough) {
  append(this->ledger_, {"a|1", "a|2", "a|3"});
  Records shown;
  this->ledger_.read_stream("a", [&](Position position, std::string_view record) {
    shown.emplace_back(number(position), record);
    return shown.size() < 2;
  });
  EXPECT_THAT(shown, ElementsAre(Pair(1, "a|1"), Pair(2, "a|2")));
}

TYPED_TEST(LedgerContract, KeepsManyStreamsApart) {
  constexpr int streams = 20;
  constexpr int rounds = 10;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::string> group;
    for (int stream = 0; stream < streams; ++stream)
      group.push_back(record_of("s" + std::to_string(stream), std::to_string(round)));
    append(this->ledger_, group);
  }
  for (int stream = 0; stream < streams; ++stream) {
    const auto subject = "s" + std::to_string(stream);
    Records expected;
    for (int round = 0; round < rounds; ++round)
      expected.emplace_back(round * streams + stream + 1, record_of(subject, std::to_string(round)));
    EXPECT_EQ(stream_of(this->ledger_, subject), expected);
  }
}

TYPED_TEST(LedgerContract, EndsAWaitWhenTheHeadMoves) {
  std::jthread writer([&] { append(this->ledger_, {"a|1"}); });
  EXPECT_EQ(this->ledger_.wait_beyond(before_first, in(30s)), Position{1});
}

TYPED_TEST(LedgerContract, DoesNotWaitForWhatIsThere) {
  append(this->ledger_, {"a|1", "a|2"});
  EXPECT_EQ(this->ledger_.wait_beyond(Position{1}, in(30s)), Position{2});
}

TYPED_TEST(LedgerContract, EndsAWaitAtTheDeadline) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(this->ledger_.wait_beyond(before_first, in(20ms)), before_first);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
}

TYPED_TEST(LedgerContract, EndsAllWaitsWhenClosedAndGoesOnOtherwise) {
  std::jthread closer([&] { this->ledger_.close(); });
  EXPECT_EQ(this->ledger_.wait_beyond(before_first, in(30s)), before_first);
  closer.join();
  EXPECT_EQ(append(this->ledger_, {"a|1"}), Position{1});
  EXPECT_EQ(this->ledger_.wait_beyond(Position{1}, in(30s)), Position{1});
}

TYPED_TEST(LedgerContract, TellsListenersOncePerGroupUntilTheirSubscriptionEnds) {
  std::vector<Position> told;
  {
    const auto subscription = this->ledger_.on_head([&](Position head) {
      EXPECT_EQ(this->ledger_.head(), head);
      told.push_back(head);
    });
    append(this->ledger_, {"a|1", "a|2"});
    append(this->ledger_, {"a|3"});
  }
  append(this->ledger_, {"a|4"});
  EXPECT_THAT(told, ElementsAre(Position{2}, Position{3}));
}

TYPED_TEST(LedgerContract, MovesASubscription) {
  int first = 0;
  int second = 0;
  auto subscription = this->ledger_.on_head([&](Position) { ++first; });
  subscription = this->ledger_.on_head([&](Position) { ++second; });
  const auto moved = std::move(subscription);
  append(this->ledger_, {"a|1"});
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

TYPED_TEST(LedgerContract, ShowsReadersOnTheirThreadsWhatTheHeadPromises) {
  constexpr std::uint64_t groups = 300;
  std::atomic<bool> done = false;
  const auto read = [&](unsigned seed) {
    std::mt19937_64 random(seed);
    do {
      const auto head = this->ledger_.head();
      if (head == before_first) continue;
      const Position position{1 + random() % number(head)};
      const auto record = this->ledger_.at(position);
      ASSERT_TRUE(record);
      const std::string subject(subject_of(*record));
      const auto stream = stream_of(this->ledger_, subject);
      const auto head_after = this->ledger_.head();
      ASSERT_THAT(stream, ::testing::Contains(Pair(number(position), *record)));
      ASSERT_TRUE(std::ranges::is_sorted(stream));
      ASSERT_LE(Position{stream.back().first}, head_after);
      const auto last = this->ledger_.read(std::max(position, head) + 0, end_of_time,
                                           [](Position, std::string_view) { return true; });
      ASSERT_GE(last, head);
      ASSERT_LE(last, this->ledger_.head());
    } while (!done);
  };
  {
    std::jthread one(read, 1);
    std::jthread two(read, 2);
    std::mt19937_64 random(3);
    for (std::uint64_t group = 0; group < groups; ++group) {
      std::vector<std::string> records;
      for (auto left = 1 + random() % 8; left > 0; --left)
        records.push_back(record_of("s" + std::to_string(random() % 40), std::to_string(group)));
      append(this->ledger_, records);
    }
    done = true;
  }
}

TYPED_TEST(LedgerContract, FeedsARecordBehindTheOther) {
  append(this->ledger_, {"a|1", "b|2", "c|3"});
  Feed feed(this->ledger_, Position{1});
  Records fed;
  const auto keep = [&](Position position, std::string_view record) {
    fed.emplace_back(number(position), record);
  };
  EXPECT_EQ(feed.next({.records = 1, .bytes = 1000}, in(30s), keep), 1U);
  EXPECT_EQ(feed.cursor(), Position{2});
  EXPECT_EQ(feed.next({.records = 10, .bytes = 1000}, in(30s), keep), 1U);
  EXPECT_EQ(feed.next({.records = 10, .bytes = 1000}, in(1ms), keep), 0U);
  EXPECT_EQ(feed.cursor(), Position{3});
  EXPECT_THAT(fed, ElementsAre(Pair(2, "b|2"), Pair(3, "c|3")));
}

TYPED_TEST(LedgerContract, FeedEndsAStepBehindTheRecordThatFillsIt) {
  append(this->ledger_, {"a|12345678", "b|12345678", "c|12345678"});
  Feed feed(this->ledger_, before_first);
  EXPECT_EQ(feed.next({.records = 10, .bytes = 11}, in(30s), [](Position, std::string_view) {}), 2U);
  EXPECT_EQ(feed.cursor(), Position{2});
}

TYPED_TEST(LedgerContract, FeedRepeatsARecordThatTheVisitorThrewAt) {
  append(this->ledger_, {"a|1", "a|2"});
  Feed feed(this->ledger_, before_first);
  EXPECT_THROW(feed.next({.records = 10, .bytes = 1000}, in(30s),
                         [](Position position, std::string_view) {
                           if (position == Position{2}) throw std::runtime_error("poison");
                         }),
               std::runtime_error);
  EXPECT_EQ(feed.cursor(), Position{1});
}

TYPED_TEST(LedgerContract, FeedsWithoutHoleOrDuplicateWhileRecordsAreAppended) {
  constexpr std::uint64_t records = 2'000;
  const auto follow = [&](std::size_t limit) {
    Feed feed(this->ledger_, before_first);
    std::uint64_t expected = 1;
    while (number(feed.cursor()) < records) {
      feed.next({.records = limit, .bytes = 1000}, in(30s), [&](Position position, std::string_view record) {
        ASSERT_EQ(number(position), expected);
        ASSERT_EQ(record, record_of("s" + std::to_string(expected % 10), std::to_string(expected)));
        ++expected;
      });
      ASSERT_FALSE(::testing::Test::HasFailure());
    }
  };
  std::vector<std::jthread> followers;
  followers.emplace_back(follow, 1000);
  std::mt19937_64 random(4);
  for (std::uint64_t next = 1; next <= records;) {
    std::vector<std::string> group;
    for (auto left = 1 + random() % 50; left > 0 && next <= records; --left, ++next)
      group.push_back(record_of("s" + std::to_string(next % 10), std::to_string(next)));
    append(this->ledger_, group);
    if (followers.size() == 1 && next > records / 2) followers.emplace_back(follow, 7);
  }
}

// ---- what must be shown by hand

struct InMemoryByHand {
  MemoryLedger ledger{Visibility::when_shown};
};

struct OnDiskByHand {
  static OpenOptions options(const std::filesystem::path& directory) {
    auto options = options_for(directory);
    options.visibility = Visibility::when_shown;
    return options;
  }
  TemporaryDirectory directory;
  std::unique_ptr<RocksLedger> opened = open_ledger(options(directory.path() / "ledger"));
  RocksLedger& ledger = *opened;
};

template <typename Made>
class LedgerShownByHand : public ::testing::Test {
 protected:
  Made made_;
  Ledger& ledger_ = made_.ledger;
};

using ImplementationsByHand = ::testing::Types<InMemoryByHand, OnDiskByHand>;
TYPED_TEST_SUITE(LedgerShownByHand, ImplementationsByHand);

TYPED_TEST(LedgerShownByHand, ShowsNothingThatIsOnlySynced) {
  EXPECT_EQ(append(this->ledger_, {"a|1", "a|2", "b|3"}), Position{3});
  EXPECT_EQ(this->ledger_.head(), before_first);
  EXPECT_THAT(all_records(this->ledger_), IsEmpty());
  EXPECT_THAT(stream_of(this->ledger_, "a"), IsEmpty());
  EXPECT_EQ(this->ledger_.at(Position{1}), std::nullopt);
  EXPECT_EQ(this->ledger_.wait_beyond(before_first, in(1ms)), before_first);
}

TYPED_TEST(LedgerShownByHand, ShowsUpToThePositionNamed) {
  append(this->ledger_, {"a|1", "a|2", "b|3"});
  this->ledger_.show(Position{2});
  EXPECT_EQ(this->ledger_.head(), Position{2});
  EXPECT_THAT(all_records(this->ledger_), ElementsAre(Pair(1, "a|1"), Pair(2, "a|2")));
  EXPECT_THAT(stream_of(this->ledger_, "b"), IsEmpty());
  this->ledger_.show(Position{1});
  EXPECT_EQ(this->ledger_.head(), Position{2});
  EXPECT_EQ(append(this->ledger_, {"b|4"}), Position{4});
  this->ledger_.show(Position{4});
  EXPECT_THAT(stream_of(this->ledger_, "b"), ElementsAre(Pair(3, "b|3"), Pair(4, "b|4")));
}

TYPED_TEST(LedgerShownByHand, GivesItsWriterAllThatIsSynced) {
  append(this->ledger_, {"a|1", "a|2", "b|3"});
  this->ledger_.show(Position{1});
  const eventstore::Records& synced = this->ledger_.synced();
  EXPECT_EQ(synced.head(), Position{3});
  EXPECT_EQ(synced.at(Position{3}), "b|3");
  EXPECT_EQ(synced.read(before_first, end_of_time, [](Position, std::string_view) { return true; }),
            Position{3});
  int shown = 0;
  synced.read_stream("a", [&](Position, std::string_view) { return ++shown > 0; });
  EXPECT_EQ(shown, 2);
}

TYPED_TEST(LedgerShownByHand, TellsThoseWhoListenToEitherHead) {
  std::vector<Position> synced;
  std::vector<Position> visible;
  const auto one = this->ledger_.synced().on_head([&](Position head) { synced.push_back(head); });
  const auto two = this->ledger_.on_head([&](Position head) { visible.push_back(head); });
  append(this->ledger_, {"a|1", "a|2"});
  append(this->ledger_, {"a|3"});
  this->ledger_.show(Position{3});
  this->ledger_.show(Position{3});
  EXPECT_THAT(synced, ElementsAre(Position{2}, Position{3}));
  EXPECT_THAT(visible, ElementsAre(Position{3}));
}

TYPED_TEST(LedgerContract, ShowsByItselfWhatIsSynced) {
  append(this->ledger_, {"a|1"});
  EXPECT_EQ(this->ledger_.head(), this->ledger_.synced().head());
  EXPECT_THROW(this->ledger_.show(Position{1}), std::logic_error);
}

}  // namespace
}  // namespace stimmbuch::eventstore::testing
