#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/tools/import/polis_reader.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const std::string comment_header =
    "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n";
const std::string vote_header = "timestamp,datetime,comment-id,voter-id,vote\n";
const std::string participant_header = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,7\n";

auto comments_of(const std::string& rows, PolisLimits limits = {}) {
  return read_polis_comments(text_source(comment_header + rows), limits);
}
auto votes_of(const std::string& rows, PolisLimits limits = {}) {
  return read_polis_votes(text_source(vote_header + rows), limits);
}
auto participants_of(const std::string& rows, PolisLimits limits = {}) {
  return read_polis_participants(text_source(participant_header + rows), limits);
}

TEST(PolisComments, AreOrderedByTimeAndId) {
  const auto comments = comments_of(
                            "300,x,9,1,0,0,0,late\n"
                            "100,x,8,2,3,4,-1,\"two\nlines, \"\"quoted\"\"\"\n"
                            "100,x,2,2,5,6,1,你好\n")
                            .value();
  ASSERT_EQ(comments.size(), 3U);
  EXPECT_EQ(comments[0].id, 2U);
  EXPECT_EQ(comments[0].author, 2U);
  EXPECT_EQ(comments[0].time_ms, 100);
  EXPECT_EQ(comments[0].agrees, 5U);
  EXPECT_EQ(comments[0].disagrees, 6U);
  EXPECT_EQ(comments[0].moderation, Moderation::accepted);
  EXPECT_EQ(comments[0].body, "你好");
  EXPECT_EQ(comments[1].moderation, Moderation::rejected);
  EXPECT_EQ(comments[1].body, "two\nlines, \"quoted\"");
  EXPECT_EQ(comments[2].moderation, Moderation::none);
}

TEST(PolisComments, AreRefusedWithTheLineAtFault) {
  EXPECT_EQ(comments_of("1,x,1,1,0,0,0,a\n1,x,1,1,0,0,0,b\n").error(),
            (ReadError{3, "the comment 1 is there twice"}));
  EXPECT_EQ(comments_of("1,x,1,1,0,0,2,a\n").error(),
            (ReadError{2, "'2' is not a number that can stand there"}));
  EXPECT_FALSE(comments_of("1,x,-1,1,0,0,0,a\n"));
  EXPECT_FALSE(comments_of("1,x,4294967296,1,0,0,0,a\n"));
  EXPECT_FALSE(comments_of("now,x,1,1,0,0,0,a\n"));
  EXPECT_THAT(comments_of("1,x,1\n").error().message, HasSubstr("3 fields, but the header names 8"));
  EXPECT_THAT(comments_of("1,x,1,1,0,0,0,a\n1,x,2,1,0,0,0,b\n", {.max_comments = 1}).error().message,
              HasSubstr("more than 1 comments"));
  EXPECT_THAT(read_polis_comments(text_source("")).error().message, HasSubstr("empty"));
  EXPECT_THAT(read_polis_comments(text_source("timestamp,comment-id\n")).error().message,
              HasSubstr("no column author-id"));
}

TEST(PolisVotes, AreOrderedByTimeAndOtherwiseAsInTheFile) {
  const auto votes = votes_of("500,x,0,1,1\n200,x,3,5,0\n500,x,0,1,-1\n200,x,1,4,1\n").value();
  ASSERT_EQ(votes.size(), 4U);
  EXPECT_EQ(votes[0].voter, 5U);
  EXPECT_EQ(votes[0].comment, 3U);
  EXPECT_EQ(votes[0].stance, Stance::pass);
  EXPECT_EQ(votes[1].voter, 4U);
  EXPECT_EQ(votes[2].stance, Stance::agree);
  EXPECT_EQ(votes[3].stance, Stance::disagree);
  EXPECT_EQ(votes[3].time_ms, 500);
}

TEST(PolisVotes, AreRefusedWithTheLineAtFault) {
  EXPECT_EQ(votes_of("1,x,0,0,0\n1,x,0,0,up\n").error(),
            (ReadError{3, "'up' is not a number that can stand there"}));
  EXPECT_THAT(votes_of("1,x,0,0,0\n1,x,0,1,0\n", {.max_votes = 1}).error().message,
              HasSubstr("more than 1 votes"));
}

TEST(PolisParticipants, HaveTheVotesThatStand) {
  const auto participants = participants_of("0,,0,1,0,1,,-1\n3,1,0,2,1,0,0,1\n").value();
  ASSERT_EQ(participants.size(), 2U);
  EXPECT_THAT(participants[0].standing, ElementsAre(Pair(7, Stance::disagree)));
  EXPECT_EQ(participants[1].id, 3U);
  EXPECT_EQ(participants[1].votes, 2U);
  EXPECT_EQ(participants[1].agrees, 1U);
  EXPECT_EQ(participants[1].disagrees, 0U);
  EXPECT_THAT(participants[1].standing, ElementsAre(Pair(0, Stance::pass), Pair(7, Stance::agree)));
}

TEST(PolisParticipants, AreRefusedWithTheLineAtFault) {
  EXPECT_EQ(participants_of("0,,0,1,0,1,,9\n").error(),
            (ReadError{2, "'9' is not a number that can stand there"}));
  EXPECT_THAT(participants_of("0,,0,2,0,1,1,1\n", {.max_votes = 2}).error().message,
              HasSubstr("filled cells"));
  EXPECT_THAT(read_polis_participants(
                  text_source("participant,group-id,n-comments,n-votes,n-agree,n-disagree,first\n"))
                  .error()
                  .message,
              HasSubstr("'first' is not the id of a comment"));
}

TEST(Polis, NamesTheFileThatCannotBeRead) {
  const test::TemporaryDirectory directory;
  const std::filesystem::path& folder = directory.path();
  const auto write = [&folder](const char* name, const std::string& text) {
    std::ofstream(folder / name) << text;
  };
  EXPECT_THAT(read_polis(folder).error().message, HasSubstr("summary.csv: cannot open"));
  write("summary.csv", "topic,\"Wage, minimum\"\nurl,x\n");
  write("comments.csv", comment_header + "1,x,0,0,1,0,1,a\n");
  write("votes.csv", vote_header + "1,x,0,0,one\n");
  write("participants-votes.csv", participant_header);
  EXPECT_EQ(read_polis(folder).error(),
            (ReadError{2, "votes.csv: 'one' is not a number that can stand there"}));
  write("votes.csv", vote_header);
  EXPECT_EQ(read_polis(folder).value().topic, "Wage, minimum");
}

}  // namespace
}  // namespace stimmbuch::import
