#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "audit/recount.hpp"
#include "export/signed_log.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/poll.hpp"

namespace stimmbuch::program {

// What a record is to the poll that it belongs to.
struct PollPart {
  std::string_view poll;   // its id, a view into the subject
  bool is_public = false;  // shown however few ballots there are
};

// The poll whose bundle a record with this subject is in; nothing for one that is in none. The one place that
// says what belongs to a poll.
std::optional<PollPart> poll_part(std::string_view subject);

// The count that a record is; nothing if it is none.
std::optional<poll::ResultComputed> count_in(std::string_view record);

// Ballots are shown from so many counted ones on; below, only the tally is.
constexpr std::int64_t ballots_shown_from = 10;

inline bool shows_ballots(const poll::Figures& figures) {
  return figures.counted() >= ballots_shown_from;
}

// What of a poll the files of a log have: all, or in a public export its bundle. Not found: such an export
// without the poll.
std::expected<RecordsOf, Failure> what_is_there_of(const PollId& poll, const FetchLogFile& fetch);

// Gives it, in order.
std::expected<void, Failure> for_each_record_of(const PollId& poll, const FetchLogFile& fetch,
                                                const tlog::Checkpoint& checkpoint, const UseRecord& use);

}  // namespace stimmbuch::program
