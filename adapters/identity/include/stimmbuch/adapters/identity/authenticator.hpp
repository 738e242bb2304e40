#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/identity/local_tokens.hpp"
#include "stimmbuch/adapters/identity/openid_issuers.hpp"
#include "stimmbuch/adapters/identity/principal.hpp"
#include "stimmbuch/adapters/vault/lru_cache.hpp"
#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"

namespace stimmbuch::identity {

// Tells who makes a request. What was verified once is remembered until it expires, by the hash of the token,
// for as many tokens as it has capacity; those used last stay.
//
// From any thread.
class Authenticator {
 public:
  // `tokens` and `issuers` must outlive this.
  Authenticator(const LocalTokens& tokens, OpenIdIssuers& issuers, const crypto::Secret& subject_secret,
                std::size_t capacity);

  // `authorization` is the value of the request's header, empty if it has none.
  std::expected<std::shared_ptr<const Principal>, AuthError> authenticate(std::string_view authorization,
                                                                          Time now);

  // Reads the issuers' keys again and forgets what was verified with the earlier ones. The answer is as that
  // of OpenIdIssuers::reload.
  std::vector<std::string> reload();

 private:
  struct FirstBytes {
    std::size_t operator()(const crypto::Digest& digest) const;
  };

  std::shared_ptr<const Principal> remembered(const crypto::Digest& token, Time now);
  void remember(const crypto::Digest& token, std::shared_ptr<const Principal> principal,
                std::uint64_t generation);
  std::uint64_t generation();
  std::shared_ptr<const Principal> principal_of(Grant grant) const;

  const LocalTokens& tokens_;
  OpenIdIssuers& issuers_;
  const crypto::Mac subject_mac_;

  std::mutex mutex_;
  vault::LruCache<crypto::Digest, std::shared_ptr<const Principal>, FirstBytes> known_;
  // Counts reloads, so that none is undone by a verification that began before it.
  std::uint64_t generation_ = 0;
};

}  // namespace stimmbuch::identity
