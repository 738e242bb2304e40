#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "nodes.hpp"

namespace stimmbuch::test {

// Citizens who vote in one poll. What each of its copies was acknowledged it keeps to itself.
class Crowd {
 public:
  // `terms`: further members of the poll, each with a comma behind it.
  Crowd(const Node& node, int citizens, const std::string& terms = {}) {
    const auto staff = node.token("staff", "anna");
    node.command("POST", "/v1/projects", R"({"id":"park","title":{"de":"Stadtpark"}})", staff, "project");
    node.command(
        "POST", "/v1/polls",
        R"({"id":"bench","project":"park","title":{"de":"Welche Bank?"},"kind":"single",)" + terms +
            R"("rule":{"kind":"most_votes"},"live_step":1,"changeable":true,)"
            R"("options":[{"id":"oak","title":{"de":"Eiche"}},{"id":"steel","title":{"de":"Stahl"}}]})",
        staff, "poll");
    node.command("POST", "/v1/polls/bench/open", "{}", staff, "open");
    for (int i = 0; i < citizens; ++i) EXPECT_EQ(join(node, "citizen-" + std::to_string(i)).status, 201);
  }

  // Registers one more citizen, or the same again, who votes from then on under the next number.
  HttpReply join(const Node& node, const std::string& name) {
    const auto token = node.token("citizen", name);
    auto reply = node.command("POST", "/v1/citizens", R"({"name":")" + name + R"("})", token, name);
    if (is_acknowledged(reply)) tokens_.push_back(token);
    return reply;
  }

  // Votes, and notes what was acknowledged.
  HttpReply vote(const Node& node, int citizen, const std::string& choice) {
    const auto key = "vote-" + std::to_string(citizen) + "-" + choice;
    auto reply = node.command("PUT", "/v1/polls/bench/ballot", R"({"choices":[")" + choice + R"("]})",
                              tokens_.at(static_cast<std::size_t>(citizen)), key);
    if (is_acknowledged(reply)) {
      const auto answer = nlohmann::json::parse(reply.body);
      acknowledged_[std::stoull(answer["position"].get<std::string>())] = answer["ballot"];
    }
    return reply;
  }

  nlohmann::json me(const Node& node, int citizen) const {
    return nlohmann::json::parse(ask(node, citizen, "GET", "/v1/me").body);
  }
  // Of the projects that a citizen follows.
  HttpReply follow(const Node& node, int citizen, const std::string& project) const {
    return ask(node, citizen, "PUT", "/v1/me/follows/" + project);
  }
  nlohmann::json follows(const Node& node, int citizen) const {
    return nlohmann::json::parse(ask(node, citizen, "GET", "/v1/me/follows").body)
        .value("projects", nlohmann::json());
  }

  // Every acknowledged ballot lies where the answer said.
  void expect_all_in(const std::string& log) const {
    const auto records = records_of(log);
    for (const auto& [position, ballot] : acknowledged_) {
      ASSERT_LE(position, records.size());
      EXPECT_EQ(records[position - 1]["subject"], ballot) << position;
    }
  }

  std::size_t acknowledged() const { return acknowledged_.size(); }
  std::size_t acknowledged_behind(std::uint64_t position) const {
    return static_cast<std::size_t>(std::distance(acknowledged_.upper_bound(position), acknowledged_.end()));
  }
  static bool is_acknowledged(const HttpReply& reply) { return reply.status == 200 || reply.status == 201; }

 private:
  HttpReply ask(const Node& node, int citizen, const std::string& method, const std::string& target) const {
    const auto& token = tokens_.at(static_cast<std::size_t>(citizen));
    return HttpClient::tcp(node.port())
        .request(method, target, {}, "Authorization: Bearer " + token + "\r\n");
  }

  std::vector<std::string> tokens_;
  std::map<std::uint64_t, std::string> acknowledged_;  // subject by position
};

}  // namespace stimmbuch::test
