#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asio.hpp"
#include "exchange.hpp"
#include "io_loop.hpp"
#include "quota.hpp"
#include "response_writer.hpp"
#include "server_state.hpp"
#include "stimmbuch/adapters/http/server/handler.hpp"
#include "transport.hpp"

namespace stimmbuch::http {

// What a listener serves and for whom.
struct Service {
  Handler& handler;
  std::vector<std::string> allowed_hosts;
};

// One client's connection: a coroutine that reads requests, has them answered and writes the answers, in
// order. Lives on one I/O thread and there keeps itself alive.
class Connection final : public Waiter, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ServerState> state, IoLoop& loop, std::shared_ptr<const Service> service,
             std::unique_ptr<Transport> transport, Peer peer, Quota::Place place);

  void start();

  // Ends whatever is waited for if its deadline has passed.
  void keep_deadline(Clock::time_point now);
  // The server is draining: closes the connection if it is idle; ends an event stream.
  void drain();
  // Ends the connection at once.
  void cut() override;
  // There is news: an answer, events or a chunk.
  void resume() override { gate_.open(); }

  std::size_t loop_index = 0;  // the loop's own

 private:
  enum class Ending : std::uint8_t {
    none,
    in_order,  // when the last answer has been sent
    at_once,
  };

  Task<> run(std::shared_ptr<Connection> keep_alive);
  Task<> receive();
  void examine_head();
  Task<> serve_request();
  void prepare_request();
  void end_if_last();
  Task<bool> wait_for_answer();
  Task<> send(Response response);
  Task<> send_chunks(ChunkedAnswer answer);
  Task<> send_events(std::shared_ptr<EventChannel> channel);
  Task<> watch_peer(std::shared_ptr<Connection> keep_alive);
  Task<> flush();
  Task<> write(std::string_view bytes);
  Task<> hang_up();

  void refuse(Refusal refusal);
  void queue_problem(Refusal refusal);
  void queue_head(const Response& response, BodyFraming framing);
  bool sends_body(const Response& response) const;
  Clock::time_point receive_deadline(RequestReader::Phase phase);
  void arm(Clock::time_point deadline);
  void end(Ending ending);
  bool ended() const { return ending_ != Ending::none; }

  const std::shared_ptr<ServerState> state_;
  IoLoop& loop_;
  const std::shared_ptr<const Service> service_;
  const std::unique_ptr<Transport> transport_;
  const Quota::Place place_;

  std::shared_ptr<Exchange> exchange_;
  RouteLimits route_;
  std::string out_;  // answers not yet written
  std::size_t requests_ = 0;
  Ending ending_ = Ending::none;

  Gate gate_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool expired_ = false;
  bool reading_idle_ = false;
  bool streaming_ = false;      // events are being sent
  bool watching_peer_ = false;  // watch_peer() runs
  RequestReader::Phase phase_ = RequestReader::Phase::idle;
  Clock::time_point phase_began_;
};

}  // namespace stimmbuch::http
