#include "event_channel.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "exchange.hpp"

namespace stimmbuch::http {

namespace {

void append_field(std::string& frame, std::string_view name, std::string_view value) {
  frame.append(name).append(": ").append(value).append("\n");
}

}  // namespace

EventFrame make_event(std::string_view id, std::string_view event, std::string_view data) {
  std::string frame;
  frame.reserve(id.size() + event.size() + data.size() + 32);
  append_event(frame, id, event, data);
  return std::make_shared<const std::string>(std::move(frame));
}

void append_event(std::string& frame, std::string_view id, std::string_view event, std::string_view data) {
  static constexpr std::string_view forbidden("\r\n\0", 3);
  if (id.find_first_of(forbidden) != std::string_view::npos ||
      event.find_first_of(forbidden) != std::string_view::npos) {
    throw std::invalid_argument("a server-sent event's id and name must be single lines");
  }
  if (!id.empty()) append_field(frame, "id", id);
  append_field(frame, "event", event);
  while (true) {
    const auto end = std::min(data.find_first_of("\r\n"), data.size());
    append_field(frame, "data", data.substr(0, end));
    if (end == data.size()) break;
    data.remove_prefix(end + (data.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  frame += "\n";
}

Response event_stream_head() {
  Response head;
  head.content_type = "text/event-stream";
  // The second field keeps nginx from collecting events.
  head.headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
  return head;
}

std::string retry_line(std::chrono::milliseconds retry) {
  return "retry: " + std::to_string(retry.count()) + "\n\n";
}

Response refused_events(std::chrono::milliseconds retry) {
  Response response = event_stream_head();
  response.body = retry_line(retry).append(bye_event);
  return response;
}

EventChannel::EventChannel(std::shared_ptr<ServerState> state, std::shared_ptr<Mailbox> mailbox,
                           AddressKey address, std::chrono::milliseconds retry)
    : state_(std::move(state)),
      mailbox_(std::move(mailbox)),
      retry_(retry),
      place_(state_->event_streams.take(address)),
      closed_(!place_) {}

bool EventChannel::send(EventFrame event) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  queued_bytes_ += event->size();
  queue_.push_back(std::move(event));
  // A frame alone is no backlog, however long it is.
  const bool too_long = queue_.size() > 1 && queued_bytes_ > state_->limits.queued_event_bytes;
  if (queue_.size() > state_->limits.queued_events || too_long) {
    closed_ = overflowed_ = true;
  }
  wake_later();
  return !closed_;
}

void EventChannel::on_sent(std::move_only_function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    if (writing_ || !queue_.empty()) {
      sent_ = std::move(callback);
      return;
    }
  }
  callback();
}

void EventChannel::close() {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  closed_ = true;
  wake_later();
}

void EventChannel::on_closed(std::move_only_function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (!ended_) {
      over_ = std::move(callback);
      return;
    }
  }
  callback();
}

bool EventChannel::take(std::vector<EventFrame>& events) {
  std::move_only_function<void()> sent;
  bool open = false;
  events.clear();
  {
    const std::lock_guard lock(mutex_);
    events.swap(queue_);
    queued_bytes_ = 0;
    writing_ = !events.empty();
    if (!writing_) sent = std::exchange(sent_, nullptr);
    open = !closed_;
  }
  if (sent) sent();
  return open;
}

bool EventChannel::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool EventChannel::overflowed() const {
  const std::lock_guard lock(mutex_);
  return overflowed_;
}

void EventChannel::end() {
  std::move_only_function<void()> callback;
  {
    const std::lock_guard lock(mutex_);
    closed_ = ended_ = true;
    queue_.clear();
    place_.reset();
    sent_ = nullptr;
    callback = std::exchange(over_, nullptr);
  }
  waiter_ = nullptr;
  if (callback) callback();
}

void EventChannel::wake_later() {
  if (std::exchange(wake_pending_, true)) return;
  mailbox_->push(shared_from_this());
}

void EventChannel::wake() {
  bool overflowed = false;
  {
    const std::lock_guard lock(mutex_);
    wake_pending_ = false;
    overflowed = overflowed_;
  }
  if (waiter_ == nullptr) return;
  if (overflowed) {
    waiter_->cut();
  } else {
    waiter_->resume();
  }
}

}  // namespace stimmbuch::http
