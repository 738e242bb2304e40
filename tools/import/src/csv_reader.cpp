#include "stimmbuch/tools/import/csv_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace stimmbuch::import {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Whether `text` is UTF-8 without overlong forms, surrogates and NUL.
bool is_text(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned lead = byte(i);
    if (lead < 0x80) {
      if (lead == 0) return false;
      ++i;
      continue;
    }
    if (lead < 0xC2 || lead > 0xF4) return false;
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (text.size() - i < length) return false;
    const unsigned lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(i + 1) < lowest || byte(i + 1) > highest) return false;
    for (std::size_t k = 2; k < length; ++k) {
      if ((byte(i + k) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

std::unexpected<ReadError> failed(std::uint64_t line, std::string message) {
  return std::unexpected(ReadError{line, std::move(message)});
}

}  // namespace

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, char separator, CsvLimits limits)
    : source_(std::move(source)), separator_(separator), limits_(limits) {}

std::expected<bool, ReadError> CsvReader::next() {
  for (;;) {
    auto row = read_row();
    if (!row || !*row) return row;
    const bool is_empty_line = fields_.size() == 1 && fields_.front().empty();
    if (!is_empty_line) return true;
  }
}

// Makes block_ non-empty; false at the end.
std::expected<bool, ReadError> CsvReader::refill() {
  if (!block_.empty()) return true;
  auto block = source_->next_block();
  if (!block) return std::unexpected(ReadError{line_, std::move(block.error().message)});
  block_ = *block;
  if (std::exchange(at_start_, false) && block_.starts_with(byte_order_mark)) {
    had_byte_order_mark_ = true;
    block_.remove_prefix(byte_order_mark.size());
    return refill();
  }
  return !block_.empty();
}

std::optional<ReadError> CsvReader::excess() const {
  if (text_.size() > limits_.max_row_bytes) {
    return ReadError{row_line_, fmt::format("the row is longer than {} bytes", limits_.max_row_bytes)};
  }
  if (ends_.size() > limits_.max_columns) {
    return ReadError{row_line_, fmt::format("the row has more than {} fields", limits_.max_columns)};
  }
  return std::nullopt;
}

std::expected<bool, ReadError> CsvReader::finish_row() {
  ends_.push_back(text_.size());
  if (auto error = excess()) return std::unexpected(*std::move(error));
  fields_.clear();
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    fields_.push_back(std::string_view(text_).substr(begin, end - begin));
    begin = end;
  }
  if (!std::ranges::all_of(fields_, is_text)) {
    return failed(row_line_, "the row is not text in UTF-8; convert the file first");
  }
  return true;
}

std::expected<bool, ReadError> CsvReader::read_row() {
  enum class State { field_start, unquoted, quoted, after_quote, row_end_after_quote };
  State state = State::field_start;
  std::uint64_t quote_line = 0;
  text_.clear();
  ends_.clear();
  row_line_ = line_;

  for (;;) {
    const auto more = refill();
    if (!more) return more;
    if (!*more) {
      if (state == State::quoted) return failed(quote_line, "the quote opened here is never closed");
      if (state == State::field_start && ends_.empty()) return false;
      return finish_row();
    }
    const char first = block_.front();

    switch (state) {
      case State::field_start:
        if (first == '"') {
          state = State::quoted;
          quote_line = line_;
          block_.remove_prefix(1);
        } else {
          state = State::unquoted;
        }
        break;

      case State::unquoted: {
        const char stops[] = {separator_, '\n'};
        const std::size_t run = std::min(block_.find_first_of(std::string_view(stops, 2)), block_.size());
        text_.append(block_.substr(0, run));
        block_.remove_prefix(run);
        if (block_.empty()) break;
        const char stop = block_.front();
        block_.remove_prefix(1);
        if (stop == '\n') {
          ++line_;
          const std::size_t field_begin = ends_.empty() ? 0 : ends_.back();
          if (text_.size() > field_begin && text_.back() == '\r') text_.pop_back();
          return finish_row();
        }
        ends_.push_back(text_.size());
        state = State::field_start;
        break;
      }

      case State::quoted: {
        const std::size_t run = std::min(block_.find('"'), block_.size());
        const std::string_view content = block_.substr(0, run);
        line_ += static_cast<std::uint64_t>(std::ranges::count(content, '\n'));
        text_.append(content);
        block_.remove_prefix(run);
        if (block_.empty()) break;
        block_.remove_prefix(1);
        state = State::after_quote;
        break;
      }

      case State::after_quote:
      case State::row_end_after_quote:
        block_.remove_prefix(1);
        if (first == '\n') {
          ++line_;
          return finish_row();
        }
        if (state == State::after_quote && first == '\r') {
          state = State::row_end_after_quote;
        } else if (state == State::after_quote && first == '"') {
          text_.push_back('"');
          state = State::quoted;
        } else if (state == State::after_quote && first == separator_) {
          ends_.push_back(text_.size());
          state = State::field_start;
        } else {
          return failed(line_,
                        "text follows a closing quote; a quote inside a field in quotes is written twice");
        }
        break;
    }
    if (auto error = excess()) return std::unexpected(*std::move(error));
  }
}

std::size_t find_column(const std::vector<std::string_view>& header, std::string_view name) {
  const auto at = std::ranges::find(header, name, trimmed);
  return at == header.end() ? npos : static_cast<std::size_t>(at - header.begin());
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace stimmbuch::import
