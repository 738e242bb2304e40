#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api_client.hpp"

namespace stimmbuch::test {

// How long whoever waits for an engine waits.
constexpr auto patience = std::chrono::seconds(30);

// One command, under a key of its own, by whoever has the token.
struct Deed {
  std::string method;
  std::string target;
  Json body;
  std::string token;
  std::string key;
};

inline Deed deed_by(const std::string& token, const std::string& target, Json body = Json::object(),
                    const std::string& method = "POST") {
  return {method, target, std::move(body), token, fresh_key()};
}

// Goes through the same deeds again and again, each round by another citizen; what was not acknowledged is
// sent again to the next engine under the same key.
class Rounds {
 public:
  Rounds(std::string name, int deeds) : name_(std::move(name)), deeds_(deeds) {}
  virtual ~Rounds() = default;

  // Until the engine is gone.
  void run(const Endpoints& engine) {
    try {
      while (true) {
        auto client = engine.connect();
        client.set_patience(patience);
        for (int i = 0; i < 900; ++i) step(engine, client);
      }
    } catch (const std::exception&) {
      return;
    }
  }
  // To the end of the round, with an engine that lives.
  void finish(const Endpoints& engine) {
    auto client = engine.connect();
    do step(engine, client);
    while (pending_ || next_ != 0);
  }

  std::size_t acknowledged() const { return acknowledged_; }
  const std::vector<std::string>& problems() const { return problems_; }

 protected:
  // Reads what the next deed needs.
  virtual void prepare(int /*number*/, HttpClient& /*client*/) {}
  virtual Deed deed(int number) const = 0;
  virtual void take(int number, const Json& answer) = 0;

  const std::string& citizen() const { return citizen_; }  // token

 private:
  void step(const Endpoints& engine, HttpClient& client) {
    if (!pending_) {
      if (next_ == 0) citizen_ = mint(engine, "citizen", name_ + std::to_string(rounds_++));
      prepare(next_, client);
      pending_ = deed(next_);
    }
    const bool has_body = pending_->method != "DELETE";
    const auto reply =
        client.request(pending_->method, pending_->target, has_body ? pending_->body.dump() : "",
                       "Authorization: Bearer " + pending_->token + "\r\n" + key_line(pending_->key) +
                           (has_body ? "Content-Type: application/json\r\n" : ""));
    if (reply.status == 200 || reply.status == 201) {
      ++acknowledged_;
      take(next_, Json::parse(reply.body));
    } else {
      problems_.push_back(std::to_string(next_) + " " + reply.body);
    }
    pending_.reset();
    next_ = next_ + 1 == deeds_ ? 0 : next_ + 1;
  }

  const std::string name_;
  const int deeds_;
  int rounds_ = 0;
  int next_ = 0;
  std::string citizen_;
  std::optional<Deed> pending_;
  std::size_t acknowledged_ = 0;
  std::vector<std::string> problems_;
};

// A document once the views show all of the log.
inline std::string settled(const Endpoints& engine, const std::string& token, const std::string& target) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    auto client = engine.connect();
    // The server ends a connection after its thousandth request.
    for (int i = 0; i < 900; ++i) {
      const auto reply = client.request("GET", target, {}, "Authorization: Bearer " + token + "\r\n");
      if (reply.status == 200 && reply.field("Projection-Lag") == "0") return reply.body;
      std::this_thread::yield();
    }
  }
  return "the views do not catch up";
}

}  // namespace stimmbuch::test
