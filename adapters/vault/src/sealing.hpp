#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::vault {

// How values are sealed: version (1) ‖ key id (4) ‖ nonce ‖ ciphertext ‖ tag, with the database's key as
// associated data, so that no value can be moved. While the vault is sealed anew it opens what is sealed
// under the former keys, too. Never changes; from any thread.
class Sealing {
 public:
  explicit Sealing(const WrappingKeys& keys);

  bool opens(runner::RowClass row_class) const {
    return row_class == runner::RowClass::texts || secrets_.has_value();
  }
  // Whether there are former keys.
  bool is_changing() const { return texts_.former.has_value(); }

  // Under the newest key. Throws std::logic_error if the class is one that this node has no key for.
  std::string seal(runner::RowClass row_class, std::string_view key, std::string_view plain) const;
  // Throws VaultFault, and std::logic_error as `seal` does.
  std::string unseal(runner::RowClass row_class, std::string_view key, std::string_view stored) const;
  bool is_under_newest(runner::RowClass row_class, std::string_view stored) const;

 private:
  // One wrapping key, and the front of all values sealed under it.
  struct Wrapper {
    explicit Wrapper(const crypto::Secret& wrapping_key);

    crypto::Secret key;
    std::string header;
  };
  struct OfClass {
    Wrapper newest;
    std::optional<Wrapper> former;
  };

  static OfClass of_class(const crypto::Secret& key, const std::optional<crypto::Secret>& next);
  const OfClass& at(runner::RowClass row_class) const;

  OfClass texts_;
  // Also seals owners' entries and notes, which tell who somebody is.
  std::optional<OfClass> secrets_;
};

}  // namespace stimmbuch::vault
