// Serves one constant answer until it is told to end, for load generators: what the server itself costs.
//   http_constant_server PORT [IO_THREADS] [now|later]
// "later" answers from another thread, in groups, as a writer thread does.

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

#include "stimmbuch/adapters/http/server/server.hpp"

namespace {

using namespace stimmbuch;

const auto answer =
    std::make_shared<const std::string>(R"({"position":"00000000000000001234","replayed":false})");

http::Response constant_answer() {
  http::Response response;
  response.content_type = "application/json";
  response.body = answer;
  return response;
}

class AnswersNow final : public http::Handler {
 public:
  void handle(const http::Request&, http::Responder responder) override {
    std::move(responder).send(constant_answer());
  }
};

class AnswersLater final : public http::Handler {
 public:
  void handle(const http::Request&, http::Responder responder) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(responder));
    if (waiting_.size() == 1) wake_.notify_one();
  }

 private:
  void work(const std::stop_token& stop) {
    std::vector<http::Responder> group;
    while (!stop.stop_requested()) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
        group.swap(waiting_);
      }
      for (auto& responder : group) std::move(responder).send(constant_answer());
      group.clear();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<http::Responder> waiting_;
  std::jthread thread_{[this](const std::stop_token& stop) { work(stop); }};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: http_constant_server PORT [IO_THREADS] [now|later]\n";
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  http::ServerOptions options;
  options.limits.requests_per_connection = 1'000'000'000;
  if (argc > 2) options.io_threads = std::strtoul(argv[2], nullptr, 10);
  AnswersNow now;
  AnswersLater later;
  http::Handler* handler = &now;
  if (argc > 3 && std::string(argv[3]) == "later") handler = &later;
  http::BlockingPool pool;
  http::Server server(options, pool);
  server.listen_tcp("127.0.0.1", static_cast<std::uint16_t>(std::strtoul(argv[1], nullptr, 10)), *handler);
  server.start();
  int signal = 0;
  sigwait(&signals, &signal);
  return server.drain() ? 0 : 1;
}
