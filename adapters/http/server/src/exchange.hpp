#pragma once

#include <memory>
#include <string>
#include <variant>

#include "mailbox.hpp"
#include "server_state.hpp"
#include "stimmbuch/adapters/http/server/request.hpp"
#include "stimmbuch/adapters/http/server/request_reader.hpp"
#include "stimmbuch/adapters/http/server/responder.hpp"

namespace stimmbuch::http {

class EventChannel;

// Who is at the other end.
struct Peer {
  std::string address;
  AddressKey key = 0;
};

struct ChunkedAnswer {
  Response head;
  ChunkSource source;
};

using Answer = std::variant<Response, ChunkedAnswer, std::shared_ptr<EventChannel>, Refusal>;

// Whose coroutine waits for an exchange, a channel or a chunk; told on the I/O thread.
class Waiter {
 public:
  virtual void resume() = 0;
  virtual void cut() = 0;

 protected:
  ~Waiter() = default;
};

// One request, the bytes under it, and its answer. A connection reuses its exchange for request after
// request; if it gives one up before the answer came, the Responder keeps the exchange with all bytes alive,
// and the answer goes nowhere.
class Exchange final : public ResponseSink, public Wakeable, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<ServerState> state, std::shared_ptr<Mailbox> mailbox, Peer peer)
      : reader(state->limits),
        state_(std::move(state)),
        mailbox_(std::move(mailbox)),
        peer_(std::move(peer)) {}

  // I/O thread: the connection's side.
  RequestReader reader;
  const Peer& peer() const { return peer_; }
  Request request;
  // Calls the handler; an answer that it gives at once is there when this returns.
  void hand_to(Handler& handler, Waiter& waiter);
  bool answered() const { return answer_arrived_; }
  Answer take_answer() { return std::move(answer_); }
  void abandon() { waiter_ = nullptr; }

  // Any thread: the Responder's side.
  void send(Response response) override;
  void send_chunks(Response head, ChunkSource source) override;
  std::shared_ptr<EventStream> open_events(std::chrono::milliseconds retry) override;
  void fail() override;

  void wake() override;

 private:
  bool is_safe(const Response& response) const;
  void deliver(Answer answer);

  std::shared_ptr<ServerState> state_;
  std::shared_ptr<Mailbox> mailbox_;
  const Peer peer_;
  Answer answer_;  // written by the Responder's thread; read after the mailbox has brought the news

  // I/O thread.
  Waiter* waiter_ = nullptr;
  bool in_handler_ = false;
  bool answer_arrived_ = false;
};

}  // namespace stimmbuch::http
