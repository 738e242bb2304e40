#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stimmbuch/domain/basics.hpp"

// The cryptography of the engine: few primitives of OpenSSL in the one shape in which they are used here. All
// functions may be called from any thread. Failures of the library itself (no entropy, no memory) are faults:
// std::runtime_error.
namespace stimmbuch::crypto {

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}
inline std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Overwrites bytes in a way that no compiler leaves out.
void wipe(std::span<std::byte> bytes);
void wipe(std::string& text);

// True if both are equal; takes the same time wherever they differ.
bool equal_in_constant_time(std::span<const std::byte> a, std::span<const std::byte> b);

// ---- chance

// Fills `bytes` from the operating system's generator by way of OpenSSL. Small requests are served from a
// block of each thread, wiped as it is used up. Processes do not fork after the first call.
void random_bytes(std::span<std::byte> bytes);

// 128 random bits as an id of 22 characters.
std::string random_id();

// ---- secrets

// 32 secret bytes: a key. Wiped when it ends; cannot be printed by accident.
class Secret {
 public:
  static constexpr std::size_t size = 32;

  explicit Secret(std::span<const std::byte, size> bytes);
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret();

  static Secret random();
  // Nothing if there are not exactly 32 bytes.
  static std::optional<Secret> from(std::span<const std::byte> bytes);

  std::span<const std::byte, size> bytes() const { return bytes_; }

  friend bool operator==(const Secret& a, const Secret& b) {
    return equal_in_constant_time(a.bytes_, b.bytes_);
  }
  friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

 private:
  std::array<std::byte, size> bytes_;
};

// ---- hashes

using Digest = std::array<std::byte, 32>;

Digest sha256(std::span<const std::byte> bytes);

// Of the parts, one behind the other.
Digest sha256(std::initializer_list<std::span<const std::byte>> parts);

// SHA-256(salt ‖ text), without lengths between: what a record holds of a text in the vault.
Commitment commit(std::string_view text, std::span<const std::byte, 32> salt);

// How we join what is hashed or authenticated together: each field behind its length in 4 bytes, big-endian,
// the first field being stimmbuch/v1/<purpose>. So no two lists of fields, and no two purposes, give the same
// bytes.
std::string joined(std::string_view purpose, std::initializer_list<std::string_view> fields);

// HMAC-SHA256 of joined fields under one key. Prepared once; a call costs about 0.3 µs, from any number of
// threads.
class Mac {
 public:
  explicit Mac(const Secret& key);
  Mac(Mac&&) noexcept;
  Mac& operator=(Mac&&) noexcept;
  ~Mac();

  Digest operator()(std::string_view purpose, std::initializer_list<std::string_view> fields) const;

 private:
  struct States;
  std::unique_ptr<const States> states_;
};

// ---- sealing

constexpr std::size_t sealed_overhead = 12 + 16;

// AES-256-GCM under a random nonce: nonce (12) ‖ ciphertext ‖ tag (16). The random nonce bounds a key to 2^32
// sealings. `associated` is authenticated but not part of the result.
std::string seal(const Secret& key, std::string_view plain, std::string_view associated);

// What was sealed; nothing if key, associated data or a bit of it is another.
std::optional<std::string> unseal(const Secret& key, std::string_view sealed, std::string_view associated);

// AES-256-CTR from this first counter block: the same again gives the plain text back. It hides and does not
// authenticate, so a key and a block serve for one text only, and something else must bind it.
std::string counter_mode(const Secret& key, std::span<const std::byte, 16> block, std::string_view text);

// ---- signatures (Ed25519, RFC 8032). A key pair is its seed: Secret::random() makes one.

using Signature = std::array<std::byte, 64>;

PublicKey public_key(const Secret& seed);
Signature sign(const Secret& seed, std::span<const std::byte> message);
bool verify(const PublicKey& key, std::span<const std::byte> message, const Signature& signature);

}  // namespace stimmbuch::crypto
