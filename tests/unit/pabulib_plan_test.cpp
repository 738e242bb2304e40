#include "import/pabulib_plan.hpp"

#include <chrono>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import/import_names.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/tools/import/pabulib_reader.hpp"

namespace stimmbuch::program {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Time now{std::chrono::sys_days{std::chrono::year{2026} / 5 / 3}};
const std::string hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

import::PabulibReader reader_of(std::string_view meta, std::string_view projects, std::string_view votes) {
  std::string text =
      "META\nkey;value\ndescription;PB in Town\nunit;Town\ninstance;2024\ncurrency;PLN\nlanguage;pl\n";
  text.append(meta).append("PROJECTS\n").append(projects).append("VOTES\n").append(votes);
  return import::PabulibReader::open(import::text_source(text)).value();
}

constexpr std::string_view approval =
    "vote_type;approval\nrule;greedy\nbudget;1000\ndate_begin;01.10.2024\ndate_end;07.10.2024\n";
constexpr std::string_view projects =
    "project_id;cost;votes;name;selected\nb/1;500;2;Bench;1\na;300;1;Apple tree;1\nc;500;1;Café;0\n";
constexpr std::string_view votes =
    "voter_id;vote;voting_method\nv1;b/1,a;internet\nv2;b/1;paper\nv3;c;internet\n";

PabulibPlan plan_of(const import::PabulibReader& reader, std::optional<std::string> poll = {}) {
  return plan_pabulib(reader.head(), {"Poland_Town_2024", hash, std::move(poll)}, now).value();
}

std::vector<Json> setup_of(const PabulibPlan& plan) {
  std::vector<Json> commands;
  for (const auto& command : plan.setup) commands.push_back(Json::parse(command));
  return commands;
}

TEST(PabulibPlan, OpensAnImportedPollBeforeAnyBallot) {
  const auto reader = reader_of(approval, projects, votes);
  const auto setup = setup_of(plan_of(reader));
  ASSERT_THAT(setup, SizeIs(4));
  EXPECT_EQ(setup[0]["type"], "OpenProject");
  const Json& draft = setup[1];
  EXPECT_EQ(draft["type"], "DraftPoll");
  EXPECT_EQ(draft["imported"], true);
  EXPECT_EQ(draft["changeable"], false);
  EXPECT_EQ(draft["kind"], "approval");
  EXPECT_EQ(draft["rule"]["kind"], "greedy_skip");
  EXPECT_EQ(draft["rule"]["budget"], 100'000);  // in cents
  EXPECT_EQ(draft["rule"]["ties"], "declared_order");
  EXPECT_EQ(draft["currency"], "PLN");
  EXPECT_EQ(draft["title"]["pl"], "PB in Town 2024");
  EXPECT_EQ(setup[2]["type"], "AddOptions");
  EXPECT_EQ(setup[3]["type"], "OpenPoll");
}

TEST(PabulibPlan, DeclaresOptionsByCostAndThenById) {
  const auto reader = reader_of(approval, projects, votes);
  const Json options = setup_of(plan_of(reader))[2]["options"];
  std::vector<std::string> ids;
  for (const Json& option : options) ids.push_back(option["id"]);
  EXPECT_THAT(ids, ElementsAre("a", "b-1", "c"));
  EXPECT_EQ(options[0]["cost"], 30'000);
  EXPECT_EQ(options[2]["title"]["pl"], "Café");
}

TEST(PabulibPlan, TakesItsIdFromNameAndContent) {
  const auto reader = reader_of(approval, projects, votes);
  EXPECT_EQ(plan_of(reader).poll, "Poland_Town_2024-01234567");
  EXPECT_EQ(plan_of(reader, "own").poll, "own");
  EXPECT_FALSE(plan_pabulib(reader.head(), {"x", hash, "no id"}, now));
  const std::string long_name(200, 'x');
  EXPECT_TRUE(is_id(plan_pabulib(reader.head(), {long_name, hash, {}}, now).value().poll));
}

TEST(PabulibPlan, GivesEachStepItsOwnKeyAndTheSameEachTime) {
  const auto reader = reader_of(approval, projects, votes);
  const auto plan = plan_of(reader);
  EXPECT_EQ(plan.setup, plan_of(reader).setup);
  std::set<std::string> keys;
  for (const Json& command : setup_of(plan)) keys.insert(command["key"]);
  keys.insert(Json::parse(plan.close)["key"]);
  keys.insert(Json::parse(plan.count)["key"]);
  EXPECT_EQ(keys.size(), plan.setup.size() + 2);
  for (const auto& key : keys) EXPECT_LE(key.size(), 128U);
}

TEST(PabulibPlan, DatesBallotsByTheVotesEndUnlessThatIsToCome) {
  EXPECT_EQ(plan_of(reader_of(approval, projects, votes)).cast_at, "2024-10-07T00:00:00.000000Z");
  const auto running =
      reader_of("vote_type;approval\nrule;greedy\nbudget;1\ndate_begin;2026-04-20\ndate_end;10.05.2026\n",
                projects, votes);
  EXPECT_EQ(plan_of(running).cast_at, "2026-04-20T00:00:00.000000Z");
  const auto undated =
      reader_of("vote_type;approval\nrule;greedy\nbudget;1\ndate_end;soon\n", projects, votes);
  EXPECT_EQ(plan_of(undated).cast_at, "2024-01-01T00:00:00.000000Z");  // the instance
  const auto year = reader_of("vote_type;approval\nrule;greedy\nbudget;1\ndate_begin;2019\ndate_end;2019\n",
                              projects, votes);
  EXPECT_EQ(plan_of(year).cast_at, "2019-01-01T00:00:00.000000Z");
}

TEST(PabulibPlan, CountsByMostVotesWhereItLacksTheRule) {
  const auto reader =
      reader_of("vote_type;approval\nrule;equalshares\nbudget;1000\ndate_end;07.10.2024\n", projects, votes);
  const auto plan = plan_of(reader);
  EXPECT_THAT(plan.no_selection_because, HasSubstr("equalshares"));
  const Json rule = setup_of(plan)[1]["rule"];
  EXPECT_EQ(rule["kind"], "most_votes");
  EXPECT_EQ(rule["winners"], 1);
}

TEST(PabulibPlan, ImportsEachBallotUnderItsVoter) {
  auto reader = reader_of(approval, projects, votes);
  const auto plan = plan_of(reader);
  std::string refused;
  const auto first = Json::parse(*ballot_command(plan, *reader.next_ballot().value(), 1, refused));
  EXPECT_EQ(first["type"], "ImportVote");
  EXPECT_EQ(first["poll"], plan.poll);
  EXPECT_EQ(first["voter"], "v1");
  EXPECT_EQ(first["choices"], Json::parse(R"(["b-1","a"])"));
  EXPECT_EQ(first["channel"], "online");
  EXPECT_EQ(first["cast_at"], plan.cast_at);
  const auto second = Json::parse(*ballot_command(plan, *reader.next_ballot().value(), 2, refused));
  EXPECT_EQ(second["channel"], "paper");
  EXPECT_NE(first["key"], second["key"]);
}

TEST(PabulibPlan, ImportsPointsAsAnObject) {
  auto reader =
      reader_of("vote_type;cumulative\nrule;greedy\nbudget;1000\nmax_sum_points;10\ndate_end;07.10.2024\n",
                projects, "voter_id;vote;points\nv1;b/1,a;7,3\nv2;;\n");
  const auto plan = plan_of(reader);
  std::string refused;
  const auto ballot = Json::parse(*ballot_command(plan, *reader.next_ballot().value(), 1, refused));
  EXPECT_EQ(ballot["choices"], Json::parse(R"({"b-1":7,"a":3})"));
  const auto blank = Json::parse(*ballot_command(plan, *reader.next_ballot().value(), 2, refused));
  EXPECT_EQ(blank["choices"], Json::array());
}

TEST(PabulibPlan, SendsNoBallotThatSaysNothing) {
  auto reader = reader_of(approval, projects, "voter_id;vote;voting_method\n;a;internet\n");
  std::string refused;
  EXPECT_FALSE(ballot_command(plan_of(reader), *reader.next_ballot().value(), 1, refused));
  EXPECT_EQ(refused, "voter_id_missing");
}

// ---- what was published

Json tally_of(std::int64_t b, std::int64_t a, std::int64_t c, bool c_selected = false) {
  const auto option = [](const char* id, std::int64_t number, bool selected) {
    return Json{{"id", id}, {"votes", number}, {"score", number}, {"selected", selected}};
  };
  return {
      {"options", Json::array({option("a", a, true), option("b-1", b, true), option("c", c, c_selected)})}};
}

TEST(PublishedComparison, MatchesWhereAllIsEqual) {
  const auto reader = reader_of(approval, projects, votes);
  const auto comparison = compare_with_published(plan_of(reader), reader.head(), tally_of(2, 1, 1), {});
  EXPECT_EQ(comparison.votes, true);
  EXPECT_EQ(comparison.score, true);  // of approvals the votes
  EXPECT_EQ(comparison.selected, true);
  EXPECT_THAT(comparison.differences, IsEmpty());
  EXPECT_THAT(comparison.reasons, IsEmpty());
}

TEST(PublishedComparison, NamesWhatDiffers) {
  const auto reader = reader_of(approval, projects, votes);
  const auto comparison = compare_with_published(plan_of(reader), reader.head(), tally_of(2, 1, 3, true), {});
  EXPECT_EQ(comparison.votes, false);
  EXPECT_EQ(comparison.score, false);
  EXPECT_EQ(comparison.selected, false);
  EXPECT_THAT(comparison.differences, SizeIs(3));
  EXPECT_THAT(comparison.differences[0], HasSubstr("votes of project c: 3 counted, 1 published"));
}

TEST(PublishedComparison, TakesRepeatedNamingsOffThePublishedFigures) {
  const auto reader = reader_of(approval, projects, votes);
  const auto plan = plan_of(reader);
  EXPECT_EQ(compare_with_published(plan, reader.head(), tally_of(1, 1, 1), {{"b/1", 1}}).votes, true);
  EXPECT_EQ(compare_with_published(plan, reader.head(), tally_of(2, 1, 1), {{"b/1", 1}}).votes, false);
}

TEST(PublishedComparison, SaysWhyItDoesNotCompare) {
  const auto reader = reader_of("vote_type;approval\nrule;equalshares\nbudget;1000\ndate_end;07.10.2024\n",
                                "project_id;cost;name\nb/1;500;Bench\n", votes);
  const auto comparison = compare_with_published(plan_of(reader), reader.head(), tally_of(2, 1, 1), {});
  EXPECT_FALSE(comparison.votes);
  EXPECT_FALSE(comparison.score);
  EXPECT_FALSE(comparison.selected);
  EXPECT_THAT(comparison.reasons, SizeIs(3));
}

// ---- names

TEST(ImportedTitle, IsCutBetweenCharacters) {
  EXPECT_EQ(imported_title("Łódź", "id"), "Łódź");
  std::string long_title(239, 'x');
  EXPECT_EQ(imported_title(long_title + "ź", "id"), long_title);
}

TEST(ImportedTitle, HasNothingThatTheEngineRefuses) {
  EXPECT_EQ(imported_title("a\x01"
                           "b\nc",
                           "id"),
            "a b c");
  EXPECT_EQ(imported_title("caf\xe9", "id"), "caf\xEF\xBF\xBD");
  EXPECT_EQ(imported_title("", "id"), "id");
  EXPECT_EQ(imported_title(" \n", "id"), "id");
}

}  // namespace
}  // namespace stimmbuch::program
