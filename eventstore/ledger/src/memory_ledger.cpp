#include "stimmbuch/eventstore/ledger/memory_ledger.hpp"

#include <algorithm>
#include <mutex>

#include "new_record.hpp"

namespace stimmbuch::eventstore {

std::expected<Position, AppendError> MemoryLedger::append(std::span<const NewRecord> records) {
  require_appendable(records);
  Position last = head();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& record : records) {
      last = last + 1;
      records_.emplace_back(record.bytes);
      streams_.try_emplace(std::string(record.subject)).first->second.push_back(last);
    }
  }
  visible_.raise(last);
  return last;
}

Position MemoryLedger::read(Position after, Position up_to, const RecordVisitor& visitor) const {
  up_to = std::min(up_to, head());
  while (after < up_to) {
    const std::string* record = nullptr;
    {
      const std::shared_lock lock(mutex_);
      record = &records_[number(after)];
    }
    after = after + 1;
    if (!visitor(after, *record)) break;
  }
  return after;
}

std::optional<std::string> MemoryLedger::at(Position position) const {
  if (position == before_first || position > head()) return std::nullopt;
  const std::shared_lock lock(mutex_);
  return records_[number(position) - 1];
}

void MemoryLedger::read_stream(std::string_view subject, const RecordVisitor& visitor) const {
  const auto up_to = head();
  std::vector<Position> positions;
  {
    const std::shared_lock lock(mutex_);
    if (const auto stream = streams_.find(subject); stream != streams_.end()) positions = stream->second;
  }
  for (const auto position : positions)
    if (position > up_to || !visitor(position, *at(position))) return;
}

}  // namespace stimmbuch::eventstore
