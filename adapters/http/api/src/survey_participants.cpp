#include "survey_participants.hpp"

#include <algorithm>
#include <utility>

#include "json_input.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
// On average at most; pseudonyms are hashes.
constexpr std::uint64_t group_size = 4096;
constexpr std::size_t group_name_max = 4;

}  // namespace

std::string first_group(std::uint64_t participants) {
  std::string group;
  for (auto left = participants; left > group_size; left /= alphabet.size()) group += alphabet.front();
  return group;
}

std::optional<std::string> next_group(std::string group) {
  for (std::size_t i = group.size(); i-- > 0;) {
    const auto place = alphabet.find(group[i]) + 1;
    if (place < alphabet.size()) {
      group[i] = alphabet[place];
      return group;
    }
    group[i] = alphabet.front();
  }
  return std::nullopt;
}

bool is_group(std::string_view text) {
  return text.size() <= group_name_max && text.find_first_not_of(alphabet) == std::string_view::npos;
}

std::optional<std::uint64_t> participants_of(const projections::ViewStore& views, const SurveyId& survey) {
  const auto read = views.document(surveys_view, projections::survey_results_id(survey));
  if (!read || !read->document) return std::nullopt;
  return Json::parse(read->document->bytes).at("respondents").get<std::uint64_t>();
}

std::optional<std::vector<Participant>> read_group(const Reads& reads, const SurveyId& survey,
                                                   const std::string& group, const crypto::Mac& key,
                                                   const TakesParticipant& takes) {
  std::vector<Participant> participants;
  const auto take = [&](std::string_view rest, const std::string& text) {
    const auto voter = VoterId::parse(std::string(group).append(rest));
    if (!voter) return;
    const auto row = projections::read_standing(text);
    const auto respondent = vault::respondent(key, *voter);
    if (takes(respondent, row)) participants.push_back({respondent, *voter, row.revision});
  };
  if (!reads.each_row(surveys_view, projections::standing_prefix(survey.text()) + group, take))
    return std::nullopt;
  std::ranges::sort(participants, {}, &Participant::respondent);
  return participants;
}

}  // namespace stimmbuch::http::api
