#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <ostream>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "support/memory_vault.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::vault {
namespace {

namespace fs = std::filesystem;
using runner::RowClass;
using runner::VaultRow;
using Kind = VaultError::Kind;

VaultRow text_row(std::string name, std::string value) {
  return {.row_class = RowClass::texts,
          .name = std::move(name),
          .owners = {"citizen/c1"},
          .value = std::move(value)};
}

VaultRow secret_row(std::string name, std::string value) {
  return {.row_class = RowClass::secrets,
          .name = std::move(name),
          .owners = {"citizen/c1"},
          .value = std::move(value)};
}

// A data directory with its keys, and the vaults opened there one after the other.
class Place {
 public:
  Place() { fs::create_directory(data()); }

  fs::path data() const { return directory_.path() / "data"; }

  std::unique_ptr<RocksVault> open(RocksVault::Start start = RocksVault::Start::first) const {
    auto vault = RocksVault::open(data(), keys, start);
    if (!vault) throw std::runtime_error(vault.error().text);
    return *std::move(vault);
  }

  WrappingKeys keys = WrappingKeys::random();

 private:
  test::TemporaryDirectory directory_;
};

// ---- what every vault promises

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<runner::Vault>(const Place&)> make;
};

// How CTest names the cases.
void PrintTo(const Implementation& implementation, std::ostream* stream) {
  *stream << implementation.name;
}

class VaultContract : public testing::TestWithParam<Implementation> {
 protected:
  void write(Position first, std::vector<VaultRow> rows) { vault->write(first, rows); }

  Place place;
  std::unique_ptr<runner::Vault> vault = GetParam().make(place);
};

TEST_P(VaultContract, ReadsWhatWasWritten) {
  const std::string binary("\0\xff\n", 3);
  write(Position{1}, {text_row("text/citizen/c1/0/name", "Ada"), secret_row("identity/x", binary)});
  write(Position{2},
        {text_row("text/citizen/c1/1/name", ""), text_row("text/big", std::string(32'768, 'x'))});
  EXPECT_EQ(vault->read(RowClass::texts, "text/citizen/c1/0/name"), "Ada");
  EXPECT_EQ(vault->read(RowClass::secrets, "identity/x"), binary);
  EXPECT_EQ(vault->read(RowClass::texts, "text/citizen/c1/1/name"), "");
  EXPECT_EQ(vault->read(RowClass::texts, "text/big"), std::string(32'768, 'x'));
}

TEST_P(VaultContract, ReadsNothingWhereThereIsNoRow) {
  write(Position{1}, {text_row("text/a", "x")});
  EXPECT_EQ(vault->read(RowClass::texts, "text/"), std::nullopt);
  EXPECT_EQ(vault->read(RowClass::texts, "text/a/b"), std::nullopt);
  EXPECT_EQ(vault->read(RowClass::texts, ""), std::nullopt);
}

TEST_P(VaultContract, KeepsTheClassesApart) {
  write(Position{1}, {text_row("same", "text"), secret_row("same", "secret")});
  EXPECT_EQ(vault->read(RowClass::texts, "same"), "text");
  EXPECT_EQ(vault->read(RowClass::secrets, "same"), "secret");
}

TEST_P(VaultContract, NeverChangesARow) {
  write(Position{1}, {text_row("text/a", "first")});
  EXPECT_THROW(write(Position{2}, {text_row("text/b", "x"), text_row("text/a", "second")}), std::logic_error);
  EXPECT_THROW(write(Position{2}, {text_row("text/c", "x"), text_row("text/c", "x")}), std::logic_error);
  EXPECT_EQ(vault->read(RowClass::texts, "text/a"), "first");
  EXPECT_EQ(vault->read(RowClass::texts, "text/b"), std::nullopt);
  EXPECT_EQ(vault->read(RowClass::texts, "text/c"), std::nullopt);
}

TEST_P(VaultContract, TakesBackTheLastRowsWhenTheirRecordsNeverCame) {
  write(Position{5}, {text_row("text/a", "old")});
  write(Position{8}, {text_row("text/b", "new"), secret_row("identity/b", "new")});
  vault->recover(Position{7});
  EXPECT_EQ(vault->read(RowClass::texts, "text/a"), "old");
  EXPECT_EQ(vault->read(RowClass::texts, "text/b"), std::nullopt);
  EXPECT_EQ(vault->read(RowClass::secrets, "identity/b"), std::nullopt);

  write(Position{8}, {text_row("text/b", "again")});
  EXPECT_EQ(vault->read(RowClass::texts, "text/b"), "again");
}

TEST_P(VaultContract, KeepsTheLastRowsWhenTheirRecordsCame) {
  write(Position{8}, {text_row("text/b", "new")});
  vault->recover(Position{8});
  vault->recover(Position{20});
  EXPECT_EQ(vault->read(RowClass::texts, "text/b"), "new");
}

TEST_P(VaultContract, RecoversFromNothingAndTwice) {
  vault->recover(Position{0});
  write(Position{1}, {text_row("text/a", "x")});
  vault->recover(Position{0});
  vault->recover(Position{0});
  EXPECT_EQ(vault->read(RowClass::texts, "text/a"), std::nullopt);
}

TEST_P(VaultContract, IsReadWhileItIsWritten) {
  constexpr int rows = 300;
  std::atomic<int> written = 0;
  std::vector<std::jthread> readers;
  for (int r = 0; r < 3; ++r) {
    readers.emplace_back([&] {
      for (int known = 0; known < rows;) {
        known = written;
        if (known == 0) continue;
        EXPECT_EQ(vault->read(RowClass::texts, std::to_string(known - 1)), "x");
      }
    });
  }
  for (int i = 0; i < rows; ++i) {
    write(Position{static_cast<std::uint64_t>(i + 1)}, {text_row(std::to_string(i), "x")});
    written = i + 1;
  }
}

INSTANTIATE_TEST_SUITE_P(
    , VaultContract,
    testing::Values(Implementation{"Memory",
                                   [](const Place&) { return std::make_unique<test::MemoryVault>(); }},
                    Implementation{"Rocks", [](const Place& place) { return place.open(); }}),
    [](const auto& suite) { return suite.param.name; });

// ---- what only the vault on disk promises

class RocksVaultTest : public testing::Test {
 protected:
  VaultError refusal(const WrappingKeys& keys, RocksVault::Start start) {
    auto opened = RocksVault::open(place.data(), keys, start);
    EXPECT_FALSE(opened.has_value());
    return opened ? VaultError{} : opened.error();
  }

  Place place;
};

TEST_F(RocksVaultTest, KeepsRowsAndSecretsFromStartToStart) {
  auto vault = place.open();
  const auto before = vault->secrets();
  vault->write(Position{1}, std::vector{text_row("text/a", "x")});
  vault.reset();

  for (const auto start : {RocksVault::Start::first, RocksVault::Start::later}) {
    vault = place.open(start);
    EXPECT_EQ(vault->read(RowClass::texts, "text/a"), "x");
    EXPECT_EQ(vault->secrets().idempotency, before.idempotency);
    EXPECT_EQ(vault->secrets().derivation, before.derivation);
    EXPECT_EQ(vault->secrets().subject, before.subject);
    EXPECT_EQ(vault->secrets().token, before.token);
    EXPECT_EQ(vault->secrets().log_signing, before.log_signing);
    vault.reset();
  }
}

TEST_F(RocksVaultTest, MakesSecretsOfWhichNoTwoAreEqual) {
  const auto vault = place.open();
  const auto& all = vault->secrets();
  std::set<std::string> texts;
  for (const auto* secret : {&all.idempotency, &all.derivation, &all.subject, &all.token, &all.log_signing}) {
    texts.insert(to_base64url(secret->bytes()));
  }
  EXPECT_EQ(texts.size(), 5U);
}

TEST_F(RocksVaultTest, RecoversAfterAStart) {
  auto vault = place.open();
  vault->write(Position{4}, std::vector{text_row("text/a", "x")});
  vault.reset();
  vault = place.open(RocksVault::Start::later);
  vault->recover(Position{3});
  EXPECT_EQ(vault->read(RowClass::texts, "text/a"), std::nullopt);
  EXPECT_TRUE(vault->rows_of("citizen/c1").empty());
}

TEST_F(RocksVaultTest, IsNotMadeAnewForALedgerThatHasRecords) {
  EXPECT_EQ(refusal(place.keys, RocksVault::Start::later).kind, Kind::absent);
  EXPECT_FALSE(fs::exists(place.data() / "vault"));
}

TEST_F(RocksVaultTest, IsLockedWhileItIsOpen) {
  const auto vault = place.open();
  EXPECT_EQ(refusal(place.keys, RocksVault::Start::later).kind, Kind::locked);
}

TEST_F(RocksVaultTest, RefusesTheKeysOfAnother) {
  place.open()->write(Position{1}, std::vector{text_row("text/a", "x")});
  const auto other = WrappingKeys::random();
  for (const auto& keys :
       {other, WrappingKeys{place.keys.texts, other.secrets}, WrappingKeys{other.texts, place.keys.secrets},
        WrappingKeys{*place.keys.secrets, place.keys.texts}}) {
    EXPECT_EQ(refusal(keys, RocksVault::Start::first).kind, Kind::wrong_key);
  }
  EXPECT_EQ(place.open()->read(RowClass::texts, "text/a"), "x");
}

TEST_F(RocksVaultTest, IsADirectoryForItsOwnerOnly) {
  place.open();
  EXPECT_EQ(fs::status(place.data() / "vault").permissions(), fs::perms::owner_all);
}

TEST_F(RocksVaultTest, FindsTheRowsOfAnOwner) {
  const auto vault = place.open();
  const std::vector rows{
      VaultRow{RowClass::texts, "text/citizen/c1/0/name", {"citizen/c1"}, "Ada"},
      VaultRow{RowClass::secrets, "identity/x", {"citizen/c1"}, "c1"},
      VaultRow{RowClass::texts, "text/about-both", {"citizen/c1", "citizen/c2"}, "…"},
      VaultRow{RowClass::texts, "text/ballot", {"ballot/p/v"}, "…"},
      VaultRow{RowClass::secrets, "secret/contest/p", {}, "…"},
  };
  vault->write(Position{1}, rows);
  EXPECT_THAT(vault->rows_of("citizen/c1"),
              testing::UnorderedElementsAre(RowAddress{RowClass::texts, "text/citizen/c1/0/name"},
                                            RowAddress{RowClass::secrets, "identity/x"},
                                            RowAddress{RowClass::texts, "text/about-both"}));
  EXPECT_THAT(vault->rows_of("citizen/c2"),
              testing::ElementsAre(RowAddress{RowClass::texts, "text/about-both"}));
  EXPECT_THAT(vault->rows_of("ballot/p/v"), testing::ElementsAre(RowAddress{RowClass::texts, "text/ballot"}));
  for (const auto* nobody : {"citizen/c", "citizen", "ballot/p", "citizen/c11"}) {
    EXPECT_THAT(vault->rows_of(nobody), testing::IsEmpty()) << nobody;
  }
}

TEST_F(RocksVaultTest, WritesNothingPersonalOrSecretInClear) {
  std::vector<std::string> hidden{"Ada Lovelace", "ada@example.org", "https://id.example", "subject-4711"};
  {
    const auto vault = place.open();
    std::vector<VaultRow> rows;
    for (int i = 0; i < 1000; ++i) {
      const auto n = std::to_string(i);
      rows.push_back({RowClass::texts, "text/citizen/" + n + "/0/name", {"citizen/" + n}, hidden[0] + n});
      rows.push_back({RowClass::texts, "text/citizen/" + n + "/0/email", {"citizen/" + n}, n + hidden[1]});
      rows.push_back({RowClass::secrets, "identity/" + n, {"citizen/" + n}, hidden[2] + hidden[3] + n});
    }
    vault->write(Position{1}, rows);
    vault->recover(Position{3000});
    const auto& all = vault->secrets();
    for (const auto* secret :
         {&all.idempotency, &all.derivation, &all.subject, &all.token, &all.log_signing}) {
      hidden.emplace_back(crypto::text_of(secret->bytes()));
      hidden.push_back(to_base64url(secret->bytes()));
    }
  }
  hidden.emplace_back(crypto::text_of(place.keys.texts.bytes()));
  hidden.emplace_back(crypto::text_of(place.keys.secrets->bytes()));

  const auto hold = [&](const std::string& when) {
    std::uintmax_t seen = 0;
    for (const auto& entry : fs::recursive_directory_iterator{place.data()}) {
      if (!entry.is_regular_file()) continue;
      std::ifstream stream{entry.path(), std::ios::binary};
      const std::string content{std::istreambuf_iterator<char>{stream}, {}};
      seen += content.size();
      for (const auto& text : hidden) {
        EXPECT_EQ(content.find(text), std::string::npos) << entry.path() << " holds a hidden text " << when;
      }
    }
    EXPECT_GT(seen, 500'000U);
  };
  hold("in the write-ahead log");
  place.open(RocksVault::Start::later);  // replays it into a table
  hold("in a table");
}

TEST_F(RocksVaultTest, ClosedFilesMayBeCopiedAndOpenUnderTheSameKeys) {
  place.open()->write(Position{1}, std::vector{text_row("text/a", "x")});
  test::TemporaryDirectory copy;
  fs::copy(place.data() / "vault", copy.path() / "vault", fs::copy_options::recursive);
  const auto opened = RocksVault::open(copy.path(), place.keys, RocksVault::Start::later);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_EQ((*opened)->read(RowClass::texts, "text/a"), "x");
}

}  // namespace
}  // namespace stimmbuch::vault
