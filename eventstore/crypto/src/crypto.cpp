#include "stimmbuch/eventstore/crypto/crypto.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::crypto {

namespace {

template <auto Free>
struct Release {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

using Hash = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using HashMethod = std::unique_ptr<EVP_MD, Release<EVP_MD_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Release<EVP_CIPHER_CTX_free>>;
using CipherMethod = std::unique_ptr<EVP_CIPHER, Release<EVP_CIPHER_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;

void require(bool succeeded, const char* what) {
  if (!succeeded) throw std::runtime_error(std::string{"OpenSSL failed: "} + what);
}

template <class Pointer>
Pointer made(typename Pointer::pointer pointer, const char* what) {
  require(pointer != nullptr, what);
  return Pointer{pointer};
}

// OpenSSL takes bytes as unsigned char.
template <class Bytes>
auto* raw(Bytes&& bytes) {
  using Element = std::remove_pointer_t<decltype(std::data(bytes))>;
  using Raw = std::conditional_t<std::is_const_v<Element>, const unsigned char, unsigned char>;
  return reinterpret_cast<Raw*>(std::data(bytes));
}

// Fetching a method takes locks inside OpenSSL and many times longer than a small hash: once for all.
const EVP_MD* sha256_method() {
  static const auto method = made<HashMethod>(EVP_MD_fetch(nullptr, "SHA256", nullptr), "fetch SHA-256");
  return method.get();
}

const EVP_CIPHER* aes_256_gcm() {
  static const auto method =
      made<CipherMethod>(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "fetch AES-256-GCM");
  return method.get();
}

const EVP_CIPHER* aes_256_ctr() {
  static const auto method =
      made<CipherMethod>(EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr), "fetch AES-256-CTR");
  return method.get();
}

Hash new_hash() {
  return made<Hash>(EVP_MD_CTX_new(), "new hash");
}

// The hash that this thread computes with.
EVP_MD_CTX* working_hash() {
  thread_local const Hash hash = new_hash();
  return hash.get();
}

void start(EVP_MD_CTX* hash) {
  require(EVP_DigestInit_ex2(hash, sha256_method(), nullptr) == 1, "start SHA-256");
}

void update(EVP_MD_CTX* hash, std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(hash, bytes.data(), bytes.size()) == 1, "SHA-256");
}

Digest finish(EVP_MD_CTX* hash) {
  Digest digest;
  require(EVP_DigestFinal_ex(hash, raw(digest), nullptr) == 1, "finish SHA-256");
  return digest;
}

constexpr std::string_view purpose_prefix = "stimmbuch/v1/";

std::array<char, 4> length_prefix(std::size_t length) {
  if (length > UINT32_MAX) throw std::length_error("a field of a hash is longer than 4 GiB");
  return {static_cast<char>(length >> 24), static_cast<char>(length >> 16), static_cast<char>(length >> 8),
          static_cast<char>(length)};
}

// Hands the joined fields to `put(std::string_view)`, piece by piece.
template <class Put>
void join(std::string_view purpose, std::initializer_list<std::string_view> fields, Put put) {
  const auto put_length = [&](std::size_t length) {
    const auto prefix = length_prefix(length);
    put(std::string_view{prefix.data(), prefix.size()});
  };
  put_length(purpose_prefix.size() + purpose.size());
  put(purpose_prefix);
  put(purpose);
  for (const auto field : fields) {
    put_length(field.size());
    put(field);
  }
}

// Collects small pieces, since each call into OpenSSL costs about as much as hashing a block.
class Feed {
 public:
  explicit Feed(EVP_MD_CTX* hash) : hash_{hash} {}

  void operator()(std::string_view piece) {
    if (piece.size() > buffer_.size() - held_) flush();
    if (piece.size() > buffer_.size()) return update(hash_, bytes_of(piece));
    std::ranges::copy(piece, buffer_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += piece.size();
  }

  void flush() {
    if (held_ > 0) update(hash_, bytes_of({buffer_.data(), held_}));
    held_ = 0;
  }

 private:
  EVP_MD_CTX* hash_;
  std::array<char, 512> buffer_;
  std::size_t held_ = 0;
};

Key private_key(const Secret& seed) {
  return made<Key>(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed.bytes()), Secret::size),
                   "Ed25519 seed");
}

}  // namespace

void wipe(std::span<std::byte> bytes) {
  OPENSSL_cleanse(bytes.data(), bytes.size());
}

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
}

bool equal_in_constant_time(std::span<const std::byte> a, std::span<const std::byte> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void random_bytes(std::span<std::byte> bytes) {
  struct Block {
    std::array<std::byte, 4096> bytes;
    std::size_t used = sizeof bytes;

    ~Block() { wipe(bytes); }
  };
  thread_local Block block;

  const auto generate = [](std::span<std::byte> target) {
    require(RAND_bytes(raw(target), static_cast<int>(target.size())) == 1, "random bytes");
  };
  if (bytes.size() > block.bytes.size() / 16) {
    constexpr std::size_t at_most = 1 << 30;
    for (; bytes.size() > at_most; bytes = bytes.subspan(at_most)) generate(bytes.first(at_most));
    return generate(bytes);
  }
  if (bytes.size() > block.bytes.size() - block.used) {
    generate(block.bytes);
    block.used = 0;
  }
  const auto taken = std::span{block.bytes}.subspan(block.used, bytes.size());
  std::ranges::copy(taken, bytes.begin());
  wipe(taken);
  block.used += bytes.size();
}

std::string random_id() {
  std::array<std::byte, 16> bytes;
  random_bytes(bytes);
  return to_base64url(bytes);
}

Secret::Secret(std::span<const std::byte, size> bytes) {
  std::ranges::copy(bytes, bytes_.begin());
}

Secret::~Secret() {
  wipe(bytes_);
}

Secret Secret::random() {
  std::array<std::byte, size> bytes;
  random_bytes(bytes);
  const Secret secret{bytes};
  wipe(bytes);
  return secret;
}

std::optional<Secret> Secret::from(std::span<const std::byte> bytes) {
  if (bytes.size() != size) return std::nullopt;
  return Secret{bytes.first<size>()};
}

Digest sha256(std::span<const std::byte> bytes) {
  return sha256({bytes});
}

Digest sha256(std::initializer_list<std::span<const std::byte>> parts) {
  auto* const hash = working_hash();
  start(hash);
  for (const auto& part : parts) update(hash, part);
  return finish(hash);
}

Commitment commit(std::string_view text, std::span<const std::byte, 32> salt) {
  return sha256({salt, bytes_of(text)});
}

std::string joined(std::string_view purpose, std::initializer_list<std::string_view> fields) {
  std::string bytes;
  join(purpose, fields, [&](std::string_view piece) { bytes.append(piece); });
  return bytes;
}

// HMAC is hash(key ⊕ outer ‖ hash(key ⊕ inner ‖ message)). The two hashes behind their first block, which is
// the key's, are kept and copied for each message; that is several times faster than OpenSSL's own HMAC
// objects.
struct Mac::States {
  Hash inner = new_hash();
  Hash outer = new_hash();
};

Mac::Mac(const Secret& key) {
  constexpr std::size_t block_size = 64;
  const auto after_key = [&](EVP_MD_CTX* hash, std::byte pad) {
    std::array<std::byte, block_size> block;
    block.fill(pad);
    std::ranges::transform(key.bytes(), block.begin(), [&](std::byte b) { return b ^ pad; });
    start(hash);
    update(hash, block);
    wipe(block);
  };
  auto states = std::make_unique<States>();
  after_key(states->inner.get(), std::byte{0x36});
  after_key(states->outer.get(), std::byte{0x5c});
  states_ = std::move(states);
}

Mac::Mac(Mac&&) noexcept = default;
Mac& Mac::operator=(Mac&&) noexcept = default;
Mac::~Mac() = default;

Digest Mac::operator()(std::string_view purpose, std::initializer_list<std::string_view> fields) const {
  auto* const hash = working_hash();
  require(EVP_MD_CTX_copy_ex(hash, states_->inner.get()) == 1, "copy hash");
  Feed feed{hash};
  join(purpose, fields, [&](std::string_view piece) { feed(piece); });
  feed.flush();
  const auto inner = finish(hash);
  require(EVP_MD_CTX_copy_ex(hash, states_->outer.get()) == 1, "copy hash");
  update(hash, inner);
  return finish(hash);
}

namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
// EVP counts in int.
constexpr std::size_t sealable_max = 1 << 30;

int length(std::string_view text) {
  if (text.size() > sealable_max) throw std::length_error("too long to be sealed");
  return static_cast<int>(text.size());
}

Cipher new_cipher() {
  return made<Cipher>(EVP_CIPHER_CTX_new(), "new cipher");
}

}  // namespace

std::string counter_mode(const Secret& key, std::span<const std::byte, 16> block, std::string_view text) {
  std::string result(text.size(), '\0');
  const auto cipher = new_cipher();
  int written = 0;
  require(EVP_EncryptInit_ex2(cipher.get(), aes_256_ctr(), raw(key.bytes()), raw(block), nullptr) == 1 &&
              EVP_EncryptUpdate(cipher.get(), raw(result), &written, raw(text), length(text)) == 1 &&
              EVP_EncryptFinal_ex(cipher.get(), raw(result) + written, &written) == 1,
          "counter mode");
  return result;
}

std::string seal(const Secret& key, std::string_view plain, std::string_view associated) {
  std::string sealed(nonce_size + plain.size() + tag_size, '\0');
  random_bytes(std::as_writable_bytes(std::span{sealed}.first(nonce_size)));

  const auto cipher = new_cipher();
  auto* const body = raw(sealed) + nonce_size;
  int written = 0;
  require(EVP_EncryptInit_ex2(cipher.get(), aes_256_gcm(), raw(key.bytes()), raw(sealed), nullptr) == 1 &&
              EVP_EncryptUpdate(cipher.get(), nullptr, &written, raw(associated), length(associated)) == 1 &&
              EVP_EncryptUpdate(cipher.get(), body, &written, raw(plain), length(plain)) == 1 &&
              EVP_EncryptFinal_ex(cipher.get(), body + plain.size(), &written) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, body + plain.size()) == 1,
          "seal");
  return sealed;
}

std::optional<std::string> unseal(const Secret& key, std::string_view sealed, std::string_view associated) {
  if (sealed.size() < sealed_overhead) return std::nullopt;
  const auto nonce = sealed.substr(0, nonce_size);
  const auto body = sealed.substr(nonce_size, sealed.size() - sealed_overhead);
  std::string tag{sealed.substr(sealed.size() - tag_size)};
  std::string plain(body.size(), '\0');

  const auto cipher = new_cipher();
  int written = 0;
  require(EVP_DecryptInit_ex2(cipher.get(), aes_256_gcm(), raw(key.bytes()), raw(nonce), nullptr) == 1 &&
              EVP_DecryptUpdate(cipher.get(), nullptr, &written, raw(associated), length(associated)) == 1 &&
              EVP_DecryptUpdate(cipher.get(), raw(plain), &written, raw(body), length(body)) == 1 &&
              EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, raw(tag)) == 1,
          "unseal");
  if (EVP_DecryptFinal_ex(cipher.get(), raw(plain) + plain.size(), &written) == 1) return plain;
  ERR_clear_error();  // this is an answer; left in the thread's queue it would look like another's failure
  wipe(plain);
  return std::nullopt;
}

PublicKey public_key(const Secret& seed) {
  PublicKey key;
  std::size_t size = key.size();
  require(EVP_PKEY_get_raw_public_key(private_key(seed).get(), raw(key), &size) == 1, "Ed25519 public key");
  return key;
}

Signature sign(const Secret& seed, std::span<const std::byte> message) {
  const auto key = private_key(seed);
  const auto context = new_hash();
  Signature signature;
  std::size_t size = signature.size();
  require(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
              EVP_DigestSign(context.get(), raw(signature), &size, raw(message), message.size()) == 1,
          "Ed25519 sign");
  return signature;
}

bool verify(const PublicKey& key, std::span<const std::byte> message, const Signature& signature) {
  const auto public_part =
      made<Key>(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key), key.size()), "Ed25519 key");
  const auto context = new_hash();
  require(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_part.get()) == 1, "Ed25519");
  const bool good =
      EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
  if (!good) ERR_clear_error();
  return good;
}

}  // namespace stimmbuch::crypto
