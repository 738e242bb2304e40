// The largest that the engine accepts is published and followed; what is larger is refused by the engine, and
// so never by the broker.
#include <algorithm>

#include "nodes.hpp"

namespace stimmbuch::test {
namespace {

constexpr std::size_t languages = 8;
constexpr std::size_t title_bytes_max = 240;

// Texts of so many bytes together in all languages that there may be. Each byte takes two in a record.
nlohmann::json text_of(std::size_t bytes) {
  nlohmann::json text;
  for (std::size_t language = 0; language < languages; ++language) {
    const auto size = std::min(title_bytes_max, bytes - (languages - 1 - language));
    text[std::string("a").append(1, static_cast<char>('a' + language))] = std::string(size, '"');
    bytes -= size;
  }
  return text;
}

// Things with an id as long as may be and a text; all texts as long as may be but the last.
nlohmann::json things(std::size_t count, std::size_t bytes_of_last) {
  auto things = nlohmann::json::array();
  for (std::size_t i = 1; i <= count; ++i) {
    auto id = std::to_string(i);
    id.insert(0, 64 - id.size(), 'x');
    const auto bytes = i < count ? languages * title_bytes_max : bytes_of_last;
    things.push_back({{"id", id}, {"title", text_of(bytes)}});
  }
  return things;
}

// The bytes of the longest record of a log, and of the command whose records have most.
struct Longest {
  std::size_t record = 0;
  std::size_t command = 0;
};
Longest longest_of(const std::string& log) {
  Longest longest;
  std::size_t command = 0;
  for (const auto& record : Ran{0, log, {}}.lines()) {
    longest.record = std::max(longest.record, record.size());
    command += record.size();
    longest.command = std::max(longest.command, command);
    if (!nlohmann::json::parse(record).contains("more")) command = 0;
  }
  return longest;
}

class Limits : public Nodes {
 protected:
  void SetUp() override {
    leader();
    follower();
  }
  // What is a byte too long changes nothing.
  void expect_refused_by_the_engine(const HttpReply& reply) {
    EXPECT_EQ(reply.status, 422) << reply.body;
    expect_all_equal();
  }
};

TEST_F(Limits, OfOneRecordIsPublishedAndFollowed) {
  Node& one = leader_node();
  const auto staff = one.token("staff");
  const auto declare = [&](std::size_t bytes_of_last) {
    return one.command("POST", "/v1/cells", nlohmann::json{{"levels", things(15, bytes_of_last)}}.dump(),
                       staff, "cells-" + std::to_string(bytes_of_last));
  };
  expect_refused_by_the_engine(declare(1'501));
  EXPECT_EQ(declare(1'500).status, 201);
  expect_all_equal();
  EXPECT_GT(longest_of(one.log()).record, 59'000U);
}

TEST_F(Limits, OfOneCommandIsPublishedAndFollowed) {
  Node& one = leader_node();
  const auto importer = one.token("operator");
  const auto send = [&](const nlohmann::json& line) { return one.import_line(line, importer); };
  const auto draft = [&](std::size_t bytes_of_last) {
    return nlohmann::json{{"key", "draft-" + std::to_string(bytes_of_last)},
                          {"type", "DraftPoll"},
                          {"poll", "large"},
                          {"project", "park"},
                          {"title", {{"de", "Viele Bänke"}}},
                          {"imported", true},
                          {"kind", "single"},
                          {"rule", {{"kind", "most_votes"}}},
                          {"options", things(221, bytes_of_last)}};
  };
  EXPECT_EQ(
      send({{"key", "project"}, {"type", "OpenProject"}, {"project", "park"}, {"title", {{"de", "Park"}}}}),
      201);
  EXPECT_EQ(send(draft(418)), 422);
  expect_all_equal();
  EXPECT_EQ(send(draft(417)), 201);
  EXPECT_EQ(send({{"key", "open"}, {"type", "OpenPoll"}, {"poll", "large"}}), 200);
  expect_all_equal();
  EXPECT_GT(longest_of(one.log()).command, 880'000U);
}

TEST_F(Limits, OfOneTextOfTheVaultIsPublishedAndFollowed) {
  Node& one = leader_node();
  Node& two = candidate();
  const auto citizen = one.token("citizen");
  const auto send = [&](const std::string& name) {
    return one.command("POST", "/v1/citizens", nlohmann::json{{"name", name}}.dump(), citizen,
                       std::to_string(name.size()));
  };
  const std::string longest(32 * 1024, 'n');
  expect_refused_by_the_engine(send(longest + 'n'));
  EXPECT_EQ(send(longest).status, 201);
  expect_all_equal();
  const auto me =
      HttpClient::tcp(two.port()).request("GET", "/v1/me", {}, "Authorization: Bearer " + citizen + "\r\n");
  EXPECT_EQ(nlohmann::json::parse(me.body)["texts"]["name"], longest);
}

}  // namespace
}  // namespace stimmbuch::test
