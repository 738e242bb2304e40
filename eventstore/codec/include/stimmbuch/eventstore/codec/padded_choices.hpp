#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/domain/ballot_event.hpp"

// The writing of choices that is sealed: as an open record would hold them, and spaces up to a length that
// all ballots of a poll have.
namespace stimmbuch::codec {

// Throws std::logic_error if the writing is longer than `bytes` (ballot::sealed_bytes of the poll).
std::string padded_choices(const ballot::Choices& choices, std::size_t bytes);

// Strict: nothing for anything but what `padded_choices` writes.
std::optional<ballot::Choices> read_padded_choices(std::string_view padded);

}  // namespace stimmbuch::codec
