#include "demo/crowd.hpp"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace stimmbuch::program {

namespace {

constexpr std::chrono::hours token_ttl{1};

}  // namespace

Crowd::Crowd(const std::vector<TownCitizen>& citizens, Place place, std::size_t connections)
    : citizens_(citizens), place_(std::move(place)), running_(connections) {
  for (std::size_t i = 0; i < connections; ++i) threads_.emplace_back([this] { run(); });
}

Crowd::~Crowd() {
  stop();
}

std::expected<void, Failure> Crowd::join() {
  threads_.clear();
  const std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  return {};
}

void Crowd::run() {
  ApiClient server(place_.server, {});
  ApiClient admin(place_.admin, {});
  for (std::size_t i = next_++; i < citizens_.size() && !stopping_; i = next_++) {
    if (const auto took_part = take_part(citizens_[i], server, admin); !took_part) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = took_part.error();
      stopping_ = true;
    }
    ++done_;
  }
  --running_;
}

std::expected<void, Failure> Crowd::take_part(const TownCitizen& citizen, ApiClient& server,
                                              ApiClient& admin) {
  const auto minted = mint_token(admin, "citizen", citizen.subject, token_ttl);
  if (!minted) return std::unexpected(minted.error());
  const std::string token = minted->value("token", "");
  int steps = 0;
  const auto key = [&] { return fmt::format("stimmbuch-demo-{}-{:02}", citizen.subject, ++steps); };
  const auto give = [&](const PersonCommand& command) {
    ++commands_;
    return server.give(command);
  };

  const auto registered =
      give({.target = "/v1/citizens", .key = key(), .token = token, .body = {{"name", citizen.name}}});
  if (!registered) return std::unexpected(registered.error());
  const auto verified =
      give({.target = fmt::format("/v1/citizens/{}/verify", registered->value("citizen", "")),
            .key = key(),
            .token = place_.registrar,
            .body = {{"level", "resident"},
                     {"district", citizen.district},
                     {"method", "demo"},
                     {"registry_identity", citizen.subject}}});
  if (!verified) return std::unexpected(verified.error());
  for (const BallotStep& step : citizen.steps) {
    const bool withdraws = step.choices.empty();
    const auto done = give({.method = withdraws ? "DELETE" : "PUT",
                            .target = fmt::format("/v1/polls/{}/ballot", step.poll),
                            .key = key(),
                            .token = token,
                            .body = withdraws ? Json() : Json{{"choices", step.choices}}});
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

}  // namespace stimmbuch::program
