#include "io_loop.hpp"

#include <ctime>

#include <pthread.h>

#include "connection.hpp"

namespace stimmbuch::http {

namespace {

// How exactly deadlines are kept. One look at every connection per tick costs less than a timer per
// operation.
constexpr std::chrono::milliseconds tick{50};

}  // namespace

IoLoop::IoLoop() = default;

IoLoop::~IoLoop() {
  mailbox_->close();
}

void IoLoop::run() {
  pthread_setname_np(pthread_self(), "http");
  mailbox_->attach();
  context_.run();
}

void IoLoop::add(Connection& connection) {
  connection.loop_index = connections_.size();
  connections_.push_back(&connection);
  if (connections_.size() == 1) schedule_tick();
}

void IoLoop::remove(Connection& connection) {
  connections_[connection.loop_index] = connections_.back();
  connections_[connection.loop_index]->loop_index = connection.loop_index;
  connections_.pop_back();
  if (connections_.empty()) ticker_.cancel();
}

void IoLoop::schedule_tick() {
  ticker_.expires_after(tick);
  ticker_.async_wait([this](boost::system::error_code error) {
    if (error || connections_.empty()) return;
    const auto now = Clock::now();
    for_each_connection([&](Connection& connection) { connection.keep_deadline(now); });
    if (!connections_.empty()) schedule_tick();
  });
}

std::string_view IoLoop::date() {
  return date_.at(std::time(nullptr));
}

}  // namespace stimmbuch::http
