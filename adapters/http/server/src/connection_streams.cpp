// The answers of a connection that are longer than one buffer: chunked bodies and server-sent events.

#include <array>
#include <charconv>
#include <exception>
#include <utility>

#include "connection.hpp"
#include "event_channel.hpp"

namespace stimmbuch::http {

namespace {

// Runs a chunk source on the blocking pool, one call at a time.
class ChunkPull final : public Wakeable, public std::enable_shared_from_this<ChunkPull> {
 public:
  ChunkPull(std::shared_ptr<ServerState> state, std::shared_ptr<Mailbox> mailbox, ChunkSource source,
            Waiter& waiter)
      : state_(std::move(state)), mailbox_(std::move(mailbox)), source_(std::move(source)), waiter_(waiter) {}

  // I/O thread. The waiter must stay until the pull is ready.
  void begin() {
    ready_ = false;
    chunk_.reset();
    // At most one task per connection: their number is bounded.
    state_->pool.run([self = shared_from_this()] { self->pull(); });
  }
  bool ready() const { return ready_; }
  bool failed() const { return failed_; }
  const std::optional<std::string>& chunk() const { return chunk_; }

  void wake() override {
    ready_ = true;
    waiter_.resume();
  }

 private:
  void pull() {
    try {
      chunk_ = source_();
    } catch (const std::exception& fault) {
      failed_ = true;
      state_->on_fault(fault.what());
    } catch (...) {
      failed_ = true;
      state_->on_fault("a chunk source threw something that is no std::exception");
    }
    mailbox_->push(shared_from_this());
  }

  const std::shared_ptr<ServerState> state_;
  const std::shared_ptr<Mailbox> mailbox_;
  ChunkSource source_;
  Waiter& waiter_;
  // Written on the pool, read when the mailbox has brought the news.
  std::optional<std::string> chunk_;
  bool failed_ = false;
  bool ready_ = false;  // I/O thread
};

void append_chunk(std::string& out, std::string_view data) {
  std::array<char, 16> size;
  const auto end = std::to_chars(size.data(), size.data() + size.size(), data.size(), 16).ptr;
  out.append(size.data(), end).append("\r\n").append(data).append("\r\n");
}

}  // namespace

Task<> Connection::send_chunks(ChunkedAnswer answer) {
  auto framing = BodyFraming::chunked;
  if (exchange_->reader.head().http_1_0) {
    framing = BodyFraming::until_close;
    end(Ending::in_order);
  }
  queue_head(answer.head, framing);
  if (!sends_body(answer.head)) co_return;

  const auto pull = std::make_shared<ChunkPull>(state_, loop_.mailbox(), std::move(answer.source), *this);
  while (ending_ != Ending::at_once) {
    arm(Clock::time_point::max());
    pull->begin();
    // Even if the connection is cut meanwhile: no source may run when the server has stopped.
    while (!pull->ready()) co_await gate_.wait();
    if (pull->failed()) {
      end(Ending::at_once);
      break;
    }
    const auto& chunk = pull->chunk();
    if (!chunk) {
      if (framing == BodyFraming::chunked) out_ += "0\r\n\r\n";
      break;
    }
    if (framing == BodyFraming::chunked) {
      append_chunk(out_, *chunk);
    } else {
      out_ += *chunk;
    }
    co_await flush();
  }
}

Task<> Connection::send_events(std::shared_ptr<EventChannel> channel) {
  end(Ending::in_order);
  queue_head(event_stream_head(), BodyFraming::until_close);
  if (exchange_->reader.head().method == Method::head) {
    channel->end();
    co_return;
  }
  out_ += retry_line(channel->retry());
  channel->attach(*this);
  streaming_ = watching_peer_ = true;
  spawn(loop_.context().get_executor(), watch_peer(shared_from_this()));

  std::vector<EventFrame> events;
  while (ending_ != Ending::at_once) {
    const bool draining = state_->draining;
    if (draining) channel->close();  // what is queued already is still sent
    const bool open = channel->take(events);
    for (const EventFrame& event : events) out_ += *event;
    if (draining) out_ += bye_event;
    co_await flush();
    if (!open) break;
    if (!events.empty()) continue;
    arm(Clock::now() + state_->limits.event_comment_interval);
    co_await gate_.wait();
    if (expired_) out_ += ":\n\n";
  }
  if (channel->overflowed()) Counters::add(loop_.counters().event_streams_dropped);
  channel->end();
  streaming_ = false;
  transport_->cancel();
  while (watching_peer_) co_await gate_.wait();
}

// A client sends nothing while it listens to events; these reads only learn when it has gone.
Task<> Connection::watch_peer([[maybe_unused]] std::shared_ptr<Connection> keep_alive) {
  std::array<char, 256> ignored;
  while (streaming_ && co_await transport_->read_some(ignored) > 0) {
  }
  if (streaming_) end(Ending::at_once);
  watching_peer_ = false;
  gate_.open();
}

}  // namespace stimmbuch::http
