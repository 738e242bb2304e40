#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "stimmbuch/adapters/http/server/request_reader.hpp"

namespace stimmbuch::http {
namespace {

using Step = RequestReader::Step;

// What a reader makes of a stream: "METHOD path?query|body" per request, then the code of a refusal, if any.
std::vector<std::string> read_all(std::string_view bytes, std::size_t step, const Limits& limits) {
  std::vector<std::string> results;
  RequestReader reader(limits);
  while (true) {
    switch (reader.next()) {
      case Step::need_more: {
        if (bytes.empty()) return results;
        const auto space = reader.space();
        const auto size = bytes.copy(space.data(), std::min(space.size(), step));
        bytes.remove_prefix(size);
        reader.received(size);
        break;
      }
      case Step::head:
        reader.begin_body(limits.body_bytes);
        break;
      case Step::complete: {
        const Head& head = reader.head();
        results.push_back(std::string(name_of(head.method)).append(" ").append(head.path));
        if (!head.query.empty()) results.back().append("?").append(head.query);
        if (!reader.body().empty()) results.back().append("|").append(reader.body());
        reader.finish();
        break;
      }
      case Step::refused:
        results.emplace_back(describe(reader.refusal()).code);
        return results;
    }
  }
}

// However the bytes are cut, the requests are the same.
std::vector<std::string> read_all(std::string_view bytes, const Limits& limits = {}) {
  const auto whole = read_all(bytes, bytes.size(), limits);
  for (const std::size_t step : {1U, 2U, 3U, 5U, 17U, 1000U})
    EXPECT_EQ(read_all(bytes, step, limits), whole) << bytes;
  return whole;
}

using Results = std::vector<std::string>;

TEST(RequestReader, ReadsPipelinedRequestsOfEveryKind) {
  EXPECT_EQ(
      read_all(
          "GET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\n"
          "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
          "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
          "DELETE /d HTTP/1.1\r\nHost: h\r\n\r\n"
          "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"
          "HEAD http://h/e HTTP/1.1\r\nHost: H\r\n\r\n"
          "PATCH /f HTTP/1.0\r\nContent-Length: 0\r\n\r\n"),
      (Results{"GET /a?x=1", "POST /b|hello", "PUT /c|abcde", "DELETE /d", "OPTIONS *", "HEAD /e",
               "PATCH /f"}));
}

TEST(RequestReader, ReadsBodiesLongerThanItsBuffer) {
  const std::string body(60'000, 'x');
  const std::string post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n" + body;
  EXPECT_EQ(read_all(post + post), (Results{"POST /|" + body, "POST /|" + body}));

  std::string chunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 600; ++i) chunked += "64\r\n" + std::string(100, 'x') + "\r\n";
  chunked += "0\r\n\r\n";
  EXPECT_EQ(read_all(chunked + chunked), (Results{"POST /|" + body, "POST /|" + body}));
}

TEST(RequestReader, IgnoresOneEmptyLineBeforeARequest) {
  const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  EXPECT_EQ(read_all("\r\n" + get + "\r\n" + get), (Results{"GET /", "GET /"}));
  EXPECT_EQ(read_all("\r\n\r\n" + get), Results{"bad_request_line"});
  EXPECT_EQ(read_all("\rX" + get), Results{"bad_request_line"});
  EXPECT_EQ(read_all("\n" + get), Results{"bad_request_line"});
}

TEST(RequestReader, RefusesAForeignProtocolAtItsFirstByte) {
  EXPECT_EQ(read_all("\x16\x03\x01"), Results{"bad_request_line"});
  EXPECT_EQ(read_all(std::string_view("\0", 1)), Results{"bad_request_line"});
}

TEST(RequestReader, KeepsTheHeadWhileABodyArrives) {
  const Limits limits;
  RequestReader reader(limits);
  const auto feed = [&](std::string_view bytes) {
    while (!bytes.empty()) {
      const auto space = reader.space();
      const auto size = bytes.copy(space.data(), space.size());
      reader.received(size);
      bytes.remove_prefix(size);
      if (reader.next() == Step::head) reader.begin_body(limits.body_bytes);
    }
  };
  feed("POST /path HTTP/1.1\r\nHost: h\r\nX-Name: value\r\nContent-Length: 40000\r\n\r\n");
  const std::string_view path = reader.head().path;
  feed(std::string(40'000, 'y'));
  EXPECT_EQ(reader.next(), Step::complete);
  EXPECT_EQ(path, "/path");
  EXPECT_EQ(Fields(reader.head().fields).find("x-name"), "value");
  EXPECT_EQ(reader.body().size(), 40'000U);
}

TEST(RequestReader, TellsItsOwnerWhatItWaitsFor) {
  const Limits limits;
  RequestReader reader(limits);
  const auto feed = [&](std::string_view bytes) {
    bytes.copy(reader.space().data(), bytes.size());
    reader.received(bytes.size());
    return reader.next();
  };
  EXPECT_EQ(reader.phase(), RequestReader::Phase::idle);
  EXPECT_EQ(feed("POST / HTTP/1.1\r\n"), Step::need_more);
  EXPECT_EQ(reader.phase(), RequestReader::Phase::head);
  EXPECT_EQ(feed("Host: h\r\nContent-Length: 2\r\n\r\n"), Step::head);
  reader.begin_body(2);
  EXPECT_EQ(reader.next(), Step::need_more);
  EXPECT_EQ(reader.phase(), RequestReader::Phase::body);
  EXPECT_EQ(feed("a"), Step::need_more);
  EXPECT_EQ(reader.body_bytes_received(), 1U);
  EXPECT_EQ(feed("b"), Step::complete);
  reader.finish();
  EXPECT_EQ(reader.phase(), RequestReader::Phase::idle);
}

TEST(RequestReader, HoldsItsLimitsExactly) {
  Limits limits;
  limits.request_line_bytes = 100;
  limits.header_bytes = 200;
  limits.header_fields = 5;
  limits.body_bytes = 10;

  const auto line_of = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - 14, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
  };
  EXPECT_EQ(read_all(line_of(100), limits), Results{"GET /" + std::string(86, 'a')});
  EXPECT_EQ(read_all(line_of(101), limits), Results{"target_too_long"});
  EXPECT_EQ(read_all("GET /" + std::string(5000, 'a'), limits), Results{"target_too_long"});

  // "Host: h\r\n", "X: \r\n" and the empty line are 16 bytes.
  const auto header_of = [](std::size_t bytes) {
    return "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(bytes - 16, 'a') + "\r\n\r\n";
  };
  EXPECT_EQ(read_all(header_of(200), limits), Results{"GET /"});
  EXPECT_EQ(read_all(header_of(201), limits), Results{"headers_too_large"});
  EXPECT_EQ(read_all("GET / HTTP/1.1\r\n" + std::string(5000, 'a'), limits), Results{"headers_too_large"});

  const auto fields_of = [](int n) {
    std::string request = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 1; i < n; ++i) request += "X: y\r\n";
    return request + "\r\n";
  };
  EXPECT_EQ(read_all(fields_of(5), limits), Results{"GET /"});
  EXPECT_EQ(read_all(fields_of(6), limits), Results{"headers_too_large"});

  const auto body_of = [](int n) {
    return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(n) + "\r\n\r\n" +
           std::string(static_cast<std::size_t>(n), 'b');
  };
  EXPECT_EQ(read_all(body_of(10), limits), Results{"POST /|bbbbbbbbbb"});
  EXPECT_EQ(read_all(body_of(11), limits), Results{"body_too_large"});
  EXPECT_EQ(read_all("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n", limits),
            Results{"body_too_large"});
}

TEST(Fields, AreFoundInAnyCaseAndCounted) {
  const std::vector<Field> list{{"Accept", "a"}, {"X-Key", "1"}, {"x-kEY", "2"}};
  const Fields fields(list);
  EXPECT_EQ(fields.find("X-KEY"), "1");
  EXPECT_EQ(fields.count("x-key"), 2U);
  EXPECT_EQ(fields.find("x-ke"), std::nullopt);
  EXPECT_EQ(fields.count("Host"), 0U);
}

}  // namespace
}  // namespace stimmbuch::http
