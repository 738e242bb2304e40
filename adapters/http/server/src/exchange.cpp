#include "exchange.hpp"

#include <exception>
#include <utility>

#include "event_channel.hpp"
#include "response_writer.hpp"
#include "stimmbuch/adapters/http/server/handler.hpp"

namespace stimmbuch::http {

void Exchange::hand_to(Handler& handler, Waiter& waiter) {
  waiter_ = &waiter;
  answer_arrived_ = false;
  in_handler_ = true;
  state_->requests_in_progress.fetch_add(1, std::memory_order_relaxed);
  try {
    handler.handle(request, Responder(shared_from_this()));
  } catch (const std::exception& fault) {
    state_->on_fault(fault.what());
  } catch (...) {
    state_->on_fault("a handler threw something that is no std::exception");
  }
  in_handler_ = false;
}

void Exchange::send(Response response) {
  if (is_safe(response)) {
    deliver(std::move(response));
  } else {
    fail();
  }
}

void Exchange::send_chunks(Response head, ChunkSource source) {
  if (is_safe(head)) {
    deliver(ChunkedAnswer{std::move(head), std::move(source)});
  } else {
    fail();
  }
}

bool Exchange::is_safe(const Response& response) const {
  if (!has_unsafe_header(response)) return true;
  state_->on_fault("an answer's header would have broken out of its line");
  return false;
}

std::shared_ptr<EventStream> Exchange::open_events(std::chrono::milliseconds retry) {
  auto channel = std::make_shared<EventChannel>(state_, mailbox_, peer_.key, retry);
  if (channel->closed()) {  // no place
    channel->end();
    deliver(refused_events(retry));
  } else {
    deliver(channel);
  }
  return channel;
}

void Exchange::fail() {
  deliver(Refusal::handler_failed);
}

void Exchange::deliver(Answer answer) {
  answer_ = std::move(answer);
  if (mailbox_->on_io_thread() && in_handler_) {
    wake();
  } else {
    mailbox_->push(shared_from_this());
  }
}

void Exchange::wake() {
  state_->requests_in_progress.fetch_sub(1, std::memory_order_relaxed);
  answer_arrived_ = true;
  if (waiter_ != nullptr) {
    waiter_->resume();
  } else if (const auto* channel = std::get_if<std::shared_ptr<EventChannel>>(&answer_)) {
    (*channel)->end();
  }
}

}  // namespace stimmbuch::http
