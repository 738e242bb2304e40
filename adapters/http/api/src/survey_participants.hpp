#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reads.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/projections/folds/surveys.hpp"

// Who takes part in a survey, read piece by piece in an order that says nothing. Auditors see pseudonyms with
// what they chose, so what people say must never be shown in the order of pseudonyms: participants are read
// in groups of pseudonyms that begin alike, few enough to be sorted in memory and many enough to hide in, and
// each group in an order that a key makes.
namespace stimmbuch::http::api {

inline constexpr std::string_view surveys_view = "surveys";  // the projection

// The name of a group is the beginning of its pseudonyms, of one length for all groups of a survey.
std::string first_group(std::uint64_t participants);
// The group behind it; nothing behind the last one.
std::optional<std::string> next_group(std::string group);
bool is_group(std::string_view text);

// How many take part, as the views know; nothing if they are being built, or know no such survey. Reads from
// disk.
std::optional<std::uint64_t> participants_of(const projections::ViewStore& views, const SurveyId& survey);

struct Participant {
  RespondentId respondent;  // under the key
  VoterId voter;
  Revision revision{};  // of what they answer
};

using TakesParticipant =
    std::function<bool(const RespondentId& respondent, const projections::StandingRow& row)>;

// Those of a group whom `takes` wants, sorted by respondent; nothing if the views are being built. Reads from
// disk.
std::optional<std::vector<Participant>> read_group(const Reads& reads, const SurveyId& survey,
                                                   const std::string& group, const crypto::Mac& key,
                                                   const TakesParticipant& takes);

}  // namespace stimmbuch::http::api
