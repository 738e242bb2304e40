#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "stimmbuch/adapters/http/server/chunked_decoder.hpp"

namespace stimmbuch::http {
namespace {

struct Decoded {
  std::string data = {};
  std::string rest = {};  // behind the body
  bool done = false;
  std::optional<Refusal> refusal = {};

  bool operator==(const Decoded&) const = default;
};

// Feeds pieces of `step` bytes.
Decoded decode(std::string_view coded, std::size_t max_bytes, std::size_t step) {
  Decoded result;
  ChunkedDecoder decoder(max_bytes);
  while (!coded.empty() && !decoder.done()) {
    std::string piece(coded.substr(0, step));
    const auto progress = decoder.decode(piece);
    if (!progress) return {.refusal = progress.error()};
    result.data.append(piece, 0, progress->produced);
    coded.remove_prefix(progress->consumed);
  }
  result.rest = coded;
  result.done = decoder.done();
  return result;
}

// However the bytes are cut, the result is the same.
Decoded decode(std::string_view coded, std::size_t max_bytes = 1024) {
  const Decoded whole = decode(coded, max_bytes, coded.size());
  for (const std::size_t step : {1U, 2U, 3U, 7U}) EXPECT_EQ(decode(coded, max_bytes, step), whole) << coded;
  return whole;
}

Decoded body(std::string data, std::string rest = {}) {
  return {std::move(data), std::move(rest), true, {}};
}

TEST(ChunkedBody, IsTheDataOfItsChunks) {
  EXPECT_EQ(decode("0\r\n\r\n"), body(""));
  EXPECT_EQ(decode("5\r\nhello\r\n0\r\n\r\n"), body("hello"));
  EXPECT_EQ(decode("5\r\nhello\r\nB\r\n wide world\r\n000\r\n\r\n"), body("hello wide world"));
  EXPECT_EQ(decode("2\r\n\r\n\r\n0\r\n\r\n"), body("\r\n"));
}

TEST(ChunkedBody, EndsBeforeTheNextRequest) {
  EXPECT_EQ(decode("1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n"), body("a", "GET / HTTP/1.1\r\n"));
}

TEST(ChunkedBody, LosesExtensionsAndTrailers) {
  EXPECT_EQ(decode("1;name=\"value\"\r\na\r\n0;x\r\nDigest: abc\r\nB: c\r\n\r\n"), body("a"));
}

TEST(ChunkedBody, IsIncompleteWithoutItsLastChunk) {
  EXPECT_EQ(decode("5\r\nhello\r\n"), (Decoded{"hello", "", false, {}}));
  EXPECT_EQ(decode("5\r\nhel"), (Decoded{"hel", "", false, {}}));
}

TEST(ChunkedBody, IsRefusedIfItIsMalformed) {
  for (const auto* coded : {"\r\n",
                            "g\r\n",
                            "-1\r\n",
                            "+1\r\n",
                            "0x1\r\n",
                            " 1\r\n",
                            "1 \r\n",
                            "1\n",
                            "1\r\r",
                            "1\r\naa",
                            "1\r\na\n",
                            "1\r\na\r0",
                            "1\r\na\r\n\r\n",
                            ";x\r\n",
                            "1;a\nb\r\n",
                            "1;\x01\r\n",
                            "0\r\n\n",
                            "0\r\n\r\r",
                            "0\r\n: x\r\n",
                            "0\r\n folded\r\n",
                            "0\r\nA: b\n",
                            "0\r\nA: \x02\r\n",
                            "00000000000000001\r\n",
                            "fffffffffffffffff\r\n"}) {
    EXPECT_EQ(decode(coded).refusal, Refusal::bad_chunk) << coded;
  }
  EXPECT_EQ(decode(std::string_view("1;\0\r\n", 5)).refusal, Refusal::bad_chunk);
}

TEST(ChunkedBody, IsRefusedBeforeItsDataAreReadIfItIsTooLong) {
  EXPECT_EQ(decode("5\r\nhello\r\n0\r\n\r\n", 5), body("hello"));
  EXPECT_EQ(decode("6\r\n", 5).refusal, Refusal::body_too_large);
  EXPECT_EQ(decode("3\r\nabc\r\n3\r\n", 5).refusal, Refusal::body_too_large);
  EXPECT_EQ(decode("ffffffffffffffff\r\n", 5).refusal, Refusal::body_too_large);
}

TEST(ChunkedBody, HasBoundedExtensionsAndTrailers) {
  const auto extension = [](std::size_t bytes) { return "0;" + std::string(bytes, 'x') + "\r\n\r\n"; };
  EXPECT_EQ(decode(extension(ChunkedDecoder::max_extension_bytes)), body(""));
  EXPECT_EQ(decode(extension(ChunkedDecoder::max_extension_bytes + 1)).refusal, Refusal::bad_chunk);

  std::string many = "1;" + std::string(ChunkedDecoder::max_extension_bytes, 'x') + "\r\na\r\n1;y\r\na\r\n";
  EXPECT_EQ(decode(many).refusal, Refusal::bad_chunk);

  const auto trailer = [](std::size_t bytes) { return "0\r\n" + std::string(bytes - 1, 'x') + "\r\n\r\n"; };
  EXPECT_EQ(decode(trailer(ChunkedDecoder::max_trailer_bytes)), body(""));
  EXPECT_EQ(decode(trailer(ChunkedDecoder::max_trailer_bytes + 1)).refusal, Refusal::bad_chunk);
}

}  // namespace
}  // namespace stimmbuch::http
