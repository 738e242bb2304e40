#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/tools/client/http_client.hpp"

namespace stimmbuch::program {

// Signs messages to other systems as the Standard Webhooks specification 1.0.0 says, with a symmetric key
// (https://github.com/standard-webhooks/standard-webhooks). Any thread.
class WebhookSigner {
 public:
  // `whsec_` and 24 to 64 bytes in base64; a line feed may follow. Nothing for any other text.
  static std::optional<WebhookSigner> parse(std::string_view secret);

  // The header fields webhook-id, webhook-timestamp and webhook-signature. The id has no full stop, and tells
  // a message from all others for ever: by it the receiver knows one that comes again.
  std::vector<client::Header> headers(std::string_view id, std::int64_t unix_seconds,
                                      std::string_view body) const;

 private:
  explicit WebhookSigner(std::string key) : key_(std::move(key)) {}

  std::string key_;
};

}  // namespace stimmbuch::program
