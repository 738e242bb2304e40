#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "stimmbuch/domain/base64url.hpp"

// The other side of OpenID: keys, JWK sets and tokens, good ones and such as an attacker would make.
namespace stimmbuch::test {

inline std::string base64url(std::string_view text) {
  return to_base64url(std::as_bytes(std::span{text}));
}

class SigningKey {
 public:
  static SigningKey rsa(std::string kid, std::string alg, unsigned bits = 2048) {
    return {std::move(kid), std::move(alg), EVP_RSA_gen(bits)};
  }
  static SigningKey p256(std::string kid) { return {std::move(kid), "ES256", EVP_EC_gen("P-256")}; }
  static SigningKey ed25519(std::string kid) {
    return {std::move(kid), "EdDSA", EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  }

  const std::string& kid() const { return kid_; }
  const std::string& alg() const { return alg_; }

  // The public key as its issuer publishes it.
  nlohmann::json jwk() const {
    nlohmann::json jwk{{"kid", kid_}, {"alg", alg_}, {"use", "sig"}};
    if (alg_ == "ES256") {
      jwk.update({{"kty", "EC"},
                  {"crv", "P-256"},
                  {"x", number(OSSL_PKEY_PARAM_EC_PUB_X, 32)},
                  {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y, 32)}});
    } else if (alg_ == "EdDSA") {
      std::vector<std::byte> x(32);
      std::size_t size = x.size();
      EVP_PKEY_get_raw_public_key(key_.get(), raw(x), &size);
      jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", to_base64url(x)}});
    } else {
      jwk.update(
          {{"kty", "RSA"}, {"n", number(OSSL_PKEY_PARAM_RSA_N)}, {"e", number(OSSL_PKEY_PARAM_RSA_E)}});
    }
    return jwk;
  }

  nlohmann::json header() const { return {{"alg", alg_}, {"kid", kid_}, {"typ", "JWT"}}; }

  std::string token(const nlohmann::json& claims) const { return token(header().dump(), claims.dump()); }

  // A token with these very texts, signed the way of this key whatever the header says.
  std::string token(std::string_view header, std::string_view claims) const {
    const auto text = base64url(header) + "." + base64url(claims);
    return text + "." + to_base64url(signature(text));
  }

  // The public key as PEM: the HMAC key of whoever confuses the algorithms.
  std::string pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out{BIO_new(BIO_s_mem()), BIO_free};
    PEM_write_bio_PUBKEY(out.get(), key_.get());
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

 private:
  SigningKey(std::string kid, std::string alg, EVP_PKEY* key)
      : kid_{std::move(kid)}, alg_{std::move(alg)}, key_{key, EVP_PKEY_free} {
    if (!key_) throw std::runtime_error("no key was made");
  }

  static unsigned char* raw(std::vector<std::byte>& bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
  }

  std::string number(const char* name, std::size_t size = 0) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &value);
    std::vector<std::byte> bytes(std::max(size, static_cast<std::size_t>(BN_num_bytes(value))));
    BN_bn2binpad(value, raw(bytes), static_cast<int>(bytes.size()));
    BN_free(value);
    return to_base64url(bytes);
  }

  std::vector<std::byte> signature(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash{EVP_MD_CTX_new(), EVP_MD_CTX_free};
    EVP_PKEY_CTX* context = nullptr;
    EVP_DigestSignInit(hash.get(), &context, alg_ == "EdDSA" ? nullptr : EVP_sha256(), nullptr, key_.get());
    if (alg_ == "PS256") {
      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST);
    }
    std::vector<std::byte> bytes(1024);
    std::size_t size = bytes.size();
    const auto* const data = reinterpret_cast<const unsigned char*>(text.data());
    if (EVP_DigestSign(hash.get(), raw(bytes), &size, data, text.size()) != 1)
      throw std::runtime_error("not signed");
    bytes.resize(size);
    return alg_ == "ES256" ? fixed_size(bytes) : bytes;
  }

  // r ‖ s of a signature in DER.
  static std::vector<std::byte> fixed_size(const std::vector<std::byte>& der) {
    const auto* in = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature{
        d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())), ECDSA_SIG_free};
    std::vector<std::byte> bytes(64);
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw(bytes), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw(bytes) + 32, 32);
    return bytes;
  }

  std::string kid_;
  std::string alg_;
  std::shared_ptr<EVP_PKEY> key_;
};

// A token "signed" by HMAC-SHA256 under the given bytes.
inline std::string hs256_token(std::string_view header, std::string_view claims, std::string_view key) {
  const auto text = base64url(header) + "." + base64url(claims);
  std::vector<std::byte> mac(32);
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(mac.data()), nullptr);
  return text + "." + to_base64url(mac);
}

inline std::string jwk_set(const std::vector<nlohmann::json>& keys) {
  return nlohmann::json{{"keys", keys}}.dump();
}

}  // namespace stimmbuch::test
