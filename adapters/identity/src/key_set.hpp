#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace stimmbuch::identity {

enum class Algorithm { rs256, ps256, es256, eddsa };

std::string_view name_of(Algorithm algorithm);

// A public key that verifies signatures of one algorithm only.
class VerificationKey {
 public:
  VerificationKey(Algorithm algorithm, std::shared_ptr<evp_pkey_st> key);

  Algorithm algorithm() const { return algorithm_; }

  // From any thread.
  bool verifies(std::string_view message, std::span<const std::byte> signature) const;

 private:
  Algorithm algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

// The keys of an issuer by their `kid`.
using KeySet = std::map<std::string, VerificationKey, std::less<>>;

// Reads a JWK set (RFC 7517). Keys for other uses or of other kinds are left out, an unknown kind does no
// harm; a set without a usable key, with two of one `kid` or with a private key is refused, with the reason.
std::expected<KeySet, std::string> parse_key_set(std::string_view json);

}  // namespace stimmbuch::identity
