#pragma once

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http_client.hpp"
#include "support/program.hpp"

// A poll of two options on a server, and citizens who vote in it over HTTP.
namespace stimmbuch::test {

class SmallVote {
 public:
  // `terms`: further members of the poll, each with a comma behind it.
  explicit SmallVote(const Served& served, const std::string& terms = {}, std::string poll = "bench")
      : served_(served), poll_(std::move(poll)) {
    const auto staff = token("staff", "anna");
    command("POST", "/v1/projects", R"({"id":"park","title":{"de":"Stadtpark"}})", staff);
    command("POST", "/v1/polls",
            R"({"id":")" + poll_ + R"(","project":"park","title":{"de":"Welche Bank?"},"kind":"single",)" +
                terms +
                R"("rule":{"kind":"most_votes"},"options":[{"id":"oak","title":{"de":"Eiche"}},)"
                R"({"id":"steel","title":{"de":"Stahl"}}]})",
            staff);
    command("POST", "/v1/polls/" + poll_ + "/open", "{}", staff);
  }

  // The position of the registration.
  std::uint64_t join(const std::string& citizen) {
    const auto reply =
        command("POST", "/v1/citizens", R"({"name":")" + citizen + R"("})", token("citizen", citizen));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return position_in(nlohmann::json::parse(reply.body));
  }
  nlohmann::json vote(const std::string& citizen, const std::string& choice) {
    const auto reply = command("PUT", "/v1/polls/" + poll_ + "/ballot",
                               R"({"choices":[")" + choice + R"("]})", token("citizen", citizen));
    EXPECT_LT(reply.status, 300) << reply.body;
    return nlohmann::json::parse(reply.body);
  }
  // The position that an answer names.
  static std::uint64_t position_in(const nlohmann::json& answer) {
    return std::stoull(answer.at("position").get<std::string>());
  }
  void close_and_count() {
    for (const std::string step : {"close", "count"}) {
      const auto reply = command("POST", "/v1/polls/bench/" + step, "{}", token("staff", "anna"));
      EXPECT_EQ(reply.status, 200) << reply.body;
    }
  }
  void certify() {
    const auto reply = command("POST", "/v1/polls/bench/certify", "{}", token("certifier", "zoe"));
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
  void erase(const std::string& citizen) {
    const auto reply = command("DELETE", "/v1/me", {}, token("citizen", citizen));
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
  HttpReply get(const std::string& target, const std::string& citizen) const {
    return connect().request("GET", target, {},
                             "Authorization: Bearer " + token("citizen", citizen) + "\r\n");
  }

 private:
  HttpClient connect() const {
    const auto& url = served_.url();
    return HttpClient::tcp(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
  }
  std::string token(const std::string& role, const std::string& subject) const {
    return run({"token", "--data", served_.data().string(), "--role", role, "--subject", subject})
        .lines()
        .at(0);
  }
  HttpReply command(const std::string& method, const std::string& target, const std::string& body,
                    const std::string& token) {
    const auto key = "small-vote-" + poll_ + "-" + std::to_string(1'000'000 + ++commands_);
    return connect().request(method, target, body,
                             "Authorization: Bearer " + token +
                                 "\r\nContent-Type: application/json\r\nIdempotency-Key: \"" + key +
                                 "\"\r\n");
  }

  const Served& served_;
  const std::string poll_;
  int commands_ = 0;
};

}  // namespace stimmbuch::test
