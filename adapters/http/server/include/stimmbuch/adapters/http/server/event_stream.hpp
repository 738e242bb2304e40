#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace stimmbuch::http {

// One event in the form of the wire. An event for many clients is made once and shared.
using EventFrame = std::shared_ptr<const std::string>;

// Formats a server-sent event. An empty `id` leaves that field out. `data` may have several lines; `id` and
// `event` must not contain line ends or NUL, or std::invalid_argument is thrown.
EventFrame make_event(std::string_view id, std::string_view event, std::string_view data);

// The answer to a request for server-sent events: a bounded queue towards one client. Thread-safe.
class EventStream {
 public:
  virtual ~EventStream() = default;

  // Queues an event. False: the stream is closed, and the event is dropped. A client that has fallen too far
  // behind is disconnected here; it resumes from the last id that it saw.
  virtual bool send(EventFrame event) = 0;

  // Ends the stream when what is queued has been sent. The browser will reconnect unless told otherwise.
  virtual void close() = 0;

  // Calls `callback` once when the stream is over, whoever ended it: on the stream's I/O thread, or at once
  // if that was before. At most one callback per stream; it must not block.
  virtual void on_closed(std::move_only_function<void()> callback) = 0;
};

}  // namespace stimmbuch::http
