#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "running_server.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

bool refuses_connections(const RunningServer& server) {
  try {
    HttpClient client = server.connect();
    return client.is_closed();
  } catch (const std::system_error&) {
    return true;
  }
}

TEST(Drain, ClosesIdleConnectionsAndTheListener) {
  RunningServer server;
  HttpClient idle = server.connect();
  EXPECT_EQ(idle.get("/").status, 200);
  EXPECT_TRUE(server.server().drain(5s));
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(refuses_connections(server));
}

TEST(Drain, AnswersWhatIsUnderWay) {
  std::mutex mutex;
  std::optional<http::Responder> kept;
  RunningServer server([&](const http::Request&, http::Responder responder) {
    const std::lock_guard lock(mutex);
    kept.emplace(std::move(responder));
  });
  HttpClient working = server.connect();
  working.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  HttpClient sending = server.connect();
  sending.send("GET / HTTP/1.1\r\nHost: h\r\n");
  ASSERT_TRUE(eventually([&] {
    const auto stats = server.server().stats();
    return stats.requests_in_progress_now == 1 && stats.connections_now == 2 && stats.bytes_received > 40;
  }));

  std::atomic<bool> complete = false;
  std::jthread drainer([&] { complete = server.server().drain(10s); });
  ASSERT_TRUE(eventually([&] { return refuses_connections(server); }));
  {
    const std::lock_guard lock(mutex);
    std::move(*kept).send(text("in time"));
    kept.reset();
  }
  const auto reply = working.receive().value();
  EXPECT_EQ(reply.body, "in time");
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(working.is_closed());

  sending.send("\r\n");
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return kept.has_value();
  })) << "a request half sent is still taken";
  {
    const std::lock_guard lock(mutex);
    std::move(*kept).send(text("also"));
  }
  EXPECT_EQ(sending.receive().value().body, "also");
  EXPECT_TRUE(sending.is_closed());
  drainer.join();
  EXPECT_TRUE(complete);
}

// As when the engine behind it ends after the server: nobody takes the answer, and nobody keeps it.
TEST(Drain, LetsGoOfAnswersThatComeTooLate) {
  std::optional<http::Responder> kept;
  std::weak_ptr<const std::string> body;
  {
    RunningServer server(
        [&](const http::Request&, http::Responder responder) { kept.emplace(std::move(responder)); });
    HttpClient client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(eventually([&] { return server.server().stats().requests_in_progress_now == 1; }));
    server.server().stop();
    auto late = std::make_shared<const std::string>("too late");
    body = late;
    std::move(*kept).send(
        {.status = 200, .content_type = "text/plain", .headers = {}, .body = std::move(late)});
    kept.reset();
  }
  EXPECT_TRUE(body.expired());
}

TEST(Drain, IsForcedWhenItsTimeIsOver) {
  std::optional<http::Responder> kept;
  RunningServer server(
      [&](const http::Request&, http::Responder responder) { kept.emplace(std::move(responder)); });
  HttpClient client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.server().stats().requests_in_progress_now == 1; }));
  EXPECT_FALSE(server.server().drain(100ms));
  EXPECT_TRUE(client.is_closed());
}

TEST(Drain, UnderLoadLosesNoAnswerToARequestThatWasTaken) {
  std::atomic<int> taken = 0;
  http::ServerOptions options;
  options.io_threads = 2;
  options.limits.requests_per_connection = 1'000'000;
  RunningServer server(
      [&](const http::Request&, http::Responder responder) {
        ++taken;
        std::move(responder).send(text("ok"));
      },
      options);
  std::atomic<int> answered = 0;
  {
    std::vector<std::jthread> clients;
    clients.reserve(8);
    for (int c = 0; c < 8; ++c) {
      clients.emplace_back([&] {
        HttpClient client = server.connect();
        while (true) {
          client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
          const auto reply = client.receive();
          if (!reply) return;
          ++answered;
          if (reply->field("Connection") == "close") return;
        }
      });
    }
    ASSERT_TRUE(eventually([&] { return answered > 1000; }));
    EXPECT_TRUE(server.server().drain(5s));
  }
  EXPECT_EQ(answered, taken);
}

TEST(Stop, CutsEverythingOffAndMayBeRepeated) {
  std::atomic<bool> pulling = false;
  std::atomic<bool> done = false;
  std::vector<http::Responder> kept;
  RunningServer server([&](const http::Request& request, http::Responder responder) {
    if (request.path == "/chunks") {
      std::move(responder).send_chunks(text(""), [&]() -> std::optional<std::string> {
        pulling = true;
        std::this_thread::sleep_for(50ms);
        done = true;
        return "more";
      });
    } else {
      kept.push_back(std::move(responder));
    }
  });
  HttpClient idle = server.connect();
  HttpClient waiting = server.connect();
  waiting.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  HttpClient reading = server.connect();
  reading.send("GET /chunks HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return pulling && server.server().stats().requests_in_progress_now == 1; }));
  server.server().stop();
  EXPECT_TRUE(done) << "no chunk source runs after the stop";
  server.server().stop();
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(waiting.is_closed());
  EXPECT_EQ(server.server().stats().connections_now, 0U);
}

TEST(Server, ThatNeverStartedMayBeDestroyed) {
  http::BlockingPool pool;
  FunctionHandler handler(echo);
  http::Server server({}, pool);
  server.listen_tcp("127.0.0.1", 0, handler);
}

TEST(Server, RefusesAnAddressInUse) {
  RunningServer first;
  http::BlockingPool pool;
  FunctionHandler handler(echo);
  http::Server second({}, pool);
  EXPECT_THROW(second.listen_tcp("127.0.0.1", first.port(), handler), std::system_error);
  EXPECT_THROW(second.listen_tcp("not an address", 0, handler), std::system_error);
}

TEST(Server, ServesIpV6) {
  http::BlockingPool pool;
  FunctionHandler handler([](const http::Request& request, http::Responder responder) {
    std::move(responder).send(text(std::string(request.remote_address)));
  });
  http::Server server({}, pool);
  std::uint16_t port = 0;
  try {
    port = server.listen_tcp("::", 0, handler);
  } catch (const std::system_error&) {
    GTEST_SKIP() << "no IPv6 here";
  }
  server.start();
  EXPECT_EQ(HttpClient::tcp(port).get("/").body, "127.0.0.1") << "not as a mapped address";
}

class UnixSocket : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("stimmbuch-http-" + std::to_string(getpid()) + ".sock"))
          .string();
  http::BlockingPool pool_;
  FunctionHandler handler_{[](const http::Request& request, http::Responder responder) {
    EXPECT_EQ(request.remote_address, "");
    echo(request, std::move(responder));
  }};
};

TEST_F(UnixSocket, ServesItsOwnerAndIsRemovedAtTheEnd) {
  http::Server server({}, pool_);
  server.listen_unix(path_, handler_);
  server.start();
  struct stat status{};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  HttpClient client = HttpClient::unix_socket(path_);
  EXPECT_EQ(client.get("/a").body, "GET /a");
  EXPECT_EQ(client.request("POST", "/b", "c").body, "POST /b|c");
  server.stop();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixSocket, OfADeadProcessIsReplacedAndThatOfALivingOneIsNot) {
  http::Server first({}, pool_);
  first.listen_unix(path_, handler_);
  {
    http::Server second({}, pool_);
    EXPECT_THROW(second.listen_unix(path_, handler_), std::system_error);
  }
  EXPECT_TRUE(std::filesystem::exists(path_));
  first.stop();

  const int dead = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(dead);
  http::Server third({}, pool_);
  third.listen_unix(path_, handler_);
  third.start();
  EXPECT_EQ(HttpClient::unix_socket(path_).get("/").status, 200);
}

TEST_F(UnixSocket, NeverReplacesAnotherFile) {
  std::ofstream(path_) << "precious";
  http::Server server({}, pool_);
  EXPECT_THROW(server.listen_unix(path_, handler_), std::system_error);
  EXPECT_EQ(std::filesystem::file_size(path_), 8U);
}

}  // namespace
}  // namespace stimmbuch::test
