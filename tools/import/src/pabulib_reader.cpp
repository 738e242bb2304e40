#include "stimmbuch/tools/import/pabulib_reader.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include <fmt/format.h>

#include "decimal.hpp"

namespace stimmbuch::import {
namespace {

constexpr int max_money_decimals = 6;
constexpr std::size_t max_meta_entries = 1'000;
constexpr std::int64_t max_points = 1'000'000'000;

constexpr std::array<std::pair<std::string_view, VoteType>, 5> vote_types{{
    {"choose-1", VoteType::choose_1},
    {"approval", VoteType::approval},
    {"ordinal", VoteType::ordinal},
    {"cumulative", VoteType::cumulative},
    {"scoring", VoteType::scoring},
}};

std::unexpected<ReadError> failed(std::uint64_t line, std::string message) {
  return std::unexpected(ReadError{line, std::move(message)});
}

std::vector<std::string_view> split_list(std::string_view list) {
  std::vector<std::string_view> items;
  if (trimmed(list).empty()) return items;
  for (;;) {
    const std::size_t comma = list.find(',');
    items.push_back(trimmed(list.substr(0, comma)));
    if (comma == npos) return items;
    list.remove_prefix(comma + 1);
  }
}

std::expected<Decimal, ReadError> parse_amount(std::string_view text, std::uint64_t line) {
  const auto amount = parse_decimal(text);
  if (!amount || amount->digits < 0) {
    return failed(
        line, fmt::format("'{:.60}' is not an amount of money: digits, and a point before decimals", text));
  }
  if (amount->decimals > max_money_decimals) {
    return failed(line, fmt::format("'{:.60}' has more than {} decimals", text, max_money_decimals));
  }
  return *amount;
}

// Reads META and PROJECTS up to and with the title line VOTES.
class HeadReader {
 public:
  HeadReader(CsvReader& rows, const PabulibLimits& limits) : rows_(rows), limits_(limits) {}

  std::expected<PabulibHead, ReadError> read() {
    Status status = read_meta();
    if (status) status = check_meta();
    if (status) status = read_projects();
    if (status) status = set_amounts();
    if (!status) return std::unexpected(std::move(status.error()));
    return std::move(head_);
  }

 private:
  using Status = std::expected<void, ReadError>;
  struct Amount {
    Decimal value;
    std::uint64_t line = 0;
  };

  Status next_row(std::string_view section) {
    const auto more = rows_.next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return failed(rows_.line(), fmt::format("the file ends before its section {}", section));
    for (const std::string_view field : rows_.fields()) bytes_ += field.size();
    if (bytes_ > limits_.max_head_bytes) {
      return failed(rows_.line(),
                    fmt::format("META and PROJECTS hold more than {} bytes", limits_.max_head_bytes));
    }
    return {};
  }

  // Whether the present row is a section's title; spreadsheets append empty fields to it.
  bool at_title(std::string_view title) const {
    const auto& fields = rows_.fields();
    const auto is_empty = [](std::string_view field) { return trimmed(field).empty(); };
    return trimmed(fields.front()) == title && std::all_of(fields.begin() + 1, fields.end(), is_empty);
  }

  Status read_meta() {
    if (auto row = next_row("META"); !row) return row;
    if (!at_title("META")) return failed(rows_.line(), "a Pabulib file begins with the line META");
    if (auto row = next_row("PROJECTS"); !row) return row;
    const auto& fields = rows_.fields();
    if (fields.size() != 2 || find_column(fields, "key") != 0 || find_column(fields, "value") != 1) {
      return failed(rows_.line(), "the header of META is key;value");
    }
    for (;;) {
      if (auto row = next_row("PROJECTS"); !row) return row;
      if (at_title("PROJECTS")) return {};
      if (fields.size() != 2) {
        return failed(rows_.line(), "a line of META is key;value, and a value that holds ; stands in quotes");
      }
      if (auto entry = read_meta_entry(trimmed(fields[0]), trimmed(fields[1])); !entry) return entry;
    }
  }

  Status read_meta_entry(std::string_view key, std::string_view value) {
    const std::uint64_t line = rows_.line();
    if (head_.meta.size() == max_meta_entries) {
      return failed(line, fmt::format("META has more than {} entries", max_meta_entries));
    }
    if (std::ranges::find(head_.meta, key, &NamedTexts::value_type::first) != head_.meta.end()) {
      return failed(line, fmt::format("META has '{:.60}' twice", key));
    }
    head_.meta.emplace_back(key, value);

    if (key == "vote_type") return read_vote_type(value);
    if (key == "budget") {
      const auto budget = parse_amount(value, line);
      if (!budget) return std::unexpected(budget.error());
      budget_ = Amount{*budget, line};
      return {};
    }
    const std::pair<std::string_view, std::optional<std::int64_t>&> numbers[] = {
        {"num_projects", head_.num_projects},
        {"num_votes", head_.num_votes},
        {"min_length", head_.bounds.min_length},
        {"max_length", head_.bounds.max_length},
        {"min_points", head_.bounds.min_points},
        {"max_points", head_.bounds.max_points},
        {"min_sum_points", head_.bounds.min_sum_points},
        {"max_sum_points", head_.bounds.max_sum_points},
        {"default_score", head_.default_score},
        {"min_project_score_threshold", head_.min_project_score_threshold},
    };
    for (const auto& [name, number] : numbers) {
      if (name == key) return read_number(value, key, number);
    }
    return {};
  }

  Status read_vote_type(std::string_view value) {
    const auto type = std::ranges::find(vote_types, value, &decltype(vote_types)::value_type::first);
    if (type == vote_types.end()) {
      return failed(
          rows_.line(),
          fmt::format("the vote_type '{:.60}' is none of choose-1, approval, ordinal, cumulative and scoring",
                      value));
    }
    head_.vote_type = type->second;
    has_vote_type_ = true;
    return {};
  }

  // Reads a whole number into `to`, which stays empty when `text` is.
  Status read_number(std::string_view text, std::string_view name, std::optional<std::int64_t>& to) {
    if (text.empty()) return {};
    to = parse_whole(text);
    if (!to) return failed(rows_.line(), fmt::format("{} is '{:.60}', not a whole number", name, text));
    return {};
  }

  Status check_meta() {
    if (!has_vote_type_) return failed(rows_.line(), "META has no vote_type");
    if (!budget_) return failed(rows_.line(), "META has no budget");
    return {};
  }

  Status read_projects() {
    if (auto row = next_row("VOTES"); !row) return row;
    const std::vector<std::string> header = copy_header();
    const auto& fields = rows_.fields();
    for (const std::string_view required : {"project_id", "cost"}) {
      if (std::ranges::find(header, required) == header.end()) {
        return failed(rows_.line(), fmt::format("PROJECTS has no column {}", required));
      }
    }
    std::unordered_set<std::string> ids;
    for (;;) {
      if (auto row = next_row("VOTES"); !row) return row;
      if (at_title("VOTES")) return {};
      if (fields.size() != header.size()) {
        return failed(rows_.line(), fmt::format("the row has {} fields, but the header names {}",
                                                fields.size(), header.size()));
      }
      if (head_.projects.size() == limits_.max_projects) {
        return failed(rows_.line(), fmt::format("more than {} projects", limits_.max_projects));
      }
      PabulibProject& project = head_.projects.emplace_back();
      for (std::size_t i = 0; i < header.size(); ++i) {
        if (auto field = read_project_field(header[i], trimmed(fields[i]), project); !field) return field;
      }
      if (project.id.empty()) return failed(rows_.line(), "the project has no project_id");
      if (!ids.insert(project.id).second) {
        return failed(rows_.line(), fmt::format("the project '{:.60}' is there twice", project.id));
      }
    }
  }

  std::vector<std::string> copy_header() const {
    std::vector<std::string> names;
    for (const std::string_view name : rows_.fields()) names.emplace_back(trimmed(name));
    return names;
  }

  Status read_project_field(std::string_view column, std::string_view value, PabulibProject& project) {
    if (column == "project_id") {
      project.id = value;
    } else if (column == "cost") {
      const auto cost = parse_amount(value, rows_.line());
      if (!cost) return std::unexpected(cost.error());
      costs_.push_back({*cost, rows_.line()});
    } else if (column == "name") {
      project.name = value;
    } else if (column == "votes") {
      return read_number(value, column, project.votes);
    } else if (column == "score") {
      return read_number(value, column, project.score);
    } else if (column == "selected") {
      return read_number(value, column, project.selected);
    } else if (column != "proposer") {
      project.other.emplace_back(column, value);
    }
    return {};
  }

  Status set_amounts() {
    head_.money_decimals = std::max(head_.money_decimals, budget_->value.decimals);
    for (const Amount& cost : costs_)
      head_.money_decimals = std::max(head_.money_decimals, cost.value.decimals);
    if (auto set = set_amount(*budget_, head_.budget); !set) return set;
    for (std::size_t i = 0; i < costs_.size(); ++i) {
      if (auto set = set_amount(costs_[i], head_.projects[i].cost); !set) return set;
    }
    return {};
  }

  Status set_amount(const Amount& amount, std::int64_t& to) const {
    const auto units = in_units(amount.value, head_.money_decimals);
    if (!units) {
      return failed(amount.line, fmt::format("with the file's {} decimals this amount is too large",
                                             head_.money_decimals));
    }
    to = *units;
    return {};
  }

  CsvReader& rows_;
  const PabulibLimits& limits_;
  std::size_t bytes_ = 0;
  PabulibHead head_;
  bool has_vote_type_ = false;
  std::optional<Amount> budget_;
  std::vector<Amount> costs_;
};

}  // namespace

std::string_view PabulibHead::text(std::string_view key) const {
  const auto entry = std::ranges::find(meta, key, &NamedTexts::value_type::first);
  return entry == meta.end() ? std::string_view() : std::string_view(entry->second);
}

std::string_view name_of(BallotFault fault) {
  switch (fault) {
    case BallotFault::row_malformed:
      return "row_malformed";
    case BallotFault::voter_id_missing:
      return "voter_id_missing";
    case BallotFault::voter_id_too_long:
      return "voter_id_too_long";
    case BallotFault::project_repeated:
      return "project_repeated";
    case BallotFault::project_unknown:
      return "project_unknown";
    case BallotFault::points_malformed:
      return "points_malformed";
    case BallotFault::points_miscounted:
      return "points_miscounted";
    case BallotFault::points_out_of_bounds:
      return "points_out_of_bounds";
    case BallotFault::sum_out_of_bounds:
      return "sum_out_of_bounds";
    case BallotFault::too_few_choices:
      return "too_few_choices";
    case BallotFault::too_many_choices:
      return "too_many_choices";
  }
  std::unreachable();
}

PabulibReader::PabulibReader(CsvReader rows, PabulibLimits limits, PabulibHead head)
    : rows_(std::move(rows)), limits_(limits), head_(std::move(head)), last_named_by_(head_.projects.size()) {
  for (std::uint32_t i = 0; i < head_.projects.size(); ++i) project_of_id_.emplace(head_.projects[i].id, i);
}

std::expected<PabulibReader, ReadError> PabulibReader::open(std::unique_ptr<ByteSource> source,
                                                            PabulibLimits limits) {
  CsvReader rows(std::move(source), ';');
  auto head = HeadReader(rows, limits).read();
  if (!head) return std::unexpected(std::move(head.error()));
  PabulibReader reader(std::move(rows), limits, *std::move(head));
  if (auto header = reader.read_vote_header(); !header) return std::unexpected(std::move(header.error()));
  if (reader.rows_.had_byte_order_mark())
    reader.warnings_.emplace_back("the file begins with a byte order mark");
  reader.warn_if_not(reader.head_.num_projects, "num_projects", reader.head_.projects.size());
  return reader;
}

std::expected<void, ReadError> PabulibReader::read_vote_header() {
  const auto more = rows_.next();
  if (!more) return std::unexpected(more.error());
  if (!*more) return failed(rows_.line(), "the section VOTES has no header");
  const auto& header = rows_.fields();
  columns_ = {.count = header.size(),
              .voter_id = find_column(header, "voter_id"),
              .vote = find_column(header, "vote"),
              .voting_method = find_column(header, "voting_method")};
  if (columns_.voter_id == npos) return failed(rows_.line(), "VOTES has no column voter_id");
  if (columns_.vote == npos) return failed(rows_.line(), "VOTES has no column vote");
  if (head_.vote_type == VoteType::cumulative || head_.vote_type == VoteType::scoring) {
    columns_.points = find_column(header, "points");
    if (columns_.points == npos)
      return failed(rows_.line(), "VOTES has no column points, as this vote_type needs");
  }
  return {};
}

// Notes it when META promises another count than was found.
void PabulibReader::warn_if_not(std::optional<std::int64_t> promised, std::string_view key,
                                std::size_t found) {
  if (!promised || *promised == static_cast<std::int64_t>(found)) return;
  warnings_.push_back(fmt::format("{} is {} in META, but the file holds {}", key, *promised, found));
}

std::expected<std::optional<PabulibBallot>, ReadError> PabulibReader::next_ballot() {
  const auto more = rows_.next();
  if (!more) return std::unexpected(more.error());
  if (!*more) {
    warn_if_not(head_.num_votes, "num_votes", ballots_read_);
    return std::nullopt;
  }
  if (ballots_read_ == limits_.max_ballots) {
    return failed(rows_.line(), fmt::format("more than {} ballots", limits_.max_ballots));
  }
  ++ballots_read_;

  PabulibBallot ballot;
  ballot.line = rows_.line();
  const auto& fields = rows_.fields();
  if (fields.size() != columns_.count) {
    ballot.faults.push_back({BallotFault::row_malformed, {}});
    return ballot;
  }
  ballot.voter_id = trimmed(fields[columns_.voter_id]);
  if (ballot.voter_id.empty()) ballot.faults.push_back({BallotFault::voter_id_missing, {}});
  if (ballot.voter_id.size() > limits_.max_voter_id_bytes) {
    ballot.faults.push_back({BallotFault::voter_id_too_long, {}});
  }
  if (columns_.voting_method != npos) ballot.voting_method = trimmed(fields[columns_.voting_method]);
  const std::string_view points = columns_.points == npos ? std::string_view() : fields[columns_.points];
  read_choices(fields[columns_.vote], points, ballot);
  return ballot;
}

void PabulibReader::read_choices(std::string_view vote, std::string_view points, PabulibBallot& ballot) {
  const bool with_points = columns_.points != npos;
  const std::vector<std::string_view> ids = split_list(vote);
  const std::vector<std::string_view> numbers = split_list(points);
  if (with_points && ids.size() != numbers.size()) {
    ballot.faults.push_back({BallotFault::points_miscounted, {}});
    return;
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto known = project_of_id_.find(ids[i]);
    if (known == project_of_id_.end()) {
      ballot.faults.push_back({BallotFault::project_unknown, std::string(ids[i])});
      continue;
    }
    PabulibBallot::Choice choice{.project = known->second};
    if (std::exchange(last_named_by_[choice.project], ballots_read_) == ballots_read_) {
      ballot.faults.push_back({BallotFault::project_repeated, std::string(ids[i])});
      continue;
    }
    if (with_points) {
      const auto number = parse_whole(numbers[i]);
      if (!number || *number > max_points || *number < -max_points) {
        ballot.faults.push_back({BallotFault::points_malformed, std::string(ids[i])});
        continue;
      }
      choice.points = *number;
    }
    ballot.choices.push_back(choice);
  }
  check_bounds(ballot);
}

void PabulibReader::check_bounds(PabulibBallot& ballot) const {
  const BallotBounds& bounds = head_.bounds;
  const auto outside = [](std::int64_t value, std::optional<std::int64_t> least,
                          std::optional<std::int64_t> most) {
    return (least && value < *least) || (most && value > *most);
  };
  const auto length = static_cast<std::int64_t>(ballot.choices.size());
  const auto max_length =
      head_.vote_type == VoteType::choose_1 ? std::optional<std::int64_t>(1) : bounds.max_length;
  if (outside(length, bounds.min_length, {})) ballot.faults.push_back({BallotFault::too_few_choices, {}});
  if (outside(length, {}, max_length)) ballot.faults.push_back({BallotFault::too_many_choices, {}});
  if (columns_.points == npos) return;

  std::int64_t sum = 0;
  for (const PabulibBallot::Choice& choice : ballot.choices) {
    sum += choice.points;
    if (outside(choice.points, bounds.min_points, bounds.max_points)) {
      ballot.faults.push_back({BallotFault::points_out_of_bounds, head_.projects[choice.project].id});
    }
  }
  if (outside(sum, bounds.min_sum_points, bounds.max_sum_points)) {
    ballot.faults.push_back({BallotFault::sum_out_of_bounds, {}});
  }
}

}  // namespace stimmbuch::import
