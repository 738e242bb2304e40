#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nodes.hpp"

namespace stimmbuch::test {

// Citizens who vote in one poll, each under a key of their own.
class Crowd {
 public:
  Crowd(const Node& node, int citizens) {
    const auto staff = mint(node, "staff", "anna");
    command(node, "POST", "/v1/projects", R"({"id":"park","title":{"de":"Stadtpark"}})", staff, "project");
    command(node, "POST", "/v1/polls",
            R"({"id":"bench","project":"park","title":{"de":"Welche Bank?"},"kind":"single",)"
            R"("rule":{"kind":"most_votes"},"live_step":1,"changeable":true,)"
            R"("options":[{"id":"oak","title":{"de":"Eiche"}},{"id":"steel","title":{"de":"Stahl"}}]})",
            staff, "poll");
    command(node, "POST", "/v1/polls/bench/open", "{}", staff, "open");
    for (int i = 0; i < citizens; ++i) {
      const auto name = "citizen-" + std::to_string(i);
      tokens_.push_back(mint(node, "citizen", name));
      const auto status =
          command(node, "POST", "/v1/citizens", R"({"name":")" + name + R"("})", tokens_.back(), name).status;
      EXPECT_EQ(status, 201);
    }
  }

  // Votes, and notes what was acknowledged.
  HttpReply vote(const Node& node, int citizen, const std::string& choice) {
    const auto key = "vote-" + std::to_string(citizen) + "-" + choice;
    auto reply = command(node, "PUT", "/v1/polls/bench/ballot", R"({"choices":[")" + choice + R"("]})",
                         tokens_.at(static_cast<std::size_t>(citizen)), key);
    if (reply.status == 200 || reply.status == 201) {
      const auto answer = nlohmann::json::parse(reply.body);
      acknowledged_[std::stoull(answer["position"].get<std::string>())] = answer["ballot"];
    }
    return reply;
  }

  nlohmann::json me(const Node& node, int citizen) const {
    const auto token = tokens_.at(static_cast<std::size_t>(citizen));
    return nlohmann::json::parse(HttpClient::tcp(node.port())
                                     .request("GET", "/v1/me", {}, "Authorization: Bearer " + token + "\r\n")
                                     .body);
  }

  // Every acknowledged ballot lies where the answer said.
  void expect_all_in(const std::string& log) const {
    std::size_t begin = 0;
    std::map<std::uint64_t, std::string> subjects;
    for (std::uint64_t position = 1; begin < log.size(); ++position) {
      const auto end = log.find('\n', begin);
      subjects[position] = nlohmann::json::parse(log.substr(begin, end - begin))["subject"];
      begin = end + 1;
    }
    for (const auto& [position, ballot] : acknowledged_) EXPECT_EQ(subjects[position], ballot) << position;
  }

  std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  static std::string mint(const Node& node, const std::string& role, const std::string& subject) {
    const auto body = R"({"role":")" + role + R"(","subject":")" + subject + R"("})";
    const auto reply =
        HttpClient::unix_socket((node.data() / "admin.sock").string()).request("POST", "/admin/tokens", body);
    return nlohmann::json::parse(reply.body)["token"];
  }
  static HttpReply command(const Node& node, const std::string& method, const std::string& target,
                           const std::string& body, const std::string& token, const std::string& key) {
    return HttpClient::tcp(node.port())
        .request(method, target, body,
                 "Authorization: Bearer " + token +
                     "\r\nContent-Type: application/json\r\nIdempotency-Key: \"" + key +
                     std::string(16, '.') + "\"\r\n");
  }

  std::vector<std::string> tokens_;
  std::map<std::uint64_t, std::string> acknowledged_;  // subject by position
};

}  // namespace stimmbuch::test
