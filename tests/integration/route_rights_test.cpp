// Who may do what: every role on every route, and nobody for a citizen.
#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "routes.hpp"
#include "stimmbuch/adapters/identity/roles.hpp"

namespace stimmbuch::test {
namespace {

using http::api::Route;
using http::api::RouteKind;

// The pattern with something in the place of its parameters.
std::string target_of(const Route& route) {
  std::string target(route.pattern);
  for (auto begin = target.find('{'); begin != std::string::npos; begin = target.find('{')) {
    const auto end = target.find('}');
    target.replace(begin, end - begin + 1, target[end - 1] == '.' ? "poll/none" : "none");
  }
  return target;
}

bool sends_events(const Route& route) {
  return route.pattern.ends_with("/events") ? route.pattern != "/v1/events"
                                            : route.pattern.ends_with("/stream");
}

HttpReply ask(HttpClient& client, const Route& route, const std::string& header_lines) {
  const std::string name(http::name_of(route.method));
  std::string lines = header_lines;
  std::string body;
  if (!http::api::is_read(route.kind) && route.method != http::Method::delete_) body = "{}";
  if (route.kind == RouteKind::command) lines += key_line(fresh_key());
  if (!body.empty()) {
    lines += route.kind == RouteKind::bulk ? "Content-Type: application/x-ndjson\r\n"
                                           : "Content-Type: application/json\r\n";
  }
  return client.request(name, target_of(route), body, lines);
}

std::string bearer(const std::string& token) {
  return "Authorization: Bearer " + token + "\r\n";
}

class Rights : public ::testing::Test {
 protected:
  EngineUnderTest engine_;
};

TEST_F(Rights, AreThoseOfTheRoleOnEveryRoute) {
  for (const auto& row : identity::role_table) {
    const auto token = mint(engine_.endpoints(), row.name, "someone");
    auto client = engine_.connect();
    for (const Route& route : http::api::routes()) {
      if (sends_events(route) && route.right && row.rights.contains(*route.right)) continue;
      SCOPED_TRACE(std::string(row.name) + " " + std::string(http::name_of(route.method)) + " " +
                   std::string(route.pattern));
      const auto reply = ask(client, route, bearer(token));
      const bool allowed = !route.right || row.rights.contains(*route.right);
      if (allowed) {
        EXPECT_NE(reply.status, 401);
        EXPECT_NE(reply.status, 403);
        EXPECT_LT(reply.status, 500);
      } else {
        EXPECT_EQ(reply.status, 403);
        EXPECT_EQ(Json::parse(reply.body).at("code"), "forbidden");
      }
    }
  }
}

TEST_F(Rights, NeedATokenOfThisLedgerThatIsValid) {
  const EngineUnderTest elsewhere;
  const auto own = mint(engine_.endpoints(), "staff", "anna");
  const auto brief = mint(engine_.endpoints(), "staff", "anna", 1);
  const auto foreign = mint(elsewhere.endpoints(), "staff", "anna");
  std::string changed = own;
  changed[own.size() / 2] = changed[own.size() / 2] == 'A' ? 'B' : 'A';
  const auto head = head_of(engine_.endpoints());

  // The short token ends within its second.
  auto client = engine_.connect();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const auto is_valid = [&] {
    return client.request("POST", "/v1/polls", "{}", bearer(brief)).status != 401;
  };
  while (is_valid() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();

  for (const Route& route : http::api::routes()) {
    if (!route.right) continue;
    SCOPED_TRACE(std::string(route.pattern));
    const auto none = ask(client, route, "");
    EXPECT_EQ(none.status, 401);
    EXPECT_EQ(none.field("WWW-Authenticate").substr(0, 6), "Bearer");
    EXPECT_EQ(none.field("WWW-Authenticate").find("error="), std::string::npos);
    for (const std::string& token : {brief, foreign, changed, own + "x", own.substr(0, own.size() - 1),
                                     std::string("sb1.."), std::string("a.b.c"), std::string(9000, 'x')}) {
      const auto reply = ask(client, route, bearer(token));
      EXPECT_EQ(reply.status, 401) << token;
      EXPECT_NE(reply.field("WWW-Authenticate").find("invalid_token"), std::string::npos);
      EXPECT_EQ(reply.field("Content-Type"), "application/problem+json");
    }
    EXPECT_EQ(ask(client, route, "Authorization: Basic YTpi\r\n").status, 401);
    EXPECT_EQ(ask(client, route, bearer(own) + bearer(own)).status, 400);
  }
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

// ---- a town's citizens act for themselves alone

class Town : public ::testing::Test {
 protected:
  EngineUnderTest engine_{ledger::Purpose::town};
};

TEST_F(Town, MintsNoTokenForACitizen) {
  auto admin = engine_.endpoints().connect_admin();
  const auto reply = admin.request("POST", "/admin/tokens", R"({"role":"citizen","subject":"cora"})");
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.body.find("sb1."), std::string::npos);
  EXPECT_EQ(admin.request("POST", "/admin/tokens", R"({"role":"staff","subject":"anna"})").status, 201);
}

TEST_F(Town, LetsNoOfficialVoteOrRegister) {
  auto staff = engine_.caller("staff", "anna");
  const std::string poll = open_poll(staff);
  const auto head = head_of(engine_.endpoints());
  for (const auto& row : identity::role_table) {
    if (row.role == identity::Role::citizen) continue;
    auto official = engine_.caller(row.name, "anna");
    EXPECT_EQ(official.put("/v1/polls/" + poll + "/ballot", {{"choices", {"a"}}}).status, 403) << row.name;
    EXPECT_EQ(official.remove("/v1/polls/" + poll + "/ballot").status, 403) << row.name;
    EXPECT_EQ(official.post("/v1/citizens").status, 403) << row.name;
    EXPECT_EQ(official.get("/v1/me/ballots").status, 403) << row.name;
  }
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

TEST_F(Town, KeepsItsPollsFromTheBulkRoute) {
  auto staff = engine_.caller("staff", "anna");
  auto importer = engine_.caller("operator", "ole");
  const std::string poll = open_poll(staff);
  const auto head = head_of(engine_.endpoints());
  const std::string named = R"(,"poll":")" + poll + R"(")";
  const std::string lines =
      R"({"key":"1","type":"ImportVote","voter":"cora","choices":["a"],"cast_at":"2020-01-01T00:00:00Z")" +
      named + "}\n" +
      R"({"key":"2","type":"ImportWithdrawal","voter":"cora","cast_at":"2020-01-01T00:00:00Z")" + named +
      "}\n" + R"({"key":"3","type":"ClosePoll")" + named + "}\n" +
      R"({"key":"4","type":"WithdrawOption","option":"a","reason":"No.")" + named + "}\n" +
      R"({"key":"5","type":"CountPoll")" + named + "}\n" + R"({"key":"6","type":"OpenPoll")" + named + "}\n" +
      R"({"key":"7","type":"AddOptions","options":[])" + named + "}\n";
  const auto results = lines_of(importer.bulk(lines));
  ASSERT_EQ(results.size(), 7U);
  for (const Json& result : results) {
    EXPECT_EQ(result.at("status"), 409) << result;
    // A poll that is open is not counted, for whomever.
    EXPECT_EQ(result.at("problem").at("code"),
              result.at("line") == 5 ? "poll_not_closed" : "poll_not_imported")
        << result;
  }
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

TEST_F(Town, IsNotOpenedByDraftingAPollThatExists) {
  auto staff = engine_.caller("staff", "anna");
  auto importer = engine_.caller("operator", "ole");
  const std::string poll = open_poll(staff);
  const auto head = head_of(engine_.endpoints());
  const std::string named = R"(,"poll":")" + poll + R"(")";
  const auto results = lines_of(importer.bulk(
      R"({"key":"1","type":"DraftPoll","project":"p","title":{"de":"T"},"kind":"single","rule":{"kind":"most_votes"},"imported":true)" +
      named + "}\n" + R"({"key":"2","type":"ClosePoll")" + named + "}\n"));
  ASSERT_EQ(results.size(), 2U);
  for (const Json& result : results)
    EXPECT_EQ(result.at("problem").at("code"), "poll_not_imported") << result;
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

TEST_F(Town, KnowsNoBulkCommandThatActsForACitizen) {
  auto importer = engine_.caller("operator", "ole");
  const auto head = head_of(engine_.endpoints());
  std::string lines;
  int count = 0;
  for (const auto* const type : {"CastVote", "WithdrawVote", "RegisterCitizen", "ChangeCitizen",
                                 "VerifyCitizen", "BlockCitizen", "CertifyResult", "CancelPoll",
                                 "AnnulResult", "DrawLot", "DeclareCells", "CreateLedger", "", "castvote"}) {
    lines += R"({"key":")" + std::to_string(++count) + R"(","type":")" + type + "\"}\n";
  }
  const auto results = lines_of(importer.bulk(lines));
  ASSERT_EQ(results.size(), static_cast<std::size_t>(count));
  for (const Json& result : results) {
    EXPECT_EQ(result.at("status"), 422) << result;
    EXPECT_EQ(result.at("problem").at("code"), "validation_failed") << result;
  }
  EXPECT_EQ(head_of(engine_.endpoints()), head);
}

}  // namespace
}  // namespace stimmbuch::test
