#include "backup/ledger_check.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "first_record.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"
#include "stimmbuch/eventstore/tlog/tree.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t cache_bytes = std::size_t{32} << 20;

}  // namespace

std::expected<std::unique_ptr<eventstore::RocksLedger>, Failure> open_ledger(
    const std::filesystem::path& directory) {
  eventstore::OpenOptions options;
  options.directory = directory;
  options.subject_of = codec::subject_of;
  options.cache_bytes = cache_bytes;
  options.disk_floor_bytes = 0;
  auto opened = eventstore::RocksLedger::open(options);
  if (!opened) return failed(ExitCode::failed, std::move(opened.error().detail));
  return std::move(*opened);
}

std::expected<void, Failure> check_records(const eventstore::RocksLedger& log, Console& console,
                                           const std::stop_token& stop) try {
  const auto size = number(log.head());
  tlog::Edge edge;
  std::vector<tlog::Hash> leaves;  // of the tile of the next record
  std::optional<Position> wrong;
  Meter meter = console.meter("records checked", size);
  const auto last = log.read(before_first, log.head(), [&](Position position, std::string_view record) {
    const auto index = number(position) - 1;
    const auto place = index % tlog::tile_width;
    if (place == 0) leaves = log.tiles().read(tlog::tile_at(size, 0, index / tlog::tile_width));
    const auto leaf = tlog::leaf_hash(record);
    if (leaf != leaves.at(place)) {
      wrong = position;
      return false;
    }
    edge.append(leaf, [](unsigned, std::uint64_t, const tlog::Hash&) {});
    if (place == 0) meter.update(index);
    return !stop.stop_requested();
  });
  meter.finish(number(last));
  if (wrong) {
    return failed(
        ExitCode::differences,
        fmt::format("the record at position {} is not the one whose hash the log has: it was altered",
                    number(*wrong)));
  }
  if (stop.stop_requested()) return failed(ExitCode::failed, "the check was given up");
  if (last != log.head())
    return failed(ExitCode::differences,
                  fmt::format("the log has no record behind position {}", number(last)));
  if (edge.root() != tlog::Tree(log.tiles(), size).root())
    return failed(ExitCode::differences, "the log's tree is not that of its records");
  return {};
} catch (const std::exception& error) {
  return failed(ExitCode::differences, error.what());
}

std::expected<void, Failure> check_checkpoint(const eventstore::RocksLedger& log,
                                              const tlog::SignedCheckpoint& checkpoint) try {
  const auto opened = tlog::open_checkpoint(to_text(checkpoint.note), log_keys(log));
  if (!opened) return failed(ExitCode::differences, opened.error());
  const auto& [origin, size, root] = checkpoint.checkpoint;
  if (tlog::Tree(log.tiles(), size).root() == root) return {};
  return failed(ExitCode::differences,
                fmt::format("its first {} records are not those that {} has signed", size, origin));
} catch (const std::exception& error) {
  return failed(ExitCode::failed, error.what());
}

}  // namespace stimmbuch::program
