#include "stimmbuch/adapters/http/server/chunked_decoder.hpp"

#include <algorithm>
#include <cstring>

#include "text.hpp"

namespace stimmbuch::http {

auto ChunkedDecoder::decode(std::span<char> bytes) -> std::expected<Progress, Refusal> {
  Progress progress{0, 0};
  while (progress.consumed < bytes.size() && !done()) {
    if (state_ == State::data) {
      const auto length = std::min(chunk_left_, bytes.size() - progress.consumed);
      std::memmove(bytes.data() + progress.produced, bytes.data() + progress.consumed, length);
      progress.consumed += length;
      progress.produced += length;
      chunk_left_ -= length;
      if (chunk_left_ == 0) state_ = State::data_cr;
      continue;
    }
    if (const auto outcome = step(bytes[progress.consumed]); !outcome)
      return std::unexpected(outcome.error());
    ++progress.consumed;
  }
  return progress;
}

std::expected<void, Refusal> ChunkedDecoder::step(char c) {
  const auto expect = [&](char wanted, State next) -> std::expected<void, Refusal> {
    if (c != wanted) return std::unexpected(Refusal::bad_chunk);
    state_ = next;
    return {};
  };
  switch (state_) {
    case State::size_first_digit:
      chunk_left_ = 0;
      size_digits_ = 0;
      state_ = State::size;
      return add_size_digit(c);
    case State::size:
      if (c == '\r') {
        state_ = State::size_lf;
        return {};
      }
      if (c == ';') {
        state_ = State::extension;
        return {};
      }
      return add_size_digit(c);
    case State::extension:
      if (c == '\r') {
        state_ = State::size_lf;
        return {};
      }
      if (++extension_bytes_ > max_extension_bytes || !text::is(c, text::field_value)) {
        return std::unexpected(Refusal::bad_chunk);
      }
      return {};
    case State::size_lf:
      if (chunk_left_ > room_) return std::unexpected(Refusal::body_too_large);
      room_ -= chunk_left_;
      return expect('\n', chunk_left_ == 0 ? State::trailer_start : State::data);
    case State::data_cr:
      return expect('\r', State::data_lf);
    case State::data_lf:
      return expect('\n', State::size_first_digit);
    case State::trailer_start:
      if (c == '\r') {
        state_ = State::last_lf;
        return {};
      }
      state_ = State::trailer;
      if (!text::is(c, text::token)) return std::unexpected(Refusal::bad_chunk);
      [[fallthrough]];
    case State::trailer:
      if (++trailer_bytes_ > max_trailer_bytes) return std::unexpected(Refusal::bad_chunk);
      if (c == '\r') {
        state_ = State::trailer_lf;
        return {};
      }
      if (!text::is(c, text::field_value)) return std::unexpected(Refusal::bad_chunk);
      return {};
    case State::trailer_lf:
      return expect('\n', State::trailer_start);
    case State::last_lf:
      return expect('\n', State::done);
    case State::data:
    case State::done:
      break;  // decode() does not come here with these
  }
  return {};
}

std::expected<void, Refusal> ChunkedDecoder::add_size_digit(char c) {
  constexpr std::size_t max_digits = 16;  // as many as fit; leading zeros count
  const int digit = text::hex_digit(c);
  if (digit < 0 || ++size_digits_ > max_digits) return std::unexpected(Refusal::bad_chunk);
  chunk_left_ = chunk_left_ * 16 + static_cast<std::size_t>(digit);
  return {};
}

}  // namespace stimmbuch::http
