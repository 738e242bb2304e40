#include "news/webhook.hpp"

#include <array>
#include <span>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "stimmbuch/eventstore/tlog/base64.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t shortest_key = 24;
constexpr std::size_t longest_key = 64;

}  // namespace

std::optional<WebhookSigner> WebhookSigner::parse(std::string_view secret) {
  if (secret.ends_with('\n')) secret.remove_suffix(1);
  if (!secret.starts_with(secret_prefix)) return std::nullopt;
  auto key = tlog::from_base64(secret.substr(secret_prefix.size()));
  if (!key || key->size() < shortest_key || key->size() > longest_key) return std::nullopt;
  return WebhookSigner(*std::move(key));
}

std::vector<client::Header> WebhookSigner::headers(std::string_view id, std::int64_t unix_seconds,
                                                   std::string_view body) const {
  const std::string timestamp = std::to_string(unix_seconds);
  const std::string message = fmt::format("{}.{}.{}", id, timestamp, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(message.data());
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes, message.size(), mac.data(),
           &size) == nullptr)
    throw std::runtime_error("a message cannot be signed");
  return {{"webhook-id", std::string(id)},
          {"webhook-timestamp", timestamp},
          {"webhook-signature", "v1," + tlog::to_base64(std::as_bytes(std::span(mac).first(size)))}};
}

}  // namespace stimmbuch::program
