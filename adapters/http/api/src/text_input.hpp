#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "json_input.hpp"
#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/eventstore/runner/submission.hpp"

// Texts of a body that belong in the vault: each is kept with a random salt, and its commitment returned for
// the record. Those of one command have at most 32 KiB together.
namespace stimmbuch::http::api {

using VaultTexts = std::vector<runner::VaultText>;

constexpr std::size_t texts_bytes_max = 32 * 1024;

// Keeps a text under a field.
Commitment kept_text(std::string field, std::string text, VaultTexts& texts);
// The same of a member, if it is not too long.
Commitment keep_text(Members& in, std::string_view member, std::string field, std::string text,
                     VaultTexts& texts);

// Those of the members that are there.
Commitments take_texts(Members& in, std::initializer_list<std::string_view> fields, VaultTexts& texts);

// The member, if it is there.
Commitments take_bounded_text(Members& in, std::string_view field, std::size_t bytes_max, VaultTexts& texts);

// Texts by language, `<member>/<language>`.
Commitments take_localized(Members& in, std::string_view member, VaultTexts& texts);

// A description is one text, or texts by language. `place` stands before the fields in the vault, where one
// command brings several descriptions.
Commitments take_description(Members& in, const std::string& place, VaultTexts& texts);

}  // namespace stimmbuch::http::api
