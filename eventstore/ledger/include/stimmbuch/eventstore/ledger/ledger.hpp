#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "stimmbuch/eventstore/ledger/head.hpp"
#include "stimmbuch/eventstore/ledger/position.hpp"

namespace stimmbuch::tlog {
class Tiles;
}

namespace stimmbuch::eventstore {

// The longest record, in bytes. The shortest has one.
inline constexpr std::size_t max_record_bytes = 65'535;

// A record to be appended: its bytes, one line without the newline, and the stream it belongs to.
struct NewRecord {
  std::string_view subject;
  std::string_view bytes;
};

struct AppendError {
  enum class Kind {
    disk_floor,  // Nothing was written: the disk is nearly full. Appending works again when space has been
                 // freed.
    failed,      // The outcome is unknown, and this ledger accepts nothing any more: end the process and open
                 // again.
  };
  Kind kind;
  std::string detail;
};

// A read met damage or an I/O error. What was handed out before is right; the process should end.
class LedgerFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Takes records in order of position until it returns false. The bytes live as long as the call.
using RecordVisitor = std::function<bool(Position, std::string_view record)>;

// When records become visible to readers.
enum class Visibility {
  when_synced,  // with the append that makes them durable
  when_shown,   // when show() is called, because they must be more than durable first
};

// The records of a log up to a head that never goes back. Any thread, at any time.
class Records {
 public:
  virtual ~Records() = default;

  // The last position that there is here.
  virtual Position head() const = 0;

  // Shows the visitor the records behind `after` up to `up_to`, both clipped to the head as it is at the
  // call. Returns the position of the last record shown, or `after`.
  virtual Position read(Position after, Position up_to, const RecordVisitor& visitor) const = 0;

  // The record at a position; nothing when that is not between 1 and the head.
  virtual std::optional<std::string> at(Position position) const = 0;

  // Shows the visitor the records of one stream, oldest first, up to the head as it is at the call.
  virtual void read_stream(std::string_view subject, const RecordVisitor& visitor) const = 0;

  // Blocks until head() > position, the deadline has passed, or the ledger is closed; returns head().
  virtual Position wait_beyond(Position position, std::chrono::steady_clock::time_point deadline) const = 0;

  // The listener is called, on the thread that raised it, whenever the head rises; see Head::subscribe.
  virtual Subscription on_head(Head::Listener listener) const = 0;
};

// The log: opaque records under gapless positions 1, 2, 3 …, each belonging to one stream, named by its
// subject. As Records it is what everybody may see: everything up to the visible head, which is durable, and
// more than that where its visibility asks for it. append() belongs to the one writer thread, show() to one
// thread.
class Ledger : public Records {
 public:
  // Appends all records, at least one, under the next positions, or none of them; returns the last position.
  // When it returns they are durable, by one sync for all. Throws std::invalid_argument when a record is
  // empty, longer than max_record_bytes or contains a newline.
  virtual std::expected<Position, AppendError> append(std::span<const NewRecord> records) = 0;

  // Everything that is durable, seen or not: for the writer, which decides on it, and for whoever brings it
  // to where it must be before it is shown. Lives as long as the ledger.
  virtual const Records& synced() const = 0;

  // The tree over the records, as far as they are durable: leaf n is the record at position n + 1. Written
  // together with them. Reading throws LedgerFault. Lives as long as the ledger.
  virtual const tlog::Tiles& tiles() const = 0;

  // Raises the visible head to a position that is synced; nothing happens when it is there already. Only
  // with Visibility::when_shown.
  virtual void show(Position up_to) = 0;

  // Ends all waits, those to come included, so that waiting threads can be joined. Everything else goes on.
  virtual void close() = 0;
};

}  // namespace stimmbuch::eventstore
