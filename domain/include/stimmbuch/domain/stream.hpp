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

// What the people of a phase think of what is said in it. Each kind is a contest of its own.
enum class OpinionKind { support, rating, report };

// The opinions of one kind in one phase.
struct OpinionsId {
  ProjectId project;
  PhaseId phase;
  OpinionKind kind = OpinionKind::support;

  friend bool operator==(const OpinionsId&, const OpinionsId&) = default;
  friend auto operator<=>(const OpinionsId&, const OpinionsId&) = default;
};

// The opinions of one participant.
template <OpinionKind Kind>
struct ParticipantId {
  ProjectId project;
  PhaseId phase;
  VoterId voter;

  friend bool operator==(const ParticipantId&, const ParticipantId&) = default;
};
using SupportsId = ParticipantId<OpinionKind::support>;
using RatingsId = ParticipantId<OpinionKind::rating>;
using ReportsId = ParticipantId<OpinionKind::report>;

// The answers of one participant in a survey.
struct AnswersId {
  SurveyId survey;
  VoterId voter;

  friend bool operator==(const AnswersId&, const AnswersId&) = default;
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
//   support/<project>/<phase>/<voter>  rating/…  report/…
//   survey/<id>  answers/<survey>/<voter>  document/<id>
using StreamId =
    std::variant<LedgerId, CitizenId, ProjectId, PollId, BallotId, RollPartId, OpeningPartId, ContributionId,
                 SupportsId, RatingsId, ReportsId, SurveyId, AnswersId, DocumentId>;

std::string subject(const StreamId& stream);

// Where people take part under pseudonyms, with a secret that makes them and an end.
using ContestId = std::variant<PollId, OpinionsId, SurveyId>;

// The contest that the stream of a participant belongs to; nothing for any other stream.
std::optional<ContestId> contest_of(const StreamId& stream);

// <poll>, support/<project>/<phase> and its like, or survey/<survey>: the name of a contest.
std::string contest_name(const ContestId& contest);
// Strict: nothing for anything but what `contest_name` writes.
std::optional<ContestId> parse_contest_name(std::string_view name);

// The stream that a subject names; nothing if the text is not a subject.
std::optional<StreamId> parse_subject(std::string_view subject);

}  // namespace stimmbuch
