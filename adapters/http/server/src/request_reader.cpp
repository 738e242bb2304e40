#include "stimmbuch/adapters/http/server/request_reader.hpp"

#include <algorithm>
#include <cstring>

#include "text.hpp"

namespace stimmbuch::http {

namespace {

constexpr std::size_t initial_buffer_bytes = std::size_t{4} * 1024;
constexpr std::size_t body_step_bytes = std::size_t{16} * 1024;
// More than this is given back after the request.
constexpr std::size_t kept_body_bytes = std::size_t{64} * 1024;

}  // namespace

std::span<char> RequestReader::space() {
  if (state_ == State::sized_body || state_ == State::chunked_body) {
    // Of a sized body never more than its rest is read, so that nothing has to be moved back.
    const std::size_t step =
        state_ == State::chunked_body
            ? body_step_bytes
            : std::min<std::size_t>(body_step_bytes, head_.content_length - gathered_size_);
    gathered_.resize(gathered_size_ + step);
    return {gathered_.data() + gathered_size_, step};
  }
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= begin_;
    line_begin_ -= begin_;
    fields_begin_ -= std::min(fields_begin_, begin_);
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(std::max(initial_buffer_bytes, buffer_.size() * 2));
  return std::span(buffer_).subspan(end_);
}

void RequestReader::received(std::size_t bytes) {
  switch (state_) {
    case State::sized_body:
      gathered_size_ += bytes;
      body_received_ += bytes;
      break;
    case State::chunked_body:
      raw_size_ = bytes;
      body_received_ += bytes;
      break;
    default:
      end_ += bytes;
  }
}

RequestReader::Phase RequestReader::phase() const {
  switch (state_) {
    case State::sized_body:
    case State::chunked_body:
      return Phase::body;
    case State::head:
      return begin_ == end_ ? Phase::idle : Phase::head;
    default:
      return Phase::head;
  }
}

auto RequestReader::refuse(Refusal refusal) -> Step {
  state_ = State::refused;
  refusal_ = refusal;
  return Step::refused;
}

auto RequestReader::next() -> Step {
  switch (state_) {
    case State::head:
      return find_head();
    case State::head_complete:
      return Step::head;
    case State::sized_body:
      if (gathered_size_ < head_.content_length) return Step::need_more;
      gathered_.resize(gathered_size_);
      body_ = gathered_;
      state_ = State::complete;
      return Step::complete;
    case State::chunked_body:
      if (const auto decoded = decode_chunks(); !decoded) return refuse(decoded.error());
      if (!decoder_->done()) return Step::need_more;
      body_ = std::string_view(gathered_).substr(0, gathered_size_);
      state_ = State::complete;
      return Step::complete;
    case State::complete:
      return Step::complete;
    case State::refused:
      return Step::refused;
  }
  return Step::refused;
}

// Goes through the lines as they arrive, so that an endless or a foreign head is refused early, and hands the
// head to the parser when its empty line is there.
auto RequestReader::find_head() -> Step {
  if (begin_ == end_) return Step::need_more;
  const char* const data = buffer_.data();
  // RFC 9112, 2.2: be lenient about one empty line before the request line. Nothing else may stand there;
  // a client that speaks TLS, say, is told so by its first byte.
  if (scanned_ == begin_ && data[begin_] == '\r' && !skipped_empty_line_) {
    if (end_ - begin_ == 1) return Step::need_more;
    if (data[begin_ + 1] != '\n') return refuse(Refusal::bad_request_line);
    begin_ += 2;
    scanned_ = line_begin_ = begin_;
    skipped_empty_line_ = true;
    if (begin_ == end_) return Step::need_more;
  }
  if (!text::is(data[begin_], text::token)) return refuse(Refusal::bad_request_line);

  while (true) {
    const auto* const found = static_cast<const char*>(std::memchr(data + scanned_, '\n', end_ - scanned_));
    const std::size_t line_end = found == nullptr ? end_ : static_cast<std::size_t>(found - data);
    const bool in_request_line = fields_begin_ == 0;
    if (in_request_line && line_end - begin_ > limits_.request_line_bytes + 1) {
      return refuse(Refusal::target_too_long);
    }
    if (!in_request_line && line_end - fields_begin_ >= limits_.header_bytes) {
      return refuse(Refusal::headers_too_large);
    }
    if (found == nullptr) {
      scanned_ = end_;
      return Step::need_more;
    }
    if (line_end == line_begin_ || data[line_end - 1] != '\r') {
      return refuse(in_request_line ? Refusal::bad_request_line : Refusal::bad_field);
    }
    const bool empty_line = line_end - line_begin_ == 1;
    scanned_ = line_begin_ = line_end + 1;
    if (in_request_line) {
      fields_begin_ = scanned_;
    } else if (empty_line) {
      break;
    }
  }
  head_end_ = scanned_;
  const std::string_view bytes(data + begin_, head_end_ - begin_);
  if (const auto parsed = parse_head(bytes, limits_.header_fields, head_); !parsed)
    return refuse(parsed.error());
  state_ = State::head_complete;
  return Step::head;
}

void RequestReader::begin_body(std::size_t max_bytes) {
  if (!head_.has_body()) {
    state_ = State::complete;
    return;
  }
  if (head_.content_length > max_bytes) {
    refuse(Refusal::body_too_large);
    return;
  }
  if (!head_.chunked && head_.content_length <= unread()) {
    body_ = {buffer_.data() + head_end_, head_.content_length};
    head_end_ += body_.size();
    state_ = State::complete;
    return;
  }
  gathered_.assign(buffer_.data() + head_end_, unread());
  body_received_ = unread();
  end_ = head_end_;
  if (head_.chunked) {
    decoder_.emplace(max_bytes);
    raw_size_ = gathered_.size();
    state_ = State::chunked_body;
  } else {
    gathered_size_ = gathered_.size();
    state_ = State::sized_body;
  }
}

std::expected<void, Refusal> RequestReader::decode_chunks() {
  const auto decoded = decoder_->decode(std::span(gathered_).subspan(gathered_size_, raw_size_));
  if (!decoded) return std::unexpected(decoded.error());
  gathered_size_ += decoded->produced;
  raw_size_ -= decoded->consumed;
  if (raw_size_ > 0) {  // behind the last chunk; the decoder left a gap as wide as the framing
    const auto gap = decoded->consumed - decoded->produced;
    gathered_.erase(gathered_size_, gap).resize(gathered_size_ + raw_size_);
  }
  return {};
}

void RequestReader::finish() {
  begin_ = head_end_;
  if (raw_size_ > 0) {  // then nothing is left in the buffer
    buffer_.resize(std::max(initial_buffer_bytes, raw_size_));
    gathered_.copy(buffer_.data(), raw_size_, gathered_size_);
    begin_ = 0;
    end_ = raw_size_;
  }
  if (begin_ == end_) {
    begin_ = end_ = 0;
    if (buffer_.size() > initial_buffer_bytes) buffer_ = {};
  }
  if (gathered_.capacity() > kept_body_bytes) gathered_ = {};
  state_ = State::head;
  scanned_ = line_begin_ = begin_;
  fields_begin_ = 0;
  skipped_empty_line_ = false;
  gathered_size_ = 0;
  raw_size_ = 0;
  decoder_.reset();
  body_ = {};
  body_received_ = 0;
}

}  // namespace stimmbuch::http
