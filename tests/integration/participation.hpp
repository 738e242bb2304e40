#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::test {

inline std::string hours_from_now(int hours) {
  const auto time = std::chrono::floor<std::chrono::hours>(std::chrono::system_clock::now());
  return std::string(codec::TimeText(Time{time + std::chrono::hours{hours}}).view());
}

inline Json body_of(const HttpReply& reply) {
  return Json::parse(reply.body);
}

inline std::string code_of(const HttpReply& reply) {
  return body_of(reply).value("code", "");
}

// What an operator asks for now, and not at night.
inline void sweep(const EngineUnderTest& engine) {
  auto admin = engine.endpoints().connect_admin();
  EXPECT_EQ(admin.request("POST", "/admin/vault/sweep", "{}", "Content-Type: application/json\r\n").status,
            200);
}

// A town with a project in which citizens contribute over HTTP.
class Participation : public ::testing::Test {
 protected:
  explicit Participation(std::function<void(program::EngineOptions&)> change = {})
      : engine(ledger::Purpose::demo, std::move(change)) {}

  // A project with a phase for proposals and comments.
  void open_project(bool premoderated, const Json& phase_members = Json::object()) {
    ASSERT_EQ(staff
                  .post("/v1/projects",
                        {{"id", "park"}, {"title", {{"de", "Park"}}}, {"premoderated", premoderated}})
                  .status,
              201);
    Json members{{"id", "ideas"},
                 {"title", {{"de", "Ideen"}}},
                 {"opens", hours_from_now(-1)},
                 {"closes", hours_from_now(24)},
                 {"features", {"propose", "comment", "support"}}};
    members.update(phase_members);
    const auto phase = staff.post("/v1/projects/park/phases", members);
    ASSERT_EQ(phase.status, 201) << phase.body;
    last_ = phase.field("Consistency-Token");
  }
  HttpReply propose(Caller& who, const std::string& title) {
    return who.post("/v1/contributions", {{"kind", "proposal"},
                                          {"project", "park"},
                                          {"phase", "ideas"},
                                          {"title", title},
                                          {"text", "Because."}});
  }
  HttpReply comment(Caller& who, const std::string& parent, const std::string& text) {
    return who.post(
        "/v1/contributions",
        {{"kind", "comment"}, {"project", "park"}, {"phase", "ideas"}, {"parent", parent}, {"text", text}});
  }
  std::string id_of(const HttpReply& reply) {
    EXPECT_EQ(reply.status, 201) << reply.body;
    last_ = reply.field("Consistency-Token");
    return body_of(reply).at("contribution");
  }
  HttpReply done(Caller& who, const std::string& id, const std::string& deed, const Json& body) {
    const auto reply = who.post("/v1/contributions/" + id + "/" + deed, body);
    if (reply.status == 200) last_ = reply.field("Consistency-Token");
    return reply;
  }
  HttpReply read(const std::string& path) {
    return anyone.request("GET", path, {}, "Consistency-Token: " + last_ + "\r\n");
  }
  HttpReply read_as(Caller& who, const std::string& path) {
    return who.get(path, "Consistency-Token: " + last_ + "\r\n");
  }
  Json items(const std::string& path) { return body_of(read(path)).at("items"); }

  EngineUnderTest engine;
  Caller staff = engine.caller("staff", "anna");
  Caller moderator = engine.caller("moderator", "mona");
  Caller other_moderator = engine.caller("moderator", "nora");
  Caller cora = engine.caller("citizen", "cora");
  Caller carl = engine.caller("citizen", "carl");
  HttpClient anyone = engine.connect();
  std::string last_;  // consistency token
};

}  // namespace stimmbuch::test
