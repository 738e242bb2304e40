#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "stimmbuch/tools/import/byte_source.hpp"
#include "stimmbuch/tools/import/csv_reader.hpp"
#include "stimmbuch/tools/import/read_error.hpp"

namespace stimmbuch::import {

// How a Pabulib file's ballots are written, after its `vote_type`.
enum class VoteType { choose_1, approval, ordinal, cumulative, scoring };

// What META allows a ballot to be; an absent bound is not stated there.
struct BallotBounds {
  std::optional<std::int64_t> min_length;  // number of projects
  std::optional<std::int64_t> max_length;
  std::optional<std::int64_t> min_points;  // of one project
  std::optional<std::int64_t> max_points;
  std::optional<std::int64_t> min_sum_points;
  std::optional<std::int64_t> max_sum_points;
};

using NamedTexts = std::vector<std::pair<std::string, std::string>>;

struct PabulibProject {
  std::string id;
  std::int64_t cost = 0;  // in units of 10^-money_decimals
  std::string name;
  std::optional<std::int64_t> votes;  // the published figures to compare with
  std::optional<std::int64_t> score;
  std::optional<std::int64_t> selected;  // 1 yes, 0 no; others are explained in META's comment
  NamedTexts other;                      // the further columns, but `proposer`, who may be a person
};

// The sections META and PROJECTS. Amounts are exact: whole numbers of the unit 10^-money_decimals, which is
// the cent, or finer where the budget or a cost needs it.
struct PabulibHead {
  NamedTexts meta;                           // as written, in the file's order
  std::optional<std::int64_t> num_projects;  // as META promises
  std::optional<std::int64_t> num_votes;
  VoteType vote_type = VoteType::approval;
  BallotBounds bounds;
  std::optional<std::int64_t> default_score;  // of projects that a scoring ballot does not list
  std::optional<std::int64_t> min_project_score_threshold;
  int money_decimals = 2;
  std::int64_t budget = 0;
  std::vector<PabulibProject> projects;

  // The value of a META key, empty when the file does not have it.
  std::string_view text(std::string_view key) const;
};

enum class BallotFault {
  row_malformed,  // other fields than the header names; nothing of the ballot is known
  voter_id_missing,
  voter_id_too_long,
  project_repeated,   // named again: the first naming stands, with its points
  project_unknown,    // left out
  points_malformed,   // not a whole number within +-10^9: the project is left out
  points_miscounted,  // not one for each project: the ballot has no choices
  points_out_of_bounds,
  sum_out_of_bounds,
  too_few_choices,
  too_many_choices,
};

// The stable name of a fault in reports, such as "project_repeated".
std::string_view name_of(BallotFault fault);

// One row of VOTES. Only these columns are kept: the others describe the person who voted.
struct PabulibBallot {
  struct Choice {
    std::uint32_t project = 0;  // index into PabulibHead::projects
    std::int64_t points = 0;    // cumulative and scoring ballots
    friend bool operator==(const Choice&, const Choice&) = default;
  };
  struct Fault {
    BallotFault fault = {};
    std::string subject;  // the project id in question, where there is one
    friend bool operator==(const Fault&, const Fault&) = default;
  };

  std::uint64_t line = 0;
  std::string voter_id;
  std::string voting_method;
  std::vector<Choice> choices;  // each project once, as ordered in the file
  std::vector<Fault> faults;    // in what way the ballot breaks the file's own rules; the caller decides
};

struct PabulibLimits {
  std::size_t max_projects = 10'000;
  std::size_t max_ballots = 20'000'000;
  std::size_t max_head_bytes = std::size_t{64} << 20;
  std::size_t max_voter_id_bytes = 256;
};

// Reads a participatory budget in the format of pabulib.org: first META and PROJECTS as a whole, then ballot
// by ballot in constant memory. A ballot that breaks the rules is delivered with its faults and ends
// nothing. Whether two ballots have the same voter id is not checked here. One thread.
class PabulibReader {
 public:
  // Reads META and PROJECTS.
  static std::expected<PabulibReader, ReadError> open(std::unique_ptr<ByteSource> source,
                                                      PabulibLimits limits = {});

  const PabulibHead& head() const { return head_; }

  // The next ballot, nothing at the end. After an error or the end it is not called again.
  std::expected<std::optional<PabulibBallot>, ReadError> next_ballot();

  // Differences between what the file says of itself and what it holds, in words; complete after the last
  // ballot.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  struct VoteColumns {
    std::size_t count = 0;
    std::size_t voter_id = npos;
    std::size_t vote = npos;
    std::size_t points = npos;  // npos where the ballots have none
    std::size_t voting_method = npos;
  };

  PabulibReader(CsvReader rows, PabulibLimits limits, PabulibHead head);

  std::expected<void, ReadError> read_vote_header();
  void warn_if_not(std::optional<std::int64_t> promised, std::string_view key, std::size_t found);
  void read_choices(std::string_view vote, std::string_view points, PabulibBallot& ballot);
  void check_bounds(PabulibBallot& ballot) const;

  CsvReader rows_;
  PabulibLimits limits_;
  PabulibHead head_;
  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> project_of_id_;
  VoteColumns columns_;
  std::size_t ballots_read_ = 0;
  std::vector<std::size_t> last_named_by_;  // for each project the number of the last ballot that named it
  std::vector<std::string> warnings_;
};

}  // namespace stimmbuch::import
