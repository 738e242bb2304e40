#include "support/ledger_testing.hpp"

#include <cstdlib>
#include <stdexcept>

#include "stimmbuch/eventstore/tlog/tree.hpp"

namespace stimmbuch::eventstore::testing {

TemporaryDirectory::TemporaryDirectory() {
  auto name = (std::filesystem::temp_directory_path() / "stimmbuch-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string_view subject_of(std::string_view record) {
  return record.substr(0, std::min(record.find('|'), record.size()));
}

std::string record_of(std::string_view subject, std::string_view rest) {
  return std::string(subject) + "|" + std::string(rest);
}

std::expected<Position, AppendError> try_append(Ledger& ledger, const std::vector<std::string>& records) {
  std::vector<NewRecord> group;
  for (const auto& record : records) group.push_back({subject_of(record), record});
  return ledger.append(group);
}

Position append(Ledger& ledger, const std::vector<std::string>& records) {
  const auto last = try_append(ledger, records);
  if (!last) throw std::runtime_error("append refused: " + last.error().detail);
  return *last;
}

Records records_between(const Ledger& ledger, Position after, Position up_to) {
  Records found;
  ledger.read(after, up_to, [&](Position position, std::string_view record) {
    found.emplace_back(number(position), record);
    return true;
  });
  return found;
}

Records all_records(const Ledger& ledger) {
  return records_between(ledger, before_first, end_of_time);
}

Records stream_of(const Ledger& ledger, std::string_view subject) {
  Records found;
  ledger.read_stream(subject, [&](Position position, std::string_view record) {
    found.emplace_back(number(position), record);
    return true;
  });
  return found;
}

void expect_tree_of_records(const Ledger& ledger) {
  tlog::Edge edge;
  std::vector<tlog::Hash> leaves;
  ledger.synced().read(before_first, end_of_time, [&](Position, std::string_view record) {
    leaves.push_back(tlog::leaf_hash(record));
    edge.append(leaves.back(), [](auto...) {});
    return true;
  });
  EXPECT_EQ(tlog::Tree(ledger.tiles(), edge.size()).root(), edge.root());
  for (std::uint64_t first = 0; first < leaves.size(); first += tlog::tile_width) {
    const auto tile = tlog::tile_at(leaves.size(), 0, first / tlog::tile_width);
    const auto begin = leaves.begin() + static_cast<std::ptrdiff_t>(first);
    EXPECT_EQ(ledger.tiles().read(tile), (std::vector<tlog::Hash>{begin, begin + tile.width}));
  }
}

OpenOptions options_for(const std::filesystem::path& directory) {
  OpenOptions options;
  options.directory = directory;
  options.subject_of = subject_of;
  options.cache_bytes = std::size_t{8} << 20;
  options.disk_floor_bytes = 0;
  return options;
}

RocksLedger::Internals small_sizes() {
  RocksLedger::Internals internals;
  internals.write_buffer_bytes = 64 << 10;
  internals.index_table_records = 100;
  internals.head_file_interval = 1ms;
  internals.disk_check_interval = 0ms;
  return internals;
}

std::unique_ptr<RocksLedger> open_ledger(const OpenOptions& options,
                                         const RocksLedger::Internals& internals) {
  auto ledger = RocksLedger::open(options, internals);
  if (!ledger) throw std::runtime_error("open refused: " + ledger.error().detail);
  return std::move(*ledger);
}

}  // namespace stimmbuch::eventstore::testing
