#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/domain/contribution.hpp"
#include "stimmbuch/projections/folds/fold.hpp"

// Every contribution as everybody may read it, and as moderators and its author see it; the lists of them;
// and what moderators did.
//
//   document/<contribution>              as everybody may read it (docs/formats/views.md); none while it
//                                        waits for its first release
//   document/moderation/<contribution>   with everything about it
//   summary/<proposal>                   what lists have of a proposal; of other kinds it is the document
//   feature/<mark>                       a mark that is shown, as a GeoJSON feature
//
// Lists; their rows stand for those above:
//
//   project/<project>/<kind>/<rank>      summaries of what is shown and answers nothing, newest first
//   phase/<project>/<phase>/<kind>/<rank>
//   supported/<list>…                    the lists above and of replies by supporters; of comments by those
//                                        who rate them up, less those who rate them down
//   controversial/<list>…                the same by the number of people on the smaller side
//   replies/<contribution>/<position>    the comments on it, oldest first; also those that were taken away
//   survey/<survey>/<position>           the same, of comments on a survey's results
//   annotations/<document>/<position>    the same, of annotations to a document
//   marks/<list>…                        the lists of marks above, as GeoJSON features
//   amendments/<contribution>/<position>
//   author/<citizen>/<rank>              with everything, newest first
//   pending/<position>                   with everything; what waits to be released, oldest first
//   reported/<rank>                      with everything; what was reported, most often first
//
// And:
//
//   moderation/<rank>                    what moderators did, newest first, without names
//   supporter/<proposal>/<pseudonym>     how many of the proposals that were merged into this one, itself
//                                        included, somebody supports
//   name/<citizen>                       the row of the vault with the newest name
namespace stimmbuch::projections {

Projection contributions_projection();

std::string contributions_prefix(const ProjectId& project, const std::optional<PhaseId>& phase,
                                 contribution::Kind kind);
// A list in another order than its own.
enum class Sorting { newest, supported, controversial };
std::string sorted_prefix(std::string_view list, Sorting sorting);
std::string replies_prefix(const ContributionId& contribution);
std::string survey_comments_prefix(const SurveyId& survey);
std::string annotations_prefix(const DocumentId& document);
// The marks of a list, as GeoJSON features.
std::string marks_prefix(const ProjectId& project, const std::optional<PhaseId>& phase);
std::string amendments_prefix(const ContributionId& contribution);
std::string contributions_by_prefix(const CitizenId& author);
std::string name_prefix(std::string_view citizen);
inline constexpr std::string_view reported_prefix = "reported/";
inline constexpr std::string_view pending_prefix = "pending/";
inline constexpr std::string_view moderation_prefix = "moderation/";

// The document, by its id among those of the projection.
std::string document_for_moderators(const ContributionId& contribution);

}  // namespace stimmbuch::projections
