#include "forwarding.hpp"

#include <memory>
#include <utility>

#include "answers.hpp"

namespace stimmbuch::http::api {

namespace {

// As many requests are on their way to the leader at once, and wait for one of them to come back.
constexpr std::size_t threads = 16;
constexpr std::size_t waiting_max = 1'024;

bool was_forwarded(const Request& request) {
  const auto via = request.fields.find("Via");
  return via && via->find(forwarded_via) != std::string_view::npos;
}

}  // namespace

Forwarding::Forwarding(std::string leader, LeaderLink* link)
    : leader_(std::move(leader)), link_(link), pool_(link == nullptr ? 0 : threads, waiting_max) {}

void Forwarding::take(Call call) {
  // Two nodes that take each other for the leader must not send a request to and fro.
  if (link_ == nullptr || was_forwarded(*call.request)) return std::move(call).send(not_the_leader(leader_));
  auto waiting = std::make_shared<Call>(std::move(call));
  const bool taken = pool_.try_run([this, waiting] {
    auto answered = link_->send(*waiting->request);
    std::move(*waiting).send(answered ? std::move(*answered) : answer(answered.error()));
  });
  if (!taken) std::move(*waiting).send(overloaded());
}

}  // namespace stimmbuch::http::api
