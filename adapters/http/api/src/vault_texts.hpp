#pragma once

#include <string>
#include <string_view>

#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::http::api {

// Whether a document refers to texts of the vault: {"$text":"text/<subject>/<revision>/<field>"}.
bool refers_to_texts(std::string_view document);

// The document with each reference replaced by its text, or by null where the text was destroyed. Reads from
// disk.
std::string with_texts(std::string_view document, const runner::Vault& vault);

}  // namespace stimmbuch::http::api
