#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stimmbuch/projections/folds/views.hpp"
#include "view_database.hpp"

namespace stimmbuch::projections {

// The rows of one generation: what the store holds, beneath what was changed since the last commit.
class GenerationViews final : public Views {
 public:
  GenerationViews(const ViewDatabase& database, const Generation& generation)
      : database_(&database), prefix_(generation.rows_prefix()) {}

  std::optional<std::string> get(std::string_view key) override;
  void put(std::string_view key, std::string value) override {
    changes_.insert_or_assign(full(key), std::move(value));
  }
  void erase(std::string_view key) override { changes_.insert_or_assign(full(key), std::nullopt); }
  // Looks at all changes since the last commit besides.
  void each(std::string_view prefix,
            const std::function<void(std::string_view key, std::string_view value)>& visit) override;

  // Adds the changes to the batch, and the ids of the documents among them to `documents`.
  void stage(rocksdb::WriteBatch& batch, std::vector<std::string>& documents) const;

  // Forgets the changes: they were committed, or are to be made again.
  void clear() { changes_.clear(); }

 private:
  std::string full(std::string_view key) const { return std::string(prefix_).append(key); }

  const ViewDatabase* database_;
  std::string prefix_;
  std::unordered_map<std::string, std::optional<std::string>> changes_;  // by full key; nothing: erased
};

}  // namespace stimmbuch::projections
