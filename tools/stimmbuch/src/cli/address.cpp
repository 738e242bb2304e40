#include "cli/address.hpp"

#include <charconv>

#include <fmt/format.h>

namespace stimmbuch::program {

std::optional<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  Address address{std::string(host), 0};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  if (host.empty() || brackets != (host.find(':') != std::string_view::npos)) return std::nullopt;
  return address;
}

std::string to_text(const Address& address) {
  const bool brackets = address.host.find(':') != std::string::npos;
  return brackets ? fmt::format("[{}]:{}", address.host, address.port)
                  : fmt::format("{}:{}", address.host, address.port);
}

std::string url_of(const EngineOptions& options, std::uint16_t port) {
  return fmt::format("{}://{}", options.tls ? "https" : "http", to_text(Address{options.listen->host, port}));
}

}  // namespace stimmbuch::program
