#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::test {

// The vault's contract in memory, for tests of what stands before it.
class MemoryVault final : public runner::Vault {
 public:
  void write(Position first, std::span<const runner::VaultRow> rows) override {
    const std::lock_guard lock{mutex_};
    std::vector<Key> keys;
    for (const auto& row : rows) {
      Key key{row.row_class, row.name};
      if (rows_.contains(key) || std::ranges::find(keys, key) != keys.end()) {
        throw std::logic_error(row.name + " is there already");
      }
      keys.push_back(std::move(key));
    }
    for (const auto& row : rows) rows_.emplace(Key{row.row_class, row.name}, row.value);
    last_ = {first, std::move(keys)};
  }

  std::optional<std::string> read(runner::RowClass row_class, std::string_view name) const override {
    const std::lock_guard lock{mutex_};
    const auto found = rows_.find(Key{row_class, name});
    if (found == rows_.end()) return std::nullopt;
    return found->second;
  }

  void recover(Position head) override {
    const std::lock_guard lock{mutex_};
    if (last_.first <= head) return;
    for (const auto& key : last_.second) rows_.erase(key);
    last_ = {};
  }

 private:
  using Key = std::pair<runner::RowClass, std::string>;

  mutable std::mutex mutex_;
  std::map<Key, std::string> rows_;
  std::pair<Position, std::vector<Key>> last_;
};

}  // namespace stimmbuch::test
