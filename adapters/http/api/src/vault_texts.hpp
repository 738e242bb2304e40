#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/domain/stream.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::http::api {

// The row of the vault with the newest name of a citizen; nothing if there is none.
using NameRow = std::function<std::optional<std::string>(std::string_view citizen)>;

// A text that a record of the stream committed to; nothing if it was destroyed. Reads from disk.
std::optional<std::string> text_in_vault(const runner::Vault& vault, const StreamId& stream,
                                         Revision revision, std::string_view field);

// Whether a document refers to texts of the vault: {"$text":"text/<subject>/<revision>/<field>"}, or
// {"$name":"<citizen>"}.
bool refers_to_texts(std::string_view document);

// The document with each reference replaced by its text, or by null where the text was destroyed. Reads from
// disk.
std::string with_texts(std::string_view document, const runner::Vault& vault, const NameRow& name_row);

}  // namespace stimmbuch::http::api
