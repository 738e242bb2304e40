#include <condition_variable>
#include <fstream>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "running_server.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

http::ServerOptions with(const std::function<void(http::Limits&)>& change) {
  http::ServerOptions options;
  change(options.limits);
  return options;
}

std::string post_of(std::size_t bytes) {
  return "POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

// Everything else about the limits of heads and bodies is in the unit test of the reader.
TEST(RequestLimits, AreTheDocumentedOnes) {
  RunningServer server;
  const auto status_of = [&](const std::string& bytes) {
    HttpClient client = server.connect();
    client.send(bytes);
    return client.receive().value().status;
  };
  const auto line_of = [](std::size_t bytes) {
    return "GET /" + std::string(bytes - 14, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
  };
  EXPECT_EQ(status_of(line_of(8192)), 200);
  EXPECT_EQ(status_of(line_of(8193)), 414);

  const auto header_of = [](std::size_t bytes) {
    return "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(bytes - 16, 'a') + "\r\n\r\n";
  };
  EXPECT_EQ(status_of(header_of(16384)), 200);
  EXPECT_EQ(status_of(header_of(16385)), 431);

  const auto fields_of = [](int n) {
    std::string request = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 1; i < n; ++i) request += "X: y\r\n";
    return request + "\r\n";
  };
  EXPECT_EQ(status_of(fields_of(100)), 200);
  EXPECT_EQ(status_of(fields_of(101)), 431);

  EXPECT_EQ(status_of(post_of(65536) + std::string(65536, 'b')), 200);
  EXPECT_EQ(status_of(post_of(65537)), 413) << "before a byte of the body was sent";
}

TEST(BodyLimit, IsTheRoutesOwn) {
  RunningServer server(FunctionHandler(echo, [](http::Method method, std::string_view path) {
    return method == http::Method::post && path == "/p" ? http::RouteLimits{.body_bytes = 100'000}
                                                        : http::RouteLimits{.body_bytes = 3};
  }));
  HttpClient client = server.connect();
  EXPECT_EQ(client.request("POST", "/p", std::string(100'000, 'b')).status, 200);
  EXPECT_EQ(client.request("PUT", "/p", "abc").status, 200);
  EXPECT_EQ(client.request("PUT", "/p", "abcd").status, 413);
  EXPECT_TRUE(client.is_closed());
}

TEST(ExpectContinue, IsMetAfterTheHeaderWasChecked) {
  RunningServer server;
  HttpClient client = server.connect();
  client.send("POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.receive().value().status, 100);
  client.send("hello");
  EXPECT_EQ(client.receive().value().body, "POST /p|hello");

  client.send("POST /p HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 65537\r\n\r\n");
  EXPECT_EQ(client.receive().value().status, 413);
  EXPECT_TRUE(client.is_closed());
}

TEST(SlowHeader, IsRefusedAtAnAbsoluteDeadline) {
  RunningServer server(echo, with([](http::Limits& limits) { limits.header_timeout = 200ms; }));
  HttpClient client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
  const auto began = std::chrono::steady_clock::now();
  while (!client.has_answer_within(20ms)) client.send("a");  // each byte in time, the header never
  EXPECT_EQ(client.receive().value().status, 408);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 150ms);
}

TEST(SlowBody, IsRefusedWhenItFallsBehindTheSlowestRate) {
  RunningServer server(echo, with([](http::Limits& limits) { limits.body_timeout = 200ms; }));
  HttpClient client = server.connect();
  client.send(post_of(1000) + "some");
  EXPECT_EQ(client.receive().value().status, 408);
  EXPECT_TRUE(client.is_closed());
}

TEST(SlowBody, HasTimeForItsLength) {
  RunningServer server(echo, with([](http::Limits& limits) {
                         limits.body_timeout = 100ms;
                         limits.body_bytes_per_second = 1000;
                       }));
  HttpClient client = server.connect();
  client.send(post_of(10'001) + std::string(10'000, 'b'));  // earns ten seconds
  std::this_thread::sleep_for(300ms);
  client.send("c");
  EXPECT_EQ(client.receive().value().status, 200);
}

TEST(SlowReader, IsDisconnected) {
  RunningServer server(
      [](const http::Request&, http::Responder responder) {
        std::move(responder).send(text(std::string(64 << 20, 'x')));
      },
      with([](http::Limits& limits) { limits.write_timeout = 200ms; }));
  HttpClient client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(eventually([&] {
    const auto stats = server.server().stats();
    return stats.connections_accepted == 1 && stats.connections_now == 0;
  }));
  EXPECT_THROW(client.receive(), std::runtime_error) << "the answer must break off";
}

TEST(IdleConnection, IsClosedSilently) {
  RunningServer server(echo, with([](http::Limits& limits) { limits.idle_timeout = 150ms; }));
  HttpClient client = server.connect();
  EXPECT_EQ(client.get("/").status, 200);
  EXPECT_TRUE(client.is_closed());
  EXPECT_TRUE(server.connect().is_closed()) << "before its first request too";
}

TEST(Connection, EndsAfterItsLastAllowedRequest) {
  RunningServer server(echo, with([](http::Limits& limits) { limits.requests_per_connection = 2; }));
  HttpClient client = server.connect();
  EXPECT_FALSE(client.get("/1").has_field("Connection"));
  EXPECT_EQ(client.get("/2").field("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
}

TEST(Host, OutsideTheAllowedOnesIsMisdirected) {
  RunningServer server(FunctionHandler(echo), {}, {.allowed_hosts = {"Vote.example", "[::1]"}});
  const auto status_for = [&](const std::string& host) {
    HttpClient client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
    return client.receive().value().status;
  };
  EXPECT_EQ(status_for("vote.EXAMPLE"), 200);
  EXPECT_EQ(status_for("vote.example:8080"), 200);
  EXPECT_EQ(status_for("[::1]:8080"), 200);
  EXPECT_EQ(status_for("localhost"), 421);
  EXPECT_EQ(status_for("evil.vote.example"), 421);
  HttpClient old = server.connect();
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.receive().value().status, 421);
}

TEST(Connections, AreBoundedInTotal) {
  RunningServer server(echo, with([](http::Limits& limits) { limits.connections = 2; }));
  HttpClient first = server.connect();
  HttpClient second = server.connect();
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(second.get("/").status, 200);
  {
    HttpClient third = server.connect();
    const auto refused = third.receive().value();
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.field("Retry-After"), "1");
    EXPECT_EQ(refused.field("Content-Type"), "application/problem+json");
    EXPECT_TRUE(third.is_closed());
  }
  EXPECT_EQ(server.server().stats().connections_refused, 1U);
  first = server.connect();  // closes one, and may itself still be refused
  EXPECT_TRUE(eventually([&] { return server.server().stats().connections_now < 2; }));
  EXPECT_EQ(server.connect().get("/").status, 200);
}

TEST(Connections, AreBoundedPerAddress) {
  RunningServer server(echo, with([](http::Limits& limits) {
                         limits.connections_per_address = 1;
                         limits.count_loopback = true;
                       }));
  HttpClient first = server.connect();
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(server.connect().receive().value().status, 503);
}

TEST(Connections, AreNotCountedPerLoopbackAddressUnlessConfigured) {
  RunningServer server(echo, with([](http::Limits& limits) { limits.connections_per_address = 1; }));
  HttpClient first = server.connect();
  HttpClient second = server.connect();
  EXPECT_EQ(first.get("/").status, 200);
  EXPECT_EQ(second.get("/").status, 200);
}

TEST(Requests, BeyondTheBoundInProgressAreTurnedAway) {
  std::mutex mutex;
  std::vector<http::Responder> kept;
  RunningServer server(
      [&](const http::Request&, http::Responder responder) {
        const std::lock_guard lock(mutex);
        kept.push_back(std::move(responder));
      },
      with([](http::Limits& limits) { limits.requests_in_progress = 2; }));
  HttpClient first = server.connect();
  HttpClient second = server.connect();
  for (HttpClient* client : {&first, &second}) client->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.server().stats().requests_in_progress_now == 2; }));

  HttpClient third = server.connect();
  const auto refused = third.get("/");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.field("Retry-After"), "1");
  EXPECT_FALSE(refused.has_field("Connection")) << "the connection itself is welcome";

  {
    const std::lock_guard lock(mutex);
    for (auto& responder : kept) std::move(responder).send(text("done"));
    kept.clear();
  }
  EXPECT_EQ(first.receive().value().body, "done");
  third.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return kept.size() == 1;
  }));
  const std::lock_guard lock(mutex);
  std::move(kept.front()).send(text("accepted"));
  EXPECT_EQ(third.receive().value().body, "accepted");
}

TEST(Accepting, PausesWhileThereAreNoFileDescriptors) {
  RunningServer server;
  HttpClient before = server.connect();
  EXPECT_EQ(before.get("/").status, 200);

  rlimit original{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &original), 0);
  HttpClient waiting = [&] {
    // The client's own descriptor is the last one.
    const int next = dup(0);
    close(next);
    rlimit tight = original;
    tight.rlim_cur = static_cast<rlim_t>(next) + 1;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    return server.connect();
  }();
  waiting.send("GET /late HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(before.get("/").status, 200) << "the others are served";
  EXPECT_EQ(server.server().stats().connections_accepted, 1U);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &original), 0);
  EXPECT_EQ(waiting.receive().value().body, "GET /late");
}

}  // namespace
}  // namespace stimmbuch::test
