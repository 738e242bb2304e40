#include "key_set.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "stimmbuch/domain/base64url.hpp"
#include "strict_json.hpp"

namespace stimmbuch::identity {

namespace {

using Json = nlohmann::json;

template <auto Free>
struct Release {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

using Number = std::unique_ptr<BIGNUM, Release<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using Hash = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;
using KeyHandle = std::shared_ptr<EVP_PKEY>;

constexpr std::array<std::pair<Algorithm, std::string_view>, 4> algorithm_names{{
    {Algorithm::rs256, "RS256"},
    {Algorithm::ps256, "PS256"},
    {Algorithm::es256, "ES256"},
    {Algorithm::eddsa, "EdDSA"},
}};

constexpr std::size_t keys_max = 100;
constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;  // above, one verification would cost milliseconds
constexpr std::size_t rsa_exponent_size_max = 4;
constexpr std::size_t p256_size = 32;

const unsigned char* raw(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

KeyHandle handle(EVP_PKEY* key) {
  return key == nullptr ? nullptr : KeyHandle{key, EVP_PKEY_free};
}

// The bytes of a member in base64url; empty if there are none.
std::vector<std::byte> bytes_member(const Json& jwk, const char* name) {
  const auto text = string_member(jwk, name);
  return text ? from_base64url(*text).value_or(std::vector<std::byte>{}) : std::vector<std::byte>{};
}

Number number_of(std::span<const std::byte> bytes) {
  return Number{BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr)};
}

// A key of OpenSSL made of parameters, once it proved to be a sound one.
KeyHandle made_of(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params{OSSL_PARAM_BLD_to_param(builder)};
  const KeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
  EVP_PKEY* made = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  auto key = handle(made);
  const KeyContext check{EVP_PKEY_CTX_new_from_pkey(nullptr, made, nullptr)};
  return check && EVP_PKEY_public_check(check.get()) == 1 ? key : nullptr;
}

KeyHandle rsa_key(const Json& jwk) {
  const auto modulus = bytes_member(jwk, "n");
  const auto exponent = bytes_member(jwk, "e");
  if (modulus.size() > rsa_bits_max / 8 + 1 || exponent.size() > rsa_exponent_size_max) return nullptr;
  const auto n = number_of(modulus);
  const auto e = number_of(exponent);
  if (!n || !e || BN_num_bits(n.get()) < rsa_bits_min || BN_num_bits(n.get()) > rsa_bits_max ||
      BN_is_odd(e.get()) != 1 || BN_is_one(e.get()) == 1) {
    return nullptr;
  }
  const Builder builder{OSSL_PARAM_BLD_new()};
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return made_of("RSA", builder.get());
}

KeyHandle p256_key(const Json& jwk) {
  const auto x = bytes_member(jwk, "x");
  const auto y = bytes_member(jwk, "y");
  if (string_member(jwk, "crv") != "P-256" || x.size() != p256_size || y.size() != p256_size) return nullptr;
  std::vector<std::byte> point{std::byte{POINT_CONVERSION_UNCOMPRESSED}};
  point.insert(point.end(), x.begin(), x.end());
  point.insert(point.end(), y.begin(), y.end());
  const Builder builder{OSSL_PARAM_BLD_new()};
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1) {
    return nullptr;
  }
  return made_of("EC", builder.get());
}

KeyHandle ed25519_key(const Json& jwk) {
  const auto x = bytes_member(jwk, "x");
  if (string_member(jwk, "crv") != "Ed25519") return nullptr;
  return handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(x), x.size()));
}

// The one algorithm of a key. What a key of its kind is used for follows from its curve; an RSA key must say
// it.
std::optional<Algorithm> algorithm_of(const Json& jwk) {
  const auto kind = string_member(jwk, "kty");
  const auto stated = string_member(jwk, "alg");
  const auto is = [&](Algorithm algorithm) { return stated == name_of(algorithm); };
  const auto is_or_silent = [&](Algorithm algorithm) { return !jwk.contains("alg") || is(algorithm); };
  if (kind == "RSA" && is(Algorithm::rs256)) return Algorithm::rs256;
  if (kind == "RSA" && is(Algorithm::ps256)) return Algorithm::ps256;
  if (kind == "EC" && is_or_silent(Algorithm::es256)) return Algorithm::es256;
  if (kind == "OKP" && is_or_silent(Algorithm::eddsa)) return Algorithm::eddsa;
  return std::nullopt;
}

bool is_for_verifying(const Json& jwk) {
  if (jwk.contains("use") && string_member(jwk, "use") != "sig") return false;
  if (!jwk.contains("key_ops")) return true;
  const auto& operations = jwk["key_ops"];
  return operations.is_array() && std::ranges::find(operations, Json("verify")) != operations.end();
}

KeyHandle key_of(const Json& jwk, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::rs256:
    case Algorithm::ps256:
      return rsa_key(jwk);
    case Algorithm::es256:
      return p256_key(jwk);
    case Algorithm::eddsa:
      return ed25519_key(jwk);
  }
  std::unreachable();
}

std::optional<VerificationKey> usable_key(const Json& jwk) {
  const auto algorithm = algorithm_of(jwk);
  if (!algorithm || !is_for_verifying(jwk)) return std::nullopt;
  auto key = key_of(jwk, *algorithm);
  if (!key) {
    ERR_clear_error();
    return std::nullopt;
  }
  return VerificationKey{*algorithm, std::move(key)};
}

// JWS has r ‖ s, OpenSSL wants them in DER.
std::vector<unsigned char> in_der(std::span<const std::byte> r_and_s) {
  auto r = number_of(r_and_s.first(p256_size));
  auto s = number_of(r_and_s.last(p256_size));
  const EcdsaSignature signature{ECDSA_SIG_new()};
  if (!r || !s || !signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  std::ignore = r.release();  // the signature's now
  std::ignore = s.release();
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) return {};
  std::vector<unsigned char> der(static_cast<std::size_t>(size));
  auto* out = der.data();
  i2d_ECDSA_SIG(signature.get(), &out);
  return der;
}

bool set_padding(EVP_PKEY_CTX* context, Algorithm algorithm) {
  if (algorithm == Algorithm::rs256) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  if (algorithm == Algorithm::ps256) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  return true;
}

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  return std::ranges::find(algorithm_names, algorithm, &std::pair<Algorithm, std::string_view>::first)
      ->second;
}

VerificationKey::VerificationKey(Algorithm algorithm, std::shared_ptr<evp_pkey_st> key)
    : algorithm_{algorithm}, key_{std::move(key)} {}

bool VerificationKey::verifies(std::string_view message, std::span<const std::byte> signature) const {
  std::vector<unsigned char> der;
  if (algorithm_ == Algorithm::es256) {
    if (signature.size() != 2 * p256_size) return false;
    der = in_der(signature);
    signature = std::as_bytes(std::span{der});
  }
  const Hash hash{EVP_MD_CTX_new()};
  const auto* const method =
      algorithm_ == Algorithm::eddsa ? nullptr : EVP_sha256();  // Ed25519 hashes by itself
  EVP_PKEY_CTX* context = nullptr;                              // owned by the hash
  const bool good =
      hash && EVP_DigestVerifyInit(hash.get(), &context, method, nullptr, key_.get()) == 1 &&
      set_padding(context, algorithm_) &&
      EVP_DigestVerify(hash.get(), raw(signature), signature.size(),
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

std::expected<KeySet, std::string> parse_key_set(std::string_view json) {
  const auto fail = [](std::string text) { return std::unexpected(std::move(text)); };
  const auto set = parse_strict_object(json);
  if (!set || !set->contains("keys") || !(*set)["keys"].is_array()) return fail("is not a JWK set");
  const auto& jwks = (*set)["keys"];
  if (jwks.size() > keys_max) return fail("has more than " + std::to_string(keys_max) + " keys");

  KeySet keys;
  for (const auto& jwk : jwks) {
    if (!jwk.is_object()) return fail("is not a JWK set");
    if (jwk.contains("d")) return fail("holds a private key; an issuer's key file has public ones only");
    const auto kid = string_member(jwk, "kid");
    if (!kid || kid->empty()) continue;  // no token could name it
    auto key = usable_key(jwk);
    if (!key) continue;
    if (!keys.emplace(*kid, *std::move(key)).second)
      return fail("has two keys with the kid " + std::string{*kid});
  }
  if (keys.empty()) {
    return fail("has no usable key: none with a kid for RS256, PS256 (2048 bits or more), ES256 or EdDSA");
  }
  return keys;
}

}  // namespace stimmbuch::identity
