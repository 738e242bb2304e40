#include "generation_views.hpp"

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

void GenerationViews::stage(rocksdb::WriteBatch& batch, std::vector<std::string>& documents) const {
  for (const auto& [key, value] : changes_) {
    require(value ? batch.Put(key, *value) : batch.Delete(key));
    const auto own = std::string_view(key).substr(prefix_.size());
    if (own.starts_with(document_prefix)) documents.emplace_back(own.substr(document_prefix.size()));
  }
}

}  // namespace stimmbuch::projections
