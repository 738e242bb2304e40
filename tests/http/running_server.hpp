#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "http_client.hpp"
#include "stimmbuch/adapters/http/server/server.hpp"

namespace stimmbuch::test {

// A handler from functions.
class FunctionHandler final : public http::Handler {
 public:
  using Handle = std::function<void(const http::Request&, http::Responder)>;
  using LimitsOf = std::function<http::RouteLimits(http::Method, std::string_view)>;

  explicit FunctionHandler(Handle handle, LimitsOf limits_of = {})
      : handle_(std::move(handle)), limits_of_(std::move(limits_of)) {}

  void handle(const http::Request& request, http::Responder responder) override {
    handle_(request, std::move(responder));
  }
  http::RouteLimits limits_of(http::Method method, std::string_view path) const override {
    return limits_of_ ? limits_of_(method, path) : http::RouteLimits{};
  }

 private:
  Handle handle_;
  LimitsOf limits_of_;
};

inline http::Response text(std::string body) {
  http::Response response;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

// Answers with what it understood: "METHOD path?query|body".
inline void echo(const http::Request& request, http::Responder responder) {
  std::string body(http::name_of(request.method));
  body.append(" ").append(request.path);
  if (!request.query.empty()) body.append("?").append(request.query);
  if (!request.body.empty()) body.append("|").append(request.body);
  std::move(responder).send(text(std::move(body)));
}

// A server on a free port of the loopback address.
class RunningServer {
 public:
  explicit RunningServer(FunctionHandler handler, http::ServerOptions options = {},
                         const http::ListenOptions& listen = {})
      : handler_(std::move(handler)),
        server_(impatient(std::move(options)), pool_),
        port_(server_.listen_tcp("127.0.0.1", 0, handler_, listen)) {
    server_.start();
  }
  explicit RunningServer(FunctionHandler::Handle handle = echo, http::ServerOptions options = {})
      : RunningServer(FunctionHandler(std::move(handle)), std::move(options)) {}

  HttpClient connect(const std::string& address = "127.0.0.1") const {
    return HttpClient::tcp(port_, address);
  }
  std::uint16_t port() const { return port_; }
  http::Server& server() { return server_; }
  http::BlockingPool& pool() { return pool_; }

 private:
  // Tests seldom close their side first.
  static http::ServerOptions impatient(http::ServerOptions options) {
    options.limits.linger_timeout = std::chrono::milliseconds(200);
    return options;
  }

  http::BlockingPool pool_;
  FunctionHandler handler_;
  http::Server server_;
  std::uint16_t port_;
};

// Waits for something that another thread brings about; false after ten seconds.
template <typename Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace stimmbuch::test
