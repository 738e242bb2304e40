// The engine killed at each step of the sweep: the next one finishes, and nothing is lost that should stay.
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "api_client.hpp"
#include "engine_process.hpp"
#include "erasure/sweep_step.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::test {
namespace {

namespace fs = std::filesystem;

void ask_for_sweep(const Endpoints& engine) {
  auto admin = engine.connect_admin();
  admin.set_patience(std::chrono::seconds{60});
  admin.request("POST", "/admin/vault/sweep", "{}", "Content-Type: application/json\r\n");
}

int count_of(const Endpoints& engine, std::string_view type) {
  int count = 0;
  for (const Json& record : records_of(engine)) count += record.at("type").get<std::string>() == type ? 1 : 0;
  return count;
}

class SweepKilled : public testing::TestWithParam<int> {};

TEST_P(SweepKilled, IsFinishedByTheNext) {
  const TemporaryDirectory directory;
  const auto data = directory.path() / "data";
  const auto key_file = vault::default_key_file(data);
  std::string cora_id;
  {
    EngineProcess engine(data, std::to_string(GetParam()));
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
      ask_for_sweep(engine.endpoints());
    } catch (const std::exception&) {  // it is dead by now
    }
    EXPECT_TRUE(engine.waits_for_death());
  }
  {
    EngineProcess engine(data);
    ask_for_sweep(engine.endpoints());
    const auto& endpoints = engine.endpoints();
    EXPECT_EQ(count_of(endpoints, "citizen.erased.v1"), 1);
    EXPECT_EQ(count_of(endpoints, "citizen.text-destroyed.v1"), 1);
    EXPECT_EQ(count_of(endpoints, "poll.secret-destroyed.v1"), 1);
    Caller dora(endpoints, "citizen", "dora");
    EXPECT_EQ(Json::parse(dora.get("/v1/me").body).at("texts"), Json({{"name", "Dora"}}));
    Caller cora(endpoints, "citizen", "cora");
    const auto again = cora.post("/v1/citizens");
    ASSERT_EQ(again.status, 201) << again.body;
    EXPECT_NE(Json::parse(again.body).at("citizen"), cora_id);
  }
  const auto keys = vault::load_wrapping_keys(key_file, data);
  ASSERT_TRUE(keys) << keys.error().text;
  EXPECT_FALSE(keys->is_changing());
  const auto opened = vault::RocksVault::open(data, *keys, vault::RocksVault::Start::later);
  ASSERT_TRUE(opened) << opened.error().text;
  EXPECT_TRUE((*opened)->rows_of("citizen/" + cora_id).empty());
  EXPECT_FALSE((*opened)->read(runner::RowClass::secrets, "secret/contest/bench"));
  int waiting = 0;
  (*opened)->each_secret("erasing/", [&](std::string_view, std::string_view) { ++waiting; });
  EXPECT_EQ(waiting, 0);
}

INSTANTIATE_TEST_SUITE_P(AtEachStep, SweepKilled, testing::Range(0, static_cast<int>(program::sweep_steps)));

}  // namespace
}  // namespace stimmbuch::test
