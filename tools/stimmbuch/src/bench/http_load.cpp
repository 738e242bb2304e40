#include "bench/http_load.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace stimmbuch::program {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int look_ms = 1'000;
constexpr int silent_looks_max = 60;  // a minute
constexpr std::uint64_t answers_between_looks = 1'024;
constexpr std::size_t answer_bytes_max = std::size_t{16} << 20;
constexpr std::size_t read_bytes = std::size_t{64} << 10;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class Descriptor {
 public:
  explicit Descriptor(int descriptor, const char* what) : descriptor_(descriptor) {
    if (descriptor < 0) fail(what);
  }
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  int number() const { return descriptor_; }

 private:
  int descriptor_;
};

// Where connections go; looked up once.
class Destination {
 public:
  explicit Destination(const client::ServerUrl& server) {
    if (!server.socket_path.empty()) {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      if (server.socket_path.size() >= sizeof address.sun_path)
        throw std::runtime_error("the path of the socket is too long: " + server.socket_path);
      std::ranges::copy(server.socket_path, std::begin(address.sun_path));
      take(&address, sizeof address);
      return;
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &found);
    if (error != 0) throw std::runtime_error(fmt::format("{}: {}", server.text(), gai_strerror(error)));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
    take(found->ai_addr, found->ai_addrlen);
  }

  Descriptor connect() const {
    Descriptor socket(::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address_), size_) != 0) fail("connect");
    const int on = 1;
    if (address_.ss_family != AF_UNIX) setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
  }

 private:
  void take(const void* address, std::size_t size) {
    std::memcpy(&address_, address, size);
    size_ = static_cast<socklen_t>(size);
  }

  sockaddr_storage address_{};
  socklen_t size_ = 0;
};

// The answer at the beginning of the bytes that came.
struct Answer {
  unsigned status = 0;
  std::string_view body;
  bool closes = false;  // the connection ends behind it
};

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, [](unsigned char c) { return std::tolower(c); });
}

// Nothing while a part is missing. Throws std::runtime_error for what is no answer with a length.
std::optional<Answer> answer_in(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view head = bytes.substr(0, end + 2);
  Answer answer;
  std::optional<std::size_t> length;
  constexpr std::size_t status_at = std::string_view("HTTP/1.1 ").size();
  if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error("an answer is not HTTP/1.1");
  std::from_chars(head.data() + status_at, head.data() + status_at + 3, answer.status);
  for (head.remove_prefix(head.find("\r\n") + 2); !head.empty(); head.remove_prefix(head.find("\r\n") + 2)) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const auto colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (equals_ignoring_case(name, "content-length")) {
      std::size_t number = 0;
      const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
      if (error == std::errc() && stop == value.data() + value.size()) length = number;
    } else if (equals_ignoring_case(name, "connection")) {
      answer.closes = equals_ignoring_case(value, "close");
    }
  }
  if (!length) throw std::runtime_error("an answer has no length");
  if (bytes.size() < end + 4 + *length) return std::nullopt;
  answer.body = bytes.substr(end + 4, *length);
  return answer;
}

struct Connection {
  Descriptor socket;
  std::uint64_t number = 0;  // of the request that waits for its answer
  Clock::time_point sent;
  std::string received = {};
};

class LoadRun {
 public:
  LoadRun(const HttpLoad& load, Console& console, Signals& signals)
      : load_(load),
        signals_(signals),
        destination_(load.server),
        meter_(console.meter(std::string(load.what), load.requests)),
        epoll_(epoll_create1(EPOLL_CLOEXEC), "epoll_create1") {
    latencies_us_.reserve(load.requests);
  }

  std::expected<HttpLoadResult, Failure> run();

 private:
  void connect(Connection& connection);
  void send_next(Connection& connection);
  void read(Connection& connection);
  void take(Connection& connection, const Answer& answer);
  HttpLoadResult result(double seconds);

  const HttpLoad& load_;
  Signals& signals_;
  const Destination destination_;
  Meter meter_;
  const Descriptor epoll_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::uint64_t next_ = 0;
  std::vector<float> latencies_us_;  // of the answers so far
  std::uint64_t wrong_ = 0;
  std::string first_wrong_;
};

std::expected<HttpLoadResult, Failure> LoadRun::run() {
  const auto number = std::min<std::uint64_t>(load_.connections, load_.requests);
  for (std::uint64_t i = 0; i < number; ++i) {
    connections_.push_back(std::make_unique<Connection>(destination_.connect()));
    connect(*connections_.back());
  }
  const auto begin = Clock::now();
  for (const auto& connection : connections_) send_next(*connection);
  std::array<epoll_event, 256> events;
  int silent_looks = 0;
  std::uint64_t next_look = answers_between_looks;
  while (latencies_us_.size() < load_.requests) {
    const int ready = epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), look_ms);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; ++i)
      read(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    silent_looks = ready > 0 ? 0 : silent_looks + 1;
    if (silent_looks > silent_looks_max)
      return failed(ExitCode::try_later, fmt::format("{} does not answer any more", load_.server.text()));
    if (ready > 0 && latencies_us_.size() < next_look) continue;
    next_look = latencies_us_.size() + answers_between_looks;
    meter_.update(latencies_us_.size());
    if (const auto signal = signals_.wait(std::chrono::milliseconds{0}))
      return failed(ended_by(*signal), "the benchmark was interrupted");
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  meter_.finish(latencies_us_.size());
  if (wrong_ > 0) {
    return failed(ExitCode::failed,
                  fmt::format("{} of {} {} were not answered with {}; the first one: {}", wrong_,
                              load_.requests, load_.what, load_.status, first_wrong_));
  }
  return result(seconds);
}

void LoadRun::connect(Connection& connection) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &connection;
  if (epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, connection.socket.number(), &event) != 0) fail("epoll_ctl");
}

// Requests are far smaller than what a socket takes at once, so sending does not wait.
void LoadRun::send_next(Connection& connection) {
  if (next_ == load_.requests) return;
  connection.number = next_++;
  std::string_view bytes = load_.request(connection.number);
  connection.sent = Clock::now();
  while (!bytes.empty()) {
    const auto sent = send(connection.socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void LoadRun::read(Connection& connection) {
  std::array<char, read_bytes> bytes;
  const auto size = recv(connection.socket.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size < 0) fail("recv");
  if (size == 0) throw std::runtime_error("the server closed a connection without an answer");
  const std::string_view came(bytes.data(), static_cast<std::size_t>(size));
  // Nearly always an answer comes whole.
  if (!connection.received.empty()) connection.received += came;
  const std::string_view all = connection.received.empty() ? came : connection.received;
  if (const auto answer = answer_in(all)) {
    take(connection, *answer);
  } else if (connection.received.empty()) {
    connection.received = came;
  } else if (connection.received.size() > answer_bytes_max) {
    throw std::runtime_error("an answer is too long");
  }
}

void LoadRun::take(Connection& connection, const Answer& answer) {
  latencies_us_.push_back(std::chrono::duration<float, std::micro>(Clock::now() - connection.sent).count());
  if (answer.status != load_.status || !load_.accepts(connection.number, answer.body)) {
    if (wrong_++ == 0) first_wrong_ = fmt::format("{} {}", answer.status, answer.body);
  }
  const bool closes = answer.closes;
  connection.received.clear();
  if (closes && next_ < load_.requests) {
    connection.socket = destination_.connect();  // the old one leaves the set when it is closed
    connect(connection);
  } else if (closes) {
    epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, connection.socket.number(), nullptr);
  }
  send_next(connection);
}

HttpLoadResult LoadRun::result(double seconds) {
  const auto count = static_cast<double>(latencies_us_.size());
  return {count / seconds, latencies_of(std::move(latencies_us_))};
}

}  // namespace

std::expected<HttpLoadResult, Failure> run_http_load(const HttpLoad& load, Console& console,
                                                     Signals& signals) try {
  return LoadRun(load, console, signals).run();
} catch (const std::exception& error) {
  return failed(ExitCode::try_later, fmt::format("{}: {}", load.server.text(), error.what()));
}

std::string http_request(std::string_view method, std::string_view target, const client::ServerUrl& server,
                         std::string_view fields, std::string_view body) {
  std::string request =
      fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n{}", method, target, server.authority(), fields);
  if (!body.empty())
    request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  return request.append("\r\n").append(body);
}

}  // namespace stimmbuch::program
