#include "consistency_token.hpp"

#include <charconv>
#include <span>

#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::string_view prefix = "v1.";
constexpr std::size_t text_size_max = 200;

template <class Number>
bool parse_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string to_text(const ConsistencyToken& token) {
  const std::string plain = std::string(token.ledger.text()) + '.' + std::to_string(token.epoch) + '.' +
                            std::to_string(number(token.position));
  return std::string(prefix) + to_base64url(std::as_bytes(std::span(plain)));
}

std::string TokensOf::at(Position position) const {
  return to_text({ledger_, epochs_->of(position), position});
}

std::optional<ConsistencyToken> parse_consistency_token(std::string_view text) {
  if (text.size() > text_size_max || !text.starts_with(prefix)) return std::nullopt;
  const auto bytes = from_base64url(text.substr(prefix.size()));
  if (!bytes) return std::nullopt;
  const std::string_view plain(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  const auto last = plain.rfind('.');
  const auto middle = last == std::string_view::npos ? last : plain.rfind('.', last - 1);
  if (middle == std::string_view::npos || last == 0) return std::nullopt;
  const auto ledger = LedgerId::parse(plain.substr(0, middle));
  std::uint32_t epoch = 0;
  std::uint64_t position = 0;
  if (!ledger || !parse_number(plain.substr(middle + 1, last - middle - 1), epoch) ||
      !parse_number(plain.substr(last + 1), position)) {
    return std::nullopt;
  }
  return ConsistencyToken{*ledger, epoch, Position{position}};
}

}  // namespace stimmbuch::http::api
