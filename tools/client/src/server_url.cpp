#include "stimmbuch/tools/client/server_url.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <sys/un.h>

namespace stimmbuch::client {
namespace {

constexpr std::string_view unix_scheme = "unix:";
constexpr std::string_view http_scheme = "http://";
constexpr std::string_view https_scheme = "https://";
constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;
constexpr std::size_t max_socket_path_bytes = sizeof(sockaddr_un::sun_path) - 1;

bool consists_of(std::string_view text, std::string_view further) {
  return !text.empty() && std::ranges::all_of(text, [further](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || further.contains(c);
  });
}

std::expected<ServerUrl, std::string> parse_unix(std::string_view path) {
  if (!path.starts_with('/')) {
    return std::unexpected("the path of a Unix socket is absolute: unix:/run/stimmbuch/admin.sock");
  }
  if (path.size() > max_socket_path_bytes) {
    return std::unexpected(
        fmt::format("the path of a Unix socket has at most {} bytes", max_socket_path_bytes));
  }
  return ServerUrl{.host = "localhost", .socket_path = std::string(path)};
}

std::expected<std::uint16_t, std::string> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    return std::unexpected(fmt::format("'{:.20}' is not a port; ports are 1 to 65535", text));
  }
  return port;
}

}  // namespace

std::string ServerUrl::authority() const {
  const bool is_ipv6 = host.contains(':');
  const std::string name = is_ipv6 ? fmt::format("[{}]", host) : host;
  const auto usual_port = tls ? https_port : http_port;
  return socket_path.empty() && port != usual_port ? fmt::format("{}:{}", name, port) : name;
}

std::string ServerUrl::text() const {
  return socket_path.empty() ? fmt::format("{}{}", tls ? https_scheme : http_scheme, authority())
                             : fmt::format("{}{}", unix_scheme, socket_path);
}

std::expected<ServerUrl, std::string> parse_server_url(std::string_view text) {
  if (text.starts_with(unix_scheme)) return parse_unix(text.substr(unix_scheme.size()));
  ServerUrl url;
  url.tls = text.starts_with(https_scheme);
  if (!url.tls && !text.starts_with(http_scheme))
    return std::unexpected("a server is written https://HOST, http://HOST:PORT or unix:/PATH");
  url.port = url.tls ? https_port : http_port;
  std::string_view authority = text.substr((url.tls ? https_scheme : http_scheme).size());
  if (authority.ends_with('/')) authority.remove_suffix(1);
  if (authority.contains('@')) {
    return std::unexpected("the URL holds no user and password; give a token in a file");
  }
  if (authority.find_first_of("/?#") != std::string_view::npos) {
    return std::unexpected("the URL ends behind the port: http://HOST:PORT");
  }

  std::string_view rest;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos)
      return std::unexpected("an IPv6 address stands in brackets: http://[::1]:8080");
    url.host = authority.substr(1, close - 1);
    rest = authority.substr(close + 1);
    if (!consists_of(url.host, ":.")) return std::unexpected("between the brackets stands an IPv6 address");
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    rest = authority.substr(colon);
    if (!consists_of(url.host, "-._"))
      return std::unexpected("the URL names no host: http://HOST:PORT, or http://[ADDRESS]:PORT with IPv6");
  }
  if (!rest.empty()) {
    if (!rest.starts_with(':')) return std::unexpected("behind the brackets stands :PORT");
    const auto port = parse_port(rest.substr(1));
    if (!port) return std::unexpected(port.error());
    url.port = *port;
  }
  return url;
}

std::expected<std::pair<ServerUrl, std::string>, std::string> parse_url(std::string_view text) {
  constexpr std::string_view scheme_end = "://";
  const auto scheme = text.find(scheme_end);
  if (scheme == std::string_view::npos) return std::unexpected("a URL is written https://HOST/PATH");
  const auto slash = text.find('/', scheme + scheme_end.size());
  auto server = parse_server_url(text.substr(0, slash));
  if (!server) return std::unexpected(std::move(server.error()));
  return std::pair(*std::move(server),
                   std::string(slash == std::string_view::npos ? "" : text.substr(slash)));
}

}  // namespace stimmbuch::client
