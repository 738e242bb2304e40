// Polls whose choices nobody sees before they are closed: what they promise, over HTTP and on the disk.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/recount.hpp"
#include "engine_under_test.hpp"
#include "routes.hpp"
#include "stimmbuch/adapters/identity/roles.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What nothing but these polls has for options.
constexpr std::string_view option_a = "Zyxwv-oak";
constexpr std::string_view option_b = "Zyxwv-elm";
constexpr std::string_view option_c = "Zyxwv-ash";

Json options_json() {
  Json all = Json::array();
  for (const auto option : {option_a, option_b, option_c})
    all.push_back({{"id", option}, {"title", {{"de", "Ein Baum"}}}});
  return all;
}

Json choice(std::string_view option) {
  return {{"choices", {option}}};
}

// As records write choices.
std::string written(std::string_view option) {
  return std::string("[\"").append(option).append("\"]");
}

Json body_of(const HttpReply& reply) {
  return Json::parse(reply.body);
}

void expect_problem(const HttpReply& reply, int status, std::string_view code) {
  ASSERT_EQ(reply.status, status) << reply.body;
  EXPECT_EQ(body_of(reply).at("code"), code);
}

std::string contents_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class SealedPoll : public testing::Test {
 protected:
  void SetUp() override {
    poll_ = open_poll(staff_, {{"results", "after_close"}, {"options", options_json()}});
    for (const auto* const name : {"cora", "dora", "emil", "fred"})
      citizen_ids_.push_back(register_citizen(voters_.emplace_back(engine_.caller("citizen", name))));
  }

  std::string ballot() const { return "/v1/polls/" + poll_ + "/ballot"; }
  HttpReply to_poll(Caller& who, std::string_view action, const Json& body = Json::object()) {
    return who.post("/v1/polls/" + poll_ + "/" + std::string(action), body);
  }

  // The first votes for a and then b, the second for b, the third takes its vote back, the fourth abstains.
  void vote() {
    ASSERT_EQ(voters_[0].put(ballot(), choice(option_a)).status, 201);
    ASSERT_EQ(voters_[0].put(ballot(), choice(option_b)).status, 200);
    ASSERT_EQ(voters_[1].put(ballot(), choice(option_b)).status, 201);
    ASSERT_EQ(voters_[2].put(ballot(), choice(option_c)).status, 201);
    last_ = voters_[2].remove(ballot());
    ASSERT_EQ(last_.status, 200) << last_.body;
  }
  void close_and_count() {
    ASSERT_EQ(to_poll(staff_, "close").status, 200);
    last_ = to_poll(staff_, "count");
    ASSERT_EQ(last_.status, 200) << last_.body;
  }
  Json tally() { return tally_after(anyone_, poll_, last_); }

  // The records of the log of these types.
  std::vector<Json> records(const std::string& type) {
    std::vector<Json> found;
    for (Json& record : records_of(engine_.endpoints()))
      if (record.at("type").get<std::string>().starts_with(type)) found.push_back(std::move(record));
    return found;
  }

  // What an audit finds in the log, and in the tally as it is served.
  std::vector<std::string> audit() {
    std::vector<std::string> found;
    program::RuleReplay rules([&](program::RuleReplay::Check, Position position, const std::string& detail) {
      found.push_back(std::to_string(number(position)) + " " + detail);
    });
    auto claim = program::read_tally_claim(program::Json::parse(tally().dump()));
    EXPECT_TRUE(claim);
    program::Recount recount({*claim}, &rules);
    const auto lines = engine_.endpoints().connect_admin().get("/admin/records").body;
    std::uint64_t position = 0;
    for (std::size_t begin = 0; begin < lines.size();) {
      const auto end = lines.find('\n', begin);
      recount.add(Position{++position}, std::string_view(lines).substr(begin, end - begin));
      begin = end + 1;
    }
    recount.finish();
    for (const auto& difference : recount.differences())
      found.push_back(difference.code + " " + difference.where + " " + difference.detail);
    EXPECT_TRUE(recount.polls().at(0).claimed);
    return found;
  }

  EngineUnderTest engine_;
  Caller staff_ = engine_.caller("staff", "anna");
  Caller certifier_ = engine_.caller("certifier", "berta");
  HttpClient anyone_ = engine_.connect();
  std::vector<Caller> voters_;
  std::vector<std::string> citizen_ids_;
  std::string poll_;
  HttpReply last_;
};

TEST_F(SealedPoll, GoesFromADraftToACertifiedResult) {
  vote();
  Json shown = tally();
  EXPECT_EQ(shown.at("sealed"), true);
  EXPECT_EQ(shown.at("roll"), "pending");
  EXPECT_EQ(shown.at("ballots"), 2);
  EXPECT_EQ(shown.at("figures"), Json::parse(R"({"cast":3,"replaced":1,"withdrawn":1})"));
  for (const Json& option : shown.at("options")) {
    EXPECT_FALSE(option.contains("votes"));
    EXPECT_FALSE(option.contains("rank"));
    EXPECT_FALSE(option.contains("selected"));
  }

  close_and_count();
  shown = tally();
  EXPECT_EQ(shown.at("status"), "counted");
  EXPECT_FALSE(shown.contains("sealed"));
  EXPECT_EQ(shown.at("roll"), "complete");
  EXPECT_EQ(shown.at("eligible"), 4);
  EXPECT_EQ(shown.at("options")[0].at("votes"), 0);
  EXPECT_EQ(shown.at("options")[1].at("votes"), 2);
  EXPECT_EQ(shown.at("options")[1].at("selected"), true);
  EXPECT_EQ(shown.at("options")[2].at("votes"), 0);

  last_ = to_poll(certifier_, "certify");
  ASSERT_EQ(last_.status, 200) << last_.body;
  EXPECT_THAT(audit(), IsEmpty());
  const auto result = records("poll.result-computed");
  ASSERT_EQ(result.size(), 1U);
  EXPECT_EQ(result[0].at("data").at("eligible"), 4);
  EXPECT_EQ(result[0].at("data").at("eligible_at_opening"), 0) << "they registered behind the opening";
}

TEST_F(SealedPoll, WritesRollAndOpeningsOnceAndInTheEnginesName) {
  vote();
  close_and_count();
  const auto roll = records("roll.");
  const auto openings = records("opening.");
  ASSERT_EQ(roll.size(), 1U);
  ASSERT_EQ(openings.size(), 1U);
  for (const Json& record :
       {roll[0], openings[0], records("poll.roll-completed").at(0), records("poll.openings-completed").at(0)})
    EXPECT_EQ(record.at("actor"), "engine");
  EXPECT_EQ(roll[0].at("data").at("entries").size(), 4U);
  EXPECT_EQ(openings[0].at("data").at("openings").size(), 2U);
  for (const Json& opening : openings[0].at("data").at("openings"))
    EXPECT_EQ(opening.at("choices"), Json::array({option_b})) << "what was replaced is never opened";
  engine_.stop();
  engine_.start();
  EXPECT_EQ(records("roll.").size(), 1U);
  EXPECT_EQ(records("opening.").size(), 1U);
}

TEST_F(SealedPoll, ShowsNobodyAChoiceOrACountBeforeItIsClosed) {
  vote();
  tally();
  std::vector<std::string> subjects{"poll/" + poll_, "project/none", "roll/" + poll_ + "-0",
                                    "opening/" + poll_ + "-0"};
  for (const Json& record : records("ballot.")) subjects.push_back(record.at("subject"));
  ASSERT_EQ(subjects.size(), 4U + 5U);
  const auto head = std::to_string(head_of(engine_.endpoints()));
  std::size_t answers = 0;
  std::size_t streams = 0;
  // A stream up to what it shows last for now.
  const auto follow = [&](const std::string& target, const std::string& authorization) {
    const bool of_records = target.ends_with("/stream");
    auto follower = engine_.connect();
    follower.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + authorization +
                  (of_records ? "Last-Event-ID: 0\r\n" : "") + "\r\n");
    auto body = follower.receive_until("\r\n\r\n");
    if (!body.starts_with("HTTP/1.1 200")) return body;
    ++streams;
    body += follower.receive_until(of_records ? "id: " + head + "\n" : "\"reflects\"");
    return body + follower.receive_until("\n\n");
  };
  const auto look = [&](const std::string& who, const std::string& authorization) {
    auto client = engine_.connect();
    for (const http::api::Route& route : http::api::routes()) {
      // The description names all members and shows no poll.
      if (route.method != http::Method::get || route.pattern == "/openapi.json") continue;
      const std::string pattern(route.pattern);
      for (const auto& subject : subjects) {
        if (pattern.find("{subject...}") == std::string::npos && subject != subjects.front()) continue;
        std::string target = pattern;
        for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
                 {"{subject...}", subject}, {"{poll}", poll_}, {"{position}", "1"}, {"{path...}", "000"}}) {
          if (const auto at = target.find(name); at != std::string::npos)
            target.replace(at, name.size(), value);
        }
        for (auto at = target.find('{'); at != std::string::npos; at = target.find('{'))
          target.replace(at, target.find('}') + 1 - at, "none");
        const bool is_stream =
            target != "/v1/events" && (target.ends_with("/stream") || target.ends_with("/events"));
        const auto body =
            is_stream ? follow(target, authorization) : client.request("GET", target, {}, authorization).body;
        ++answers;
        for (const auto option : {option_a, option_b, option_c})
          EXPECT_THAT(body, Not(HasSubstr(written(option)))) << who << ' ' << target;
        for (const auto* const figure : {"\"votes\":", "\"score\":", "\"rank\":", "\"selected\":"})
          EXPECT_THAT(body, Not(HasSubstr(figure))) << who << ' ' << target;
      }
    }
  };
  look("anybody", "");
  for (const auto& role : identity::role_table) {
    const auto token = mint(engine_.endpoints(), role.name, role.name == "citizen" ? "cora" : "someone");
    look(std::string(role.name), "Authorization: Bearer " + token + "\r\n");
  }
  EXPECT_GT(answers, 200U);
  EXPECT_EQ(streams, 1 + identity::role_table.size() + 1) << "all follow the poll, and auditors the records";
  EXPECT_THAT(engine_.endpoints().connect_admin().get("/admin/records").body,
              Not(HasSubstr(written(option_b))));
}

// The same search finds what is not sealed.
TEST_F(SealedPoll, LeavesNoChoiceOnTheDisk) {
  vote();
  const auto live = open_poll(staff_, {{"options", {{{"id", "Zyxwv-fir"}, {"title", {{"de", "Tanne"}}}}}}});
  ASSERT_EQ(voters_[0].put("/v1/polls/" + live + "/ballot", choice("Zyxwv-fir")).status, 201);
  const auto files_with = [&](const std::string& text) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(engine_.data())) {
      if (entry.is_regular_file() && contents_of(entry.path()).find(text) != std::string::npos)
        files.push_back(entry.path().string());
    }
    return files;
  };
  EXPECT_THAT(files_with(written("Zyxwv-fir")), Not(IsEmpty()));
  for (const auto option : {option_a, option_b, option_c})
    EXPECT_THAT(files_with(written(option)), IsEmpty());
  engine_.stop();
  for (const auto option : {option_a, option_b, option_c})
    EXPECT_THAT(files_with(written(option)), IsEmpty());
  engine_.start();
}

TEST_F(SealedPoll, NeverOpensWhatWasReplacedOrWithdrawn) {
  vote();
  close_and_count();
  const auto all = engine_.endpoints().connect_admin().get("/admin/records").body;
  EXPECT_THAT(all, HasSubstr(written(option_b)));
  EXPECT_THAT(all, Not(HasSubstr(written(option_a))));
  EXPECT_THAT(all, Not(HasSubstr(written(option_c))));
}

TEST_F(SealedPoll, ShowsVotersTheirBallotSealed) {
  vote();
  for (const auto& [voter, standing] : {std::pair{0U, true}, std::pair{2U, false}}) {
    const auto own = voters_[voter].get("/v1/me/ballots",
                                        "Consistency-Token: " + last_.field("Consistency-Token") + "\r\n");
    const Json ballots = body_of(own).at("items");
    ASSERT_EQ(ballots.size(), 1U) << own.body;
    EXPECT_EQ(ballots[0].at("standing"), standing ? Json("sealed") : Json());
    EXPECT_EQ(ballots[0].at("changes").size(), 2U);
  }
}

TEST_F(SealedPoll, ShowsVotersTheirStandingChoicesOnceTheyAreOpened) {
  vote();
  close_and_count();
  const auto consistent = "Consistency-Token: " + last_.field("Consistency-Token") + "\r\n";
  const auto expect_own = [&](const std::string& when) {
    const std::vector<Json> standing{Json::array({option_b}), Json::array({option_b}), Json()};
    for (std::size_t voter = 0; voter < standing.size(); ++voter) {
      const auto list = voters_[voter].get("/v1/me/ballots", consistent);
      const auto all = voters_[voter].get("/v1/me/export", consistent);
      for (const Json& ballots : {body_of(list).at("items"), body_of(all).at("ballots")}) {
        ASSERT_EQ(ballots.size(), 1U) << when;
        EXPECT_EQ(ballots[0].at("standing"), standing[voter]) << when << ' ' << voter;
        for (const Json& change : ballots[0].at("changes")) EXPECT_FALSE(change.contains("choices"));
      }
      for (const auto& body : {list.body, all.body}) {
        EXPECT_THAT(body, Not(HasSubstr(written(option_a)))) << "what was replaced";
        EXPECT_THAT(body, Not(HasSubstr(written(option_c)))) << "what was withdrawn";
      }
    }
  };
  expect_own("counted");
  // Not by the secret, which goes now.
  const auto swept = engine_.endpoints().connect_admin().request("POST", "/admin/vault/sweep", "{}",
                                                                 "Content-Type: application/json\r\n");
  ASSERT_THAT(swept.body, HasSubstr(R"("secrets":1)"));
  expect_own("the sealing secret is destroyed");
}

// Openings in more than one part: the first and last of each are found.
TEST_F(SealedPoll, FindsTheOpeningOfEachBallotInTheParts) {
  constexpr std::size_t people = 620;  // more than openings_max
  for (std::size_t i = 0; i < people; ++i) {
    auto citizen = engine_.caller("citizen", "crowd-" + std::to_string(i));
    register_citizen(citizen);
    ASSERT_EQ(citizen.put(ballot(), choice(i % 2 == 0 ? option_a : option_b)).status, 201);
  }
  close_and_count();
  ASSERT_GE(records("opening.").size(), 2U);
  const auto consistent = "Consistency-Token: " + last_.field("Consistency-Token") + "\r\n";
  for (std::size_t i = 0; i < people; ++i) {
    auto citizen = engine_.caller("citizen", "crowd-" + std::to_string(i));
    const Json ballots = body_of(citizen.get("/v1/me/ballots", consistent)).at("items");
    ASSERT_EQ(ballots.size(), 1U);
    ASSERT_EQ(ballots[0].at("standing"), Json::array({i % 2 == 0 ? option_a : option_b})) << i;
  }
}

TEST_F(SealedPoll, ReplaysACommandAndRefusesAnotherUnderItsKey) {
  const auto cast = [&](std::string_view option) {
    return voters_[0].send("PUT", ballot(), choice(option).dump(), "the-key-of-this-vote");
  };
  const auto first = cast(option_a);
  ASSERT_EQ(first.status, 201) << first.body;
  const auto expect_replayed = [&] {
    const auto again = cast(option_a);
    EXPECT_EQ(again.status, 201) << again.body;
    Json expected = body_of(first);
    expected["replayed"] = true;
    EXPECT_EQ(body_of(again), expected);
    const auto other = cast(option_b);
    EXPECT_EQ(other.status, 422) << other.body;
    EXPECT_THAT(other.body, HasSubstr("key"));
  };
  expect_replayed();
  engine_.stop();
  engine_.start();
  voters_[0] = engine_.caller("citizen", "cora");
  staff_ = engine_.caller("staff", "anna");
  expect_replayed();
  last_ = to_poll(staff_, "close");
  ASSERT_EQ(last_.status, 200) << last_.body;
  expect_replayed();
  ASSERT_EQ(to_poll(staff_, "count").status, 200);
  expect_replayed();
  expect_problem(voters_[0].put(ballot(), choice(option_a)), 409, "poll_closed");
}

TEST_F(SealedPoll, RefusesWhatALivePollRefuses) {
  expect_problem(voters_[0].put(ballot(), choice("Zyxwv-fir")), 422, "choice_unknown");
  expect_problem(voters_[0].put(ballot(), {{"choices", {option_a, option_b}}}), 422, "choices_too_many");
  expect_problem(voters_[0].put(ballot(), {{"choices", Json::array()}}), 422, "blank_not_allowed");
  expect_problem(voters_[0].remove(ballot()), 409, "no_vote_to_withdraw");
  auto stranger = engine_.caller("citizen", "nobody");
  EXPECT_GE(stranger.put(ballot(), choice(option_a)).status, 400);
  EXPECT_THAT(records("ballot."), IsEmpty());
}

TEST_F(SealedPoll, CannotBeCancelledWhenItsBallotsAreOpened) {
  vote();
  const auto proposed = to_poll(staff_, "cancellation", {{"reason", "The wrong question."}});
  ASSERT_EQ(proposed.status, 200) << proposed.body;
  ASSERT_EQ(to_poll(staff_, "close").status, 200);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (records("poll.openings-completed").empty() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  expect_problem(to_poll(certifier_, "cancel", {{"proposal", body_of(proposed).at("position")}}), 409,
                 "ballots_opened");
  expect_problem(to_poll(staff_, "cancellation", {{"reason", "Not as we like it."}}), 409, "ballots_opened");
  EXPECT_EQ(to_poll(staff_, "count").status, 200);
}

TEST_F(SealedPoll, IsNeverOpenedWhenItIsCancelled) {
  vote();
  const auto proposed = to_poll(staff_, "cancellation", {{"reason", "The wrong question."}});
  last_ = to_poll(certifier_, "cancel", {{"proposal", body_of(proposed).at("position")}});
  ASSERT_EQ(last_.status, 200) << last_.body;
  EXPECT_EQ(tally().at("sealed"), true);
  // Another poll that is closed behind it is settled, so the engine has looked at both.
  const auto other = open_poll(staff_, {{"results", "after_close"}, {"options", options_json()}});
  ASSERT_EQ(staff_.post("/v1/polls/" + other + "/close").status, 200);
  ASSERT_EQ(staff_.post("/v1/polls/" + other + "/count").status, 200);
  for (const auto* const type : {"roll.", "opening."}) {
    for (const Json& record : records(type))
      EXPECT_THAT(record.at("subject").get<std::string>(), Not(HasSubstr(poll_)));
  }
  EXPECT_THAT(engine_.endpoints().connect_admin().get("/admin/records").body,
              Not(HasSubstr(written(option_b))));
  expect_problem(to_poll(staff_, "count"), 409, "poll_final");
  const Json own = body_of(voters_[0].get("/v1/me/ballots")).at("items");
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own[0].at("standing"), "sealed");
}

// A roll without a ballot, and no part of openings.
TEST_F(SealedPoll, IsCountedWhenNobodyVoted) {
  close_and_count();
  EXPECT_EQ(tally().at("ballots"), 0);
  EXPECT_THAT(records("opening."), IsEmpty());
  EXPECT_EQ(records("poll.openings-completed").at(0).at("data").at("parts"), 0);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(SealedPoll, LetsWhoWasBlockedMeanwhileCountAsEntitled) {
  vote();
  auto registrar = engine_.caller("registrar", "rita");
  ASSERT_EQ(registrar.post("/v1/citizens/" + citizen_ids_[1] + "/block", {{"reason", "Asked for."}}).status,
            200);
  expect_problem(voters_[1].put(ballot(), choice(option_a)), 403, "citizen_blocked");
  close_and_count();
  EXPECT_EQ(tally().at("eligible"), 4);
  EXPECT_EQ(tally().at("options")[1].at("votes"), 2);
  EXPECT_THAT(audit(), IsEmpty());
}

// Every kind of ballot, sealed and counted as it would have been open.
TEST_F(SealedPoll, CountsEveryKindOfBallot) {
  struct Kind {
    Json terms;
    Json vote;
  };
  const std::vector<Kind> kinds{
      {{{"kind", "multiple"}, {"max", 2}}, {{"choices", {option_c, option_a}}}},
      {{{"kind", "approval"}, {"max", 3}}, {{"choices", {option_a, option_b}}}},
      {{{"kind", "approval"}, {"max", 3}, {"blank_allowed", true}}, {{"choices", Json::array()}}},
      {{{"kind", "points"}, {"max", 2}, {"points_total", 10}, {"rule", {{"kind", "points"}}}},
       {{"choices", {{option_a, 7}, {option_c, 3}}}}},
      {{{"kind", "ranked"}, {"max", 3}, {"rule", {{"kind", "points"}, {"rank_points", {3, 2, 1}}}}},
       {{"choices", {option_c, option_a, option_b}}}}};
  for (const auto& kind : kinds) {
    SCOPED_TRACE(kind.terms.dump());
    std::vector<Json> counted;
    for (const auto* const results : {"live", "after_close"}) {
      Json terms = kind.terms;
      terms["results"] = results;
      terms["options"] = options_json();
      const auto poll = open_poll(staff_, terms);
      const auto cast = voters_[0].put("/v1/polls/" + poll + "/ballot", kind.vote);
      ASSERT_EQ(cast.status, 201) << cast.body;
      ASSERT_EQ(staff_.post("/v1/polls/" + poll + "/close").status, 200);
      last_ = staff_.post("/v1/polls/" + poll + "/count");
      ASSERT_EQ(last_.status, 200) << last_.body;
      Json shown = tally_after(anyone_, poll, last_);
      counted.push_back({{"options", shown.at("options")}, {"figures", shown.at("figures")}});
    }
    EXPECT_EQ(counted[0], counted[1]);
  }
}

// ---- live polls of citizens have a roll, too

TEST_F(SealedPoll, IsNotNeededForARoll) {
  poll_ = open_poll(staff_);
  ASSERT_EQ(voters_[0].put(ballot(), choice("a")).status, 201);
  close_and_count();
  EXPECT_EQ(tally().at("roll"), "complete");
  EXPECT_EQ(tally().at("eligible"), 4);
  EXPECT_THAT(records("opening."), IsEmpty());
  const auto entries = records("roll.").at(0).at("data").at("entries");
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(records("poll.roll-completed").at(0).at("data").at("ballots"), 1);
}

}  // namespace
}  // namespace stimmbuch::test
