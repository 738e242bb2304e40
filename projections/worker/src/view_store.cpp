#include "stimmbuch/projections/worker/view_store.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <xxhash.h>

#include "view_store_parts.hpp"

namespace stimmbuch::projections {

namespace {

std::string etag_of(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  std::string etag;
  for (const unsigned char byte : canonical.digest) etag.append({hex[byte >> 4], hex[byte & 15]});
  return etag;
}

// Calls `read(generation)` for the live generation, again if it was replaced meanwhile: its rows may be gone
// then.
template <class Read>
auto read_live(const LiveProjection& live, Read read) -> std::expected<decltype(read(1U)), Rebuilding> {
  while (true) {
    const auto generation = live.generation.load();
    if (generation == 0) return std::unexpected(Rebuilding{});
    auto result = read(generation);
    if (live.generation.load() == generation) return result;
  }
}

}  // namespace

std::string cache_key(std::string_view projection, std::uint32_t generation, std::string_view id) {
  return Generation{std::string(projection), generation}.rows_prefix().append(id);
}

LiveProjection& ViewStore::Parts::of(std::string_view projection) {
  const auto found =
      std::ranges::find(live, projection, [](const LiveProjection& one) { return one.projection.name; });
  if (found == live.end()) throw std::invalid_argument("no projection: " + std::string(projection));
  return *found;
}

std::expected<std::unique_ptr<ViewStore>, std::string> ViewStore::open(
    const ViewStoreOptions& options, std::span<const Projection> projections) {
  auto database = ViewDatabase::open(options.directory, options.block_cache_bytes);
  if (!database) return std::unexpected(database.error());
  auto parts = std::unique_ptr<Parts>(
      new Parts{std::move(*database), DocumentCache(options.document_cache_bytes), {}});
  for (const Projection& projection : projections) parts->live.emplace_back(projection);
  return std::unique_ptr<ViewStore>(new ViewStore(std::move(parts)));
}

ViewStore::ViewStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

ViewStore::~ViewStore() = default;

Position ViewStore::floor() const {
  Position furthest{};
  for (const auto& [generation, row] : parts_->database->generations())
    furthest = std::max(furthest, row.position);
  return furthest;
}

std::expected<DocumentRead, Rebuilding> ViewStore::document(std::string_view projection,
                                                            std::string_view id) const {
  const LiveProjection& live = parts_->of(projection);
  return read_live(live, [&](std::uint32_t generation) {
    // Read first: the document may be newer than this position, never older.
    const Position position = live.position.load();
    const std::string key = cache_key(projection, generation, id);
    auto [document, epoch] = parts_->cache.find(key);
    if (document) return DocumentRead{std::move(document), position};
    const std::string prefix = Generation{std::string(projection), generation}.rows_prefix();
    auto bytes = parts_->database->get(std::string(prefix).append(document_prefix).append(id));
    if (!bytes) return DocumentRead{nullptr, position};
    std::string etag = etag_of(*bytes);
    document = std::make_shared<const Document>(std::move(*bytes), std::move(etag));
    parts_->cache.put(key, document, epoch);
    return DocumentRead{std::move(document), position};
  });
}

std::expected<RowsRead, Rebuilding> ViewStore::rows(std::string_view projection, std::string_view prefix,
                                                    std::string_view after, std::size_t limit) const {
  const LiveProjection& live = parts_->of(projection);
  return read_live(live, [&](std::uint32_t generation) {
    RowsRead page{{}, {}, live.position.load()};
    const ViewDatabase& database = *parts_->database;
    const auto moment = database.snapshot();
    const std::string all = Generation{std::string(projection), generation}.rows_prefix();
    const std::string begin = std::string(all).append(prefix);
    RowCursor row(database, begin, after.empty() ? std::string() : std::string(begin).append(after), moment);
    for (; row.valid() && page.rows.size() < limit; row.next()) {
      const auto other = referred_row(row.value());
      page.rows.emplace_back(row.key(), other ? database.get(std::string(all).append(*other), moment).value()
                                              : std::string(row.value()));
    }
    if (row.valid() && limit > 0) page.next = page.rows.back().first;
    return page;
  });
}

std::optional<Position> ViewStore::position(std::string_view projection) const {
  const LiveProjection& live = parts_->of(projection);
  const Position position = live.position.load();
  return live.generation.load() == 0 ? std::nullopt : std::optional(position);
}

}  // namespace stimmbuch::projections
