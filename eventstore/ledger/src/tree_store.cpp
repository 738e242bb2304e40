#include "tree_store.hpp"

#include <array>
#include <cstring>

#include "big_endian.hpp"

namespace stimmbuch::eventstore {

namespace {

constexpr std::size_t hash_bytes = sizeof(tlog::Hash);

class NodeKey {
 public:
  NodeKey(unsigned level, std::uint64_t index) {
    const BigEndian number(index);
    bytes_[0] = static_cast<char>(level);
    std::memcpy(&bytes_[1], number.slice().data(), number.slice().size());
  }
  rocksdb::Slice slice() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, 1 + sizeof(std::uint64_t)> bytes_;
};

void require_read(const rocksdb::Status& status) {
  if (!status.ok()) throw LedgerFault("reading the tree: " + status.ToString());
}

tlog::Hash hash_at(const rocksdb::Slice& bytes, std::size_t index) {
  tlog::Hash hash;
  std::memcpy(hash.data(), bytes.data() + index * hash_bytes, hash_bytes);
  return hash;
}

// The leaves up to the end of a run, and how many of them are in it.
struct Run {
  std::uint64_t end;
  std::uint64_t leaves;
};

Run run_at(const rocksdb::Iterator& at) {
  const auto key = at.key();
  const auto bytes = at.value().size();
  const Run run{.end = key.size() == sizeof(std::uint64_t) ? BigEndian::read(key.data()) : 0,
                .leaves = bytes / hash_bytes};
  if (bytes % hash_bytes != 0 || run.leaves == 0 || run.leaves > run.end)
    throw LedgerFault("the tree has a damaged row of leaves");
  return run;
}

std::uint64_t leaves_in(const RecordLog& log) {
  const std::unique_ptr<rocksdb::Iterator> at(log.database().NewIterator({}, log.leaves()));
  at->SeekToLast();
  require_read(at->status());
  return at->Valid() ? run_at(*at).end : 0;
}

}  // namespace

TreeStore::TreeStore(RecordLog& log) : log_(log), edge_(tlog::Tree(*this, leaves_in(log)).edge()) {}

void TreeStore::stage_leaf(rocksdb::WriteBatch& batch, std::string_view record) {
  edge_.append(tlog::leaf_hash(record), [&](unsigned level, std::uint64_t index, const tlog::Hash& hash) {
    if (level == 0) {
      run_ += crypto::text_of(hash);
    } else if (level % tlog::tile_height == 0) {
      batch.Put(log_.nodes(), NodeKey(level / tlog::tile_height, index).slice(), crypto::text_of(hash));
    }
  });
  if (edge_.size() % tlog::tile_width == 0) stage_run(batch);
}

void TreeStore::stage_run(rocksdb::WriteBatch& batch) {
  if (run_.empty()) return;
  batch.Put(log_.leaves(), BigEndian(edge_.size()).slice(), run_);
  run_.clear();
}

void TreeStore::stage_cut(rocksdb::WriteBatch& batch, std::uint64_t size) const {
  auto& db = log_.database();
  const std::unique_ptr<rocksdb::Iterator> leaves(db.NewIterator({}, log_.leaves()));
  for (leaves->Seek(BigEndian(size + 1).slice()); leaves->Valid(); leaves->Next()) {
    const Run run = run_at(*leaves);
    const auto begin = run.end - run.leaves;
    if (begin < size)
      batch.Put(log_.leaves(), BigEndian(size).slice(),
                {leaves->value().data(), (size - begin) * hash_bytes});
    batch.Delete(log_.leaves(), leaves->key());
  }
  require_read(leaves->status());
  const std::unique_ptr<rocksdb::Iterator> nodes(db.NewIterator({}, log_.nodes()));
  for (nodes->SeekToFirst(); nodes->Valid(); nodes->Next()) {
    const auto level = static_cast<unsigned char>(nodes->key()[0]);
    const auto kept = tlog::hashes_at(level, size);
    if (BigEndian::read(nodes->key().data() + 1) >= kept) batch.Delete(log_.nodes(), nodes->key());
  }
  require_read(nodes->status());
}

std::vector<tlog::Hash> TreeStore::read_leaves(std::uint64_t first, unsigned count) const {
  std::vector<tlog::Hash> hashes;
  rocksdb::ReadOptions options;
  const BigEndian bound(first + tlog::tile_width + 1);  // no run reaches from one tile into the next
  const auto bound_slice = bound.slice();
  options.iterate_upper_bound = &bound_slice;
  const std::unique_ptr<rocksdb::Iterator> at(log_.database().NewIterator(options, log_.leaves()));
  for (at->Seek(BigEndian(first + 1).slice()); at->Valid() && hashes.size() < count; at->Next()) {
    const Run run = run_at(*at);
    if (run.end - run.leaves != first + hashes.size()) break;
    for (std::size_t i = 0; i < run.leaves && hashes.size() < count; ++i)
      hashes.push_back(hash_at(at->value(), i));
  }
  require_read(at->status());
  return hashes;
}

std::vector<tlog::Hash> TreeStore::read(const tlog::Tile& tile) const {
  const auto first = tile.index * tlog::tile_width;
  std::vector<tlog::Hash> hashes;
  if (tile.level == 0) {
    hashes = read_leaves(first, tile.width);
  } else {
    const std::unique_ptr<rocksdb::Iterator> at(log_.database().NewIterator({}, log_.nodes()));
    for (at->Seek(NodeKey(tile.level, first).slice()); at->Valid() && hashes.size() < tile.width;
         at->Next()) {
      if (at->key() != NodeKey(tile.level, first + hashes.size()).slice() || at->value().size() != hash_bytes)
        break;
      hashes.push_back(hash_at(at->value(), 0));
    }
    require_read(at->status());
  }
  if (hashes.size() != tile.width) throw LedgerFault("the tree lacks hashes of " + path_of(tile));
  return hashes;
}

}  // namespace stimmbuch::eventstore
