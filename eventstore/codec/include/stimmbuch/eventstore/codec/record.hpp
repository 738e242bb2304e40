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

// The envelope of a record, as views into its bytes; every member is in its canonical form, `data` is not
// read yet.
struct Envelope {
  std::string_view
      id;  // 16 random bytes, base64url; also the record's salt: never shown to anyone but auditors
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

// What the fold needs beside the event.
std::expected<Recorded, NotARecord> recorded(const Envelope& envelope);

// The subject of a record of this ledger, without reading anything else; empty if there is none.
std::string_view subject_of(std::string_view record);

// The stored types, newest versions, in no order that means anything: "poll.drafted.v1".
std::vector<std::string> stored_types();

// The stored type of an event.
std::string type_of(const Event& event);

}  // namespace stimmbuch::codec
