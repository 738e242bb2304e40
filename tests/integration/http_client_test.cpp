#include "stimmbuch/tools/client/http_client.hpp"

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace stimmbuch::client {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What the server does with one request.
struct Step {
  std::string answer;             // sent as it stands
  bool close_after = false;       // behind the answer
  bool close_at_connect = false;  // before any request is read
};

std::string answer(const std::string& status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// A server that takes one connection after the other and follows its steps, one for each request.
template <typename Protocol>
class ScriptedServer {
 public:
  ScriptedServer(const typename Protocol::endpoint& endpoint, std::vector<Step> steps)
      : acceptor_(context_, endpoint), steps_(std::move(steps)), thread_([this] { run(); }) {}

  ~ScriptedServer() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
      if (peer_ != nullptr) ::shutdown(peer_->native_handle(), SHUT_RDWR);
    }
    thread_.join();
  }

  auto endpoint() const { return acceptor_.local_endpoint(); }

  // The requests that were read, head and body; to be asked after the client's call has returned.
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  void run() {
    std::size_t next = 0;
    boost::system::error_code error;
    for (;;) {
      typename Protocol::socket socket(context_);
      acceptor_.accept(socket, error);
      if (error) return;
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        ++connections_;
        peer_ = &socket;
      }
      if (next < steps_.size() && steps_[next].close_at_connect) {
        ++next;
      } else {
        std::string unread;
        while (read_request(socket, unread)) {
          // Past the last step the server says nothing more.
          if (next == steps_.size()) continue;
          const Step& step = steps_[next++];
          asio::write(socket, asio::buffer(step.answer), error);
          if (step.close_after) break;
        }
      }
      const std::lock_guard lock(mutex_);
      peer_ = nullptr;
    }
  }

  bool read_request(typename Protocol::socket& socket, std::string& unread) {
    boost::system::error_code error;
    std::size_t size = asio::read_until(socket, asio::dynamic_buffer(unread), "\r\n\r\n", error);
    if (error) return false;
    const std::size_t length = unread.find("Content-Length: ");
    if (length < size) size += std::stoul(unread.substr(length + 16));
    while (unread.size() < size) {
      char part[4096];
      const std::size_t count = socket.read_some(asio::buffer(part), error);
      if (error) return false;
      unread.append(part, count);
    }
    const std::lock_guard lock(mutex_);
    requests_.push_back(unread.substr(0, size));
    unread.erase(0, size);
    return true;
  }

  asio::io_context context_;
  typename Protocol::acceptor acceptor_;
  const std::vector<Step> steps_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  int connections_ = 0;
  bool stopping_ = false;
  typename Protocol::socket* peer_ = nullptr;
  std::thread thread_;
};

class HttpClientTest : public testing::Test {
 protected:
  using Server = ScriptedServer<asio::ip::tcp>;

  Server& serve(std::vector<Step> steps) {
    server_ = std::make_unique<Server>(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0),
                                       std::move(steps));
    return *server_;
  }

  HttpClient client(ClientOptions options = {}) {
    options.pause = [this](milliseconds time) { pauses_.push_back(time); };
    return HttpClient({.host = "127.0.0.1", .port = server_->endpoint().port()}, "secret", options);
  }

  std::unique_ptr<Server> server_;
  std::vector<milliseconds> pauses_;
};

Request get(const std::string& target) {
  return {.target = target};
}

TEST_F(HttpClientTest, SendsRequestsOverOneConnection) {
  Server& server = serve({{answer("200 OK", "one", "ETag: \"7\"\r\n")}, {answer("409 Conflict", "{}")}});
  HttpClient http = client();

  const Response first = http.send(get("/v1/polls?limit=2")).value();
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(first.body, "one");
  EXPECT_EQ(first.header("etag"), "\"7\"");
  EXPECT_EQ(first.header("location"), "");

  Request put;
  put.method = "PUT";
  put.target = "/v1/polls/p/ballot";
  put.headers = {{"Idempotency-Key", "\"k-1\""}, {"Content-Type", "application/json"}};
  put.body = R"({"choices":["a"]})";
  EXPECT_EQ(http.send(put).value().status, 409U);

  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_THAT(server.requests()[0],
              AllOf(HasSubstr("GET /v1/polls?limit=2 HTTP/1.1\r\n"), HasSubstr("Host: 127.0.0.1:"),
                    HasSubstr("Authorization: Bearer secret\r\n"), Not(HasSubstr("Content-Length"))));
  EXPECT_THAT(
      server.requests()[1],
      AllOf(HasSubstr("PUT /v1/polls/p/ballot HTTP/1.1\r\n"), HasSubstr("Idempotency-Key: \"k-1\"\r\n"),
            HasSubstr("Content-Length: 17\r\n"), HasSubstr("\r\n\r\n{\"choices\":[\"a\"]}")));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(pauses_, IsEmpty());
}

TEST_F(HttpClientTest, ReadsChunkedEmptyAndUnboundedBodies) {
  serve({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"},
         {"HTTP/1.1 204 No Content\r\n\r\n"},
         {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
         {"HTTP/1.1 200 OK\r\n\r\nto the end", true}});
  HttpClient http = client();
  EXPECT_EQ(http.send(get("/")).value().body, "abcde");
  EXPECT_EQ(http.send(get("/")).value().body, "");
  Request head;
  head.method = "HEAD";
  EXPECT_EQ(http.send(head).value().body, "");
  EXPECT_EQ(http.send(get("/")).value().body, "to the end");
}

TEST_F(HttpClientTest, ConnectsAnewWithoutAPauseWhenAKeptConnectionWasClosed) {
  Server& server = serve({{answer("200 OK", "1"), true},
                          {answer("200 OK", "2", "Connection: close\r\n"), true},
                          {answer("200 OK", "3")}});
  HttpClient http = client();
  EXPECT_EQ(http.send(get("/")).value().body, "1");
  EXPECT_EQ(http.send(get("/")).value().body, "2");
  EXPECT_EQ(http.send(get("/")).value().body, "3");
  EXPECT_EQ(server.connections(), 3);
  EXPECT_THAT(pauses_, IsEmpty());
}

TEST_F(HttpClientTest, SendsAgainWhenTheConnectionIsLost) {
  Server& server = serve({{.answer = "", .close_at_connect = true},
                          {"", true},
                          {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", true},
                          {answer("200 OK", "whole")}});
  HttpClient http = client();
  EXPECT_EQ(http.send(get("/")).value().body, "whole");
  EXPECT_THAT(pauses_, ElementsAre(100ms, 200ms, 400ms));
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST_F(HttpClientTest, WaitsAsLongAsAnOverloadedServerAsks) {
  serve({{answer("503 Service Unavailable", "", "Retry-After: 7\r\n")},
         {answer("429 Too Many Requests", "")},
         {answer("503 Service Unavailable", "", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n")},
         {answer("200 OK", "in")}});
  HttpClient http = client();
  EXPECT_EQ(http.send(get("/")).value().body, "in");
  EXPECT_THAT(pauses_, ElementsAre(7s, 200ms, 400ms));
}

TEST_F(HttpClientTest, SendsAgainWhatTheServerHadNotDoneInTime) {
  Server& server =
      serve({{answer("504 Gateway Timeout", R"({"code":"outcome_unknown"})")}, {answer("200 OK", "in")}});
  EXPECT_EQ(client().send(get("/")).value().body, "in");
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(HttpClientTest, GivesUpAfterItsAttemptsAndReturnsWhatTheServerSaid) {
  const Step busy{answer("503 Service Unavailable", "{\"code\":\"overloaded\"}")};
  Server& server = serve({busy, busy, busy, busy});
  HttpClient http = client({.max_attempts = 3, .longest_pause = 150ms});
  const Response response = http.send(get("/")).value();
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.body, "{\"code\":\"overloaded\"}");
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_THAT(pauses_, ElementsAre(100ms, 150ms));
}

TEST_F(HttpClientTest, BeginsNoPauseBeyondTheTotal) {
  serve({{answer("503 Service Unavailable", "", "Retry-After: 20\r\n")},
         {answer("503 Service Unavailable", "", "Retry-After: 41\r\n")}});
  EXPECT_EQ(client().send(get("/")).value().status, 503U);
  EXPECT_THAT(pauses_, ElementsAre(20s));
}

TEST_F(HttpClientTest, SaysWhenTheServerCannotBeReached) {
  serve({});
  HttpClient http = client({.max_attempts = 2});
  server_.reset();
  const ClientError error = http.send(get("/")).error();
  EXPECT_EQ(error.fault, ClientFault::unreachable);
  EXPECT_THAT(error.message, AllOf(HasSubstr("cannot reach http://127.0.0.1:"), HasSubstr("refused")));
  EXPECT_THAT(pauses_, ElementsAre(100ms));
}

TEST_F(HttpClientTest, SendsNothingAgainToASilentServer) {
  Server& server = serve({});
  const ClientError error = client({.silence_timeout = 50ms}).send(get("/")).error();
  EXPECT_EQ(error.fault, ClientFault::timed_out);
  EXPECT_THAT(error.message, HasSubstr("silent"));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(pauses_, IsEmpty());
}

TEST_F(HttpClientTest, RefusesWhatIsNotHttp) {
  serve({{"SSH-2.0-OpenSSH_9.2\r\n\r\n"}});
  EXPECT_EQ(client().send(get("/")).error().fault, ClientFault::malformed_response);
}

TEST_F(HttpClientTest, BoundsTheResponse) {
  serve({{answer("200 OK", "12345")}, {answer("200 OK", "123456")}, {answer("200 OK", "on")}});
  HttpClient http = client({.max_body_bytes = 5});
  EXPECT_EQ(http.send(get("/")).value().body, "12345");
  EXPECT_EQ(http.send(get("/")).error().fault, ClientFault::response_too_large);
  EXPECT_EQ(http.send(get("/")).value().body, "on") << "the next request has a connection of its own";
}

TEST_F(HttpClientTest, TakesAnAnswerThatComesBeforeTheRequestIsTaken) {
  // The server reads the head only and answers, while the body is still being written.
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  std::thread server([&] {
    asio::ip::tcp::socket socket = acceptor.accept();
    std::string head;
    asio::read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n");
    asio::write(socket, asio::buffer(answer("413 Content Too Large", "too much", "Connection: close\r\n")));
    boost::system::error_code ignored;
    char part[65536];
    while (socket.read_some(asio::buffer(part), ignored) > 0) {
    }
  });
  {
    HttpClient http({.host = "127.0.0.1", .port = acceptor.local_endpoint().port()}, "");
    Request post;
    post.method = "POST";
    post.body.assign(std::size_t{8} << 20, 'x');
    EXPECT_EQ(http.send(post).value().status, 413U);
  }
  server.join();
}

TEST_F(HttpClientTest, SendsNothingThatCouldBeReadAsMoreThanOneRequest) {
  Server& server = serve({});
  HttpClient http = client();
  const auto fault_of = [&http](auto change) {
    Request request;
    change(request);
    return http.send(request).error().fault;
  };
  EXPECT_EQ(fault_of([](Request& r) { r.target = "/ HTTP/1.1\r\nX: y"; }), ClientFault::invalid_request);
  EXPECT_EQ(fault_of([](Request& r) { r.target = "v1"; }), ClientFault::invalid_request);
  EXPECT_EQ(fault_of([](Request& r) { r.method = "GET /"; }), ClientFault::invalid_request);
  EXPECT_EQ(fault_of([](Request& r) { r.headers = {{"A b", "c"}}; }), ClientFault::invalid_request);
  EXPECT_EQ(fault_of([](Request& r) { r.headers = {{"A", "b\r\nC: d"}}; }), ClientFault::invalid_request);
  EXPECT_EQ(HttpClient({.host = "127.0.0.1"}, "to\nken").send(get("/")).error().fault,
            ClientFault::invalid_request);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, GivesLinesAsTheyArrive) {
  serve({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
          "6\r\nfirst\n\r\n4\r\nseco\r\n5\r\nnd\n\nl\r\n3\r\nast\r\n0\r\n\r\n"},
         {answer("200 OK", "next")}});
  HttpClient http = client();
  std::vector<std::string> lines;
  const auto keep = [&lines](std::string_view line) { return lines.emplace_back(line), true; };
  const Response response = http.send_for_lines(get("/v1/events"), keep).value();
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, "");
  EXPECT_THAT(lines, ElementsAre("first", "second", "", "last"));
  EXPECT_EQ(http.send(get("/")).value().body, "next");
}

TEST_F(HttpClientTest, GivesALineBeforeTheResponseIsComplete) {
  serve({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst\n\r\n"},
         {answer("200 OK", "next")}});
  HttpClient http = client();
  int lines = 0;
  const auto stop = [&lines](std::string_view) { return ++lines, false; };
  EXPECT_TRUE(http.send_for_lines(get("/"), stop));
  EXPECT_EQ(lines, 1);
  EXPECT_EQ(http.send(get("/")).value().body, "next");
}

TEST_F(HttpClientTest, KeepsTheBodyOfARefusalWhereLinesWereAskedFor) {
  serve({{answer("403 Forbidden", "{\"code\":\"forbidden\"}\n")}});
  const auto never = [](std::string_view) { return ADD_FAILURE(), false; };
  const Response response = client().send_for_lines(get("/"), never).value();
  EXPECT_EQ(response.status, 403U);
  EXPECT_EQ(response.body, "{\"code\":\"forbidden\"}\n");
}

TEST_F(HttpClientTest, GivesNoLineTwiceWhenTheConnectionIsLost) {
  Server& server = serve({{"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbegun", true},
                          {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nfirst\nbegun", true},
                          {answer("200 OK", "first\nsecond\n")}});
  HttpClient http = client();
  std::vector<std::string> lines;
  const auto keep = [&lines](std::string_view line) { return lines.emplace_back(line), true; };
  EXPECT_EQ(http.send_for_lines(get("/"), keep).error().fault, ClientFault::connection_lost);
  EXPECT_THAT(lines, ElementsAre("first"));
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(HttpClientTest, BoundsALine) {
  serve({{answer("200 OK", "1234\n12345\n")}});
  std::vector<std::string> lines;
  const auto keep = [&lines](std::string_view line) { return lines.emplace_back(line), true; };
  const auto result = client({.max_line_bytes = 4}).send_for_lines(get("/"), keep);
  EXPECT_EQ(result.error().fault, ClientFault::response_too_large);
  EXPECT_THAT(lines, ElementsAre("1234"));
}

TEST(HttpClientUnix, SpeaksThroughASocketFile) {
  const test::TemporaryDirectory directory;
  const std::string path = (directory.path() / "socket").string();
  ScriptedServer<asio::local::stream_protocol> server(asio::local::stream_protocol::endpoint(path),
                                                      {{answer("200 OK", "local")}});
  HttpClient http(parse_server_url("unix:" + path).value(), "");
  EXPECT_EQ(http.send(get("/livez")).value().body, "local");
  EXPECT_THAT(server.requests().at(0),
              AllOf(HasSubstr("Host: localhost\r\n"), Not(HasSubstr("Authorization"))));
}

}  // namespace
}  // namespace stimmbuch::client
