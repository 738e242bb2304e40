#pragma once

#include <cstdint>
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

// One part, from 0, of what a closed poll is followed by and what no single command could write.
template <class Of>
struct PartId {
  PollId poll;
  std::uint32_t number = 0;

  friend bool operator==(const PartId&, const PartId&) = default;
};
using RollPartId = PartId<struct RollTag>;
using OpeningPartId = PartId<struct OpeningTag>;

// The stream of an aggregate. Its text is the `subject` of the records:
//   ledger/<id>  citizen/<id>  project/<id>  poll/<id>  ballot/<poll>/<voter>
//   roll/<poll>-<part>  opening/<poll>-<part>  contribution/<id>
using StreamId =
    std::variant<LedgerId, CitizenId, ProjectId, PollId, BallotId, RollPartId, OpeningPartId, ContributionId>;

std::string subject(const StreamId& stream);

// The stream that a subject names; nothing if the text is not a subject.
std::optional<StreamId> parse_subject(std::string_view subject);

}  // namespace stimmbuch
