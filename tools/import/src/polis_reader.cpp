#include "stimmbuch/tools/import/polis_reader.hpp"

#include <algorithm>
#include <concepts>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_set>

#include <fmt/format.h>

#include "decimal.hpp"
#include "stimmbuch/tools/import/csv_reader.hpp"

namespace stimmbuch::import {
namespace {

constexpr std::size_t participant_columns = 6;

std::unexpected<ReadError> failed(std::uint64_t line, std::string message) {
  return std::unexpected(ReadError{line, std::move(message)});
}

// A table whose first row names the columns.
class Table {
 public:
  explicit Table(std::unique_ptr<ByteSource> source, CsvLimits limits = {})
      : rows_(std::move(source), ',', limits) {}

  // Reads the header, which must have these columns; they are numbered in this order.
  std::expected<void, ReadError> open(const std::vector<std::string_view>& columns) {
    const auto more = rows_.next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return failed(rows_.line(), "the file is empty");
    for (const std::string_view name : columns) {
      places_.push_back(find_column(rows_.fields(), name));
      if (places_.back() == npos) return failed(rows_.line(), fmt::format("there is no column {}", name));
    }
    width_ = rows_.fields().size();
    return {};
  }

  // Goes to the next row; false at the end.
  std::expected<bool, ReadError> next() {
    const auto more = rows_.next();
    if (more && *more && rows_.fields().size() != width_) {
      return failed(rows_.line(), fmt::format("the row has {} fields, but the header names {}",
                                              rows_.fields().size(), width_));
    }
    return more;
  }

  std::uint64_t line() const { return rows_.line(); }
  const std::vector<std::string_view>& fields() const { return rows_.fields(); }
  std::string_view field(std::size_t column) const { return rows_.fields()[places_[column]]; }

  // Reads a whole number. What cannot be read is told by the row's check().
  template <std::integral T>
  void read(std::size_t column, T& to) {
    read_within(field(column), std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), to);
  }

  // Reads -1, 0 or 1.
  void read(std::size_t column, Moderation& to) { read_within(field(column), -1, 1, to); }
  void read(std::size_t column, Stance& to) { read_stance(field(column), to); }
  void read_stance(std::string_view text, Stance& to) { read_within(text, -1, 1, to); }

  // Whether all that was read of the row could be read.
  std::expected<void, ReadError> check() const {
    if (fault_) return std::unexpected(*fault_);
    return {};
  }

 private:
  template <typename T>
  void read_within(std::string_view text, std::int64_t least, std::int64_t most, T& to) {
    const auto number = parse_whole(trimmed(text));
    if (number && *number >= least && *number <= most) {
      to = static_cast<T>(*number);
    } else if (!fault_) {
      fault_ = ReadError{rows_.line(), fmt::format("'{:.60}' is not a number that can stand there", text)};
    }
  }

  CsvReader rows_;
  std::vector<std::size_t> places_;
  std::size_t width_ = 0;
  std::optional<ReadError> fault_;
};

// The value of `topic` in summary.csv, a table of key and value without header.
std::expected<std::string, ReadError> read_topic(std::unique_ptr<ByteSource> source, PolisLimits) {
  CsvReader rows(std::move(source), ',');
  for (;;) {
    const auto more = rows.next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return std::string();
    if (rows.fields().size() >= 2 && rows.fields()[0] == "topic") return std::string(rows.fields()[1]);
  }
}

// Reads the file `name`, or `name`.gz where there is one, into `to`.
template <typename T, typename Reader>
std::expected<void, ReadError> read_file(const std::filesystem::path& folder, const std::string& name,
                                         Reader read, PolisLimits limits, T& to) {
  const std::filesystem::path packed = folder / (name + ".gz");
  std::error_code no_such_file;
  auto source = file_source(std::filesystem::exists(packed, no_such_file) ? packed : folder / name);
  if (!source) return failed(0, fmt::format("{}: {}", name, source.error().message));
  auto content = read(*std::move(source), limits);
  if (!content) return failed(content.error().line, fmt::format("{}: {}", name, content.error().message));
  to = *std::move(content);
  return {};
}

}  // namespace

std::expected<std::vector<PolisComment>, ReadError> read_polis_comments(std::unique_ptr<ByteSource> source,
                                                                        PolisLimits limits) {
  Table table(std::move(source));
  const auto header = table.open(
      {"comment-id", "author-id", "timestamp", "agrees", "disagrees", "moderated", "comment-body"});
  if (!header) return std::unexpected(header.error());

  std::vector<PolisComment> comments;
  std::unordered_set<std::uint32_t> ids;
  for (;;) {
    const auto more = table.next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    if (comments.size() == limits.max_comments) {
      return failed(table.line(), fmt::format("more than {} comments", limits.max_comments));
    }
    PolisComment& comment = comments.emplace_back();
    table.read(0, comment.id);
    table.read(1, comment.author);
    table.read(2, comment.time_ms);
    table.read(3, comment.agrees);
    table.read(4, comment.disagrees);
    table.read(5, comment.moderation);
    comment.body = table.field(6);
    if (const auto row = table.check(); !row) return std::unexpected(row.error());
    if (!ids.insert(comment.id).second) {
      return failed(table.line(), fmt::format("the comment {} is there twice", comment.id));
    }
  }
  std::ranges::sort(comments, {},
                    [](const PolisComment& comment) { return std::pair(comment.time_ms, comment.id); });
  return comments;
}

std::expected<std::vector<PolisVote>, ReadError> read_polis_votes(std::unique_ptr<ByteSource> source,
                                                                  PolisLimits limits) {
  Table table(std::move(source));
  const auto header = table.open({"timestamp", "comment-id", "voter-id", "vote"});
  if (!header) return std::unexpected(header.error());

  std::vector<PolisVote> votes;
  for (;;) {
    const auto more = table.next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    if (votes.size() == limits.max_votes) {
      return failed(table.line(), fmt::format("more than {} votes", limits.max_votes));
    }
    PolisVote& vote = votes.emplace_back();
    table.read(0, vote.time_ms);
    table.read(1, vote.comment);
    table.read(2, vote.voter);
    table.read(3, vote.stance);
    if (const auto row = table.check(); !row) return std::unexpected(row.error());
  }
  std::ranges::stable_sort(votes, {}, &PolisVote::time_ms);
  return votes;
}

std::expected<std::vector<PolisParticipant>, ReadError> read_polis_participants(
    std::unique_ptr<ByteSource> source, PolisLimits limits) {
  Table table(std::move(source), {.max_columns = participant_columns + limits.max_comments});
  const auto header =
      table.open({"participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree"});
  if (!header) return std::unexpected(header.error());

  std::vector<std::uint32_t> comment_of_column;
  for (std::size_t i = participant_columns; i < table.fields().size(); ++i) {
    const auto id = parse_whole(table.fields()[i]);
    if (!id || !std::in_range<std::uint32_t>(*id)) {
      return failed(table.line(),
                    fmt::format("the column '{:.60}' is not the id of a comment", table.fields()[i]));
    }
    comment_of_column.push_back(static_cast<std::uint32_t>(*id));
  }

  std::vector<PolisParticipant> participants;
  std::size_t cells = 0;
  for (;;) {
    const auto more = table.next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    PolisParticipant& participant = participants.emplace_back();
    table.read(0, participant.id);
    table.read(3, participant.votes);
    table.read(4, participant.agrees);
    table.read(5, participant.disagrees);
    for (std::size_t i = 0; i < comment_of_column.size(); ++i) {
      const std::string_view cell = table.fields()[participant_columns + i];
      if (cell.empty()) continue;
      auto& [comment, stance] = participant.standing.emplace_back(comment_of_column[i], Stance::pass);
      table.read_stance(cell, stance);
    }
    if (const auto row = table.check(); !row) return std::unexpected(row.error());
    cells += 1 + participant.standing.size();
    if (cells > limits.max_votes) {
      return failed(table.line(), fmt::format("more than {} filled cells", limits.max_votes));
    }
  }
  return participants;
}

std::expected<PolisConversation, ReadError> read_polis(const std::filesystem::path& folder,
                                                       PolisLimits limits) {
  PolisConversation all;
  auto read = read_file(folder, "summary.csv", read_topic, limits, all.topic);
  if (read) read = read_file(folder, "comments.csv", read_polis_comments, limits, all.comments);
  if (read) read = read_file(folder, "votes.csv", read_polis_votes, limits, all.votes);
  if (read)
    read = read_file(folder, "participants-votes.csv", read_polis_participants, limits, all.participants);
  if (!read) return std::unexpected(read.error());
  return all;
}

}  // namespace stimmbuch::import
