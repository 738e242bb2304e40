#include "sealing.hpp"

#include <span>
#include <stdexcept>
#include <utility>

#include "vault_format.hpp"

namespace stimmbuch::vault {

namespace {

using Kind = VaultError::Kind;

constexpr char value_version = 1;
constexpr std::size_t value_header_size = 1 + 4;

std::string associated(std::string_view key) {
  return crypto::joined("row", {key});
}

}  // namespace

Sealing::Wrapper::Wrapper(const crypto::Secret& wrapping_key) : key{wrapping_key} {
  const auto id = crypto::Mac{key}("key-id", {});
  header = std::string{value_version}.append(crypto::text_of(std::span{id}.first<4>()));
}

Sealing::Sealing(const WrappingKeys& keys) : texts_{of_class(keys.texts, keys.next_texts)} {
  if (keys.secrets) secrets_.emplace(of_class(*keys.secrets, keys.next_secrets));
}

Sealing::OfClass Sealing::of_class(const crypto::Secret& key, const std::optional<crypto::Secret>& next) {
  if (next) return {Wrapper{*next}, Wrapper{key}};
  return {Wrapper{key}, std::nullopt};
}

const Sealing::OfClass& Sealing::at(runner::RowClass row_class) const {
  if (row_class == runner::RowClass::texts) return texts_;
  if (!secrets_)
    throw std::logic_error("vault: what is asked for needs the key of secrets, which this node lacks");
  return *secrets_;
}

std::string Sealing::seal(runner::RowClass row_class, std::string_view key, std::string_view plain) const {
  const auto& newest = at(row_class).newest;
  return newest.header + crypto::seal(newest.key, plain, associated(key));
}

std::string Sealing::unseal(runner::RowClass row_class, std::string_view key, std::string_view stored) const {
  if (!stored.starts_with(value_version)) {
    throw VaultFault(Kind::damaged, shown(key) + " is of an unknown version");
  }
  const auto& keys = at(row_class);
  const Wrapper* wrapper = &keys.newest;
  if (!stored.starts_with(wrapper->header)) {
    if (!keys.former || !stored.starts_with(keys.former->header)) {
      throw VaultFault(Kind::wrong_key, shown(key) + " is sealed under another wrapping key");
    }
    wrapper = &*keys.former;
  }
  auto plain = crypto::unseal(wrapper->key, stored.substr(value_header_size), associated(key));
  if (!plain) throw VaultFault(Kind::damaged, shown(key) + " does not open: it was altered or moved");
  return *std::move(plain);
}

bool Sealing::is_under_newest(runner::RowClass row_class, std::string_view stored) const {
  return stored.starts_with(at(row_class).newest.header);
}

}  // namespace stimmbuch::vault
