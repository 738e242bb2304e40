#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/tools/import/byte_source.hpp"
#include "stimmbuch/tools/import/read_error.hpp"

namespace stimmbuch::import {

// What one row may cost; a file beyond it is refused.
struct CsvLimits {
  std::size_t max_row_bytes = std::size_t{1} << 20;
  std::size_t max_columns = 16'384;
};

// Reads separated values row by row in constant memory, in UTF-8, as RFC 4180 has them: a field in quotes
// may hold separators, line breaks and doubled quotes. Rows end in LF or CRLF, mixed as they come; empty
// lines and a byte order mark are skipped. A quote inside an unquoted field is an ordinary character,
// because the published files are written and read by tools that take it so. One thread.
class CsvReader {
 public:
  CsvReader(std::unique_ptr<ByteSource> source, char separator, CsvLimits limits = {});

  // Goes to the next row; false at the end. After an error or the end it is not called again.
  std::expected<bool, ReadError> next();

  // The fields of the present row, at least one; valid until the next row is read or the reader moves.
  const std::vector<std::string_view>& fields() const { return fields_; }

  // The line on which the present row begins.
  std::uint64_t line() const { return row_line_; }

  // Whether the file began with a byte order mark.
  bool had_byte_order_mark() const { return had_byte_order_mark_; }

 private:
  std::expected<bool, ReadError> read_row();
  std::expected<bool, ReadError> finish_row();
  std::expected<bool, ReadError> refill();
  std::optional<ReadError> excess() const;

  std::unique_ptr<ByteSource> source_;
  char separator_;
  CsvLimits limits_;
  std::string_view block_;  // what is still unread of the source's last block
  bool at_start_ = true;
  bool had_byte_order_mark_ = false;
  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 0;
  std::string text_;               // the row's fields, one behind the other
  std::vector<std::size_t> ends_;  // where each field ends in text_
  std::vector<std::string_view> fields_;
};

// The place of the column `name` in a header row, or npos. Spaces around a name do not count.
std::size_t find_column(const std::vector<std::string_view>& header, std::string_view name);
inline constexpr std::size_t npos = std::string_view::npos;

// `text` without the spaces and tabs around it.
std::string_view trimmed(std::string_view text);

}  // namespace stimmbuch::import
