// The end of rows: deleted, written out of the files, and sealed anew so that no stale copy opens.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/adapters/vault/copy_check.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::vault {
namespace {

namespace fs = std::filesystem;
using runner::RowClass;
using runner::VaultRow;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using Kind = VaultError::Kind;

const auto always = [] { return true; };

VaultRow text_row(std::string name, std::vector<std::string> owners, std::string value = "words") {
  return {RowClass::texts, std::move(name), std::move(owners), std::move(value)};
}
VaultRow secret_row(std::string name, std::vector<std::string> owners = {}, std::string value = "secret") {
  return {RowClass::secrets, std::move(name), std::move(owners), std::move(value)};
}

std::string contents_of(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

class VaultDestruction : public testing::Test {
 protected:
  VaultDestruction() { fs::create_directory(data()); }

  fs::path data() const { return directory_.path() / "data"; }

  void open() { open(keys); }
  void open(const WrappingKeys& with) {
    vault.reset();
    auto opened = RocksVault::open(data(), with, RocksVault::Start::first);
    if (!opened) throw std::runtime_error(opened.error().text);
    vault = *std::move(opened);
  }

  // Two people, a text about both, and a secret of nobody's.
  void write_people() {
    vault->write(Position{1},
                 std::vector{text_row("text/citizen/c1/0/name", {"citizen/c1"}),
                             text_row("text/citizen/c2/0/name", {"citizen/c2"}),
                             text_row("text/poll/p/3/about", {"citizen/c1", "citizen/c2"}),
                             secret_row("identity/x", {"citizen/c1"}, "c1"),
                             secret_row("registry/y", {"citizen/c1"}, "c1"), secret_row("secret/contest/p")});
  }

  bool has_text(std::string_view name) const { return vault->read(RowClass::texts, name).has_value(); }
  bool has_secret(std::string_view name) const { return vault->read(RowClass::secrets, name).has_value(); }

  // All values as they lie in the database.
  std::set<std::string> sealed_values() const {
    std::set<std::string> values;
    vault->all_rows([&](const SealedRow& row) {
      if (row.value->size() > 20) values.insert(*row.value);
    });
    return values;
  }

  std::set<std::string> found_in_files(const std::set<std::string>& values) const {
    std::set<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator{data()}) {
      if (!entry.is_regular_file()) continue;
      const auto content = contents_of(entry.path());
      for (const auto& value : values)
        if (content.find(value) != std::string::npos) found.insert(value);
    }
    return found;
  }

  fs::path copy() const { return data() / "copy"; }
  static std::map<fs::path, std::string> files_of(const fs::path& directory) {
    std::map<fs::path, std::string> files;
    for (const auto& entry : fs::directory_iterator{directory})
      files.emplace(entry.path(), contents_of(entry.path()));
    return files;
  }

  void rotate() {
    const auto changing = keys.with_next();
    vault->begin_rotation(changing);
    ASSERT_TRUE(vault->seal_anew(always));
    vault->end_rotation(changing.only_next());
    keys = changing.only_next();
  }

  WrappingKeys keys = WrappingKeys::random();
  std::unique_ptr<RocksVault> vault;

 private:
  test::TemporaryDirectory directory_;
};

TEST_F(VaultDestruction, TakesAllRowsOfAnOwnerAndHoldsWhoTheyWere) {
  open();
  write_people();
  vault->destroy({.owners = {{"citizen/c1", "17"}}, .rows = {}});
  for (int start = 0; start < 2; ++start) {
    EXPECT_FALSE(has_text("text/citizen/c1/0/name"));
    EXPECT_FALSE(has_text("text/poll/p/3/about"));
    EXPECT_FALSE(has_secret("identity/x"));
    EXPECT_FALSE(has_secret("registry/y"));
    EXPECT_EQ(vault->read(RowClass::secrets, "held/identity/x"), "17");
    EXPECT_EQ(vault->read(RowClass::secrets, "held/registry/y"), "17");
    EXPECT_THAT(vault->rows_of("citizen/c1"), IsEmpty());
    EXPECT_TRUE(has_text("text/citizen/c2/0/name"));
    EXPECT_THAT(vault->rows_of("citizen/c2"),
                ElementsAre(RowAddress{RowClass::texts, "text/citizen/c2/0/name"}));
    EXPECT_TRUE(has_secret("secret/contest/p"));
    open();
  }
}

TEST_F(VaultDestruction, TakesRowsByName) {
  open();
  write_people();
  vault->destroy(
      {.owners = {},
       .rows = {{RowClass::secrets, "secret/contest/p"}, {RowClass::texts, "text/poll/p/3/about"}}});
  EXPECT_FALSE(has_secret("secret/contest/p"));
  EXPECT_FALSE(has_text("text/poll/p/3/about"));
  EXPECT_EQ(vault->rows_of("citizen/c2").size(), 1U);
  EXPECT_TRUE(has_text("text/citizen/c1/0/name"));
}

TEST_F(VaultDestruction, PassesOverWhatIsNotThere) {
  open();
  write_people();
  const Destruction both{.owners = {{"citizen/c1", "17"}, {"citizen/nobody", "1"}},
                         .rows = {{RowClass::texts, "text/nothing"}}};
  vault->destroy(both);
  vault->destroy(both);
  EXPECT_EQ(vault->read(RowClass::secrets, "held/identity/x"), "17");
  EXPECT_EQ(vault->rows_of("citizen/c2").size(), 1U);
}

TEST_F(VaultDestruction, GoesThroughMoreRowsThanABatchHolds) {
  open();
  std::vector<VaultRow> rows;
  for (int i = 0; i < 2500; ++i)
    rows.push_back(text_row("text/citizen/c1/" + std::to_string(i) + "/name", {"citizen/c1"}));
  vault->write(Position{1}, rows);
  vault->destroy({.owners = {{"citizen/c1", "1"}}, .rows = {}});
  for (const auto& row : rows) EXPECT_FALSE(has_text(row.name));
  EXPECT_THAT(vault->rows_of("citizen/c1"), IsEmpty());
}

TEST_F(VaultDestruction, HidesATextFromTheMomentItIsAskedFor) {
  open();
  write_people();
  vault->write(Position{9}, std::vector{secret_row(erasing_row_name("citizen/c1"))});
  EXPECT_FALSE(has_text("text/citizen/c1/0/name"));
  EXPECT_FALSE(has_text("text/poll/p/3/about"));
  EXPECT_TRUE(has_text("text/citizen/c2/0/name"));
  vault->write(Position{10}, std::vector{secret_row(erasing_row_name("text/citizen/c2/0/name"))});
  EXPECT_FALSE(has_text("text/citizen/c2/0/name"));
  vault->recover(Position{9});  // the record of the request never came
  EXPECT_TRUE(has_text("text/citizen/c2/0/name"));
  EXPECT_FALSE(has_text("text/citizen/c1/0/name"));
}

TEST_F(VaultDestruction, ListsSecretsByTheFrontOfTheirNames) {
  open();
  write_people();
  vault->write(Position{9}, std::vector{secret_row("secret/contest/a", {}, "A")});
  std::vector<std::string> seen;
  vault->each_secret("secret/contest/", [&](std::string_view name, std::string_view value) {
    seen.push_back(std::string(name).append("=").append(value));
  });
  EXPECT_THAT(seen, ElementsAre("secret/contest/a=A", "secret/contest/p=secret"));
}

TEST_F(VaultDestruction, LeavesNoByteOfARowInTheFilesOnceTheyAreWrittenAnew) {
  open();
  write_people();
  open();  // the rows are in a table now
  vault->write(Position{5}, std::vector{text_row("text/late", {"citizen/c1"})});
  const auto before = sealed_values();
  ASSERT_EQ(found_in_files(before), before);
  vault->destroy({.owners = {{"citizen/c1", "17"}}, .rows = {{RowClass::secrets, "secret/contest/p"}}});
  vault->compact();
  const auto left = sealed_values();
  for (const auto& value : found_in_files(before)) EXPECT_TRUE(left.contains(value)) << "a destroyed row";
}

TEST_F(VaultDestruction, RotationSealsEverythingAnew) {
  open();
  write_people();
  const auto old_keys = keys;
  const auto before = sealed_values();
  rotate();
  vault->compact();
  for (const auto& value : sealed_values()) EXPECT_FALSE(before.contains(value));
  EXPECT_THAT(found_in_files(before), IsEmpty());
  EXPECT_TRUE(has_text("text/citizen/c1/0/name"));
  vault->write(Position{5}, std::vector{text_row("text/later", {"citizen/c1"})});
  const auto token = vault->secrets().token;
  open();
  EXPECT_EQ(vault->secrets().token, token);
  EXPECT_TRUE(has_text("text/later"));
  EXPECT_EQ(vault->rows_of("citizen/c1").size(), 5U);
  vault.reset();
  const auto refused = RocksVault::open(data(), old_keys, RocksVault::Start::later);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::wrong_key);
}

TEST_F(VaultDestruction, NoRowOfAnEarlierCopyOpensUnderTheNewKeys) {
  open();
  write_people();
  vault.reset();
  test::TemporaryDirectory copy;
  fs::copy(data() / "vault", copy.path() / "vault", fs::copy_options::recursive);
  open();
  rotate();
  const auto opened = RocksVault::open(copy.path(), keys, RocksVault::Start::later);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Kind::wrong_key);
  // Row by row, too.
  const auto forced = RocksVault::open(copy.path(), keys, RocksVault::Start::copy);
  ASSERT_TRUE(forced);
  int rows = 0;
  (*forced)->all_rows([&](const SealedRow& row) {
    const auto slash = row.key.find('/');
    const auto front = row.key.substr(0, slash);
    if (front != "texts" && front != "secrets") return;
    ++rows;
    const auto row_class = front == "texts" ? RowClass::texts : RowClass::secrets;
    EXPECT_THROW((*forced)->read(row_class, row.key.substr(slash + 1)), std::runtime_error) << row.key;
  });
  EXPECT_GT(rows, 10);
}

TEST_F(VaultDestruction, RotationGoesOnAfterItWasCutShort) {
  open();
  std::vector<VaultRow> rows;
  for (int i = 0; i < 3000; ++i)
    rows.push_back(
        text_row("text/citizen/c1/" + std::to_string(i) + "/name", {"citizen/c1"}, std::string(1000, 'x')));
  vault->write(Position{1}, rows);
  const auto changing = keys.with_next();
  vault->begin_rotation(changing);
  int batches = 0;
  EXPECT_FALSE(vault->seal_anew([&] { return batches++ < 2; }));
  EXPECT_THROW(vault->end_rotation(changing.only_next()), std::logic_error);

  open(changing);
  EXPECT_TRUE(vault->is_rotating());
  vault->write(Position{2}, std::vector{text_row("text/between", {})});
  for (const auto& row : rows) ASSERT_TRUE(has_text(row.name));
  EXPECT_TRUE(vault->seal_anew(always));
  vault->end_rotation(changing.only_next());
  EXPECT_FALSE(vault->is_rotating());
  open(changing.only_next());
  for (const auto& row : rows) ASSERT_TRUE(has_text(row.name));
  EXPECT_TRUE(has_text("text/between"));
}

// ---- what shows that the former keys are not needed

TEST_F(VaultDestruction, ACopyOpensWhollyUnderItsKeysAlone) {
  open();
  write_people();
  const auto former = keys;
  rotate();
  vault->hard_link_checkpoint(copy());
  const auto files = files_of(copy());
  const auto opened = opens_wholly(copy(), keys, always);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_TRUE(*opened);
  EXPECT_FALSE(*opens_wholly(copy(), keys, [] { return false; }));
  const auto refused = opens_wholly(copy(), former, always);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::wrong_key);
  EXPECT_EQ(files_of(copy()), files) << "it was changed by reading";
}

TEST_F(VaultDestruction, ACopyWithARowUnderTheFormerKeysDoesNotOpenWholly) {
  open();
  write_people();
  const auto changing = keys.with_next();
  vault->begin_rotation(changing);
  vault->write(Position{7}, std::vector{text_row("text/citizen/c9/0/name", {"citizen/c9"})});
  vault->hard_link_checkpoint(copy());
  ASSERT_TRUE(opens_wholly(copy(), changing, always));
  for (const auto& alone : {keys, changing.only_next()}) EXPECT_FALSE(opens_wholly(copy(), alone, always));
}

TEST_F(VaultDestruction, ARowThatDoesNotOpenIsNamedAndNotShown) {
  open();
  write_people();
  std::vector<SealedRow> rows;
  vault->all_rows([&](const SealedRow& row) {
    if (row.key.ends_with("c2/0/name")) rows.push_back(row);
  });
  ASSERT_EQ(rows.size(), 1U);
  rows[0].value->back() = static_cast<char>(rows[0].value->back() ^ 1);
  vault->copy(rows, 1);
  vault->hard_link_checkpoint(copy());
  const auto refused = opens_wholly(copy(), keys, always);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::damaged);
  EXPECT_THAT(refused.error().text, testing::HasSubstr("texts/text/citizen/c2/0/name does not open"));
  EXPECT_THAT(refused.error().text, Not(testing::HasSubstr("words")));
}

TEST_F(VaultDestruction, ADamagedFileOfACopyIsNotOpened) {
  open();
  write_people();
  vault->compact();
  vault->hard_link_checkpoint(copy());
  int tables = 0;
  for (const auto& [file, bytes] : files_of(copy())) {
    if (file.extension() != ".sst") continue;
    ++tables;
    auto damaged = bytes;
    damaged[damaged.size() / 4] = static_cast<char>(damaged[damaged.size() / 4] ^ 1);
    fs::remove(file);  // it is linked to the vault's own
    std::ofstream{file, std::ios::binary} << damaged;
  }
  ASSERT_GT(tables, 0);
  EXPECT_FALSE(opens_wholly(copy(), keys, always));
  EXPECT_FALSE(opens_wholly(data(), keys, always));
}

TEST_F(VaultDestruction, TakesWhatIsKeptOfAPersonBesideTheRecords) {
  open();
  for (const auto* const value : {"p1", "p1 p2"})
    vault->keep(secret_row("follows/c1", {"citizen/c1"}, value));
  vault->keep(secret_row("follows/c2", {"citizen/c2"}, "p1"));
  open();
  EXPECT_EQ(vault->read(RowClass::secrets, "follows/c1"), "p1 p2");
  vault->destroy({.owners = {{"citizen/c1", ""}}, .rows = {}});
  EXPECT_FALSE(has_secret("follows/c1"));
  EXPECT_TRUE(has_secret("follows/c2"));
  EXPECT_THAT(vault->rows_of("citizen/c1"), IsEmpty());
}

TEST_F(VaultDestruction, LeavesWhatIsKeptWhenAWriteIsTakenBack) {
  open();
  vault->write(Position{4}, std::vector{text_row("text/citizen/c1/0/name", {"citizen/c1"})});
  vault->keep(secret_row("follows/c1", {"citizen/c1"}, "p1"));
  open();
  vault->recover(Position{3});
  EXPECT_FALSE(has_text("text/citizen/c1/0/name"));
  EXPECT_TRUE(has_secret("follows/c1"));
}

// ---- where it is published

TEST_F(VaultDestruction, IsPublishedUntilThatIsConfirmed) {
  open();
  write_people();
  vault->begin_publishing();
  vault->published_all();
  vault->confirm_published(Position{1});
  vault->destroy({.owners = {{"citizen/c1", "17"}}, .rows = {}});
  open();
  const auto told = vault->unpublished(Position{0});
  std::vector<std::string> keys_told;
  int without_value = 0;
  for (const auto& row : told) {
    keys_told.push_back(row.key);
    without_value += row.value ? 0 : 1;
  }
  // Four rows, five entries; two rows are held.
  EXPECT_EQ(without_value, 9);
  EXPECT_THAT(keys_told, testing::IsSupersetOf(
                             {"secrets/held/identity/x", "secrets/identity/x", "texts/text/poll/p/3/about"}));
  vault->destroy({.owners = {}, .rows = {{RowClass::secrets, "secret/contest/p"}}});
  vault->confirm_published(Position{0});
  EXPECT_THAT(vault->unpublished(Position{0}),
              ElementsAre(SealedRow{"secrets/secret/contest/p", std::nullopt}));
  vault->confirm_published(Position{0});
  EXPECT_THAT(vault->unpublished(Position{0}), IsEmpty());
}

TEST_F(VaultDestruction, DoesNotTellByItsOrderWhichRowsWereOnePersons) {
  open();
  std::vector<VaultRow> rows;
  for (const auto* const person : {"m", "a", "z"}) {
    const auto owner = std::string("citizen/") + person;
    rows.push_back(text_row("text/" + owner + "/0/name", {owner}));
    rows.push_back(secret_row(std::string("identity/") + person + "9", {owner}));
  }
  vault->write(Position{1}, rows);
  vault->begin_publishing();
  vault->published_all();
  vault->confirm_published(Position{1});
  vault->destroy({.owners = {{"citizen/m", "1"}, {"citizen/a", "1"}, {"citizen/z", "1"}}, .rows = {}});
  std::vector<std::string> gone;
  for (const auto& row : vault->unpublished(Position{0})) {
    if (!row.value && !row.key.starts_with("owner/")) gone.push_back(row.key);
  }
  EXPECT_EQ(gone.size(), 6U);
  EXPECT_TRUE(std::ranges::is_sorted(gone));
}

TEST_F(VaultDestruction, EverythingIsPublishedAnewOnceItIsSealedAnew) {
  open();
  write_people();
  vault->begin_publishing();
  vault->published_all();
  EXPECT_FALSE(vault->must_publish_all());
  rotate();
  EXPECT_TRUE(vault->must_publish_all());
  open();
  EXPECT_TRUE(vault->begin_publishing());
  vault->published_all();
  EXPECT_FALSE(vault->must_publish_all());
}

}  // namespace
}  // namespace stimmbuch::vault
