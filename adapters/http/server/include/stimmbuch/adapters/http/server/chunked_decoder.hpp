#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "stimmbuch/adapters/http/server/refusal.hpp"

namespace stimmbuch::http {

// Takes the chunked transfer coding off a body, piece by piece. Strict: CRLF only, no white space around
// sizes, and bounded in everything that is not data. Trailers are checked and dropped.
class ChunkedDecoder {
 public:
  static constexpr std::size_t max_extension_bytes = 256;  // in the whole body
  static constexpr std::size_t max_trailer_bytes = std::size_t{4} * 1024;

  // `max_bytes` bounds the decoded body; a chunk size beyond it is refused before its data are read.
  explicit ChunkedDecoder(std::size_t max_bytes) : room_(max_bytes) {}

  struct Progress {
    std::size_t consumed;  // less than given only when done
    std::size_t produced;
  };

  // Decodes `bytes` in place: the data found are moved to the front. Not to be called when done or after a
  // refusal.
  std::expected<Progress, Refusal> decode(std::span<char> bytes);

  bool done() const { return state_ == State::done; }

 private:
  enum class State : std::uint8_t {
    size_first_digit,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_lf,
    last_lf,
    done,
  };

  std::expected<void, Refusal> step(char c);
  std::expected<void, Refusal> add_size_digit(char c);

  State state_ = State::size_first_digit;
  std::size_t room_;
  std::size_t chunk_left_ = 0;
  std::size_t size_digits_ = 0;
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace stimmbuch::http
