#include "stimmbuch/adapters/identity/local_tokens.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::identity {

namespace {

using std::chrono::floor;
using std::chrono::seconds;

constexpr std::string_view version = "sb1.";
// Between two clocks of one town.
constexpr seconds leeway{60};

// In the payload: each string behind its length in one byte, times as seconds in 8 bytes big-endian, then a
// random number that makes every token another.
struct Payload {
  std::string_view ledger;
  std::string_view role;
  std::string_view subject;
  seconds issued;
  seconds expires;
};

constexpr std::size_t number_size = 16;

void put_string(std::string& bytes, std::string_view text) {
  bytes.push_back(static_cast<char>(text.size()));
  bytes.append(text);
}

void put_time(std::string& bytes, seconds time) {
  const auto number = static_cast<std::uint64_t>(time.count());
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>((number >> shift) & 255));
}

std::string written(const Payload& payload) {
  std::string bytes;
  put_string(bytes, payload.ledger);
  put_string(bytes, payload.role);
  put_string(bytes, payload.subject);
  put_time(bytes, payload.issued);
  put_time(bytes, payload.expires);
  std::array<std::byte, number_size> number;
  crypto::random_bytes(number);
  return bytes.append(crypto::text_of(number));
}

// Takes the parts of a payload from the front; once one is missing all further ones are.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_{bytes} {}

  std::string_view take(std::size_t size) {
    good_ = good_ && rest_.size() >= size;
    if (!good_) return {};
    const auto front = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return front;
  }

  std::string_view string() {
    const auto size = take(1);
    return size.empty() ? size : take(static_cast<unsigned char>(size.front()));
  }

  // Up to the year 292 000, so that it fits in a Time.
  seconds time() {
    std::uint64_t number = 0;
    for (const char c : take(8)) number = (number << 8) | static_cast<unsigned char>(c);
    good_ =
        good_ && number <= static_cast<std::uint64_t>(floor<seconds>(Time::max().time_since_epoch()).count());
    return seconds{good_ ? static_cast<std::int64_t>(number) : 0};
  }

  bool ended_well() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<Payload> parse(std::string_view bytes) {
  Reader reader{bytes};
  Payload payload;
  payload.ledger = reader.string();
  payload.role = reader.string();
  payload.subject = reader.string();
  payload.issued = reader.time();
  payload.expires = reader.time();
  reader.take(number_size);
  if (!reader.ended_well()) return std::nullopt;
  return payload;
}

crypto::Digest tag_of(const crypto::Mac& mac, std::string_view payload) {
  return mac("token", {payload});
}

std::unexpected<AuthError> refused(AuthFault fault, std::string_view text) {
  return std::unexpected(AuthError{fault, text});
}

}  // namespace

LocalTokens::LocalTokens(const LedgerId& ledger, ledger::Purpose purpose, const crypto::Secret& token_key)
    : ledger_{ledger}, purpose_{purpose}, mac_{token_key} {}

std::expected<std::string, MintError> LocalTokens::mint(Role role, std::string_view subject, seconds ttl,
                                                        Time now) const {
  const auto fail = [](MintError::Kind kind, std::string_view text) {
    return std::unexpected(MintError{kind, text});
  };
  if (role == Role::citizen && purpose_ == ledger::Purpose::town) {
    return fail(
        MintError::Kind::citizen_in_town,
        "The ledger of a town mints no tokens for citizens, so that nobody can act for one. Citizens sign in "
        "with an OpenID issuer: configure one, or try things out with a ledger of purpose demo.");
  }
  if (!is_subject(subject)) {
    return fail(MintError::Kind::subject_invalid, "A subject has 1 to 255 bytes without control characters.");
  }
  if (ttl < seconds{1} || ttl > ttl_max) {
    return fail(MintError::Kind::ttl_invalid, "A token is valid for at least a second and at most 366 days.");
  }
  const auto issued = floor<seconds>(now.time_since_epoch());
  const auto payload = written({.ledger = ledger_.text(),
                                .role = name_of(role),
                                .subject = subject,
                                .issued = issued,
                                .expires = issued + ttl});
  return std::string{version}
      .append(to_base64url(crypto::bytes_of(payload)))
      .append(1, '.')
      .append(to_base64url(tag_of(mac_, payload)));
}

bool LocalTokens::is_local(std::string_view token) {
  return token.starts_with(version);
}

std::expected<Grant, AuthError> LocalTokens::verify(std::string_view token, Time now) const {
  const auto malformed = [] { return refused(AuthFault::malformed, "The token is malformed."); };
  const auto foreign = [] { return refused(AuthFault::foreign, "The token was not minted by this ledger."); };

  if (token.size() > token_size_max || !is_local(token)) return malformed();
  token.remove_prefix(version.size());
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return malformed();
  const auto bytes = from_base64url(token.substr(0, dot));
  crypto::Digest tag;
  if (!bytes || !from_base64url(token.substr(dot + 1), tag)) return malformed();

  // Nothing in the payload is believed before its MAC.
  const auto payload_bytes = crypto::text_of(*bytes);
  if (!crypto::equal_in_constant_time(tag_of(mac_, payload_bytes), tag)) return foreign();
  const auto payload = parse(payload_bytes);
  if (!payload) return malformed();
  if (payload->ledger != ledger_.text()) return foreign();

  const auto role = parse_role(payload->role);
  if (!role || !is_subject(payload->subject)) return malformed();
  const Time issued{payload->issued};
  const Time expires{payload->expires};
  if (now < issued - leeway) return refused(AuthFault::not_yet_valid, "The token is not valid yet.");
  if (now >= expires) return refused(AuthFault::expired, "The token has expired.");
  return Grant{.roles = {*role},
               .issuer = std::string{local_issuer},
               .subject = std::string{payload->subject},
               .expires = expires};
}

}  // namespace stimmbuch::identity
