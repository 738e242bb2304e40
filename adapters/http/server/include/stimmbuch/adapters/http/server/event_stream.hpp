#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace stimmbuch::http {

// Whole events in the form of the wire, mostly one. A frame for many clients is made once and shared.
using EventFrame = std::shared_ptr<const std::string>;

// Formats a server-sent event. An empty `id` leaves that field out. `data` may have several lines; `id` and
// `event` must not contain line ends or NUL, or std::invalid_argument is thrown.
EventFrame make_event(std::string_view id, std::string_view event, std::string_view data);
// The same, behind the events that the frame holds already.
void append_event(std::string& frame, std::string_view id, std::string_view event, std::string_view data);

// The answer to a request for server-sent events: a bounded queue towards one client. Thread-safe.
class EventStream {
 public:
  virtual ~EventStream() = default;

  // Queues a frame. False: the stream is closed, and the frame is dropped. A client that has fallen too far
  // behind is disconnected here; it resumes from the last id that it saw.
  virtual bool send(EventFrame event) = 0;

  // Calls `callback` once when all that was queued has been written to the connection: on the stream's I/O
  // thread, or at once if that is so already; never, when the stream is over before. Who has much to send
  // waits for it, so that no client falls behind. One callback at a time; it must not block.
  virtual void on_sent(std::move_only_function<void()> callback) = 0;

  // Ends the stream when what is queued has been sent. The browser will reconnect unless told otherwise.
  virtual void close() = 0;

  // Calls `callback` once when the stream is over, whoever ended it: on the stream's I/O thread, or at once
  // if that was before. At most one callback per stream; it must not block.
  virtual void on_closed(std::move_only_function<void()> callback) = 0;
};

}  // namespace stimmbuch::http
