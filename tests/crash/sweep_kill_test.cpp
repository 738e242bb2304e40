// The engine killed at each step of the sweep: the next one finishes, and nothing is lost that should stay.
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api_client.hpp"
#include "engine_process.hpp"
#include "erasure/sweep_step.hpp"
#include "stimmbuch/adapters/vault/copy_check.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "support/log_database.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string ask_for(const Endpoints& engine, const std::string& what) {
  auto admin = engine.connect_admin();
  admin.set_patience(std::chrono::seconds{60});
  return admin.request("POST", "/admin/vault/" + what, "{}", "Content-Type: application/json\r\n").body;
}

int count_of(const Endpoints& engine, std::string_view type) {
  int count = 0;
  for (const Json& record : records_of(engine)) count += record.at("type").get<std::string>() == type ? 1 : 0;
  return count;
}

class SweptTown {
 public:
  explicit SweptTown(bool with_backups) {
    if (!with_backups) return;
    fs::create_directory(backups());
    EngineProcess engine(data());
    EXPECT_THAT(ask_for(engine.endpoints(), "rotate"), HasSubstr(R"("rotated":true)"));
    EXPECT_EQ(backups_there().size(), 1U);
  }

  // A person, a text and a secret are to be destroyed, and the engine dies at this step of that.
  void dies_at(program::SweepStep step) {
    EngineProcess engine(data(), std::to_string(static_cast<int>(step)));
    Caller staff(engine.endpoints(), "staff", "anna");
    Caller cora(engine.endpoints(), "citizen", "cora");
    Caller dora(engine.endpoints(), "citizen", "dora");
    cora_id = Json::parse(cora.post("/v1/citizens", {{"name", "Cora"}}).body).at("citizen");
    ASSERT_EQ(dora.post("/v1/citizens", {{"name", "Dora"}, {"phone", "0631"}}).status, 201);
    const std::string project =
        Json::parse(staff.post("/v1/projects", {{"title", {{"de", "Park"}}}}).body).at("project");
    const auto drafted = staff.post("/v1/polls", {{"id", "bench"},
                                                  {"project", project},
                                                  {"title", {{"de", "Bank?"}}},
                                                  {"kind", "single"},
                                                  {"rule", {{"kind", "most_votes"}}},
                                                  {"objection_days", 0}});
    ASSERT_EQ(drafted.status, 201) << drafted.body;
    const auto proposed = staff.post("/v1/polls/bench/cancellation", {{"reason", "no bench"}});
    const std::string proposal = Json::parse(proposed.body).at("position");
    Caller ben(engine.endpoints(), "staff", "ben");
    ASSERT_EQ(ben.post("/v1/polls/bench/cancel", {{"proposal", proposal}}).status, 200);
    ASSERT_EQ(cora.remove("/v1/me").status, 200);
    ASSERT_EQ(dora.remove("/v1/me/texts/0/phone").status, 200);
    try {
      ask_for(engine.endpoints(), "sweep");
    } catch (const std::exception&) {  // it is dead by now
    }
    EXPECT_TRUE(engine.waits_for_death());
  }

  void expect_all_done_by(const Endpoints& engine) const {
    EXPECT_EQ(count_of(engine, "citizen.erased.v1"), 1);
    EXPECT_EQ(count_of(engine, "citizen.text-destroyed.v1"), 1);
    EXPECT_EQ(count_of(engine, "poll.secret-destroyed.v1"), 1);
    Caller dora(engine, "citizen", "dora");
    EXPECT_EQ(Json::parse(dora.get("/v1/me").body).at("texts"), Json({{"name", "Dora"}}));
    Caller cora(engine, "citizen", "cora");
    const auto again = cora.post("/v1/citizens");
    ASSERT_EQ(again.status, 201) << again.body;
    EXPECT_NE(Json::parse(again.body).at("citizen"), cora_id);
  }

  // Of the data directory, or of a backup: what was destroyed is not there, and all else opens.
  void expect_swept_vault_in(const fs::path& place) const {
    const auto whole = vault::opens_wholly(place / "vault", keys(), [] { return true; });
    ASSERT_TRUE(whole) << whole.error().text;
    const auto opened = vault::RocksVault::open(place, keys(), vault::RocksVault::Start::later);
    ASSERT_TRUE(opened) << opened.error().text;
    EXPECT_TRUE((*opened)->rows_of("citizen/" + cora_id).empty());
    EXPECT_FALSE((*opened)->read(runner::RowClass::secrets, "secret/contest/bench"));
    int texts = 0;
    (*opened)->all_rows([&](const vault::SealedRow& row) { texts += row.key.starts_with("texts/") ? 1 : 0; });
    EXPECT_EQ(texts, 1);  // Dora's name
  }

  vault::WrappingKeys keys() const {
    return vault::load_wrapping_keys(vault::default_key_file(data()), data()).value();
  }
  // Those that are whole.
  std::vector<fs::path> backups_there() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(backups()))
      if (entry.path().extension() != ".part") found.push_back(entry.path());
    return found;
  }
  bool has_backup_that_opens() const {
    return std::ranges::any_of(backups_there(), [&](const fs::path& backup) {
      return vault::opens_wholly(backup / "vault", keys(), [] { return true; }).has_value();
    });
  }

  fs::path data() const { return directory_.path() / "data"; }
  fs::path backups() const { return directory_.path() / "data.backups"; }

  std::string cora_id;

 private:
  TemporaryDirectory directory_;
};

using Step = program::SweepStep;

class SweepKilled : public testing::TestWithParam<std::tuple<int, bool>> {};

TEST_P(SweepKilled, IsFinishedByTheNext) {
  const auto [step, with_backups] = GetParam();
  SweptTown town(with_backups);
  town.dies_at(static_cast<Step>(step));
  if (with_backups) {
    EXPECT_TRUE(town.has_backup_that_opens());
    // As if the disk had been full, too.
    fs::create_directory(town.backups_there().front().string() + "0.part");
  }
  {
    EngineProcess engine(town.data());
    ask_for(engine.endpoints(), "sweep");
    town.expect_all_done_by(engine.endpoints());
  }
  EXPECT_FALSE(town.keys().is_changing());
  if (with_backups) {
    ASSERT_EQ(town.backups_there().size(), 1U);
    town.expect_swept_vault_in(town.backups_there().front());
    EXPECT_EQ(std::distance(fs::directory_iterator(town.backups()), {}), 1);
  } else {
    EXPECT_FALSE(fs::exists(town.backups()));
  }
  town.expect_swept_vault_in(town.data());
  const auto opened = vault::RocksVault::open(town.data(), town.keys(), vault::RocksVault::Start::later);
  int waiting = 0;
  (*opened)->each_secret("erasing/", [&](std::string_view, std::string_view) { ++waiting; });
  EXPECT_EQ(waiting, 0);
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, SweepKilled,
                         testing::Combine(testing::Range(0, static_cast<int>(program::sweep_steps)),
                                          testing::Bool()));

class RotationOfADamagedVault : public testing::TestWithParam<std::tuple<Step, bool>> {};

// Whether the row is to be sealed anew still, or was and is not any more what was written.
TEST_P(RotationOfADamagedVault, KeepsBothKeysUntilItIsMended) {
  const auto [step, with_backups] = GetParam();
  SweptTown town(with_backups);
  town.dies_at(step);
  std::string row;
  const auto flip_a_bit = [&] {
    change_database(town.data() / "vault", [&](rocksdb::DB& db, const ColumnFamilies&) {
      const std::unique_ptr<rocksdb::Iterator> rows(db.NewIterator({}));
      rows->Seek("texts/");
      ASSERT_TRUE(rows->Valid());
      row = rows->key().ToString();
      auto value = rows->value().ToString();
      value.back() = static_cast<char>(value.back() ^ 1);
      ASSERT_TRUE(db.Put({}, row, value).ok());
    });
  };
  flip_a_bit();
  const auto both = town.keys();
  ASSERT_TRUE(both.is_changing());
  {
    EngineProcess engine(town.data());
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto told = ask_for(engine.endpoints(), "sweep");
      EXPECT_THAT(told, HasSubstr(R"("type":"error")"));
      EXPECT_THAT(told, HasSubstr("the wrapping keys are not replaced"));
      EXPECT_THAT(told, HasSubstr(row + " does not open"));
      EXPECT_THAT(told, Not(HasSubstr("Dora")));
    }
    EXPECT_EQ(count_of(engine.endpoints(), "citizen.erased.v1"), 0);
  }
  const auto left = town.keys();
  EXPECT_TRUE(left.texts == both.texts && *left.secrets == *both.secrets);
  EXPECT_TRUE(*left.next_texts == *both.next_texts && *left.next_secrets == *both.next_secrets);
  if (with_backups) {
    EXPECT_EQ(town.backups_there().size(), 1U);
    EXPECT_TRUE(town.has_backup_that_opens());
  }
  flip_a_bit();
  EngineProcess engine(town.data());
  ask_for(engine.endpoints(), "sweep");
  town.expect_all_done_by(engine.endpoints());
  EXPECT_FALSE(town.keys().is_changing());
  EXPECT_FALSE(town.keys().texts == both.texts);
}

INSTANTIATE_TEST_SUITE_P(BeforeAndAfter, RotationOfADamagedVault,
                         testing::Combine(testing::Values(Step::keys_prepared, Step::sealed_anew),
                                          testing::Bool()));

}  // namespace
}  // namespace stimmbuch::test
