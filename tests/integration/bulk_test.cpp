// The bulk route: many commands of imported polls in one request.
#include <string>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"

namespace stimmbuch::test {
namespace {

std::string line(Json members) {
  if (!members.contains("key")) members["key"] = fresh_key();
  return members.dump() + "\n";
}

Json draft_of(const std::string& poll) {
  return {{"type", "DraftPoll"},
          {"poll", poll},
          {"project", "budget"},
          {"title", {{"pl", "Budżet"}}},
          {"imported", true},
          {"kind", "approval"},
          {"max", 2},
          {"rule", {{"kind", "most_votes"}, {"winners", 1}, {"ties", "declared_order"}}},
          {"options", {{{"id", "a"}, {"title", {{"pl", "A"}}}}, {{"id", "b"}, {"title", {{"pl", "B"}}}}}}};
}

Json vote_of(const std::string& poll, const std::string& voter, const Json& choices) {
  return {{"type", "ImportVote"},
          {"poll", poll},
          {"voter", voter},
          {"choices", choices},
          {"cast_at", "2023-06-01T10:00:00Z"}};
}

class Bulk : public ::testing::Test {
 protected:
  std::vector<Json> send(const std::string& lines) {
    const auto reply = importer_.bulk(lines);
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.field("Content-Type"), "application/x-ndjson");
    return lines_of(reply);
  }
  void open(const std::string& poll) {
    const auto results =
        send(line({{"type", "OpenProject"}, {"project", "budget"}, {"title", {{"pl", "B"}}}}) +
             line(draft_of(poll)) + line({{"type", "OpenPoll"}, {"poll", poll}}));
    ASSERT_EQ(results.size(), 3U);
    ASSERT_EQ(results[2].at("status"), 200) << results[1] << results[2];
  }
  std::uint64_t head() { return head_of(engine_.endpoints()); }

  EngineUnderTest engine_;
  Caller importer_ = engine_.caller("operator", "ole");
  HttpClient anyone_ = engine_.connect();
};

TEST_F(Bulk, ImportsAPollFromItsDraftToItsCount) {
  open("lodz");
  std::string votes;
  for (int voter = 0; voter < 100; ++voter)
    votes += line(vote_of("lodz", "v" + std::to_string(voter), voter % 3 == 0 ? Json{"a"} : Json{"a", "b"}));
  votes += line(
      {{"type", "ImportWithdrawal"}, {"poll", "lodz"}, {"voter", "v0"}, {"cast_at", "2023-06-02T10:00:00Z"}});
  votes += line(vote_of("lodz", "v1", {"b"}));
  const auto results = send(votes);
  ASSERT_EQ(results.size(), 102U);
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].at("line"), i + 1);
    EXPECT_EQ(results[i].at("status"), i < 100 ? 201 : 200) << results[i];
  }
  const auto end = send(line({{"type", "ClosePoll"}, {"poll", "lodz"}}));
  ASSERT_EQ(end[0].at("status"), 200) << end[0];
  const auto counted = send(line({{"type", "CountPoll"}, {"poll", "lodz"}}));
  ASSERT_EQ(counted[0].at("status"), 200) << counted[0];
  const auto reply = anyone_.request("GET", "/v1/polls/lodz/tally", {}, "");
  Json tally = Json::parse(reply.body);
  while (tally.at("status") != "counted") tally = Json::parse(anyone_.get("/v1/polls/lodz/tally").body);
  EXPECT_EQ(tally.at("ballots"), 99);
  EXPECT_EQ(tally.at("options")[0].at("votes"), 98);
  EXPECT_EQ(tally.at("options")[1].at("votes"), 66);
  EXPECT_EQ(tally.at("imported"), true);
}

TEST_F(Bulk, AnswersEachLineInItsPlace) {
  open("lodz");
  const auto results =
      send(line(vote_of("lodz", "v1", {"a"})) + "{\n" + "\n" + line(vote_of("lodz", "v2", {"z"})) +
           line({{"type", "ImportVote"}}) + line(vote_of("none", "v3", {"a"})) +
           R"({"type":"OpenPoll","poll":"lodz"})" + "\n" + R"({"key":7,"type":"OpenPoll","poll":"lodz"})" +
           "\n" + line({{"type", "OpenPoll"}, {"poll", "lodz"}, {"extra", 1}}) +
           line(vote_of("lodz", "", {"a"})) + line(vote_of("lodz", std::string(257, 'v'), {"a"})) +
           R"({"key":"last","type":"ClosePoll","poll":"lodz"})");
  const std::vector<std::pair<int, std::string>> expected{
      {201, ""},
      {400, "malformed_request"},
      {400, "malformed_request"},
      {422, "choice_unknown"},
      {422, "validation_failed"},
      {404, "poll_unknown"},
      {422, "validation_failed"},
      {422, "validation_failed"},
      {422, "validation_failed"},
      {422, "validation_failed"},
      {422, "validation_failed"},
      {200, ""},
  };
  ASSERT_EQ(results.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(results[i].at("line"), i + 1);
    EXPECT_EQ(results[i].at("status"), expected[i].first) << results[i];
    EXPECT_EQ(results[i].contains("problem") ? results[i]["problem"].at("code").get<std::string>() : "",
              expected[i].second);
  }
}

TEST_F(Bulk, ARepeatedRequestChangesNothing) {
  std::string lines = line({{"type", "OpenProject"}, {"project", "budget"}, {"title", {{"pl", "B"}}}}) +
                      line(draft_of("lodz")) + line({{"type", "OpenPoll"}, {"poll", "lodz"}});
  send(lines);
  std::string votes;
  for (int voter = 0; voter < 50; ++voter) votes += line(vote_of("lodz", "v" + std::to_string(voter), {"a"}));
  const auto first = send(votes);
  const auto last = head();
  for (const auto& [request, count] : {std::pair{lines, 3U}, std::pair{votes, 50U}}) {
    const auto again = send(request);
    ASSERT_EQ(again.size(), count);
    for (const Json& result : again) EXPECT_EQ(result.at("replayed"), true) << result;
  }
  const auto again = send(votes);
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(again[i].at("position"), first[i].at("position"));
  EXPECT_EQ(head(), last);

  // The same keys for other votes are refused, line by line.
  Json other = Json::parse(votes.substr(0, votes.find('\n')));
  other["choices"] = {"b"};
  EXPECT_EQ(send(other.dump())[0].at("problem").at("code"), "idempotency_key_reused");
  EXPECT_EQ(head(), last);
}

TEST_F(Bulk, TakesNoBallotForAPollOfTheSameRequest) {
  const auto results = send(line({{"type", "OpenProject"}, {"project", "budget"}, {"title", {{"pl", "B"}}}}) +
                            line(draft_of("lodz")) + line({{"type", "OpenPoll"}, {"poll", "lodz"}}) +
                            line(vote_of("lodz", "v1", {"a"})));
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[2].at("status"), 200) << results[2];
  EXPECT_EQ(results[3].at("problem").at("code"), "poll_unknown");
  EXPECT_EQ(send(line(vote_of("lodz", "v1", {"a"})))[0].at("status"), 201);
}

TEST_F(Bulk, DraftsImportedPollsOnly) {
  send(line({{"type", "OpenProject"}, {"project", "budget"}, {"title", {{"pl", "B"}}}}));
  Json draft = draft_of("lodz");
  draft["imported"] = false;
  EXPECT_EQ(send(line(draft))[0].at("problem").at("code"), "validation_failed");
  draft.erase("imported");
  EXPECT_EQ(send(line(draft))[0].at("problem").at("code"), "validation_failed");
  EXPECT_EQ(send(line({{"type", "CountPoll"}, {"poll", "lodz"}}))[0].at("problem").at("code"),
            "poll_unknown");
}

TEST_F(Bulk, TakesAThousandLinesAndAMebibyte) {
  open("lodz");
  const auto before = head();
  std::string lines;
  for (int voter = 0; voter < 1000; ++voter)
    lines += line(vote_of("lodz", "v" + std::to_string(voter), {"a"}));
  const auto too_many = importer_.bulk(lines + line(vote_of("lodz", "one-more", {"a"})));
  EXPECT_EQ(too_many.status, 400);
  EXPECT_EQ(Json::parse(too_many.body).at("code"), "malformed_request");
  EXPECT_EQ(importer_.bulk("").status, 400);
  EXPECT_EQ(head(), before);

  const std::size_t most = std::size_t{1} << 20;
  std::string full = lines;
  full.insert(full.size() - 1, std::string(most - full.size(), ' '));
  ASSERT_EQ(full.size(), most);
  const auto results = send(full);
  ASSERT_EQ(results.size(), 1000U);
  EXPECT_EQ(results.back().at("status"), 201);
  EXPECT_EQ(head(), before + 1000);
  const auto too_long = engine_.caller("operator", "ole").bulk(full + " ");
  EXPECT_EQ(too_long.status, 413);
  EXPECT_EQ(head(), before + 1000);
}

}  // namespace
}  // namespace stimmbuch::test
