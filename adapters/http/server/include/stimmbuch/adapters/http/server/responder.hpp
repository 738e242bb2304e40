#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "stimmbuch/adapters/http/server/event_stream.hpp"
#include "stimmbuch/adapters/http/server/response.hpp"

namespace stimmbuch::http {

// Where the answer to one request goes: a connection of the server, or a test. Exactly one of the functions
// is called, once, from any thread.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual void send(Response response) = 0;
  virtual void send_chunks(Response head, ChunkSource source) = 0;
  virtual std::shared_ptr<EventStream> open_events(std::chrono::milliseconds retry) = 0;
  virtual void fail() = 0;
};

// The duty to answer one request, exactly once, from any thread, at once or later. Destroyed without an
// answer it answers 500. After the request's deadline, or when the client has gone, an answer is dropped
// silently. It may outlive the server.
class Responder {
 public:
  explicit Responder(std::shared_ptr<ResponseSink> sink) : sink_(std::move(sink)) {}
  Responder(Responder&&) = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder() {
    if (sink_) sink_->fail();
  }

  // The request and its views must not be used any more after these.

  void send(Response response) && { std::exchange(sink_, nullptr)->send(std::move(response)); }

  // The body comes from `source`, whatever `head` has as its body.
  void send_chunks(Response head, ChunkSource source) && {
    std::exchange(sink_, nullptr)->send_chunks(std::move(head), std::move(source));
  }

  // Answers 200 with server-sent events; `retry` is how long a browser waits before it connects again. Beyond
  // the bounds on streams the result is closed already, and the client gets a single event `bye`: browsers
  // take any other status as final and would never come back.
  std::shared_ptr<EventStream> open_events(std::chrono::milliseconds retry) && {
    return std::exchange(sink_, nullptr)->open_events(retry);
  }

 private:
  std::shared_ptr<ResponseSink> sink_;
};

}  // namespace stimmbuch::http
