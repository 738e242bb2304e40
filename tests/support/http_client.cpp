#include "http_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace stimmbuch::test {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

template <typename Address>
int connect_to(int family, const Address& address) {
  const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) fail("socket");
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(socket);
    errno = error;
    fail("connect");
  }
  return socket;
}

bool is_readable(int socket, std::chrono::milliseconds within) {
  pollfd waiting{socket, POLLIN, 0};
  const int ready = ::poll(&waiting, 1, static_cast<int>(within.count()));
  if (ready < 0) fail("poll");
  return ready > 0;
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string HttpReply::field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (same_name(key, name)) return value;
  }
  return {};
}

bool HttpReply::has_field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (same_name(key, name)) return true;
  }
  return false;
}

HttpClient HttpClient::tcp(std::uint16_t port, const std::string& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1) throw std::runtime_error("not an address");
  return HttpClient(connect_to(AF_INET, to));
}

HttpClient HttpClient::unix_socket(const std::string& path) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (path.size() >= sizeof to.sun_path) throw std::runtime_error("path too long");
  std::memcpy(to.sun_path, path.data(), path.size());
  return HttpClient(connect_to(AF_UNIX, to));
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      patience_(other.patience_),
      received_(std::move(other.received_)) {}

HttpClient& HttpClient::operator=(HttpClient&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(patience_, other.patience_);
  std::swap(received_, other.received_);
  return *this;
}

HttpClient::~HttpClient() {
  if (socket_ >= 0) ::close(socket_);
}

void HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return;
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void HttpClient::finish_sending() {
  ::shutdown(socket_, SHUT_WR);
}

bool HttpClient::has_answer_within(std::chrono::milliseconds time) {
  return !received_.empty() || is_readable(socket_, time);
}

// False: the server has closed.
bool HttpClient::read_more() {
  if (!is_readable(socket_, patience_)) throw std::runtime_error("the server sent nothing in time");
  std::array<char, 65536> buffer;
  const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (size < 0 && errno != ECONNRESET) fail("recv");
  if (size <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

std::string HttpClient::take(std::size_t bytes) {
  while (received_.size() < bytes) {
    if (!read_more()) throw std::runtime_error("the answer breaks off");
  }
  std::string taken = received_.substr(0, bytes);
  received_.erase(0, bytes);
  return taken;
}

std::string HttpClient::receive_until(std::string_view end) {
  std::size_t found;
  while ((found = received_.find(end)) == std::string::npos) {
    if (!read_more()) throw std::runtime_error("the server closed before it sent " + std::string(end));
  }
  return take(found + end.size());
}

bool HttpClient::is_closed() {
  return received_.empty() && !read_more();
}

std::optional<HttpReply> HttpClient::receive(bool to_head) {
  if (received_.empty() && !read_more()) return std::nullopt;
  std::string line = receive_until("\r\n");
  if (!line.starts_with("HTTP/1.1 ") || line.size() < 14) throw std::runtime_error("no status line: " + line);
  HttpReply reply;
  reply.status = std::stoi(line.substr(9, 3));
  while ((line = receive_until("\r\n")) != "\r\n") {
    const auto colon = line.find(": ");
    if (colon == std::string::npos) throw std::runtime_error("no header line: " + line);
    reply.fields.emplace_back(line.substr(0, colon), line.substr(colon + 2, line.size() - colon - 4));
  }
  const bool has_body = !to_head && reply.status >= 200 && reply.status != 204 && reply.status != 304;
  if (has_body) reply.body = read_body(reply);
  return reply;
}

std::string HttpClient::read_body(const HttpReply& reply) {
  std::string body;
  if (same_name(reply.field("Transfer-Encoding"), "chunked")) {
    while (true) {
      const std::size_t size = std::stoul(receive_until("\r\n"), nullptr, 16);
      body += take(size);
      if (take(2) != "\r\n") throw std::runtime_error("a chunk does not end");
      if (size == 0) return body;
    }
  }
  if (reply.has_field("Content-Length")) return take(std::stoul(reply.field("Content-Length")));
  while (read_more()) {
  }
  return std::exchange(received_, {});
}

HttpReply HttpClient::request(std::string_view method, std::string_view target, std::string_view body,
                              std::string_view header_lines) {
  std::string bytes;
  bytes.append(method)
      .append(" ")
      .append(target)
      .append(" HTTP/1.1\r\nHost: localhost\r\n")
      .append(header_lines);
  if (!body.empty()) bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  bytes.append("\r\n").append(body);
  send(bytes);
  auto reply = receive(method == "HEAD");
  if (!reply) throw std::runtime_error("the server closed instead of answering");
  return *std::move(reply);
}

}  // namespace stimmbuch::test
