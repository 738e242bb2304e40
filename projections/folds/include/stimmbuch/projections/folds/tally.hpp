#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "stimmbuch/projections/folds/fold.hpp"

// The tally of each poll, from its opening on.
//
//   document/<poll>        the public tally (docs/formats/views.md)
//   turnout/<poll>/<hour>  how many ballots were cast, replaced and withdrawn in an hour, "2026-05-03T10"
//
// The figures of a poll that is still open are those of the last `live_step`th ballot record, so that who
// watches one person vote does not read the choice off the tally; imported polls show every ballot.
// `counted_to` says up to which position ballots are in the figures; `reflects` is the position of the record
// that changed the document last. Turnout tells nothing of choices and is never held back. Of a sealed poll
// the document shows nothing else until all its ballots are opened.
namespace stimmbuch::projections {

Projection tally_projection();

// The rows of one poll's turnout lie behind this prefix, by hour.
std::string turnout_prefix(const PollId& poll);

// {"poll","purpose","items":[{"hour","cast","replaced","withdrawn"}…]} from rows of the poll's turnout (hour
// and value).
std::string turnout_document(const PollId& poll, ledger::Purpose purpose,
                             std::span<const std::pair<std::string, std::string>> rows);

}  // namespace stimmbuch::projections
