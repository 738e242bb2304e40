#include "record_lines.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

}  // namespace

ChunkSource record_lines(const eventstore::Records& log, Position after, Position up_to) {
  return [&log, at = after, up_to]() mutable -> std::optional<std::string> {
    std::string piece;
    at = log.read(at, up_to, [&](Position, std::string_view record) {
      piece.append(record).append(1, '\n');
      return piece.size() < piece_bytes;
    });
    if (piece.empty()) return std::nullopt;
    return piece;
  };
}

}  // namespace stimmbuch::http::api
