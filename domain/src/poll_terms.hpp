#pragma once

#include <expected>
#include <vector>

#include "bounds.hpp"
#include "stimmbuch/domain/poll.hpp"

// What the terms and options of a poll may say.
namespace stimmbuch::poll {

// The bytes that an option takes in a record at most.
std::size_t written_bytes_max(const Option& option);

std::expected<void, Rejection> check_terms(const Terms& terms, const ledger::State& ledger, Time now);

// Whether `added` may stand behind `present`.
std::expected<void, Rejection> check_options(const Terms& terms, const std::vector<Option>& present,
                                             const std::vector<Option>& added);

}  // namespace stimmbuch::poll
