#include "stimmbuch/adapters/vault/erasure_list.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace stimmbuch::vault {
namespace {

namespace fs = std::filesystem;
using runner::RowClass;
using Kind = VaultError::Kind;

const auto town = LedgerId::parse("town").value();

const Destruction some{.owners = {{"citizen/c1", "17"}, {"citizen/c2", ""}},
                       .rows = {{RowClass::secrets, "secret/contest/p"},
                                {RowClass::texts, "text/poll/p/0/options/a/description/de"}}};

class ErasureListTest : public testing::Test {
 protected:
  std::unique_ptr<ErasureList> open() const {
    auto list = ErasureList::open(file, town);
    EXPECT_TRUE(list) << list.error().text;
    return std::move(*list);
  }
  Kind refusal(const LedgerId& ledger = town) const {
    auto list = ErasureList::open(file, ledger);
    EXPECT_FALSE(list);
    return list ? Kind::io : list.error().kind;
  }
  std::string content() const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void replace_content(const std::string& text) const {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
  }

  test::TemporaryDirectory place;
  fs::path file = place.path() / "data.erasures";
};

TEST_F(ErasureListTest, SaysWhatItWasTold) {
  EXPECT_TRUE(open()->all().empty());
  open()->append(some);
  const auto all = open()->all();
  ASSERT_EQ(all.owners.size(), 2U);
  EXPECT_EQ(all.owners[0].subject, "citizen/c1");
  EXPECT_EQ(all.owners[0].held, "17");
  EXPECT_EQ(all.owners[1].held, "");
  EXPECT_EQ(all.rows, some.rows);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ErasureListTest, SaysNothingTwice) {
  const auto list = open();
  list->append(some);
  const auto mark = list->mark();
  list->append(some);
  EXPECT_EQ(list->mark(), mark);
  EXPECT_EQ(open()->mark(), mark);
}

TEST_F(ErasureListTest, KnowsWhatItGoesOnFrom) {
  const auto list = open();
  const auto empty = list->mark();
  list->append(some);
  const auto first = list->mark();
  list->append({.owners = {{"citizen/c3", "9"}}, .rows = {}});
  for (const auto& mark : {empty, first, list->mark()}) EXPECT_TRUE(list->goes_on_from(mark)) << mark;
  fs::remove(file);
  const auto other = open();
  other->append({.owners = {{"citizen/c3", "9"}}, .rows = {}});
  EXPECT_TRUE(other->goes_on_from(empty));
  EXPECT_FALSE(other->goes_on_from(first));
  EXPECT_FALSE(other->goes_on_from(list->mark()));
  EXPECT_FALSE(other->goes_on_from("nonsense"));
  EXPECT_FALSE(other->goes_on_from(""));
}

TEST_F(ErasureListTest, DropsAnEndThatWasCutShort) {
  open()->append(some);
  const auto mark = open()->mark();
  const auto whole = content();
  for (std::size_t more = 1; more < 20; ++more) {
    replace_content(whole + std::string("owner citizen/c3 1 checkcheck").substr(0, more));
    EXPECT_EQ(open()->mark(), mark);
    EXPECT_EQ(content(), whole);
  }
  replace_content(whole.substr(0, 10));  // the first line was never there whole
  EXPECT_TRUE(open()->all().empty());
}

TEST_F(ErasureListTest, IsRefusedWhenALineWasChangedLeftOutOrPutIn) {
  open()->append(some);
  const auto whole = content();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    if (at + 1 == whole.size()) continue;  // an end that was cut short
    replace_content(changed);
    EXPECT_EQ(refusal(), Kind::damaged) << at;
  }
  const auto second = whole.find('\n') + 1;
  const auto third = whole.find('\n', second) + 1;
  replace_content(whole.substr(0, second) + whole.substr(third));
  EXPECT_EQ(refusal(), Kind::damaged);
  replace_content(whole + whole.substr(second, third - second));
  EXPECT_EQ(refusal(), Kind::damaged);
  replace_content(whole + "\n");
  EXPECT_EQ(refusal(), Kind::damaged);
}

TEST_F(ErasureListTest, IsOfOneLedger) {
  open()->append(some);
  EXPECT_EQ(refusal(LedgerId::parse("village").value()), Kind::damaged);
}

TEST_F(ErasureListTest, ThatSaysNothingIsLeftToTheNextLedger) {
  open();
  const auto village = LedgerId::parse("village").value();
  ASSERT_TRUE(ErasureList::open(file, village));
  EXPECT_EQ(content(), "stimmbuch-erasures-v1 village\n");
}

TEST_F(ErasureListTest, LiesBesideTheDataDirectory) {
  EXPECT_EQ(ErasureList::default_file(place.path() / "data"), file);
  EXPECT_EQ(ErasureList::default_file(place.path() / "data" / ""), file);
}

// ---- and the vault

class AppliedErasures : public ErasureListTest {
 protected:
  AppliedErasures() { fs::create_directory(place.path() / "data"); }

  std::unique_ptr<RocksVault> open_vault() const {
    auto vault = RocksVault::open(place.path() / "data", keys, RocksVault::Start::first);
    EXPECT_TRUE(vault) << vault.error().text;
    return std::move(*vault);
  }

  const WrappingKeys keys = WrappingKeys::random();
};

TEST_F(AppliedErasures, DestroyWhatAnOlderVaultStillHas) {
  const auto vault = open_vault();
  vault->write(Position{1}, std::vector<runner::VaultRow>{
                                {RowClass::texts, "text/citizen/c1/0/name", {"citizen/c1"}, "Cora"},
                                {RowClass::secrets, "identity/x", {"citizen/c1"}, "c1"},
                                {RowClass::texts, "text/citizen/c9/0/name", {"citizen/c9"}, "Dora"},
                                {RowClass::secrets, "secret/contest/p", {}, "s"}});
  const auto list = open();
  list->append(some);
  EXPECT_EQ(apply_erasures(*vault, *list), true);
  EXPECT_FALSE(vault->read(RowClass::texts, "text/citizen/c1/0/name"));
  EXPECT_FALSE(vault->read(RowClass::secrets, "secret/contest/p"));
  EXPECT_EQ(vault->read(RowClass::secrets, "held/identity/x"), "17");
  EXPECT_TRUE(vault->read(RowClass::texts, "text/citizen/c9/0/name"));
  EXPECT_EQ(apply_erasures(*vault, *list), false);
}

TEST_F(AppliedErasures, NeedAListThatIsNotOlderThanTheVault) {
  const auto vault = open_vault();
  auto list = open();
  list->append({.owners = {{"citizen/c1", "1"}}, .rows = {}});
  const auto older = content();
  list->append(some);
  ASSERT_EQ(apply_erasures(*vault, *list), true);
  replace_content(older);
  const auto refused = apply_erasures(*vault, *open());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, testing::HasSubstr("older than the vault"));
}

}  // namespace
}  // namespace stimmbuch::vault
