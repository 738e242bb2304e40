// Reads real budgets and consultations and recounts them naively: what the readers deliver must give the
// published figures. The data lies beside the project, in the folder STIMMBUCH_DATA_DIR (environment, else
// CMake's variable).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "stimmbuch/domain/count.hpp"
#include "stimmbuch/domain/tally.hpp"
#include "stimmbuch/tools/import/pabulib_poll.hpp"
#include "stimmbuch/tools/import/pabulib_reader.hpp"
#include "stimmbuch/tools/import/polis_reader.hpp"

namespace stimmbuch::import {
namespace {

using nlohmann::json;
using testing::IsEmpty;

std::filesystem::path data_folder() {
  const char* const chosen = std::getenv("STIMMBUCH_DATA_DIR");
  return chosen ? chosen : STIMMBUCH_DATA_DIR;
}

class RealData : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(data_folder() / "expected.json");
    if (!file) GTEST_SKIP() << "no real data in " << data_folder() << "; set STIMMBUCH_DATA_DIR";
    expected_ = json::parse(file);
  }

  json expected_;
};

struct Count {
  std::int64_t votes = 0;  // ballots that name the project
  std::int64_t score = 0;
  std::int64_t repeats = 0;  // further namings on a ballot that already names it
};

// One Pabulib file, recounted ballot by ballot: naively, and by the engine.
struct Recount {
  PabulibHead head;
  PabulibPoll poll;
  poll::Count engine;
  std::vector<Count> counts;
  std::int64_t ballots = 0;
  std::set<std::string> voters;
  std::map<std::string, std::int64_t> voting_methods;
  std::vector<std::string> voters_with_repeats;
  std::map<std::string, std::int64_t> other_faults;
  std::vector<std::string> warnings;
};

Recount recount(const std::string& file_name) {
  auto reader = PabulibReader::open(file_source(data_folder() / "pabulib" / file_name).value()).value();
  Recount all;
  all.head = reader.head();
  all.poll = poll_for(all.head).value();
  all.counts.resize(all.head.projects.size());

  const std::vector<OptionId> ids = option_ids(all.head.projects);
  poll::State state;
  state.terms.emplace();
  state.terms->form = all.poll.form;
  state.terms->rule = all.poll.rule;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    poll::Option& option = state.options.emplace_back();
    option.id = ids[i];
    option.cost = all.head.projects[i].cost;
  }
  const poll::BallotCounter counter(all.poll.form, all.poll.rule, state.options);
  poll::Tally tally = counter.empty();

  while (const auto ballot = reader.next_ballot().value()) {
    ++all.ballots;
    all.voters.insert(ballot->voter_id);
    if (!ballot->voting_method.empty()) ++all.voting_methods[ballot->voting_method];
    ballot::VoteCast vote;
    for (std::size_t rank = 0; rank < ballot->choices.size(); ++rank) {
      const auto [project, points] = ballot->choices[rank];
      ++all.counts[project].votes;
      const bool is_ranked = all.head.vote_type == VoteType::ordinal;
      all.counts[project].score += is_ranked ? all.poll.rule.rank_points.at(rank) : points;
      vote.choices.push_back({ids[project], static_cast<std::int32_t>(points)});
    }
    counter.apply(tally, vote);
    for (const PabulibBallot::Fault& fault : ballot->faults) {
      if (fault.fault != BallotFault::project_repeated) {
        ++all.other_faults[std::string(name_of(fault.fault))];
        continue;
      }
      all.voters_with_repeats.push_back(ballot->voter_id);
      const auto project = std::ranges::find(all.head.projects, fault.subject, &PabulibProject::id);
      ++all.counts[static_cast<std::size_t>(project - all.head.projects.begin())].repeats;
    }
  }
  all.warnings = reader.warnings();
  all.engine = poll::count(state, tally);
  return all;
}

bool has_scores(const PabulibHead& head) {
  return head.projects.front().score.has_value();
}

// The winners by one of the three greedy rules; ties, which occur only among losers, by the file's order.
std::set<std::string> greedy_winners(const Recount& all) {
  const poll::Rule& rule = all.poll.rule;
  const auto rating = [&all](std::size_t i) {
    return has_scores(all.head) ? all.counts[i].score : all.counts[i].votes;
  };
  std::vector<std::size_t> order(all.counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), rating);

  std::set<std::string> winners;
  std::int64_t left = all.head.budget;
  for (const std::size_t i : order) {
    const PabulibProject& project = all.head.projects[i];
    if (rule.kind == poll::RuleKind::greedy_threshold && rating(i) < rule.threshold) continue;
    if (project.cost <= left) {
      left -= project.cost;
      winners.insert(project.id);
    } else if (rule.kind == poll::RuleKind::greedy_stop) {
      break;
    }
  }
  return winners;
}

std::set<std::string> engine_winners(const Recount& all) {
  std::set<std::string> winners;
  for (std::size_t i = 0; i < all.engine.options.size(); ++i) {
    if (all.engine.options[i].outcome == poll::Outcome::selected) winners.insert(all.head.projects[i].id);
  }
  return winners;
}

std::set<std::string> selected_projects(const PabulibHead& head) {
  std::set<std::string> ids;
  for (const PabulibProject& project : head.projects) {
    if (project.selected == 1) ids.insert(project.id);
  }
  return ids;
}

// An amount in cents, without decimals where they are 00.
std::string amount_text(std::int64_t cents) {
  std::string digits = std::to_string(cents);
  digits.insert(digits.size() - 2, 1, '.');
  if (digits.ends_with(".00")) digits.resize(digits.size() - 3);
  return digits;
}

TEST_F(RealData, PabulibFilesAreReadWithoutAFaultButRepeatedProjects) {
  for (const auto& [name, expected] : expected_["pabulib"].items()) {
    SCOPED_TRACE(name);
    const Recount all = recount(name);
    EXPECT_THAT(all.warnings, IsEmpty());
    EXPECT_THAT(all.other_faults, IsEmpty());
    EXPECT_EQ(all.voters_with_repeats,
              expected["ballots_naming_a_project_twice"].get<std::vector<std::string>>());
    EXPECT_EQ(all.ballots, expected["num_votes"]);
    EXPECT_EQ(all.voters.size(), expected["num_votes"]);
    EXPECT_EQ(all.head.projects.size(), expected["num_projects"]);
    EXPECT_EQ(all.head.text("vote_type"), expected["vote_type"]);
    EXPECT_EQ(all.head.text("rule"), expected["rule"]);
    EXPECT_EQ(all.head.money_decimals, 2);
    EXPECT_EQ(amount_text(all.head.budget), expected["budget"]);
    EXPECT_EQ(all.voting_methods.empty() ? json() : json(all.voting_methods), expected["voting_method"]);
  }
}

// The published column counts each naming; a ballot that names a project twice is one vote for it all the
// same.
TEST_F(RealData, PabulibBallotsGiveThePublishedVotesAndScores) {
  for (const auto& [name, expected] : expected_["pabulib"].items()) {
    SCOPED_TRACE(name);
    const Recount all = recount(name);
    std::int64_t marks = 0;
    std::map<std::string, std::int64_t> votes_where_repeated;
    for (std::size_t i = 0; i < all.counts.size(); ++i) {
      const PabulibProject& project = all.head.projects[i];
      const Count& count = all.counts[i];
      SCOPED_TRACE(project.id);
      marks += count.votes + count.repeats;
      if (count.repeats > 0) votes_where_repeated[project.id] = count.votes;
      EXPECT_EQ(count.votes + count.repeats, project.votes);
      EXPECT_EQ(count.votes + count.repeats, expected["votes"][project.id]);
      EXPECT_EQ(count.votes, all.engine.options[i].votes);
      if (!has_scores(all.head)) continue;
      EXPECT_EQ(count.score, project.score);
      EXPECT_EQ(count.score, expected["score"][project.id]);
      EXPECT_EQ(count.score, all.engine.options[i].score);
    }
    EXPECT_EQ(marks, expected["total_marks"]);
    EXPECT_EQ(json(votes_where_repeated),
              expected.value("votes_counting_a_project_once_per_ballot", json::object()));
  }
}

TEST_F(RealData, PabulibWinnersFollowFromTheGreedyRules) {
  int greedy_files = 0;
  for (const auto& [name, expected] : expected_["pabulib"].items()) {
    SCOPED_TRACE(name);
    const Recount all = recount(name);
    EXPECT_EQ(selected_projects(all.head), expected["winners"].get<std::set<std::string>>());
    if (!all.poll.rule_unsupported.empty()) {
      EXPECT_EQ(all.poll.rule_unsupported, "unsupported: " + expected["rule"].get<std::string>());
      EXPECT_TRUE(expected["rule"].get<std::string>().starts_with("equalshares"));
      continue;
    }
    ++greedy_files;
    EXPECT_EQ(greedy_winners(all), selected_projects(all.head));
    EXPECT_EQ(engine_winners(all), selected_projects(all.head));
  }
  EXPECT_GT(greedy_files, 0);
}

TEST_F(RealData, PabulibProjectsGetDifferentOptionIds) {
  for (const auto& [name, expected] : expected_["pabulib"].items()) {
    const std::vector<OptionId> ids = option_ids(recount(name).head.projects);
    EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), expected["num_projects"]) << name;
  }
}

struct Sums {
  std::int64_t votes = 0;
  std::int64_t agrees = 0;
  std::int64_t disagrees = 0;

  void add(Stance stance) {
    ++votes;
    if (stance == Stance::agree) ++agrees;
    if (stance == Stance::disagree) ++disagrees;
  }
};

using VoterAndComment = std::pair<std::uint32_t, std::uint32_t>;

std::map<VoterAndComment, Stance> standing_votes(const PolisConversation& conversation) {
  std::map<VoterAndComment, Stance> standing;
  for (const PolisVote& vote : conversation.votes) standing[{vote.voter, vote.comment}] = vote.stance;
  return standing;
}

TEST_F(RealData, PolisConversationsHaveTheirFigures) {
  for (const auto& [name, expected] : expected_["polis"].items()) {
    SCOPED_TRACE(name);
    const PolisConversation all = read_polis(data_folder() / "polis" / name).value();
    EXPECT_NE(all.topic, "");
    Sums rows;
    for (const PolisVote& vote : all.votes) rows.add(vote.stance);
    EXPECT_EQ(rows.votes, expected["vote_rows"]);
    EXPECT_EQ(rows.agrees, expected["agree_rows"]);
    EXPECT_EQ(rows.disagrees, expected["disagree_rows"]);
    EXPECT_EQ(all.votes.front().time_ms, expected["first_vote_ms"]);
    EXPECT_EQ(all.votes.back().time_ms, expected["last_vote_ms"]);
    EXPECT_TRUE(std::ranges::is_sorted(all.votes, {}, &PolisVote::time_ms));

    std::set<std::uint32_t> authors;
    std::map<Moderation, int> moderated;
    for (const PolisComment& comment : all.comments) {
      authors.insert(comment.author);
      ++moderated[comment.moderation];
      EXPECT_NE(comment.body, "");
    }
    EXPECT_EQ(all.comments.size(), expected["comments"]);
    EXPECT_EQ(authors.size(), expected["authors"]);
    EXPECT_EQ(moderated[Moderation::accepted], expected["accepted"]);
    EXPECT_EQ(moderated[Moderation::rejected], expected["rejected"]);
    EXPECT_EQ(moderated[Moderation::none], expected["unmoderated"]);

    const auto standing = standing_votes(all);
    Sums current;
    for (const auto& [_, stance] : standing) current.add(stance);
    EXPECT_EQ(current.votes, expected["current_votes"]);
    EXPECT_EQ(current.agrees, expected["current_agree"]);
    EXPECT_EQ(current.disagrees, expected["current_disagree"]);
    EXPECT_EQ(all.votes.size() - standing.size(), expected["repeated_rows"]);
  }
}

TEST_F(RealData, PolisCommentsCountEveryVoteRow) {
  for (const auto& [name, expected] : expected_["polis"].items()) {
    SCOPED_TRACE(name);
    const PolisConversation all = read_polis(data_folder() / "polis" / name).value();
    std::map<std::uint32_t, Sums> sums;
    for (const PolisVote& vote : all.votes) sums[vote.comment].add(vote.stance);
    for (const PolisComment& comment : all.comments) {
      EXPECT_EQ(sums[comment.id].agrees, comment.agrees) << comment.id;
      EXPECT_EQ(sums[comment.id].disagrees, comment.disagrees) << comment.id;
    }
    EXPECT_EQ(sums.size(), all.comments.size()) << "no vote on a comment that is not there";
  }
}

TEST_F(RealData, PolisParticipantsCountTheLastVoteOnEachComment) {
  for (const auto& [name, expected] : expected_["polis"].items()) {
    SCOPED_TRACE(name);
    const PolisConversation all = read_polis(data_folder() / "polis" / name).value();
    const auto standing = standing_votes(all);
    std::map<std::uint32_t, Sums> sums;
    for (const auto& [key, stance] : standing) sums[key.first].add(stance);
    EXPECT_EQ(sums.size(), expected["voters"]);

    std::map<VoterAndComment, Stance> published;
    for (const PolisParticipant& participant : all.participants) {
      EXPECT_EQ(sums[participant.id].votes, participant.votes) << participant.id;
      EXPECT_EQ(sums[participant.id].agrees, participant.agrees) << participant.id;
      EXPECT_EQ(sums[participant.id].disagrees, participant.disagrees) << participant.id;
      for (const auto& [comment, stance] : participant.standing)
        published[{participant.id, comment}] = stance;
    }
    EXPECT_EQ(all.participants.size(), expected["voters"]);
    EXPECT_TRUE(published == standing)
        << published.size() << " published, " << standing.size() << " recounted";
  }
}

}  // namespace
}  // namespace stimmbuch::import
