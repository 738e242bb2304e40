#include "stimmbuch/eventstore/ledger/feed.hpp"

namespace stimmbuch::eventstore {

std::size_t Feed::next(Limits limits, std::chrono::steady_clock::time_point deadline,
                       const Visitor& visitor) {
  const auto head = log_->wait_beyond(cursor_, deadline);
  if (head <= cursor_ || limits.records == 0) return 0;
  std::size_t records = 0;
  std::size_t bytes = 0;
  log_->read(cursor_, head, [&](Position position, std::string_view record) {
    visitor(position, record);
    cursor_ = position;
    ++records;
    bytes += record.size();
    return records < limits.records && bytes < limits.bytes;
  });
  return records;
}

}  // namespace stimmbuch::eventstore
