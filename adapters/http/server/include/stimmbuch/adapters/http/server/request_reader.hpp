#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/http/server/chunked_decoder.hpp"
#include "stimmbuch/adapters/http/server/head_parser.hpp"
#include "stimmbuch/adapters/http/server/limits.hpp"
#include "stimmbuch/adapters/http/server/refusal.hpp"

namespace stimmbuch::http {

// Turns the bytes of one connection into requests. It knows no sockets and no time: its owner fills space(),
// says how much arrived, and asks next() what has come of it:
//
//   need_more   read more into space()
//   head        head() is complete and checked; call begin_body(limit) and go on
//   complete    head() and body() are a whole request; answer it, call finish() and go on
//   refused     answer refusal() and close the connection: where the next request begins is unknown
//
// Views given out stay valid until finish(). Not thread-safe.
class RequestReader {
 public:
  enum class Step : std::uint8_t { need_more, head, complete, refused };
  enum class Phase : std::uint8_t { idle, head, body };

  // `limits` must outlive the reader.
  explicit RequestReader(const Limits& limits) : limits_(limits) {}

  std::span<char> space();
  void received(std::size_t bytes);
  Step next();

  const Head& head() const { return head_; }
  // `max_bytes` bounds the decoded body.
  void begin_body(std::size_t max_bytes);
  std::string_view body() const { return body_; }
  // What has arrived of the body, chunk framing included.
  std::size_t body_bytes_received() const { return body_received_; }
  Refusal refusal() const { return refusal_; }

  // Idle: not a byte of the next request has arrived.
  Phase phase() const;

  // Forgets the request and keeps what arrived behind it.
  void finish();

 private:
  enum class State : std::uint8_t { head, head_complete, sized_body, chunked_body, complete, refused };

  Step refuse(Refusal refusal);
  Step find_head();
  // What arrived and is not yet part of the head.
  std::size_t unread() const { return end_ - head_end_; }
  std::expected<void, Refusal> decode_chunks();

  const Limits& limits_;
  State state_ = State::head;
  Refusal refusal_{};
  Head head_;

  // Received bytes: the request begins at begin_ and its head ends at head_end_; what lies behind the head
  // belongs to the body, if that arrived with it, or to later requests.
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t head_end_ = 0;
  std::size_t end_ = 0;

  // The search for the end of the head.
  std::size_t line_begin_ = 0;
  std::size_t scanned_ = 0;
  std::size_t fields_begin_ = 0;  // 0: still in the request line
  bool skipped_empty_line_ = false;

  // A body that did not arrive with its head is gathered here, so that the head stays where it is. Of a
  // chunked body the decoded bytes are followed by what the client sent behind it.
  std::string gathered_;
  std::size_t gathered_size_ = 0;
  std::size_t raw_size_ = 0;  // received, not yet decoded; behind the gathered bytes
  std::optional<ChunkedDecoder> decoder_;
  std::string_view body_;
  std::size_t body_received_ = 0;
};

}  // namespace stimmbuch::http
