#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/tools/import/pabulib_poll.hpp"
#include "stimmbuch/tools/import/pabulib_reader.hpp"

namespace stimmbuch::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

using Choice = PabulibBallot::Choice;
using Fault = PabulibBallot::Fault;

// A small file; each test changes the part that it is about.
struct Budget {
  std::string meta = "num_projects;3\nnum_votes;1\nbudget;1000\nvote_type;approval\nrule;greedy\n";
  std::string projects = "project_id;cost;name\na;300;Lamps\nb/1;400;Trees\nc;500;Benches\n";
  std::string votes = "voter_id;vote\n1;a,c\n";

  std::string text() const {
    return "META\nkey;value\n" + meta + "PROJECTS\n" + projects + "VOTES\n" + votes;
  }
};

struct WholeFile {
  PabulibHead head;
  std::vector<PabulibBallot> ballots;
  std::vector<std::string> warnings;
};

std::expected<WholeFile, ReadError> read_text(const std::string& text, PabulibLimits limits = {}) {
  auto reader = PabulibReader::open(text_source(text), limits);
  if (!reader) return std::unexpected(reader.error());
  WholeFile file;
  file.head = reader->head();
  for (;;) {
    auto ballot = reader->next_ballot();
    if (!ballot) return std::unexpected(ballot.error());
    if (!*ballot) break;
    file.ballots.push_back(**std::move(ballot));
  }
  file.warnings = reader->warnings();
  return file;
}

std::expected<WholeFile, ReadError> read_all(const Budget& budget, PabulibLimits limits = {}) {
  return read_text(budget.text(), limits);
}

PabulibHead head_of(const Budget& budget) {
  return read_all(budget).value().head;
}

PabulibBallot ballot_of(const Budget& budget) {
  return read_all(budget).value().ballots.at(0);
}

TEST(Pabulib, IsReadWithItsSections) {
  const WholeFile file = read_all(Budget{}).value();
  EXPECT_EQ(file.head.text("rule"), "greedy");
  EXPECT_EQ(file.head.text("subunit"), "");
  EXPECT_THAT(file.head.meta.front(), Pair("num_projects", "3"));
  EXPECT_EQ(file.head.budget, 100'000);
  EXPECT_EQ(file.head.money_decimals, 2);
  ASSERT_EQ(file.head.projects.size(), 3U);
  EXPECT_EQ(file.head.projects[1].id, "b/1");
  EXPECT_EQ(file.head.projects[1].name, "Trees");
  EXPECT_EQ(file.head.projects[1].cost, 40'000);
  EXPECT_EQ(file.head.projects[1].votes, std::nullopt);
  ASSERT_EQ(file.ballots.size(), 1U);
  EXPECT_EQ(file.ballots[0].voter_id, "1");
  EXPECT_EQ(file.ballots[0].line, 15U);
  EXPECT_THAT(file.ballots[0].choices, ElementsAre(Choice{0}, Choice{2}));
  EXPECT_THAT(file.ballots[0].faults, IsEmpty());
  EXPECT_THAT(file.warnings, IsEmpty());
}

TEST(Pabulib, MayHaveSpacesAndColumnsInAnyOrder) {
  const WholeFile file =
      read_text(
          "META\r\nkey; value\r\nbudget; 2500\r\nvote_type; approval\r\n"
          "PROJECTS;;\r\nname; cost; selected; category; project_id; proposer; votes; score\r\n"
          "\"Park; north\"; 600; 1; culture, sport; p1; Jo Doe; 7; 9.0\r\n"
          "VOTES\nage; vote; sex; voter_id; voting_method\n34; p1 ; f; v 1; paper\n")
          .value();
  const PabulibProject& project = file.head.projects.at(0);
  EXPECT_EQ(project.id, "p1");
  EXPECT_EQ(project.name, "Park; north");
  EXPECT_EQ(project.selected, 1);
  EXPECT_EQ(project.votes, 7);
  EXPECT_EQ(project.score, 9);
  EXPECT_THAT(project.other, ElementsAre(Pair("category", "culture, sport")));
  EXPECT_EQ(file.ballots.at(0).voter_id, "v 1");
  EXPECT_EQ(file.ballots.at(0).voting_method, "paper");
  EXPECT_THAT(file.ballots.at(0).choices, ElementsAre(Choice{0}));
}

TEST(Pabulib, KeepsMoneyExact) {
  const PabulibHead head = head_of({.meta = "budget;2458488.22\nvote_type;approval\n",
                                    .projects = "project_id;cost\na;300.5\nb;0.010\nc;90071992547409.91\n"});
  EXPECT_EQ(head.money_decimals, 2);
  EXPECT_EQ(head.budget, 245848822);
  EXPECT_EQ(head.projects[0].cost, 30050);
  EXPECT_EQ(head.projects[1].cost, 1);
  EXPECT_EQ(head.projects[2].cost, (std::int64_t{1} << 53) - 1);
  const PabulibHead fine =
      head_of({.meta = "budget;100\nvote_type;approval\n", .projects = "project_id;cost\na;0.1230\n"});
  EXPECT_EQ(fine.money_decimals, 3);
  EXPECT_EQ(fine.budget, 100'000);
  EXPECT_EQ(fine.projects[0].cost, 123);
}

TEST(Pabulib, RefusesMoneyThatIsNotExact) {
  for (const char* cost : {"", "-1", "1,5", "1e6", "1.", ".5", "1.2.3", "0x10", "1 000", "1.1234567",
                           "90071992547409.92", "99999999999999999999999", "NaN"}) {
    const auto file = read_all({.projects = "project_id;cost\na;1\nb;" + std::string(cost) + "\n"});
    ASSERT_FALSE(file) << cost;
    EXPECT_EQ(file.error().line, 11U) << cost;
  }
  const auto file = read_all(
      {.meta = "budget;90071992547409.91\nvote_type;approval\n", .projects = "project_id;cost\na;0.001\n"});
  EXPECT_EQ(file.error(), (ReadError{3, "with the file's 3 decimals this amount is too large"}));
}

TEST(Pabulib, SaysWhatIsWrongWithItsHead) {
  const auto message_of = [](const Budget& budget) { return read_all(budget).error().message; };
  EXPECT_THAT(read_text("").error().message, HasSubstr("ends before its section META"));
  EXPECT_THAT(read_text("key;value\n").error().message, HasSubstr("begins with the line META"));
  EXPECT_THAT(read_text("META\na;b\n").error().message, HasSubstr("header of META"));
  EXPECT_THAT(read_text("META\nkey;value\nbudget;1\n").error().message,
              HasSubstr("ends before its section PROJECTS"));
  EXPECT_THAT(message_of({.meta = "budget;1\n"}), HasSubstr("no vote_type"));
  EXPECT_THAT(message_of({.meta = "vote_type;approval\n"}), HasSubstr("no budget"));
  EXPECT_THAT(message_of({.meta = "vote_type;guess\n"}), HasSubstr("'guess' is none of"));
  EXPECT_THAT(message_of({.meta = "budget;1\nbudget;2\n"}), HasSubstr("'budget' twice"));
  EXPECT_THAT(message_of({.meta = "comment;a;b\n"}), HasSubstr("stands in quotes"));
  EXPECT_THAT(message_of({.meta = "max_length;three\n"}), HasSubstr("max_length is 'three'"));
  EXPECT_THAT(message_of({.projects = "project_id;name\n"}), HasSubstr("no column cost"));
  EXPECT_THAT(message_of({.projects = "project_id;cost\na;1;2\n"}),
              HasSubstr("3 fields, but the header names 2"));
  EXPECT_THAT(message_of({.projects = "project_id;cost\na;1\na;2\n"}), HasSubstr("'a' is there twice"));
  EXPECT_THAT(message_of({.projects = "project_id;cost\n;1\n"}), HasSubstr("no project_id"));
  EXPECT_THAT(message_of({.projects = "project_id;cost;votes\na;1;few\n"}), HasSubstr("votes is 'few'"));
  EXPECT_THAT(message_of({.votes = ""}), HasSubstr("VOTES has no header"));
  EXPECT_THAT(message_of({.votes = "voter;vote\n"}), HasSubstr("no column voter_id"));
  EXPECT_THAT(message_of({.votes = "voter_id;votes\n"}), HasSubstr("no column vote"));
  EXPECT_THAT(message_of({.meta = "budget;1\nvote_type;cumulative\n"}), HasSubstr("no column points"));
}

TEST(Pabulib, WarnsWhenItsCountsDoNotAgree) {
  const WholeFile file =
      read_all({.meta = "num_projects;2\nnum_votes;5\nbudget;1\nvote_type;approval\n"}).value();
  EXPECT_THAT(file.warnings, ElementsAre("num_projects is 2 in META, but the file holds 3",
                                         "num_votes is 5 in META, but the file holds 1"));
  EXPECT_THAT(read_text("\xEF\xBB\xBF" + Budget{}.text()).value().warnings,
              ElementsAre("the file begins with a byte order mark"));
}

TEST(Pabulib, IsBounded) {
  EXPECT_THAT(read_all(Budget{}, {.max_projects = 2}).error().message, HasSubstr("more than 2 projects"));
  EXPECT_THAT(read_all(Budget{}, {.max_head_bytes = 50}).error().message, HasSubstr("more than 50 bytes"));
  EXPECT_EQ(read_all({.votes = "voter_id;vote\n1;a\n2;a\n"}, {.max_ballots = 1}).error(),
            (ReadError{16, "more than 1 ballots"}));
  std::string entries;
  for (int i = 0; i <= 1000; ++i) entries += std::to_string(i) + ";x\n";
  EXPECT_THAT(read_all({.meta = entries}).error().message, HasSubstr("more than 1000 entries"));
}

TEST(PabulibBallots, NamingAProjectTwiceCountItOnceAndSaySo) {
  const PabulibBallot ballot = ballot_of({.votes = "voter_id;vote\n1;c,a,c,c\n"});
  EXPECT_THAT(ballot.choices, ElementsAre(Choice{2}, Choice{0}));
  EXPECT_THAT(ballot.faults, ElementsAre(Fault{BallotFault::project_repeated, "c"},
                                         Fault{BallotFault::project_repeated, "c"}));
}

TEST(PabulibBallots, LeaveOutUnknownProjectsAndSaySo) {
  const PabulibBallot ballot = ballot_of({.votes = "voter_id;vote\n1;a,nope,\n"});
  EXPECT_THAT(ballot.choices, ElementsAre(Choice{0}));
  EXPECT_THAT(ballot.faults, ElementsAre(Fault{BallotFault::project_unknown, "nope"},
                                         Fault{BallotFault::project_unknown, ""}));
}

TEST(PabulibBallots, MayBeBlank) {
  const PabulibBallot ballot = ballot_of({.votes = "voter_id;vote\n1;\n"});
  EXPECT_THAT(ballot.choices, IsEmpty());
  EXPECT_THAT(ballot.faults, IsEmpty());
}

TEST(PabulibBallots, ThatAreBrokenEndNothing) {
  const WholeFile file =
      read_all({.votes = "voter_id;vote\n1;a;b\n;a\n" + std::string(257, 'v') + ";a\n4;a\n"}).value();
  ASSERT_EQ(file.ballots.size(), 4U);
  EXPECT_THAT(file.ballots[0].faults, ElementsAre(Fault{BallotFault::row_malformed, ""}));
  EXPECT_THAT(file.ballots[1].faults, ElementsAre(Fault{BallotFault::voter_id_missing, ""}));
  EXPECT_THAT(file.ballots[2].faults, ElementsAre(Fault{BallotFault::voter_id_too_long, ""}));
  EXPECT_THAT(file.ballots[3].faults, IsEmpty());
  EXPECT_EQ(name_of(BallotFault::row_malformed), "row_malformed");
}

TEST(PabulibBallots, AreHeldAgainstTheLengthsOfMeta) {
  const std::string meta = "budget;1\nvote_type;approval\nmin_length;2\nmax_length;2\n";
  const WholeFile file =
      read_all({.meta = meta, .votes = "voter_id;vote\n1;a\n2;a,c\n3;a,b/1,c\n4;a,a,c\n5;\n"}).value();
  EXPECT_THAT(file.ballots[0].faults, ElementsAre(Fault{BallotFault::too_few_choices, ""}));
  EXPECT_THAT(file.ballots[1].faults, IsEmpty());
  EXPECT_THAT(file.ballots[2].faults, ElementsAre(Fault{BallotFault::too_many_choices, ""}));
  EXPECT_THAT(file.ballots[3].faults, ElementsAre(Fault{BallotFault::project_repeated, "a"}));
  EXPECT_THAT(file.ballots[4].faults, ElementsAre(Fault{BallotFault::too_few_choices, ""}));
  EXPECT_THAT(ballot_of({.meta = "budget;1\nvote_type;choose-1\n"}).faults,
              ElementsAre(Fault{BallotFault::too_many_choices, ""}));
}

TEST(PabulibBallots, HavePointsWhereTheVoteTypeHasThem) {
  const std::string meta =
      "budget;1\nvote_type;cumulative\nmin_points;1\nmax_points;6\nmin_sum_points;5\nmax_sum_points;10\n";
  const auto ballot = [&meta](const std::string& row) {
    return ballot_of({.meta = meta, .votes = "voter_id;vote;points\n1;" + row + "\n"});
  };
  EXPECT_THAT(ballot("c,a;6, 4.0").choices, ElementsAre(Choice{2, 6}, Choice{0, 4}));
  EXPECT_THAT(ballot("c,a;6,4").faults, IsEmpty());
  EXPECT_THAT(ballot("c,a;6,5").faults, ElementsAre(Fault{BallotFault::sum_out_of_bounds, ""}));
  EXPECT_THAT(ballot("c;4").faults, ElementsAre(Fault{BallotFault::sum_out_of_bounds, ""}));
  EXPECT_THAT(ballot("c,a;7,3").faults, ElementsAre(Fault{BallotFault::points_out_of_bounds, "c"}));
  EXPECT_THAT(ballot("c,a;6,0").faults, ElementsAre(Fault{BallotFault::points_out_of_bounds, "a"}));
  EXPECT_THAT(ballot("c,c;5,5").choices, ElementsAre(Choice{2, 5}));
  EXPECT_THAT(ballot("c,c;5,5").faults, ElementsAre(Fault{BallotFault::project_repeated, "c"}));
  for (const char* row : {"c,a;6", "c;6,4", ";10", "c,a;"}) {
    EXPECT_THAT(ballot(row).choices, IsEmpty()) << row;
    EXPECT_THAT(ballot(row).faults, ElementsAre(Fault{BallotFault::points_miscounted, ""})) << row;
  }
  for (const char* points : {"x", "1.5", "1000000001", "-1000000001", "99999999999999999999"}) {
    const PabulibBallot broken = ballot("a,c;5," + std::string(points));
    EXPECT_THAT(broken.choices, ElementsAre(Choice{0, 5})) << points;
    EXPECT_THAT(broken.faults, ElementsAre(Fault{BallotFault::points_malformed, "c"})) << points;
  }
  EXPECT_THAT(
      ballot_of({.meta = "budget;1\nvote_type;scoring\n", .votes = "voter_id;vote;points\n1;a;-3\n"}).choices,
      ElementsAre(Choice{0, -3}));
}

TEST(PabulibBallots, KeepNoOrdinalPoints) {
  const std::string votes = "voter_id;vote;points\n1;c,a;4,3\n";
  EXPECT_THAT(ballot_of({.meta = "budget;1\nvote_type;ordinal\n", .votes = votes}).choices,
              ElementsAre(Choice{2}, Choice{0}));
}

PabulibHead head_with(const std::string& meta) {
  return head_of({.meta = "budget;70\n" + meta, .votes = "voter_id;vote;points\n"});
}

PabulibPoll poll_with(const std::string& meta) {
  return poll_for(head_with(meta)).value();
}

TEST(PabulibPoll, HasTheEnginesRuleForTheThreeGreedyOnes) {
  const std::string approval = "vote_type;approval\n";
  const PabulibPoll skip = poll_with(approval + "rule;greedy\n");
  EXPECT_EQ(skip.rule.kind, poll::RuleKind::greedy_skip);
  EXPECT_EQ(skip.rule.budget, 7000);
  EXPECT_EQ(skip.rule_unsupported, "");
  EXPECT_EQ(poll_with(approval + "rule;greedy-no-skip\n").rule.kind, poll::RuleKind::greedy_stop);
  const std::string threshold = approval + "rule;greedy-threshold\nmin_project_score_threshold;";
  EXPECT_EQ(poll_with(threshold + "300\n").rule.kind, poll::RuleKind::greedy_threshold);
  EXPECT_EQ(poll_with(threshold + "300\n").rule.threshold, 300);
  EXPECT_EQ(poll_with(threshold + "0\n").rule.kind, poll::RuleKind::greedy_skip);
}

TEST(PabulibPoll, CountsAllTheSameWhenTheEngineDoesNotHaveTheRule) {
  const PabulibPoll votes = poll_with("vote_type;approval\nrule;equalshares/add1\n");
  EXPECT_EQ(votes.rule_unsupported, "unsupported: equalshares/add1");
  EXPECT_EQ(votes.rule.kind, poll::RuleKind::most_votes);
  EXPECT_EQ(votes.rule.budget, 0);
  EXPECT_EQ(poll_with("vote_type;ordinal\nmax_length;2\n").rule_unsupported, "unsupported: no rule");
  EXPECT_EQ(poll_with("vote_type;ordinal\nmax_length;2\n").rule.kind, poll::RuleKind::points);
  EXPECT_EQ(poll_with("vote_type;approval\nrule;greedy-threshold\n").rule_unsupported,
            "unsupported: greedy-threshold without min_project_score_threshold");
}

TEST(PabulibPoll, HasTheEnginesBallotForEachVoteType) {
  const poll::BallotForm single = poll_with("vote_type;choose-1\nmin_length;1\nrule;greedy\n").form;
  EXPECT_EQ(single, (poll::BallotForm{.kind = poll::BallotKind::single}));

  const poll::BallotForm approval = poll_with("vote_type;approval\nmax_length;2\n").form;
  EXPECT_EQ(approval,
            (poll::BallotForm{.kind = poll::BallotKind::approval, .max = 2, .blank_allowed = true}));
  EXPECT_EQ(poll_with("vote_type;approval\n").form.max, 3) << "as many as there are projects";
  EXPECT_FALSE(poll_with("vote_type;approval\nmin_length;2\n").form.blank_allowed);

  const PabulibPoll ranked = poll_with("vote_type;ordinal\nmin_length;3\nmax_length;3\nscoring_fn;Borda\n");
  EXPECT_EQ(ranked.form, (poll::BallotForm{.kind = poll::BallotKind::ranked, .min = 3, .max = 3}));
  EXPECT_THAT(ranked.rule.rank_points, ElementsAre(3, 2, 1));

  const poll::BallotForm points =
      poll_with("vote_type;cumulative\nmin_length;1\nmax_points;6\nmax_sum_points;10\n").form;
  EXPECT_EQ(points,
            (poll::BallotForm{
                .kind = poll::BallotKind::points, .max = 3, .points_total = 10, .points_per_option = 6}));
  EXPECT_EQ(poll_with("vote_type;cumulative\nmax_points;60\nmax_sum_points;10\n").form.points_per_option, 10);

  const poll::BallotForm scoring =
      poll_with("vote_type;scoring\nmin_length;1\nmin_points;0\nmax_points;4\n").form;
  EXPECT_EQ(scoring,
            (poll::BallotForm{
                .kind = poll::BallotKind::points, .max = 3, .points_total = 12, .points_per_option = 4}));
}

TEST(PabulibPoll, NamesTheBallotThatTheEngineDoesNotHave) {
  const auto refusal = [](const std::string& meta) { return poll_for(head_with(meta)).error(); };
  EXPECT_EQ(refusal("vote_type;ordinal\nscoring_fn;Dowdall\n"), "unsupported: scoring_fn Dowdall");
  EXPECT_EQ(refusal("vote_type;scoring\nmax_points;3\ndefault_score;-1\n"),
            "unsupported: default_score other than 0");
  EXPECT_EQ(refusal("vote_type;scoring\nmin_points;-3\nmax_points;3\n"), "unsupported: points below zero");
  EXPECT_EQ(refusal("vote_type;scoring\n"), "unsupported: scoring without max_points");
  EXPECT_EQ(refusal("vote_type;cumulative\n"), "unsupported: cumulative without max_sum_points");
  EXPECT_EQ(refusal("vote_type;approval\nmax_length;1001\n"),
            "unsupported: more than 400 projects on a ballot");
}

std::vector<std::string> ids_for(const std::vector<std::string>& pabulib_ids) {
  std::vector<PabulibProject> projects;
  for (const std::string& id : pabulib_ids) projects.emplace_back().id = id;
  std::vector<std::string> ids;
  for (const OptionId& id : option_ids(projects)) ids.emplace_back(id.text());
  return ids;
}

TEST(OptionIds, KeepWhatIsAllowedAndReplaceTheRest) {
  EXPECT_THAT(ids_for({"L009", "BO.D18.22/23", "a b", "ż"}),
              ElementsAre("L009", "BO-D18-22-23", "a-b", "--"));
}

TEST(OptionIds, AreDifferentAndNeverTakeAnIdFromAProjectThatHasIt) {
  EXPECT_THAT(ids_for({"a.b", "a/b", "a-b", "a-b-2", "a:b"}),
              ElementsAre("a-b-3", "a-b-4", "a-b", "a-b-2", "a-b-5"));
  const std::string longest(64, 'x');
  EXPECT_THAT(ids_for({longest + "1", longest + "2", longest}),
              ElementsAre(std::string(62, 'x') + "-2", std::string(62, 'x') + "-3", longest));
}

TEST(OptionIds, StayDifferentWhenThousandsWantTheSame) {
  std::vector<std::string> wanted;
  for (int i = 0; i < 10'000; ++i) wanted.push_back(std::string(80, 'y') + std::to_string(i));
  const std::vector<std::string> ids = ids_for(wanted);
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), wanted.size());
  EXPECT_TRUE(std::ranges::all_of(ids, [](const std::string& id) { return id.size() <= 64; }));
}

}  // namespace
}  // namespace stimmbuch::import
