#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace stimmbuch::program {

// Columns of text for people.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Lines of at most `width` columns: where that is too narrow the widest column is cut.
  std::vector<std::string> lines(std::size_t width) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// A bar of `width` columns for `value` of `most`, in steps of an eighth of a column; blanks fill it up.
std::string bar(std::int64_t value, std::int64_t most, std::size_t width);

}  // namespace stimmbuch::program
