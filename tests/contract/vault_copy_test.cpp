// A vault that is published, and copies of it on other nodes.
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::vault {
namespace {

namespace fs = std::filesystem;
using runner::RowClass;
using runner::VaultRow;
using testing::IsEmpty;
using testing::Not;

VaultRow text_row(std::string name, std::string value) {
  return {.row_class = RowClass::texts,
          .name = std::move(name),
          .owners = {"citizen/c1"},
          .value = std::move(value)};
}

// A node's directory; all have the same keys.
class PublishedVault : public testing::Test {
 protected:
  std::unique_ptr<RocksVault> open(const std::string& node, RocksVault::Start start) {
    fs::create_directories(directory_.path() / node);
    auto vault = RocksVault::open(directory_.path() / node, keys_, start);
    if (!vault) throw std::runtime_error(vault.error().text);
    return *std::move(vault);
  }

  // Takes over what a topic would carry.
  void publish_all(const RocksVault& from) {
    from.all_rows([this](const SealedRow& row) { topic_.push_back(row); });
  }
  void publish_unpublished(RocksVault& from, Position up_to) {
    for (auto& row : from.unpublished(up_to)) topic_.push_back(std::move(row));
    from.confirm_published(up_to);
  }
  void copy_to(RocksVault& copy) {
    const auto from = static_cast<std::size_t>(copy.copied_to().value_or(0));
    copy.copy(std::span(topic_).subspan(from), static_cast<std::int64_t>(topic_.size()));
  }

  test::TemporaryDirectory directory_;
  WrappingKeys keys_ = WrappingKeys::random();
  std::vector<SealedRow> topic_;
};

TEST_F(PublishedVault, BecomesTheSameOnAnotherNode) {
  const auto leader = open("leader", RocksVault::Start::first);
  leader->write(Position{1}, std::vector{text_row("text/a", "before")});
  EXPECT_TRUE(leader->begin_publishing());
  publish_all(*leader);
  leader->published_all();
  leader->write(Position{5}, std::vector{text_row("text/b", "later"), text_row("text/c", "too")});
  publish_unpublished(*leader, Position{9});

  const auto copy = open("follower", RocksVault::Start::copy);
  copy_to(*copy);
  ASSERT_TRUE(copy->load());
  EXPECT_EQ(copy->read(RowClass::texts, "text/a"), "before");
  EXPECT_EQ(copy->read(RowClass::texts, "text/b"), "later");
  EXPECT_EQ(copy->secrets().token, leader->secrets().token);
  EXPECT_EQ(copy->rows_of("citizen/c1").size(), leader->rows_of("citizen/c1").size());
}

TEST_F(PublishedVault, TellsWhenRowsAreDestroyedHereAndOnTheOtherNode) {
  const auto leader = open("leader", RocksVault::Start::first);
  int told_here = 0;
  leader->on_destruction([&] { ++told_here; });
  leader->write(Position{1}, std::vector{text_row("text/a", "x"), text_row("text/b", "y")});
  leader->begin_publishing();
  publish_all(*leader);
  leader->published_all();
  const auto copy = open("follower", RocksVault::Start::copy);
  int told_there = 0;
  copy->on_destruction([&] { ++told_there; });
  copy_to(*copy);
  EXPECT_EQ(told_there, 0);
  leader->destroy({.owners = {}, .rows = {{RowClass::texts, "text/a"}}});
  EXPECT_EQ(told_here, 1);
  publish_unpublished(*leader, Position{9});
  copy_to(*copy);
  EXPECT_EQ(told_there, 1);
  ASSERT_TRUE(copy->load());
  EXPECT_EQ(copy->read(RowClass::texts, "text/a"), std::nullopt);
  EXPECT_EQ(copy->read(RowClass::texts, "text/b"), "y");
}

TEST_F(PublishedVault, TellsOfAWriteOnceItsRecordsAreReached) {
  const auto vault = open("leader", RocksVault::Start::first);
  vault->begin_publishing();
  vault->write(Position{3}, std::vector{text_row("text/a", "x")});
  vault->write(Position{7}, std::vector{text_row("text/b", "y")});
  EXPECT_THAT(vault->unpublished(Position{2}), IsEmpty());
  EXPECT_EQ(vault->unpublished(Position{6}).size(), 2U);  // the row and its owner's entry
  EXPECT_EQ(vault->unpublished(Position{7}).size(), 4U);
  vault->confirm_published(Position{3});
  EXPECT_EQ(vault->unpublished(Position{7}).size(), 2U);
}

TEST_F(PublishedVault, HasWhatIsKeptBesideTheRecordsAndItsNewestValue) {
  const auto leader = open("leader", RocksVault::Start::first);
  leader->begin_publishing();
  publish_all(*leader);
  leader->published_all();
  const auto copy = open("follower", RocksVault::Start::copy);
  int told_of_destruction = 0;
  copy->on_destruction([&] { ++told_of_destruction; });
  for (const auto* const value : {"p1", "p1 p2", ""}) {
    leader->keep({RowClass::secrets, "follows/c1", {"citizen/c1"}, value});
    EXPECT_TRUE(leader->has_unpublished_changes());
    publish_unpublished(*leader, before_first);
    EXPECT_FALSE(leader->has_unpublished_changes());
    copy_to(*copy);
    ASSERT_TRUE(copy->load());
    EXPECT_EQ(copy->read(RowClass::secrets, "follows/c1"), value);
    EXPECT_EQ(copy->rows_of("citizen/c1").size(), 1U);
  }
  EXPECT_EQ(told_of_destruction, 0);
}

TEST_F(PublishedVault, RemembersOverAStartWhatIsNotPublished) {
  {
    const auto vault = open("leader", RocksVault::Start::first);
    vault->begin_publishing();
    vault->published_all();
    vault->write(Position{3}, std::vector{text_row("text/a", "x")});
    vault->write(Position{4}, std::vector{text_row("text/b", "y")});
  }
  const auto vault = open("leader", RocksVault::Start::later);
  vault->recover(Position{4});
  EXPECT_FALSE(vault->begin_publishing());  // all but the notes
  EXPECT_EQ(vault->unpublished(Position{4}).size(), 4U);
}

TEST_F(PublishedVault, PublishesNothingOfACommandThatNeverCameToBe) {
  const auto vault = open("leader", RocksVault::Start::first);
  vault->begin_publishing();
  vault->write(Position{3}, std::vector{text_row("text/a", "x")});
  vault->write(Position{5}, std::vector{text_row("text/b", "y")});
  vault->recover(Position{4});
  EXPECT_EQ(vault->unpublished(end_of_time).size(), 2U);
  EXPECT_EQ(vault->read(RowClass::texts, "text/b"), std::nullopt);
  EXPECT_EQ(vault->read(RowClass::texts, "text/a"), "x");
}

TEST_F(PublishedVault, KeepsOnlyTheLastNoteWhileNobodyHearsOfIt) {
  const auto vault = open("leader", RocksVault::Start::first);
  vault->write(Position{1}, std::vector{text_row("text/a", "x")});
  vault->write(Position{2}, std::vector{text_row("text/b", "y")});
  EXPECT_EQ(vault->unpublished(end_of_time).size(), 2U);
  vault->recover(Position{1});
  EXPECT_EQ(vault->read(RowClass::texts, "text/a"), "x");
  EXPECT_EQ(vault->read(RowClass::texts, "text/b"), std::nullopt);
}

TEST_F(PublishedVault, IsPublishedAgainUntilAllOfItWas) {
  {
    const auto vault = open("leader", RocksVault::Start::first);
    EXPECT_TRUE(vault->begin_publishing());
  }
  const auto vault = open("leader", RocksVault::Start::later);
  EXPECT_TRUE(vault->begin_publishing());
  vault->published_all();
  EXPECT_FALSE(vault->begin_publishing());
}

TEST_F(PublishedVault, IsNotLoadedFromACopyThatIsNotWholeOrUnderOtherKeys) {
  const auto leader = open("leader", RocksVault::Start::first);
  const auto copy = open("follower", RocksVault::Start::copy);
  EXPECT_EQ(copy->copied_to(), std::nullopt);
  EXPECT_FALSE(copy->load());
  publish_all(*leader);
  copy_to(*copy);
  EXPECT_TRUE(copy->load());
  keys_ = WrappingKeys::random();
  const auto stranger = open("stranger", RocksVault::Start::copy);
  copy_to(*stranger);
  const auto loaded = stranger->load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, VaultError::Kind::wrong_key);
}

TEST_F(PublishedVault, TakesWhatWasDestroyedFromItsCopies) {
  const auto leader = open("leader", RocksVault::Start::first);
  leader->write(Position{1}, std::vector{text_row("text/a", "x")});
  publish_all(*leader);
  const auto copy = open("follower", RocksVault::Start::copy);
  copy_to(*copy);
  ASSERT_TRUE(copy->load());
  EXPECT_EQ(copy->read(RowClass::texts, "text/a"), "x");
  topic_.push_back({"texts/text/a", std::nullopt});
  copy_to(*copy);
  EXPECT_EQ(copy->read(RowClass::texts, "text/a"), std::nullopt);
  EXPECT_EQ(copy->copied_to(), static_cast<std::int64_t>(topic_.size()));
}

TEST_F(PublishedVault, ShowsTextsAndNoSecretToWhoHasTheKeyOfTextsAlone) {
  const auto leader = open("leader", RocksVault::Start::first);
  leader->write(Position{1}, std::vector{text_row("text/a", "x"), VaultRow{.row_class = RowClass::secrets,
                                                                           .name = "identity/h",
                                                                           .owners = {"citizen/c1"},
                                                                           .value = "c1"}});
  publish_all(*leader);
  keys_.secrets.reset();
  const auto reading = open("reading", RocksVault::Start::copy);
  copy_to(*reading);
  ASSERT_TRUE(reading->load());
  EXPECT_FALSE(reading->opens_secrets());
  EXPECT_EQ(reading->read(RowClass::texts, "text/a"), "x");
  EXPECT_EQ(reading->read(RowClass::secrets, "identity/h"), std::nullopt);
  EXPECT_FALSE(reading->secrets().subject == leader->secrets().subject);
  EXPECT_THROW((void)reading->rows_of("citizen/c1"), std::logic_error);
  EXPECT_THROW(reading->write(Position{9}, std::vector{text_row("text/b", "y")}), std::logic_error);
}

TEST_F(PublishedVault, OfANodeThatBecomesTheLeaderNeedsNoSecondPublishing) {
  const auto leader = open("leader", RocksVault::Start::first);
  publish_all(*leader);
  const auto copy = open("follower", RocksVault::Start::copy);
  copy_to(*copy);
  ASSERT_TRUE(copy->load());
  EXPECT_FALSE(copy->begin_publishing());
  copy->write(Position{8}, std::vector{text_row("text/z", "new")});
  EXPECT_THAT(copy->unpublished(Position{8}), Not(IsEmpty()));
}

}  // namespace
}  // namespace stimmbuch::vault
