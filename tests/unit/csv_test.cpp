#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "stimmbuch/tools/import/byte_source.hpp"
#include "stimmbuch/tools/import/csv_reader.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Row = std::vector<std::string>;

// Gives a text in blocks of `block_bytes`, so that every boundary falls somewhere.
class Pieces : public ByteSource {
 public:
  Pieces(std::string text, std::size_t block_bytes) : text_(std::move(text)), block_bytes_(block_bytes) {}
  std::expected<std::string_view, ReadError> next_block() override {
    const std::string_view block = std::string_view(text_).substr(at_, block_bytes_);
    at_ += block.size();
    return block;
  }

 private:
  std::string text_;
  std::size_t block_bytes_;
  std::size_t at_ = 0;
};

std::expected<std::vector<Row>, ReadError> rows_of(CsvReader reader) {
  std::vector<Row> rows;
  for (;;) {
    const auto more = reader.next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return rows;
    rows.emplace_back(reader.fields().begin(), reader.fields().end());
  }
}

std::expected<std::vector<Row>, ReadError> rows_of(const std::string& text, CsvLimits limits = {}) {
  return rows_of(CsvReader(text_source(text), ';', limits));
}

TEST(CsvReader, SplitsFieldsAtTheSeparatorOnly) {
  EXPECT_THAT(rows_of("a;b,c;\n;d;\"\"\n").value(), ElementsAre(Row{"a", "b,c", ""}, Row{"", "d", ""}));
}

TEST(CsvReader, TakesMixedLineEndsAndALastLineWithoutOne) {
  EXPECT_THAT(rows_of("a;b\r\nc;\"d\"\r\ne\nf;g").value(),
              ElementsAre(Row{"a", "b"}, Row{"c", "d"}, Row{"e"}, Row{"f", "g"}));
  EXPECT_THAT(rows_of("a;\"b\"").value(), ElementsAre(Row{"a", "b"}));
  EXPECT_THAT(rows_of("a;").value(), ElementsAre(Row{"a", ""}));
  EXPECT_THAT(rows_of("").value(), ElementsAre());
}

TEST(CsvReader, KeepsSeparatorsQuotesAndLineBreaksInsideQuotes) {
  EXPECT_THAT(rows_of("\"a;b\";\"say \"\"yes\"\"\";\"two\r\nlines\"\nx\n").value(),
              ElementsAre(Row{"a;b", "say \"yes\"", "two\r\nlines"}, Row{"x"}));
}

TEST(CsvReader, TakesAQuoteInsideAnUnquotedFieldAsItIs) {
  EXPECT_THAT(rows_of("5\" pipe; \"x\"\n").value(), ElementsAre(Row{"5\" pipe", " \"x\""}));
}

TEST(CsvReader, SkipsEmptyLinesAndAByteOrderMark) {
  CsvReader reader(text_source("\xEF\xBB\xBF\n\r\na\n\n"), ';');
  EXPECT_TRUE(reader.next().value());
  EXPECT_EQ(reader.fields().front(), "a");
  EXPECT_EQ(reader.line(), 3U);
  EXPECT_TRUE(reader.had_byte_order_mark());
  EXPECT_FALSE(reader.next().value());
}

TEST(CsvReader, CountsTheLinesInsideQuotes) {
  CsvReader reader(text_source("\"a\nb\nc\"\nd\n"), ';');
  EXPECT_TRUE(reader.next().value());
  EXPECT_EQ(reader.line(), 1U);
  EXPECT_TRUE(reader.next().value());
  EXPECT_EQ(reader.line(), 4U);
}

TEST(CsvReader, ReadsTheSameHoweverTheBytesArrive) {
  const std::string text =
      "\xEF\xBB\xBF"
      "key;value\r\n\"q;\"\"w\"\"\r\n\";ż\n\n;;\r\n\"\";\"end\"\r\nlast;\xE4\xBD\xA0";
  CsvReader whole(text_source(text.substr(3)), ';');
  const auto expected = rows_of(std::move(whole)).value();
  EXPECT_EQ(expected.size(), 5U);
  for (std::size_t size = 3; size <= text.size(); ++size) {
    EXPECT_EQ(rows_of(CsvReader(std::make_unique<Pieces>(text, size), ';')).value(), expected) << size;
  }
  for (std::size_t size = 1; size < 3; ++size) {
    EXPECT_EQ(rows_of(CsvReader(std::make_unique<Pieces>(text.substr(3), size), ';')).value(), expected)
        << size;
  }
}

TEST(CsvReader, NamesTheLineOfAFault) {
  EXPECT_EQ(rows_of("a\nb;\"open\nx\ny").error().line, 2U);
  EXPECT_EQ(rows_of("a\n\"b\n\"c\n").error().line, 3U);
  EXPECT_EQ(rows_of("\"a\"\rb\n").error().line, 1U);
  EXPECT_EQ(rows_of("a\nb\n\xFF\n").error().line, 3U);
}

TEST(CsvReader, RefusesWhatIsNotText) {
  for (const char* text : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE4\xBD", "\xC3;\xA9"}) {
    EXPECT_FALSE(rows_of(text)) << testing::PrintToString(std::string(text));
  }
  EXPECT_FALSE(rows_of(std::string("a\0b", 3)));
  EXPECT_TRUE(rows_of("\xC3\xA9 \xED\x9F\xBF \xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
}

TEST(CsvReader, BoundsRowsAndColumns) {
  const CsvLimits limits{.max_row_bytes = 4, .max_columns = 3};
  EXPECT_TRUE(rows_of("abcd\na;b;c\n", limits));
  EXPECT_THAT(rows_of("ab;cde\n", limits).error().message, HasSubstr("longer than 4 bytes"));
  EXPECT_THAT(rows_of("\"abcd\"\"\"", limits).error().message, HasSubstr("longer than 4 bytes"));
  EXPECT_THAT(rows_of("a\n;;;\n", limits).error(), (ReadError{2, "the row has more than 3 fields"}));
  EXPECT_FALSE(rows_of(";;;;;;", limits));
}

class FileSourceTest : public testing::Test {
 protected:
  void write_plain(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }

  void write_gzip(const std::string& bytes) {
    const gzFile file = gzopen(path_.c_str(), "wb");
    EXPECT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
              static_cast<int>(bytes.size()));
    EXPECT_EQ(gzclose(file), Z_OK);
  }

  std::expected<std::string, ReadError> read_all(std::uint64_t max_bytes = default_max_file_bytes) {
    auto source = file_source(path_, max_bytes);
    if (!source) return std::unexpected(source.error());
    std::string bytes;
    for (;;) {
      const auto block = (*source)->next_block();
      if (!block) return std::unexpected(block.error());
      if (block->empty()) return bytes;
      bytes += *block;
    }
  }

  const test::TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "file";
};

TEST_F(FileSourceTest, ReadsPlainAndGzipAlike) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919) + ";";
  write_plain(text);
  EXPECT_EQ(read_all().value(), text);
  write_gzip(text);
  EXPECT_LT(std::filesystem::file_size(path_), text.size());
  EXPECT_EQ(read_all().value(), text);
  write_plain("");
  EXPECT_EQ(read_all().value(), "");
}

TEST_F(FileSourceTest, StopsAtTheLimitOfUnpackedBytes) {
  write_gzip(std::string(1'000'000, 'x'));
  EXPECT_TRUE(read_all(1'000'000));
  EXPECT_THAT(read_all(999'999).error().message, HasSubstr("more than 999999 bytes"));
}

TEST_F(FileSourceTest, RefusesACutOrDamagedGzipFile) {
  std::string noise;
  for (unsigned i = 0, x = 1; i < 10'000; ++i)
    noise += static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  write_gzip(noise);
  std::filesystem::resize_file(path_, 5'000);
  EXPECT_THAT(read_all().error().message, HasSubstr("cut off"));
  write_gzip(noise);
  std::fstream(path_, std::ios::in | std::ios::out | std::ios::binary).seekp(5'000).write("XXXX", 4);
  EXPECT_THAT(read_all().error().message, HasSubstr("damaged"));
}

TEST_F(FileSourceTest, SaysWhyAFileCannotBeRead) {
  EXPECT_THAT(read_all().error().message, HasSubstr("No such file"));
  std::filesystem::create_directory(path_);
  EXPECT_THAT(read_all().error().message, HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace stimmbuch::import
