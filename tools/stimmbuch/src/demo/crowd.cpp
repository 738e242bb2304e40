#include "demo/crowd.hpp"

#include <chrono>
#include <utility>

namespace stimmbuch::program {

namespace {

constexpr std::chrono::hours token_ttl{24};

}  // namespace

std::expected<std::string, Failure> Visitor::token(std::string_view role, std::string_view subject) {
  const auto minted = mint_token(admin_, role, subject, token_ttl);
  if (!minted) return std::unexpected(minted.error());
  return minted->value("token", "");
}

std::expected<Json, Failure> Visitor::give(const PersonCommand& command) {
  ++commands_;
  return server_.give(command);
}

Crowd::Crowd(std::size_t people, const Place& place, std::size_t connections, Deed deed)
    : people_(people), deed_(std::move(deed)), running_(connections) {
  for (std::size_t i = 0; i < connections; ++i) threads_.emplace_back([this, place] { run(place); });
}

Crowd::~Crowd() {
  stop();
}

std::expected<std::uint64_t, Failure> Crowd::join() {
  threads_.clear();
  const std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  return commands_.load();
}

void Crowd::run(const Place& place) {
  Visitor visitor(place);
  for (std::size_t i = next_++; i < people_ && !stopping_; i = next_++) {
    if (auto done = deed_(i, visitor); !done) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::move(done.error());
      stopping_ = true;
    }
    ++done_;
  }
  commands_ += visitor.commands();
  --running_;
}

}  // namespace stimmbuch::program
