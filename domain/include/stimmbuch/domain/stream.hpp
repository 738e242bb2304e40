#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch {

// The ballot of one voter in one poll.
struct BallotId {
  PollId poll;
  VoterId voter;

  friend bool operator==(const BallotId&, const BallotId&) = default;
};

// The stream of an aggregate. Its text is the `subject` of the records:
//   ledger/<id>  citizen/<id>  project/<id>  poll/<id>  ballot/<poll>/<voter>
using StreamId = std::variant<LedgerId, CitizenId, ProjectId, PollId, BallotId>;

std::string subject(const StreamId& stream);

// The stream that a subject names; nothing if the text is not a subject.
std::optional<StreamId> parse_subject(std::string_view subject);

}  // namespace stimmbuch
