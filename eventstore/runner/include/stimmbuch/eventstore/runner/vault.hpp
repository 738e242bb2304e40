#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/position.hpp"
#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::runner {

// The two kinds of rows, each sealed under a wrapping key of its own: what people wrote, and who they are
// together with the secrets of the ledger.
enum class RowClass { texts, secrets };

// One row of the vault: its name is its address, `owners` are the people and things whose erasure destroys
// it.
struct VaultRow {
  RowClass row_class = RowClass::texts;
  std::string name;
  std::vector<std::string> owners;  // subjects: citizen/<id>, contribution/<id>, ballot/<poll>/<voter> …
  std::string value;
};

// text/<subject>/<revision>/<field>: the name of the row of a text that a record commits to.
std::string text_row_name(std::string_view subject, Revision revision, std::string_view field);

// The stream of such a row and the text within it; nothing if the name is none of a text.
struct TextRow {
  StreamId stream;
  TextName text;
};
std::optional<TextRow> parse_text_row_name(std::string_view name);

// What is personal or secret. Everything here can be destroyed; nothing of it is in the log.
//
// Threads: `write` and `recover` belong to the writer thread; `read` may be called from any.
class Vault {
 public:
  virtual ~Vault() = default;

  // Puts the rows that the records from `first` on need, all or none, durable on return. Throws
  // std::runtime_error when it cannot; the ledger's batch must then not be written.
  virtual void write(Position first, std::span<const VaultRow> rows) = 0;

  // The value of a row, opened; nothing if there is no such row. Throws std::runtime_error if the row is
  // there but does not open: a wrong key or a damaged vault.
  virtual std::optional<std::string> read(RowClass row_class, std::string_view name) const = 0;

  // Deletes the rows of the last `write` if its position is beyond the head: the crash came between the
  // vault's batch and the ledger's.
  virtual void recover(Position head) = 0;
};

}  // namespace stimmbuch::runner
