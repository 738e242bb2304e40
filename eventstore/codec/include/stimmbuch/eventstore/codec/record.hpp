#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/domain.hpp"

// A record: one event as one line of JSON, a CloudEvents 1.0 envelope in structured form in canonical writing
// (docs/formats/records.md). These bytes are what is stored, hashed, published and exported; nothing
// re-writes them.
namespace stimmbuch::codec {

// Without a newline.
constexpr std::size_t record_bytes_max = 65'535;

// The envelope of a record, as views into its bytes. What stands as text here is not read yet: ids, subject,
// command, actor and data may still be anything.
struct Envelope {
  std::string_view id;      // 16 random bytes, base64url; the record's salt too: shown to auditors only
  std::string_view ledger;  // of `source`, "/ledger/<ledger>"
  std::string_view type;    // "ballot.vote-cast.v1"
  std::string_view subject;
  Time time;
  Position position;  // `sequence`, 20 digits
  Revision revision;
  std::string_view command;  // 24 bytes, base64url
  std::string_view actor;
  bool more = false;  // further records of the same command follow
  std::string_view data;
};

// What of an envelope is not in the event.
struct NewEnvelope {
  std::array<std::byte, 16> id;
  LedgerId ledger;
  std::string_view subject;
  Time time;
  Position position;
  Revision revision;
  std::array<std::byte, 24> command;
  Actor actor;
  bool more = false;
};

// Why bytes are not a record of this ledger.
struct NotARecord {
  std::size_t offset;  // of the first byte that differs from canonical writing
  std::string what;
};

// Appends the record to `out`. The caller checks record_bytes_max: the domain's bounds keep every event below
// it.
void append_record(std::string& out, const NewEnvelope& envelope, const Event& event);

// Reads the envelope; strict, like everything here.
std::expected<Envelope, NotARecord> read_envelope(std::string_view record);

// Reads the data of an event, whatever its version, as the newest one. Fails for an unknown type or version.
std::expected<Event, NotARecord> read_event(const Envelope& envelope);

// The same for ballots only, into an event whose memory is used again: for whoever reads many.
std::expected<void, NotARecord> read_event(const Envelope& envelope, ballot::Event& event);

// What the fold needs beside the event.
std::expected<Recorded, NotARecord> recorded(const Envelope& envelope);

// The event of a record, read as strictly as the format is written: the envelope's ids, command and actor
// decode, its subject is a stream of the event's aggregate, and the record is byte for byte what
// `append_record` writes. For who did not write the records: audits and followers.
std::expected<Event, NotARecord> read_strictly(std::string_view record);

// The subject of a record of this ledger, without reading anything else; empty if there is none.
std::string_view subject_of(std::string_view record);

// The stored types, newest versions, in no order that means anything: "poll.drafted.v1".
std::vector<std::string> stored_types();

// The stored type of an event.
std::string_view type_of(const Event& event);

}  // namespace stimmbuch::codec
