#include "generation_views.hpp"

#include <map>

namespace stimmbuch::projections {

namespace {

void require(const rocksdb::Status& status) {
  if (!status.ok()) throw ViewFault("the view store: " + status.ToString());
}

}  // namespace

std::optional<std::string> GenerationViews::get(std::string_view key) {
  const std::string stored = full(key);
  if (const auto change = changes_.find(stored); change != changes_.end()) return change->second;
  return database_->get(stored);
}

void GenerationViews::each(std::string_view prefix,
                           const std::function<void(std::string_view, std::string_view)>& visit) {
  const std::string stored = full(prefix);
  std::map<std::string_view, const std::optional<std::string>*> changed;  // by the key behind the prefix
  for (const auto& [key, value] : changes_) {
    if (key.starts_with(stored)) changed.emplace(std::string_view(key).substr(stored.size()), &value);
  }
  auto change = changed.begin();
  const auto visit_changed = [&] {
    if (*change->second) visit(change->first, **change->second);
    ++change;
  };
  for (RowCursor row(*database_, stored); row.valid(); row.next()) {
    while (change != changed.end() && change->first < row.key()) visit_changed();
    if (change != changed.end() && change->first == row.key()) {
      visit_changed();
    } else {
      visit(row.key(), row.value());
    }
  }
  while (change != changed.end()) visit_changed();
}

void GenerationViews::stage(rocksdb::WriteBatch& batch, std::vector<std::string>& documents) const {
  for (const auto& [key, value] : changes_) {
    require(value ? batch.Put(key, *value) : batch.Delete(key));
    const auto own = std::string_view(key).substr(prefix_.size());
    if (own.starts_with(document_prefix)) documents.emplace_back(own.substr(document_prefix.size()));
  }
}

}  // namespace stimmbuch::projections
