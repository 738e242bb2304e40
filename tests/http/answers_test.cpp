#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>

#include <gtest/gtest.h>

#include "running_server.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

// Answers on its own thread, in groups, as a writer of a log does.
class LaterThread {
 public:
  void push(std::move_only_function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    wake_.notify_one();
  }

 private:
  void work(const std::stop_token& stop) {
    while (true) {
      std::deque<std::move_only_function<void()>> group;
      {
        std::unique_lock lock(mutex_);
        if (!wake_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
        group.swap(tasks_);
      }
      for (auto& task : group) task();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::move_only_function<void()>> tasks_;
  std::jthread thread_{[this](const std::stop_token& stop) { work(stop); }};
};

TEST(Answer, HasTheCommonFields) {
  RunningServer server;
  const auto reply = server.connect().get("/");
  EXPECT_EQ(reply.field("Content-Type"), "text/plain");
  EXPECT_EQ(reply.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(reply.field("Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'");
  EXPECT_FALSE(reply.has_field("Cache-Control"));
  EXPECT_FALSE(reply.has_field("Connection"));
  EXPECT_EQ(reply.field("Date").size(), std::string("Sun, 06 Nov 1994 08:49:37 GMT").size());
  EXPECT_TRUE(reply.field("Date").ends_with(" GMT"));
}

TEST(Answer, KeepsItsOwnPolicies) {
  RunningServer server([](const http::Request&, http::Responder responder) {
    http::Response response = text("<p>");
    response.status = 404;
    response.headers = {{"content-security-policy", "default-src 'self'"}, {"Cache-Control", "no-cache"}};
    std::move(responder).send(std::move(response));
  });
  const auto reply = server.connect().get("/");
  EXPECT_EQ(reply.field("Content-Security-Policy"), "default-src 'self'");
  EXPECT_EQ(reply.field("Cache-Control"), "no-cache");
  EXPECT_EQ(std::ranges::count(reply.fields, "Cache-Control", [](const auto& field) { return field.first; }),
            1);
}

TEST(Answer, ToHeadIsThatToGetWithoutBody) {
  RunningServer server;
  HttpClient client = server.connect();
  const auto head = client.request("HEAD", "/abc");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "9");
  EXPECT_EQ(client.get("/abc").body, "GET /abc");
}

TEST(Answer, WithoutContentHasNoBodyAndNoLength) {
  RunningServer server([](const http::Request& request, http::Responder responder) {
    http::Response response = text("dropped");
    response.status = request.path == "/204" ? 204 : 304;
    std::move(responder).send(std::move(response));
  });
  HttpClient client = server.connect();
  for (const auto* path : {"/204", "/304"}) {
    const auto reply = client.get(path);
    EXPECT_FALSE(reply.has_field("Content-Length"));
    EXPECT_FALSE(reply.has_field("Content-Type"));
  }
}

TEST(Answer, MayShareItsBody) {
  const auto body = std::make_shared<const std::string>(3 << 20, 's');
  RunningServer server([&](const http::Request&, http::Responder responder) {
    http::Response response = text("");
    response.body = body;
    std::move(responder).send(std::move(response));
  });
  HttpClient client = server.connect();
  EXPECT_EQ(client.get("/").body, *body);
  EXPECT_EQ(client.get("/").body, *body);
}

TEST(Answer, ThatWouldBreakOutOfItsLineIsReplaced) {
  std::string fault;
  http::ServerOptions options;
  options.on_fault = [&](std::string_view what) { fault = what; };
  RunningServer server(
      [](const http::Request&, http::Responder responder) {
        http::Response response = text("");
        response.headers.push_back({"Location", "/a\r\nSet-Cookie: b"});
        std::move(responder).send(std::move(response));
      },
      options);
  const auto reply = server.connect().get("/");
  EXPECT_EQ(reply.status, 500);
  EXPECT_FALSE(reply.has_field("Set-Cookie"));
  EXPECT_FALSE(fault.empty());
}

TEST(Responder, DestroyedWithoutAnswerSends500) {
  RunningServer server([](const http::Request&, http::Responder) {});
  HttpClient client = server.connect();
  EXPECT_EQ(client.get("/").status, 500);
  EXPECT_EQ(client.get("/").status, 500) << "the connection goes on";
}

TEST(Responder, DestroyedOnAnotherThreadSends500) {
  LaterThread later;
  RunningServer server([&](const http::Request&, http::Responder responder) {
    later.push([dropped = std::move(responder)] {});
  });
  EXPECT_EQ(server.connect().get("/").status, 500);
}

TEST(Handler, ThatThrowsAnswers500AndTellsWhy) {
  std::string fault;
  http::ServerOptions options;
  options.on_fault = [&](std::string_view what) { fault = what; };
  RunningServer server([](const http::Request&, http::Responder) { throw std::runtime_error("broken"); },
                       options);
  HttpClient client = server.connect();
  const auto reply = client.get("/");
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body.find("broken"), std::string::npos) << "not for the public";
  EXPECT_EQ(fault, "broken");
  EXPECT_EQ(client.get("/").status, 500);
}

TEST(LateAnswers, ReachTheirOwnRequestsInOrder) {
  LaterThread later;
  http::ServerOptions options;
  options.io_threads = 2;
  options.limits.requests_per_connection = 100'000;
  RunningServer server(
      [&](const http::Request& request, http::Responder responder) {
        if (request.path.ends_with('7')) {
          std::move(responder).send(text(std::string(request.path)));
          return;
        }
        later.push([&request, responder = std::move(responder)]() mutable {
          std::string path(request.path);
          std::move(responder).send(text(std::move(path)));
        });
      },
      options);

  constexpr int requests = 2'000;
  const auto path_of = [](int client, int request) {
    return std::string("/").append(std::to_string(client)).append("/").append(std::to_string(request));
  };
  std::vector<std::jthread> clients;
  clients.reserve(4);
  std::atomic<int> right = 0;
  for (int c = 0; c < 4; ++c) {
    clients.emplace_back([&, c] {
      HttpClient client = server.connect();
      std::jthread sender([&] {
        for (int i = 0; i < requests; ++i) {
          client.send(std::string("GET ").append(path_of(c, i)).append(" HTTP/1.1\r\nHost: h\r\n\r\n"));
        }
      });
      for (int i = 0; i < requests; ++i) {
        if (client.receive().value().body == path_of(c, i)) ++right;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(right, 4 * requests);
  EXPECT_TRUE(eventually([&] { return server.server().stats().requests_in_progress_now == 0; }));
}

TEST(Deadline, AnswersThatTheOutcomeIsUnknownAndIgnoresALateAnswer) {
  http::ServerOptions options;
  options.limits.answer_timeout = 150ms;
  std::mutex mutex;
  const http::Request* kept_request = nullptr;
  std::optional<http::Responder> kept;
  RunningServer server(
      [&](const http::Request& request, http::Responder responder) {
        const std::lock_guard lock(mutex);
        kept_request = &request;
        kept.emplace(std::move(responder));
      },
      options);
  HttpClient client = server.connect();
  const auto reply = client.request("POST", "/command", "the body");
  EXPECT_EQ(reply.status, 504);
  EXPECT_NE(reply.body.find(R"("code":"outcome_unknown")"), std::string::npos);
  EXPECT_EQ(reply.field("Connection"), "close");
  EXPECT_TRUE(client.is_closed());
  ASSERT_TRUE(eventually([&] { return server.server().stats().connections_now == 0; }));

  const std::lock_guard lock(mutex);
  EXPECT_EQ(server.server().stats().requests_in_progress_now, 1U) << "it still occupies the handler";
  EXPECT_EQ(kept_request->path, "/command") << "the request lives as long as its responder";
  EXPECT_EQ(kept_request->body, "the body");
  EXPECT_EQ(kept_request->remote_address, "127.0.0.1");
  std::move(*kept).send(text("too late"));
  EXPECT_TRUE(eventually([&] { return server.server().stats().requests_in_progress_now == 0; }));
}

TEST(Deadline, IsTheRoutesOwn) {
  std::atomic<bool> in_time = false;
  RunningServer server(FunctionHandler(
      [&](const http::Request& request, http::Responder) {
        in_time = request.deadline > std::chrono::steady_clock::now() + 20s;
      },
      [](http::Method, std::string_view) { return http::RouteLimits{.answer_timeout = 30s}; }));
  server.connect().get("/");
  EXPECT_TRUE(in_time);
}

TEST(Responder, MayOutliveTheServer) {
  std::optional<http::Responder> kept;
  {
    RunningServer server(
        [&](const http::Request&, http::Responder responder) { kept.emplace(std::move(responder)); });
    HttpClient client = server.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(eventually([&] { return server.server().stats().requests_in_progress_now == 1; }));
  }
  std::move(*kept).send(text("nobody reads this"));
}

TEST(ChunkedAnswer, IsPulledPieceByPiece) {
  RunningServer server([](const http::Request&, http::Responder responder) {
    std::move(responder).send_chunks(text("ignored"), [n = 0]() mutable -> std::optional<std::string> {
      if (n == 100) return std::nullopt;
      return std::to_string(n++) + "\n";
    });
  });
  HttpClient client = server.connect();
  const auto reply = client.get("/");
  EXPECT_EQ(reply.field("Transfer-Encoding"), "chunked");
  EXPECT_TRUE(reply.body.starts_with("0\n1\n2\n"));
  EXPECT_TRUE(reply.body.ends_with("98\n99\n"));
  EXPECT_EQ(client.get("/").body, reply.body) << "the connection goes on";

  EXPECT_EQ(client.request("HEAD", "/").field("Transfer-Encoding"), "chunked");
  client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto old = client.receive().value();
  EXPECT_FALSE(old.has_field("Transfer-Encoding"));
  EXPECT_EQ(old.field("Connection"), "close");
  EXPECT_EQ(old.body, reply.body);
}

TEST(ChunkedAnswer, IsNotPulledFasterThanItIsRead) {
  std::atomic<int> pulled = 0;
  http::ServerOptions options;
  options.limits.write_timeout = 300ms;
  RunningServer server(
      [&](const http::Request&, http::Responder responder) {
        std::move(responder).send_chunks(text(""), [&]() -> std::optional<std::string> {
          ++pulled;
          return std::string(1 << 20, 'c');
        });
      },
      options);
  HttpClient client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(eventually([&] {
    return server.server().stats().connections_accepted == 1 && server.server().stats().connections_now == 0;
  })) << "a client that does not read is disconnected";
  EXPECT_LT(pulled, 30) << "what sockets hold and little more";
}

TEST(ChunkedAnswer, BreaksOffVisiblyIfItsSourceThrows) {
  RunningServer server([](const http::Request&, http::Responder responder) {
    std::move(responder).send_chunks(text(""), [n = 0]() mutable -> std::optional<std::string> {
      if (n++ == 3) throw std::runtime_error("the disk is gone");
      return "piece";
    });
  });
  HttpClient client = server.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THROW(client.receive(), std::runtime_error);
}

TEST(BlockingPool, RunsWhatAHandlerMayNotDoItself) {
  http::BlockingPool pool;
  RunningServer server([&](const http::Request&, http::Responder responder) {
    const bool taken = pool.try_run(
        [responder = std::move(responder)]() mutable { std::move(responder).send(text("from the pool")); });
    EXPECT_TRUE(taken);
  });
  EXPECT_EQ(server.connect().get("/").body, "from the pool");
}

TEST(BlockingPool, RefusesMoreThanItsQueueHolds) {
  std::mutex gate;
  std::unique_lock closed(gate);
  std::atomic<int> ran = 0;
  http::BlockingPool pool(1, 2);
  const auto task = [&] {
    const std::lock_guard lock(gate);
    ++ran;
  };
  std::atomic<bool> started = false;
  ASSERT_TRUE(pool.try_run([&] {
    started = true;
    task();
  }));
  ASSERT_TRUE(eventually([&] { return started.load(); }));
  EXPECT_TRUE(pool.try_run(task));
  EXPECT_TRUE(pool.try_run(task));
  EXPECT_FALSE(pool.try_run(task));
  pool.run(task);
  closed.unlock();
  EXPECT_TRUE(eventually([&] { return ran == 4; }));
}

TEST(Statistics, CountWhatHappened) {
  RunningServer server;
  HttpClient client = server.connect();
  client.get("/");
  client.send("BAD\r\n\r\n");
  client.receive();
  EXPECT_TRUE(client.is_closed());
  ASSERT_TRUE(eventually([&] { return server.server().stats().connections_now == 0; }));
  const auto stats = server.server().stats();
  EXPECT_EQ(stats.connections_accepted, 1U);
  EXPECT_EQ(stats.responses[2], 1U);
  EXPECT_EQ(stats.responses[4], 1U);
  EXPECT_EQ(stats.refusals[static_cast<std::size_t>(http::Refusal::bad_request_line)], 1U);
  EXPECT_GT(stats.bytes_received, 30U);
  EXPECT_GT(stats.bytes_sent, 300U);
}

}  // namespace
}  // namespace stimmbuch::test
