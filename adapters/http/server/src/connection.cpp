#include "connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "event_channel.hpp"
#include "stimmbuch/adapters/http/server/problem.hpp"

namespace stimmbuch::http {

namespace {

// Answers up to this size are gathered in one buffer, with those of pipelined requests.
constexpr std::size_t gathered_bytes = std::size_t{64} * 1024;
// The write deadline holds for each piece of this size.
constexpr std::size_t write_slice_bytes = std::size_t{64} * 1024;

}  // namespace

Connection::Connection(std::shared_ptr<ServerState> state, IoLoop& loop,
                       std::shared_ptr<const Service> service, std::unique_ptr<Transport> transport,
                       Peer peer, Quota::Place place)
    : state_(std::move(state)),
      loop_(loop),
      service_(std::move(service)),
      transport_(std::move(transport)),
      place_(std::move(place)),
      exchange_(std::make_shared<Exchange>(state_, loop_.mailbox(), std::move(peer))) {}

void Connection::start() {
  if (state_->stopping) return;
  loop_.add(*this);
  spawn(loop_.context().get_executor(), run(shared_from_this()));
}

Task<> Connection::run([[maybe_unused]] std::shared_ptr<Connection> keep_alive) {
  arm(Clock::now() + state_->limits.header_timeout);
  if (!co_await transport_->open()) end(Ending::at_once);
  while (!ended()) {  // without switch: GCC 12.2 miscompiles co_await in one
    const auto step = exchange_->reader.next();
    if (step == RequestReader::Step::need_more) {
      co_await receive();
    } else if (step == RequestReader::Step::head) {
      examine_head();
    } else if (step == RequestReader::Step::complete) {
      co_await serve_request();
    } else {
      refuse(exchange_->reader.refusal());
    }
  }
  co_await hang_up();
  exchange_->abandon();
  loop_.remove(*this);
}

Task<> Connection::receive() {
  co_await flush();
  if (out_.capacity() > gathered_bytes) out_ = {};
  RequestReader& reader = exchange_->reader;
  const auto phase = reader.phase();
  reading_idle_ = phase == RequestReader::Phase::idle;
  if (reading_idle_ && state_->draining) end(Ending::in_order);
  if (ended()) co_return;

  arm(receive_deadline(phase));
  const std::size_t size = co_await transport_->read_some(reader.space());
  reading_idle_ = false;
  reader.received(size);
  Counters::add(loop_.counters().bytes_received, size);
  if (size > 0) co_return;
  if (expired_ && phase != RequestReader::Phase::idle) {
    refuse(Refusal::request_timeout);
  } else {
    end(Ending::at_once);
  }
}

Clock::time_point Connection::receive_deadline(RequestReader::Phase phase) {
  const Limits& limits = state_->limits;
  if (phase != phase_ || phase == RequestReader::Phase::idle) {
    phase_ = phase;
    phase_began_ = Clock::now();
  }
  switch (phase) {
    case RequestReader::Phase::idle:
      return phase_began_ + limits.idle_timeout;
    case RequestReader::Phase::head:
      return phase_began_ + limits.header_timeout;
    case RequestReader::Phase::body:
      break;
  }
  // Every byte that arrives buys time for the next ones, so the whole body has its length's worth.
  const std::chrono::milliseconds earned(exchange_->reader.body_bytes_received() * 1000 /
                                         limits.body_bytes_per_second);
  return phase_began_ + limits.body_timeout + earned;
}

void Connection::examine_head() {
  const Head& head = exchange_->reader.head();
  if (!service_->allowed_hosts.empty() &&
      std::ranges::none_of(service_->allowed_hosts,
                           [&](const std::string& host) { return equal_ignoring_case(host, head.host); })) {
    refuse(Refusal::unknown_host);
    return;
  }
  route_ = service_->handler.limits_of(head.method, head.path);
  exchange_->reader.begin_body(route_.body_bytes.value_or(state_->limits.body_bytes));
  if (head.expects_continue && exchange_->reader.phase() == RequestReader::Phase::body &&
      exchange_->reader.body_bytes_received() == 0) {
    out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  }
}

Task<> Connection::serve_request() {
  ++requests_;
  if (state_->requests_in_progress.load(std::memory_order_relaxed) >= state_->limits.requests_in_progress) {
    end_if_last();
    queue_problem(Refusal::overloaded);
  } else {
    prepare_request();
    exchange_->hand_to(service_->handler, *this);
    if (!exchange_->answered() && !co_await wait_for_answer()) co_return;
    end_if_last();
    Answer answer = exchange_->take_answer();
    if (auto* response = std::get_if<Response>(&answer)) {
      co_await send(std::move(*response));
    } else if (auto* chunked = std::get_if<ChunkedAnswer>(&answer)) {
      co_await send_chunks(std::move(*chunked));
    } else if (auto* channel = std::get_if<std::shared_ptr<EventChannel>>(&answer)) {
      co_await send_events(std::move(*channel));
    } else {
      queue_problem(std::get<Refusal>(answer));
    }
  }
  exchange_->reader.finish();
  phase_ = RequestReader::Phase::idle;
}

void Connection::end_if_last() {
  const bool keep_alive = exchange_->reader.head().keep_alive &&
                          requests_ < state_->limits.requests_per_connection && !state_->draining;
  if (!keep_alive) end(Ending::in_order);
}

void Connection::prepare_request() {
  const Head& head = exchange_->reader.head();
  Request& request = exchange_->request;
  request.method = head.method;
  request.target = head.target;
  request.path = head.path;
  request.query = head.query;
  request.fields = Fields(head.fields);
  request.body = exchange_->reader.body();
  request.remote_address = exchange_->peer().address;
  request.deadline = Clock::now() + route_.answer_timeout.value_or(state_->limits.answer_timeout);
}

// False: no answer came in time, and the connection is over.
Task<bool> Connection::wait_for_answer() {
  if (!out_.empty()) co_await flush();
  arm(exchange_->request.deadline);
  while (!exchange_->answered() && !expired_ && ending_ != Ending::at_once) co_await gate_.wait();
  if (exchange_->answered()) co_return true;
  // Until the handler lets go of the request its bytes must stay, so this exchange is not used again.
  if (expired_) refuse(Refusal::outcome_unknown);
  co_return false;
}

Task<> Connection::send(Response response) {
  queue_head(response, BodyFraming::sized);
  if (!sends_body(response)) co_return;
  const std::string_view body = body_of(response);
  if (out_.size() + body.size() <= gathered_bytes) {
    out_ += body;
  } else {
    co_await flush();
    co_await write(body);
  }
}

// Answers and gives the connection up: where the next request begins, or what became of this one, is unknown.
void Connection::refuse(Refusal refusal) {
  end(Ending::in_order);
  queue_problem(refusal);
}

void Connection::queue_problem(Refusal refusal) {
  const Response response = problem(refusal);
  queue_head(response, BodyFraming::sized);
  if (sends_body(response)) out_ += body_of(response);
  Counters::add(loop_.counters().refusals[static_cast<std::size_t>(refusal)]);
}

void Connection::queue_head(const Response& response, BodyFraming framing) {
  const HeadContext context{framing, ended(), exchange_->reader.head().http_1_0, loop_.date()};
  append_head(out_, response, context);
  Counters::add(loop_.counters().responses[std::min<std::size_t>(response.status / 100, 5)]);
}

bool Connection::sends_body(const Response& response) const {
  return exchange_->reader.head().method != Method::head && status_has_body(response.status);
}

Task<> Connection::flush() {
  co_await write(out_);
  out_.clear();
}

Task<> Connection::write(std::string_view bytes) {
  std::size_t slice = 0;
  while (!bytes.empty() && ending_ != Ending::at_once) {
    if (slice == 0) {
      slice = write_slice_bytes;
      arm(Clock::now() + state_->limits.write_timeout);
    }
    const std::size_t written = co_await transport_->write_some(bytes.substr(0, slice));
    if (written == 0) end(Ending::at_once);
    bytes.remove_prefix(written);
    slice -= written;
    Counters::add(loop_.counters().bytes_sent, written);
  }
}

Task<> Connection::hang_up() {
  co_await flush();
  if (ending_ == Ending::in_order) {
    // Reads on until the peer has closed too: at the first unread byte the kernel would reset the connection,
    // and the peer might lose our last answer.
    arm(Clock::now() + state_->limits.linger_timeout);
    co_await transport_->finish_sending();
    std::array<char, 4096> ignored;
    while (!expired_ && co_await transport_->read_some(ignored) > 0) {
    }
  }
  transport_->close();
}

void Connection::arm(Clock::time_point deadline) {
  deadline_ = deadline;
  expired_ = false;
}

void Connection::keep_deadline(Clock::time_point now) {
  if (now < deadline_) return;
  expired_ = true;  // and again at the next tick, should an operation have ended by itself just now
  if (gate_.has_waiter()) {
    gate_.open();
  } else {
    transport_->cancel();
  }
}

void Connection::drain() {
  if (reading_idle_) {
    transport_->cancel();
  } else {
    gate_.open();
  }
}

void Connection::end(Ending ending) {
  ending_ = std::max(ending_, ending);
}

void Connection::cut() {
  end(Ending::at_once);
  transport_->close();
  gate_.open();
}

}  // namespace stimmbuch::http
