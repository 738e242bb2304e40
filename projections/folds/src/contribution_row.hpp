#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "document.hpp"
#include "stimmbuch/domain/contribution.hpp"

// What the projection of contributions keeps of each, and how it is shown.
namespace stimmbuch::projections {

// An event of the contribution that documents show. The revision names its texts in the vault.
template <class Event>
struct Past {
  Moment recorded;
  Revision revision{};
  Event event;
};

struct Version {
  Moment recorded;
  Revision revision{};
  bool photo = false;  // whether the vault has one of it
};

// Where an annotation stands in a version of its document behind its own; nothing: it is lost there.
struct Stand {
  std::uint32_t version = 2;
  std::optional<std::uint32_t> from;
};

// By what lists are sorted; the more, the further up.
struct Scores {
  std::int64_t supported =
      0;  // supporters of a proposal; of a comment who rates it up, less who rates it down
  std::int64_t controversial = 0;  // people on the smaller of the two sides

  friend bool operator==(const Scores&, const Scores&) = default;
};

struct ContributionRow {
  contribution::State contribution;
  Moment submitted;
  std::optional<ContributionId> parent;
  std::optional<contribution::Amendment> amends;
  std::string language;
  std::optional<SurveyId> survey;
  std::optional<document::Passage> passage;
  std::vector<Stand> stands;
  std::optional<CategoryId> category;
  std::vector<Version> versions;
  std::vector<Past<contribution::Answered>> answers;
  std::optional<Past<contribution::Withdrawn>> withdrawal;
  std::optional<Past<contribution::Merged>> merging;
  std::optional<Moment> removed;
  std::vector<Past<contribution::Hidden>> hidings;
  std::vector<Past<contribution::Appealed>> appeals;
  std::vector<Past<contribution::AppealDecided>> decisions;
  std::vector<ContributionId> merged_from;
  std::int64_t replies = 0;     // that were released at some time
  std::int64_t amendments = 0;  // the same
  std::int64_t supports = 0;    // of itself, that count
  std::int64_t supporters = 0;  // people with one of these, or of what was merged into it
  Counters ratings;
  Counters reports;                            // by reason, since they were last dismissed
  bool waits = false;                          // whether it lies in the list of what waits to be released
  bool listed = false;                         // whether it lies in the lists of its project
  std::optional<Scores> scores;                // by which it is listed
  std::optional<std::int64_t> listed_reports;  // under how many it lies in the list of what was reported
  bool provisional = false;
  Position reflects{};
};

// What everybody may read, in lists without the text of proposals. Before the first release there is nothing
// that anybody may.
std::string contribution_document(std::string_view id, const ContributionRow& row, const LedgerRow& ledger);
std::string contribution_summary(std::string_view id, const ContributionRow& row, const LedgerRow& ledger);

// A mark as a GeoJSON feature, with its summary as properties.
std::string mark_feature(std::string_view id, const ContributionRow& row, const LedgerRow& ledger);

// For moderators and the author: all versions, and everything that was said about it.
std::string full_contribution_document(std::string_view id, const ContributionRow& row,
                                       const LedgerRow& ledger);

}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <class Event>
inline constexpr auto members<projections::Past<Event>> = std::tuple{
    inlined(&projections::Past<Event>::recorded), required("revision", &projections::Past<Event>::revision),
    required("event", &projections::Past<Event>::event)};
template <>
inline constexpr auto members<projections::Version> = std::tuple{
    inlined(&projections::Version::recorded), required("revision", &projections::Version::revision),
    unless("photo", &projections::Version::photo, false)};
template <>
inline constexpr auto members<projections::Stand> =
    std::tuple{required("version", &projections::Stand::version), if_any("from", &projections::Stand::from)};
template <>
inline constexpr auto members<projections::Scores> =
    std::tuple{required("supported", &projections::Scores::supported),
               required("controversial", &projections::Scores::controversial)};
template <>
inline constexpr auto members<projections::ContributionRow> =
    std::tuple{required("contribution", &projections::ContributionRow::contribution),
               required("submitted", &projections::ContributionRow::submitted),
               if_any("parent", &projections::ContributionRow::parent),
               if_any("amends", &projections::ContributionRow::amends),
               if_any("language", &projections::ContributionRow::language),
               if_any("survey", &projections::ContributionRow::survey),
               if_any("passage", &projections::ContributionRow::passage),
               if_any("stands", &projections::ContributionRow::stands),
               if_any("category", &projections::ContributionRow::category),
               if_any("versions", &projections::ContributionRow::versions),
               if_any("answers", &projections::ContributionRow::answers),
               if_any("withdrawal", &projections::ContributionRow::withdrawal),
               if_any("merging", &projections::ContributionRow::merging),
               if_any("removed", &projections::ContributionRow::removed),
               if_any("hidings", &projections::ContributionRow::hidings),
               if_any("appeals", &projections::ContributionRow::appeals),
               if_any("decisions", &projections::ContributionRow::decisions),
               if_any("merged_from", &projections::ContributionRow::merged_from),
               unless("replies", &projections::ContributionRow::replies, 0),
               unless("amendments", &projections::ContributionRow::amendments, 0),
               unless("supports", &projections::ContributionRow::supports, 0),
               unless("supporters", &projections::ContributionRow::supporters, 0),
               if_any("ratings", &projections::ContributionRow::ratings),
               if_any("reports", &projections::ContributionRow::reports),
               if_any("scores", &projections::ContributionRow::scores),
               if_any("listed_reports", &projections::ContributionRow::listed_reports),
               unless("waits", &projections::ContributionRow::waits, false),
               unless("listed", &projections::ContributionRow::listed, false),
               unless("provisional", &projections::ContributionRow::provisional, false),
               required("reflects", &projections::ContributionRow::reflects)};

}  // namespace stimmbuch::codec
