#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/runner/command_tag.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::runner {

using Salt = std::array<std::byte, 32>;

// A text that lies in the vault; the command carries its commitment under the same field.
struct VaultText {
  std::string field;
  std::string text;
  Salt salt;
};

// A text as a row holds it: salt ‖ text.
std::string text_row_value(const VaultText& text);
// The text in the value of such a row.
std::string_view text_of_row(std::string_view value);

// A command on its way to the writer thread, with everything that was computed at the edge.
struct Submission {
  StreamId stream;  // that the command addresses
  Command command;
  CommandTag tag;
  bool content_known = true;  // else the tag's content says nothing, and its id alone recognises a repeat
  Actor actor;
  std::optional<CitizenId> citizen = {};      // the person behind a voter; never recorded
  std::vector<VaultText> texts = {};          // of the first record
  std::vector<std::string> text_owners = {};  // whose erasure destroys these; none named: the stream
  std::vector<VaultRow> secrets = {};         // rows that must be there before the first record; those that
                                              // are, stay
  // The row that says which citizen an identity belongs to: the token's subject when registering, the
  // registry identity when verifying. Written with the first record if it is not there yet.
  std::optional<std::string> identity_row = {};
  // The row that is there while an account with this identity is being erased; then nobody gets it.
  std::optional<std::string> held_row = {};
  // The text that the command wants destroyed, by the name of its row; it must be there.
  std::optional<std::string> destroyed_text = {};
  std::optional<Revision> expected = {};  // refuse unless this is the stream's last revision
  // Refuse (poll_not_imported) if the poll addressed is one of citizens. Decided with the command, so that no
  // poll can come into being between a look and the writing.
  bool imported_only = false;
};

// The command took effect: durable, and visible to readers. A replay is the answer to a repeat of a command
// that took effect earlier, made from its records.
struct Accepted {
  StreamId stream;
  Position first;
  Position last;
  Revision revision;  // of the last record
  std::vector<Event> events;
  bool replayed = false;
};

// The command did not take effect, for no reason of the rules.
struct Failure {
  enum class Kind {
    key_reused,        // this actor used the key for other content on this stream
    revision_differs,  // the stream has moved on
    disk_nearly_full,  // nothing was written; works again when there is space
    clock_unreliable,  // wall clock and steady clock drifted apart
    outcome_unknown,   // a write failed: the process ends; ask again with the same key after its restart
    no_broker,         // the gate was closed; nothing was written
    no_leader,         // the same
    stopping,          // the process ends; nothing was written
  };
  Kind kind;
  std::optional<Revision> revision;  // revision_differs: the present one
};

using Outcome = std::variant<Accepted, Rejection, Failure>;

}  // namespace stimmbuch::runner
