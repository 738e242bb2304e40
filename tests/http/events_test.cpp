#include <atomic>
#include <mutex>

#include <gtest/gtest.h>

#include "running_server.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

// Opens a stream for every request and keeps it.
class Streams {
 public:
  void open(const http::Request& request, http::Responder responder) {
    const auto last = request.fields.find("Last-Event-ID");
    const std::string resume_from(last.value_or("the beginning"));
    auto stream = std::move(responder).open_events(2500ms);
    stream->send(http::make_event("t-1", "resumed", resume_from));
    const std::lock_guard lock(mutex_);
    streams_.push_back(std::move(stream));
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return streams_.size();
  }
  std::shared_ptr<http::EventStream> at(std::size_t i) {
    EXPECT_TRUE(eventually([&] { return size() > i; }));
    const std::lock_guard lock(mutex_);
    return streams_.at(i);
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<http::EventStream>> streams_;
};

class Events : public testing::Test {
 protected:
  explicit Events(const std::function<void(http::Limits&)>& change = [](http::Limits&) {})
      : server_([this](const http::Request& request,
                       http::Responder responder) { streams_.open(request, std::move(responder)); },
                [&] {
                  http::ServerOptions options;
                  change(options.limits);
                  return options;
                }()) {}

  HttpClient listen(const std::string& header_lines = {}) {
    HttpClient client = server_.connect();
    client.send("GET /stream HTTP/1.1\r\nHost: h\r\n" + header_lines + "\r\n");
    return client;
  }

  Streams streams_;
  RunningServer server_;
};

TEST_F(Events, ArriveInTheFormOfTheWire) {
  HttpClient client = listen("Last-Event-ID: t-0\r\n");
  const std::string head = client.receive_until("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n"));
  for (const auto* line : {"Content-Type: text/event-stream\r\n", "Cache-Control: no-store\r\n",
                           "X-Accel-Buffering: no\r\n", "Connection: close\r\n"}) {
    EXPECT_NE(head.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(client.receive_until("\n\n"), "retry: 2500\n\n");
  EXPECT_EQ(client.receive_until("\n\n"), "id: t-1\nevent: resumed\ndata: t-0\n\n")
      << "the id to resume from passes";

  const auto stream = streams_.at(0);
  EXPECT_TRUE(stream->send(http::make_event("", "tally", "a\nb\r\nc")));
  EXPECT_EQ(client.receive_until("\n\n"), "event: tally\ndata: a\ndata: b\ndata: c\n\n");

  EXPECT_TRUE(stream->send(http::make_event("t-2", "poll", "{}")));
  stream->close();
  EXPECT_FALSE(stream->send(http::make_event("t-3", "poll", "{}")));
  EXPECT_EQ(client.receive_until("\n\n"), "id: t-2\nevent: poll\ndata: {}\n\n")
      << "what is queued is sent first";
  EXPECT_TRUE(client.is_closed());
}

TEST(EventsEndedAtOnce, ArriveAllTheSame) {
  RunningServer server([](const http::Request&, http::Responder responder) {
    auto stream = std::move(responder).open_events(2500ms);
    stream->send(http::make_event("t-1", "last", "{}"));
    stream->close();
  });
  for (int i = 0; i < 200; ++i) {
    HttpClient client = server.connect();
    client.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    client.receive_until("\r\n\r\n");
    EXPECT_EQ(client.receive_until("{}\n\n"), "retry: 2500\n\nid: t-1\nevent: last\ndata: {}\n\n");
    EXPECT_TRUE(client.is_closed());
  }
}

TEST_F(Events, MustNotBreakOutOfTheirFields) {
  for (const std::string& bad : {std::string("a\nb"), std::string("a\rb"), std::string("a\0b", 3)}) {
    EXPECT_THROW(http::make_event(bad, "e", "d"), std::invalid_argument);
    EXPECT_THROW(http::make_event("i", bad, "d"), std::invalid_argument);
  }
}

TEST_F(Events, StopWhenTheClientHasGoneAndThePublisherLearnsIt) {
  std::atomic<int> closed = 0;
  std::shared_ptr<http::EventStream> stream;
  {
    HttpClient client = listen();
    stream = streams_.at(0);
    stream->on_closed([&] { ++closed; });
    client.receive_until("\n\n");
    EXPECT_EQ(server_.server().stats().event_streams_now, 1U);
  }
  EXPECT_TRUE(eventually([&] { return closed == 1; }));
  EXPECT_FALSE(stream->send(http::make_event("", "tally", "{}")));
  EXPECT_EQ(server_.server().stats().event_streams_now, 0U);
  stream->on_closed([&] { ++closed; });
  EXPECT_EQ(closed, 2) << "at once, as the stream is over";
}

TEST_F(Events, ThatTheClientDoesNotReadEndTheStream) {
  HttpClient client = listen();
  const auto stream = streams_.at(0);
  std::atomic<bool> closed = false;
  stream->on_closed([&] { closed = true; });
  const auto event = http::make_event("", "tally", std::string(100'000, 'x'));
  EXPECT_TRUE(eventually([&] { return !stream->send(event); }));
  EXPECT_TRUE(eventually([&] { return closed.load(); }));
  EXPECT_TRUE(eventually([&] { return server_.server().stats().connections_now == 0; }));
  EXPECT_EQ(server_.server().stats().event_streams_dropped, 1U);
}

TEST_F(Events, ReachASlowClientWhenItsPublisherWaitsUntilTheyAreSent) {
  HttpClient client = listen();
  client.receive_until("data: the beginning\n\n");
  const auto stream = streams_.at(0);
  const auto event = http::make_event("", "tally", std::string(100'000, 'x'));
  std::atomic<int> sent = 0;
  std::jthread publisher([&] {
    for (int i = 0; i < 100; ++i) {
      if (!stream->send(event)) return;
      stream->on_sent([&] { ++sent; });
      if (!eventually([&] { return sent > i; })) return;
    }
    stream->close();
  });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.receive_until("\n\n"), *event);
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(sent, 100);
  EXPECT_EQ(server_.server().stats().event_streams_dropped, 0U);
}

TEST_F(Events, FromManyThreadsArriveWhole) {
  HttpClient client = listen();
  client.receive_until("data: the beginning\n\n");
  const auto stream = streams_.at(0);
  std::atomic<int> sent = 0;
  {
    std::vector<std::jthread> publishers;
    publishers.reserve(4);
    for (int p = 0; p < 4; ++p) {
      publishers.emplace_back([&] {
        for (int i = 0; i < 10; ++i) sent += stream->send(http::make_event("x", "e", "d")) ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(sent, 40);
  for (int i = 0; i < 40; ++i) EXPECT_EQ(client.receive_until("\n\n"), "id: x\nevent: e\ndata: d\n\n");
}

TEST_F(Events, SayGoodbyeAtADrain) {
  HttpClient client = listen();
  client.receive_until("data: the beginning\n\n");
  EXPECT_TRUE(server_.server().drain(5s));
  EXPECT_EQ(client.receive_until("\n\n"), "event: bye\ndata: {}\n\n");
  EXPECT_TRUE(client.is_closed());
  EXPECT_FALSE(streams_.at(0)->send(http::make_event("", "tally", "{}")));
}

TEST_F(Events, AreNotSentToHead) {
  HttpClient client = server_.connect();
  const auto reply = client.request("HEAD", "/stream");
  EXPECT_EQ(reply.field("Content-Type"), "text/event-stream");
  EXPECT_TRUE(client.is_closed());
  EXPECT_FALSE(streams_.at(0)->send(http::make_event("", "tally", "{}")));
}

class QuietEvents : public Events {
 protected:
  QuietEvents() : Events([](http::Limits& limits) { limits.event_comment_interval = 100ms; }) {}
};

TEST_F(QuietEvents, AreKeptAliveByComments) {
  HttpClient client = listen();
  client.receive_until("data: the beginning\n\n");
  EXPECT_EQ(client.receive_until("\n\n"), ":\n\n");
  EXPECT_EQ(client.receive_until("\n\n"), ":\n\n");
}

class FewStreams : public Events {
 protected:
  FewStreams() : Events([](http::Limits& limits) { limits.event_streams = 1; }) {}
};

TEST_F(FewStreams, SendTheNextClientAwaySoThatItComesBack) {
  HttpClient first = listen();
  first.receive_until("data: the beginning\n\n");
  {
    HttpClient second = listen();
    const auto reply = second.receive().value();
    EXPECT_EQ(reply.status, 200) << "browsers give up for ever on anything else";
    EXPECT_EQ(reply.field("Content-Type"), "text/event-stream");
    EXPECT_EQ(reply.body, "retry: 2500\n\nevent: bye\ndata: {}\n\n");
    EXPECT_FALSE(streams_.at(1)->send(http::make_event("", "tally", "{}")));
  }
  streams_.at(0)->close();
  EXPECT_TRUE(eventually([&] { return server_.server().stats().event_streams_now == 0; }));
  HttpClient third = listen();
  EXPECT_NE(third
                .receive_until("\n\n"
                               "id:")
                .size(),
            0U);
}

}  // namespace
}  // namespace stimmbuch::test
