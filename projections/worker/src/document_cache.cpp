#include "document_cache.hpp"

namespace stimmbuch::projections {

std::size_t DocumentCache::bytes_of(const Entry& entry) {
  constexpr std::size_t bookkeeping = 256;
  return entry.key.size() + entry.document->bytes.size() + bookkeeping;
}

void DocumentCache::erase(Entries::iterator entry) {
  bytes_ -= bytes_of(*entry);
  index_.erase(entry->key);
  entries_.erase(entry);
}

DocumentCache::Found DocumentCache::find(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return {nullptr, epoch_};
  entries_.splice(entries_.begin(), entries_, found->second);
  return {found->second->document, epoch_};
}

void DocumentCache::put(std::string_view key, std::shared_ptr<const Document> document, std::uint64_t epoch) {
  const std::lock_guard lock(mutex_);
  if (epoch != epoch_ || index_.contains(key)) return;
  entries_.push_front({std::string(key), std::move(document)});
  index_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes_of(entries_.front());
  while (bytes_ > bytes_max_) erase(std::prev(entries_.end()));
}

}  // namespace stimmbuch::projections
