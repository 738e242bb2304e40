#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::kafka {

// A record that cannot be the next one of the ledger. The text names its position.
class ForeignRecord : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Holds records that somebody else wrote against the ledger they claim to continue, before they are appended:
// canonical writing, position, revision in the stream, whole commands. Used by one thread, which is the only
// one that appends.
class RecordCheck {
 public:
  RecordCheck(const eventstore::Records& log, LedgerId ledger);

  // The next record, behind all that were taken before. Throws ForeignRecord. The view lives as long as the
  // bytes.
  codec::Envelope take(Position position, std::string_view key, std::string_view record);

  // Whether a record taken last ends its command.
  bool at_command_end() const { return open_command_.empty(); }

  // All that was taken is in the log now.
  void appended();

 private:
  std::uint32_t expected_revision(std::string_view subject);

  static constexpr std::size_t remembered_max = 100'000;

  const eventstore::Records& log_;
  const LedgerId ledger_;
  Position last_;
  std::string open_command_;  // of which more records must follow
  // The revision that comes next, of streams that lately had records.
  std::unordered_map<std::string, std::uint32_t> revisions_;
};

}  // namespace stimmbuch::kafka
