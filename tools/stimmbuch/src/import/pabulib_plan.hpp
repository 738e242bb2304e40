#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/tools/import/pabulib_reader.hpp"

namespace stimmbuch::program {

// How a Pabulib file becomes commands of one imported poll.
struct PabulibPlan {
  std::string poll;
  std::string content_hash;
  std::vector<OptionId> option_ids;  // by the file's project
  std::string cast_at;               // of every ballot: the file has no time for each
  bool by_points = false;
  std::vector<std::string> setup;  // commands up to the opening, each behind the one before
  std::string close;
  std::string count;
  std::string no_selection_because;  // empty: the engine has the file's rule
};

struct PabulibSource {
  std::string name;                 // of the file, without directory and endings
  std::string content_hash;         // hexadecimal
  std::optional<std::string> poll;  // the id to use; absent: one that follows from name and content
};

// `now` decides only whether the file's dates are past. The error is a sentence.
std::expected<PabulibPlan, std::string> plan_pabulib(const import::PabulibHead& head,
                                                     const PabulibSource& source, Time now);

// The command for a ballot, the `row`-th of the file; nothing, and in `refused` why, for one that says
// nothing.
std::optional<std::string> ballot_command(const PabulibPlan& plan, const import::PabulibBallot& ballot,
                                          std::uint64_t row, std::string& refused);

// How a tally compares with the figures in the file. Absent: not to be compared.
struct PublishedComparison {
  std::optional<bool> votes;
  std::optional<bool> score;
  std::optional<bool> selected;
  std::vector<std::string> differences;  // sentences
  std::vector<std::string> reasons;      // why something is absent
};

// `repeats`: how often ballots named a project again. The files count such namings, the engine does not, so
// they are taken off the published figures.
PublishedComparison compare_with_published(const PabulibPlan& plan, const import::PabulibHead& head,
                                           const Json& tally,
                                           const std::map<std::string, std::int64_t>& repeats);

}  // namespace stimmbuch::program
