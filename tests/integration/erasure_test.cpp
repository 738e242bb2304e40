// The end of what is personal: people, texts, secrets; and what stays.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"

namespace stimmbuch::test {
namespace {

namespace fs = std::filesystem;

std::string code_of(const HttpReply& reply) {
  return Json::parse(reply.body).value("code", "");
}

// What an operator asks for now, and not at night.
Json sweep(const EngineUnderTest& engine, std::string_view what = "sweep") {
  auto admin = engine.endpoints().connect_admin();
  const auto reply =
      admin.request("POST", "/admin/vault/" + std::string(what), "{}", "Content-Type: application/json\r\n");
  EXPECT_EQ(reply.status, 200) << reply.body;
  Json last;
  for (std::size_t begin = 0; begin < reply.body.size();) {
    const auto end = std::min(reply.body.find('\n', begin), reply.body.size());
    if (end > begin) last = Json::parse(reply.body.substr(begin, end - begin));
    begin = end + 1;
  }
  EXPECT_EQ(last.value("type", ""), "summary") << reply.body;
  return last;
}

int count_of(const EngineUnderTest& engine, std::string_view type) {
  int count = 0;
  for (const Json& record : records_of(engine.endpoints()))
    count += record.at("type").get<std::string>() == type ? 1 : 0;
  return count;
}

class Erasure : public ::testing::Test {
 protected:
  void declare_levels() {
    const auto reply = staff.post(
        "/v1/cells",
        Json::parse(R"({"levels":[{"id":"id","title":{"de":"Ausweis"},"registry_identity":true}]})"));
    ASSERT_EQ(reply.status, 201) << reply.body;
  }
  HttpReply verify(const std::string& citizen, const std::string& registry_identity) {
    return registrar.post("/v1/citizens/" + citizen + "/verify",
                          {{"level", "id"}, {"method", "desk"}, {"registry_identity", registry_identity}});
  }
  void finish(const std::string& poll) {
    ASSERT_EQ(staff.post("/v1/polls/" + poll + "/close").status, 200);
    HttpReply counted = staff.post("/v1/polls/" + poll + "/count");
    while (counted.status == 503) counted = staff.post("/v1/polls/" + poll + "/count");
    ASSERT_EQ(counted.status, 200) << counted.body;
    const auto certified = certifier.post("/v1/polls/" + poll + "/certify");
    ASSERT_EQ(certified.status, 200) << certified.body;
    auto client = engine.connect();
    tally_after(client, poll, certified);
  }

  EngineUnderTest engine;
  Caller staff = engine.caller("staff", "anna");
  Caller registrar = engine.caller("registrar", "rita");
  Caller certifier = engine.caller("certifier", "zoe");
};

TEST_F(Erasure, StopsReadingAndActingAtOnce) {
  const auto poll = open_poll(staff);
  auto citizen = engine.caller("citizen", "cora");
  register_citizen(citizen, {{"name", "Cora"}});
  ASSERT_EQ(citizen.put("/v1/polls/" + poll + "/ballot", {{"choices", {"a"}}}).status, 201);
  const auto key = fresh_key();
  const auto asked = citizen.send("DELETE", "/v1/me", "", key);
  ASSERT_EQ(asked.status, 200) << asked.body;
  EXPECT_EQ(Json::parse(citizen.send("DELETE", "/v1/me", "", key).body).at("replayed"), true);

  const auto me = Json::parse(citizen.get("/v1/me").body);
  EXPECT_EQ(me.at("erasure"), "requested");
  EXPECT_TRUE(me.at("texts").empty());
  for (const auto* const path : {"/v1/me/ballots", "/v1/me/export"}) {
    EXPECT_EQ(code_of(citizen.get(path)), "citizen_erased") << path;
  }
  EXPECT_EQ(code_of(citizen.get("/v1/me/ballots/" + poll + "/receipt")), "citizen_erased");
  EXPECT_EQ(code_of(citizen.put("/v1/polls/" + poll + "/ballot", {{"choices", {"b"}}})), "citizen_erased");
  EXPECT_EQ(code_of(citizen.remove("/v1/polls/" + poll + "/ballot")), "citizen_erased");
  EXPECT_EQ(code_of(citizen.request("PATCH", "/v1/me", R"({"name":"C"})",
                                    key_line(fresh_key()) + "Content-Type: application/json\r\n")),
            "citizen_erased");
  EXPECT_EQ(code_of(citizen.post("/v1/citizens")), "erasure_pending");
  EXPECT_EQ(citizen.remove("/v1/me").status, 410);
}

TEST_F(Erasure, IsDoneAtNightAndRecordedThen) {
  auto citizen = engine.caller("citizen", "cora");
  const auto id = register_citizen(citizen, {{"name", "Cora"}});
  ASSERT_EQ(citizen.remove("/v1/me").status, 200);
  EXPECT_EQ(count_of(engine, "citizen.erased.v1"), 0);
  const auto done = sweep(engine);
  EXPECT_EQ(done.at("people"), 1);
  EXPECT_EQ(done.at("rotated"), true);
  EXPECT_EQ(count_of(engine, "citizen.erased.v1"), 1);
  EXPECT_EQ(citizen.get("/v1/me").status, 404);
  // Nothing is done twice.
  EXPECT_EQ(sweep(engine).at("people"), 0);
  EXPECT_EQ(count_of(engine, "citizen.erased.v1"), 1);
  auto auditor = engine.caller("auditor", "otto");
  EXPECT_EQ(Json::parse(auditor.get("/v1/audit/citizen/" + id).body).at("entries").size(), 3U);
  // No poll was open, so nothing keeps the person from coming back, as somebody else.
  EXPECT_NE(register_citizen(citizen), id);
}

TEST_F(Erasure, IsForTheRegistrarToo) {
  auto citizen = engine.caller("citizen", "cora");
  const auto id = register_citizen(citizen, {{"name", "Cora"}});
  EXPECT_EQ(staff.post("/v1/citizens/" + id + "/erase").status, 403);
  ASSERT_EQ(registrar.post("/v1/citizens/" + id + "/erase").status, 200);
  EXPECT_EQ(sweep(engine).at("people"), 1);
  EXPECT_EQ(registrar.post("/v1/citizens/nobody/erase").status, 404);
}

TEST_F(Erasure, LetsNobodyVoteTwiceByRegisteringAgain) {
  declare_levels();
  const auto poll = open_poll(staff, {{"electorate", {{"level", "id"}}}});
  auto citizen = engine.caller("citizen", "cora");
  const auto id = register_citizen(citizen);
  ASSERT_EQ(verify(id, "R1").status, 200);
  ASSERT_EQ(citizen.put("/v1/polls/" + poll + "/ballot", {{"choices", {"a"}}}).status, 201);
  ASSERT_EQ(citizen.remove("/v1/me").status, 200);

  // By another login with the same identity in the register, as little as by the same login.
  auto other = engine.caller("citizen", "cora-by-another-login");
  const auto other_id = register_citizen(other);
  const auto nobody_comes_back = [&](const std::string& when) {
    EXPECT_EQ(code_of(citizen.post("/v1/citizens")), "erasure_pending") << when;
    EXPECT_EQ(code_of(verify(other_id, "R1")), "erasure_pending") << when;
    EXPECT_NE(other.put("/v1/polls/" + poll + "/ballot", {{"choices", {"b"}}}).status, 201) << when;
  };
  nobody_comes_back("before the night");
  sweep(engine);
  nobody_comes_back("after the night");
  engine.stop();
  engine.start();
  staff = engine.caller("staff", "anna");
  registrar = engine.caller("registrar", "rita");
  certifier = engine.caller("certifier", "zoe");
  citizen = engine.caller("citizen", "cora");
  other = engine.caller("citizen", "cora-by-another-login");
  nobody_comes_back("after a start");

  finish(poll);
  EXPECT_EQ(code_of(citizen.post("/v1/citizens")), "erasure_pending");  // until the next night
  EXPECT_EQ(sweep(engine).at("released"), 2);
  const auto again = citizen.post("/v1/citizens");
  ASSERT_EQ(again.status, 201) << again.body;
  EXPECT_NE(Json::parse(again.body).at("citizen"), id);
  EXPECT_EQ(verify(Json::parse(again.body).at("citizen"), "R1").status, 200);
  EXPECT_EQ(code_of(verify(other_id, "R1")), "already_registered");
}

TEST_F(Erasure, MovesNoFigureAndLeavesNothingToBeFound) {
  constexpr int people = 20;
  const auto mark = [](std::string_view kind, int i) {
    return "Zyxwv" + std::string(kind) + "Qq" + std::to_string(1000 + i);
  };
  declare_levels();
  const auto poll = open_poll(staff);
  std::vector<std::string> ids;
  for (int i = 0; i < people; ++i) {
    auto citizen = engine.caller("citizen", mark("Subject", i));
    ids.push_back(
        register_citizen(citizen, {{"name", mark("Name", i)}, {"email", mark("Mail", i) + "@example.org"}}));
    ASSERT_EQ(verify(ids.back(), mark("Registry", i)).status, 200);
    ASSERT_EQ(citizen.put("/v1/polls/" + poll + "/ballot", {{"choices", {i % 3 == 0 ? "a" : "b"}}}).status,
              201);
  }
  auto client = engine.connect();
  const auto documents = [&](const std::vector<std::string>& targets) {
    std::vector<std::string> bodies;
    for (const auto& target : targets) {
      const auto reply = client.get(target);
      EXPECT_EQ(reply.status, 200) << target;
      bodies.push_back(reply.body);
    }
    return bodies;
  };
  const std::vector<std::string> of_the_poll{"/v1/polls/" + poll + "/tally", "/v1/polls/" + poll,
                                             "/v1/polls/" + poll + "/turnout"};
  const auto last = engine.caller("citizen", mark("Subject", 0)).get("/v1/me");
  ASSERT_EQ(last.status, 200);
  while (Json::parse(client.get(of_the_poll[0]).body).at("ballots") != people) continue;
  const auto during = documents(of_the_poll);

  // A copy, as a backup is one.
  engine.stop();
  TemporaryDirectory backup;
  fs::copy(engine.data(), backup.path() / "data", fs::copy_options::recursive);
  engine.start();
  client = engine.connect();
  registrar = engine.caller("registrar", "rita");
  staff = engine.caller("staff", "anna");
  certifier = engine.caller("certifier", "zoe");
  const auto head = head_of(engine.endpoints());
  for (const auto& id : ids) ASSERT_EQ(registrar.post("/v1/citizens/" + id + "/erase").status, 200);
  EXPECT_EQ(sweep(engine).at("people"), people);
  EXPECT_EQ(head_of(engine.endpoints()), head + 2 * people);
  EXPECT_EQ(documents(of_the_poll), during);

  finish(poll);
  while (Json::parse(client.get(of_the_poll[1]).body).at("status") != "certified") continue;
  const auto result = Json::parse(client.get(of_the_poll[1]).body);
  EXPECT_EQ(Json::parse(client.get(of_the_poll[0]).body).at("ballots"), people);
  EXPECT_EQ(sweep(engine).at("released"), 2 * people);

  engine.stop();
  for (const auto& place : {engine.data(), backup.path()}) {
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(place)) {
      if (!entry.is_regular_file()) continue;
      ++files;
      std::ifstream in(entry.path(), std::ios::binary);
      const std::string content{std::istreambuf_iterator<char>(in), {}};
      EXPECT_EQ(content.find("Zyxwv"), std::string::npos) << entry.path();
    }
    EXPECT_GT(files, 5U);
  }
  // With the present keys no row of the copy opens.
  const auto keys = vault::load_wrapping_keys(vault::default_key_file(engine.data()), engine.data());
  ASSERT_TRUE(keys) << keys.error().text;
  const auto copy = vault::RocksVault::open(backup.path() / "data", *keys, vault::RocksVault::Start::copy);
  ASSERT_TRUE(copy) << copy.error().text;
  std::size_t rows = 0;
  (*copy)->all_rows([&](const vault::SealedRow& row) {
    const bool is_text = row.key.starts_with("texts/");
    if (!is_text && !row.key.starts_with("secrets/")) return;
    ++rows;
    EXPECT_THROW((*copy)->read(is_text ? runner::RowClass::texts : runner::RowClass::secrets,
                               row.key.substr(row.key.find('/') + 1)),
                 std::runtime_error)
        << row.key;
  });
  EXPECT_GT(rows, 4U * people);
}

TEST_F(Erasure, OfASecretEndsWhatLinksAPersonAndABallot) {
  const auto poll = open_poll(staff, {{"objection_days", 0}});
  const auto open = open_poll(staff);
  auto citizen = engine.caller("citizen", "cora");
  register_citizen(citizen);
  const auto key = fresh_key();
  const auto target = "/v1/polls/" + poll + "/ballot";
  const std::string choice = R"({"choices":["a"]})";
  ASSERT_EQ(citizen.send("PUT", target, choice, key).status, 201);
  ASSERT_EQ(citizen.put("/v1/polls/" + open + "/ballot", {{"choices", {"b"}}}).status, 201);
  finish(poll);
  auto client = engine.connect();
  // But for the position of the poll's newest record, which is now that of the destruction.
  const auto tally_of = [&] {
    auto document = Json::parse(client.get("/v1/polls/" + poll + "/tally").body);
    document.erase("reflects");
    return document;
  };
  const auto tally = tally_of();
  EXPECT_EQ(Json::parse(citizen.get("/v1/me/ballots").body).at("items").size(), 2U);
  EXPECT_EQ(sweep(engine).at("secrets"), 1);
  EXPECT_EQ(count_of(engine, "poll.secret-destroyed.v1"), 1);
  EXPECT_EQ(tally_of(), tally);

  const auto repeated = citizen.send("PUT", target, choice, key);
  EXPECT_EQ(repeated.status, 410);
  EXPECT_EQ(code_of(repeated), "secret_destroyed");
  EXPECT_EQ(code_of(citizen.remove(target)), "secret_destroyed");
  const auto receipt = citizen.get("/v1/me/ballots/" + poll + "/receipt");
  EXPECT_EQ(receipt.status, 410);
  EXPECT_EQ(code_of(receipt), "secret_destroyed");
  EXPECT_EQ(citizen.get("/v1/me/ballots/" + open + "/receipt").status, 200);
  EXPECT_EQ(citizen.get("/v1/me/ballots/none/receipt").status, 404);
  EXPECT_EQ(Json::parse(citizen.get("/v1/me/ballots").body).at("items").size(), 1U);
  const auto all = Json::parse(citizen.get("/v1/me/export").body);
  EXPECT_EQ(all.at("polls_without_secret"), Json::array({poll}));
}

TEST_F(Erasure, OfOneTextHidesItAtOnceAndDestroysItAtNight) {
  const auto poll = open_poll(staff, {{"description", {{"de", "Beschreibung"}, {"en", "Description"}}}});
  auto client = engine.connect();
  const auto text = "/v1/texts/poll/" + poll + "/0/description/de";
  EXPECT_EQ(Json::parse(client.get("/v1/polls/" + poll).body).at("description").at("de"), "Beschreibung");
  auto moderator = engine.caller("moderator", "mia");
  ASSERT_EQ(moderator.remove(text).status, 200);
  EXPECT_EQ(code_of(moderator.remove(text)), "text_unknown");
  const auto shown = Json::parse(client.get("/v1/polls/" + poll).body).at("description");
  EXPECT_TRUE(shown.at("de").is_null());
  EXPECT_EQ(shown.at("en"), "Description");
  EXPECT_EQ(sweep(engine).at("texts"), 1);
  EXPECT_EQ(count_of(engine, "poll.text-destroyed.v1"), 1);
  EXPECT_EQ(code_of(moderator.remove(text)), "text_unknown");
  for (const auto* const nothing : {"poll/none/0/description", "poll", "ballot/p/v/0/x", "poll/p/x/y"})
    EXPECT_EQ(moderator.remove("/v1/texts/" + std::string(nothing)).status, 404) << nothing;
}

TEST_F(Erasure, OfAnOwnTextIsTheAuthors) {
  auto citizen = engine.caller("citizen", "cora");
  register_citizen(citizen, {{"name", "Cora"}, {"phone", "0631"}});
  ASSERT_EQ(citizen.remove("/v1/me/texts/0/phone").status, 200);
  EXPECT_EQ(Json::parse(citizen.get("/v1/me").body).at("texts"), Json({{"name", "Cora"}}));
  EXPECT_EQ(sweep(engine).at("texts"), 1);
  EXPECT_EQ(Json::parse(citizen.get("/v1/me").body).at("texts"), Json({{"name", "Cora"}}));
  EXPECT_EQ(code_of(citizen.remove("/v1/me/texts/0/phone")), "text_unknown");
  EXPECT_EQ(citizen.remove("/v1/me/texts/0").status, 404);
}

TEST_F(Erasure, ExportHoldsEverythingAboutThePerson) {
  declare_levels();
  const auto poll = open_poll(staff);
  auto citizen = engine.caller("citizen", "cora");
  const auto id = register_citizen(citizen, {{"name", "Cora"}});
  ASSERT_EQ(verify(id, "R1").status, 200);
  ASSERT_EQ(citizen
                .request("PATCH", "/v1/me", R"({"name":"Cora B"})",
                         key_line(fresh_key()) + "Content-Type: application/json\r\n")
                .status,
            200);
  ASSERT_EQ(registrar.post("/v1/citizens/" + id + "/block", {{"reason", "doubt"}}).status, 200);
  ASSERT_EQ(registrar.post("/v1/citizens/" + id + "/unblock").status, 200);
  ASSERT_EQ(citizen.put("/v1/polls/" + poll + "/ballot", {{"choices", {"a"}}}).status, 201);
  ASSERT_EQ(citizen.put("/v1/polls/" + poll + "/ballot", {{"choices", {"b"}}}).status, 200);
  const auto reply = citizen.get("/v1/me/export");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto all = Json::parse(reply.body);
  EXPECT_EQ(all.at("citizen"), id);
  EXPECT_EQ(all.at("cell").at("level"), "id");
  std::vector<std::string> texts;
  for (const Json& text : all.at("texts")) texts.push_back(text.at("text"));
  EXPECT_EQ(texts, (std::vector<std::string>{"Cora", "Cora B", "doubt"}));
  EXPECT_EQ(all.at("trail").at("entries").size(), 5U);
  ASSERT_EQ(all.at("ballots").size(), 1U);
  const Json& ballot = all.at("ballots")[0];
  EXPECT_EQ(ballot.at("standing"), Json::array({"b"}));
  EXPECT_EQ(ballot.at("changes").size(), 2U);
  EXPECT_NE(ballot.at("receipt").get<std::string>().find("/receipt"), std::string::npos);
  EXPECT_TRUE(all.at("polls_without_secret").empty());
}

TEST_F(Erasure, OfAnOlderVaultThatIsPutBackIsDoneAgain) {
  auto citizen = engine.caller("citizen", "cora");
  register_citizen(citizen, {{"name", "Cora"}});
  engine.stop();
  TemporaryDirectory backup;
  const auto key_file = vault::default_key_file(engine.data());
  fs::copy(engine.data() / "vault", backup.path() / "vault", fs::copy_options::recursive);
  fs::copy(key_file, backup.path() / "keys");
  for (const bool with_list : {true, false}) {
    SCOPED_TRACE(with_list ? "with the list" : "from the log");
    engine.start();
    citizen = engine.caller("citizen", "cora");
    if (with_list) {
      ASSERT_EQ(citizen.remove("/v1/me").status, 200);
      EXPECT_EQ(sweep(engine).at("people"), 1);
    }
    engine.stop();
    fs::remove_all(engine.data() / "vault");
    fs::remove(key_file);
    fs::copy(backup.path() / "vault", engine.data() / "vault", fs::copy_options::recursive);
    fs::copy(backup.path() / "keys", key_file);
    if (!with_list) fs::remove(engine.data().string() + ".erasures");
    engine.start();
    citizen = engine.caller("citizen", "cora");
    EXPECT_EQ(citizen.get("/v1/me").status, 404);
    engine.stop();
    const auto keys = vault::load_wrapping_keys(key_file, engine.data());
    const auto opened = vault::RocksVault::open(engine.data(), *keys, vault::RocksVault::Start::later);
    ASSERT_TRUE(opened) << opened.error().text;
    int left = 0;
    (*opened)->all_rows([&](const vault::SealedRow& row) {
      left += row.key.starts_with("texts/") || row.key.starts_with("secrets/identity/") ? 1 : 0;
    });
    EXPECT_EQ(left, 0);
  }
}

// The log that is put back has never heard of the erasure. It is told, and the person stays erased.
TEST_F(Erasure, IsWrittenAgainIntoALogThatIsOlderThanTheList) {
  auto citizen = engine.caller("citizen", "cora");
  const auto cora = register_citizen(citizen, {{"name", "Cora"}});
  engine.stop();
  TemporaryDirectory backup;
  const auto key_file = vault::default_key_file(engine.data());
  fs::copy(engine.data(), backup.path() / "data", fs::copy_options::recursive);
  fs::copy(key_file, backup.path() / "keys");
  engine.start();
  citizen = engine.caller("citizen", "cora");
  ASSERT_EQ(citizen.remove("/v1/me").status, 200);
  EXPECT_EQ(sweep(engine).at("people"), 1);
  engine.stop();

  fs::remove_all(engine.data());
  fs::remove(key_file);
  fs::copy(backup.path() / "data", engine.data(), fs::copy_options::recursive);
  fs::copy(backup.path() / "keys", key_file);
  engine.start();
  citizen = engine.caller("citizen", "cora");
  EXPECT_EQ(citizen.get("/v1/me").status, 404);
  EXPECT_EQ(count_of(engine, "citizen.erasure-requested.v1"), 0);
  EXPECT_EQ(sweep(engine).at("people"), 1);
  EXPECT_EQ(count_of(engine, "citizen.erasure-requested.v1"), 1);
  EXPECT_EQ(count_of(engine, "citizen.erased.v1"), 1);
  EXPECT_EQ(sweep(engine).at("people"), 0);
  // Nothing keeps the identity: the same account may begin anew.
  EXPECT_NE(register_citizen(citizen, {{"name", "Cora"}}), cora);
}

TEST_F(Erasure, RotatesTheKeysWhenTheOperatorWants) {
  auto citizen = engine.caller("citizen", "cora");
  register_citizen(citizen, {{"name", "Cora"}});
  const auto key_file = vault::default_key_file(engine.data());
  const auto before = *vault::load_wrapping_keys(key_file, engine.data());
  EXPECT_EQ(sweep(engine).at("rotated"), false);  // nothing is due
  EXPECT_EQ(*vault::load_wrapping_keys(key_file, engine.data())->secrets == *before.secrets, true);
  EXPECT_EQ(sweep(engine, "rotate").at("rotated"), true);
  const auto after = *vault::load_wrapping_keys(key_file, engine.data());
  EXPECT_FALSE(after.texts == before.texts);
  EXPECT_FALSE(*after.secrets == *before.secrets);
  EXPECT_FALSE(after.is_changing());
  EXPECT_EQ(Json::parse(citizen.get("/v1/me").body).at("texts").at("name"), "Cora");
  engine.stop();
  engine.start();
  citizen = engine.caller("citizen", "cora");
  EXPECT_EQ(Json::parse(citizen.get("/v1/me").body).at("texts").at("name"), "Cora");
}

TEST_F(Erasure, IsAMetric) {
  auto admin = engine.endpoints().connect_admin();
  EXPECT_NE(admin.get("/metrics").body.find("stimmbuch_erasures_waiting 0"), std::string::npos);
  auto citizen = engine.caller("citizen", "cora");
  register_citizen(citizen);
  ASSERT_EQ(citizen.remove("/v1/me").status, 200);
  const auto metrics = admin.get("/metrics").body;
  EXPECT_NE(metrics.find("stimmbuch_erasures_waiting 1"), std::string::npos);
  EXPECT_NE(metrics.find("stimmbuch_erasures_overdue 0"), std::string::npos);
}

}  // namespace
}  // namespace stimmbuch::test
