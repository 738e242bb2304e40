#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailbox.hpp"
#include "quota.hpp"
#include "server_state.hpp"
#include "stimmbuch/adapters/http/server/event_stream.hpp"
#include "stimmbuch/adapters/http/server/response.hpp"

namespace stimmbuch::http {

class Waiter;

// The last event of a stream that the server ends: the client shall come back later.
inline constexpr std::string_view bye_event = "event: bye\ndata: {}\n\n";
// The head of an answer with server-sent events.
Response event_stream_head();
// The line that says how long a browser waits before it connects again.
std::string retry_line(std::chrono::milliseconds retry);
// The answer where a stream would be one too many.
Response refused_events(std::chrono::milliseconds retry);

// The queue between those who publish events and the connection that sends them to one client.
class EventChannel final : public EventStream,
                           public Wakeable,
                           public std::enable_shared_from_this<EventChannel> {
 public:
  EventChannel(std::shared_ptr<ServerState> state, std::shared_ptr<Mailbox> mailbox, AddressKey address,
               std::chrono::milliseconds retry);

  // Any thread: the publisher's side.
  bool send(EventFrame event) override;
  void on_sent(std::move_only_function<void()> callback) override;
  void close() override;
  void on_closed(std::move_only_function<void()> callback) override;

  // I/O thread: the connection's side.
  std::chrono::milliseconds retry() const { return retry_; }
  void attach(Waiter& waiter) { waiter_ = &waiter; }
  // Moves what is queued to `events`; what was taken before has been written. False: nothing will follow.
  bool take(std::vector<EventFrame>& events);
  bool closed() const;
  // Closes, drops what is queued and tells the publisher.
  void end();
  // Whether the client fell behind.
  bool overflowed() const;

  void wake() override;

 private:
  void wake_later();

  const std::shared_ptr<ServerState> state_;
  const std::shared_ptr<Mailbox> mailbox_;
  const std::chrono::milliseconds retry_;
  Waiter* waiter_ = nullptr;  // I/O thread

  mutable std::mutex mutex_;
  std::optional<Quota::Place> place_;
  std::vector<EventFrame> queue_;
  std::size_t queued_bytes_ = 0;
  bool writing_ = false;  // what was taken last
  bool closed_ = false;
  bool overflowed_ = false;
  bool ended_ = false;
  bool wake_pending_ = false;
  std::move_only_function<void()> sent_;
  std::move_only_function<void()> over_;
};

}  // namespace stimmbuch::http
