#include "stimmbuch/adapters/identity/authenticator.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <utility>

#include "stimmbuch/adapters/vault/derive.hpp"

namespace stimmbuch::identity {

namespace {

// The token behind the scheme, which is written in any case; empty if the header holds none of this scheme.
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  const auto same_letter = [](unsigned char a, unsigned char b) { return std::tolower(a) == b; };
  if (!std::ranges::equal(authorization.substr(0, scheme.size()), scheme, same_letter)) return {};
  const auto token = authorization.find_first_not_of(' ', scheme.size());
  return token == std::string_view::npos ? std::string_view{} : authorization.substr(token);
}

}  // namespace

std::size_t Authenticator::FirstBytes::operator()(const crypto::Digest& digest) const {
  std::size_t hash;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

Authenticator::Authenticator(const LocalTokens& tokens, OpenIdIssuers& issuers,
                             const crypto::Secret& subject_secret, std::size_t capacity)
    : tokens_{tokens}, issuers_{issuers}, subject_mac_{subject_secret}, known_{capacity} {}

std::expected<std::shared_ptr<const Principal>, AuthError> Authenticator::authenticate(
    std::string_view authorization, Time now) {
  const auto token = bearer_token(authorization);
  if (token.empty()) return std::unexpected(AuthError{AuthFault::missing, "A bearer token is needed."});
  if (token.size() > token_size_max) {
    return std::unexpected(AuthError{AuthFault::malformed, "The token is longer than 8 KiB."});
  }
  const auto hash = crypto::sha256(crypto::bytes_of(token));
  if (auto known = remembered(hash, now)) return known;

  const auto began = generation();
  auto grant = LocalTokens::is_local(token) ? tokens_.verify(token, now) : issuers_.verify(token, now);
  if (!grant) return std::unexpected(grant.error());
  auto principal = principal_of(*std::move(grant));
  remember(hash, principal, began);
  return principal;
}

std::vector<std::string> Authenticator::reload() {
  auto failures = issuers_.reload();
  const std::lock_guard lock{mutex_};
  ++generation_;
  known_.clear();
  return failures;
}

std::shared_ptr<const Principal> Authenticator::remembered(const crypto::Digest& token, Time now) {
  const std::lock_guard lock{mutex_};
  const auto* principal = known_.find(token);
  if (principal == nullptr) return nullptr;
  if (now < (*principal)->grant.expires) return *principal;
  known_.erase(token);
  return nullptr;
}

void Authenticator::remember(const crypto::Digest& token, std::shared_ptr<const Principal> principal,
                             std::uint64_t generation) {
  const std::lock_guard lock{mutex_};
  if (generation == generation_) known_.insert(token, std::move(principal));
}

std::uint64_t Authenticator::generation() {
  const std::lock_guard lock{mutex_};
  return generation_;
}

std::shared_ptr<const Principal> Authenticator::principal_of(Grant grant) const {
  const auto rights = rights_of(grant.roles);
  const auto official = vault::official_id(subject_mac_, grant.issuer, grant.subject);
  auto identity_row = vault::identity_row_name(subject_mac_, grant.issuer, grant.subject);
  return std::make_shared<const Principal>(std::move(grant), rights, official, std::move(identity_row));
}

}  // namespace stimmbuch::identity
