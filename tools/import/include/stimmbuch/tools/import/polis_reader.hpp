#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stimmbuch/tools/import/byte_source.hpp"
#include "stimmbuch/tools/import/read_error.hpp"

namespace stimmbuch::import {

enum class Stance : std::int8_t { disagree = -1, pass = 0, agree = 1 };
enum class Moderation : std::int8_t { rejected = -1, none = 0, accepted = 1 };

// A statement that others vote on. `agrees` and `disagrees` count every vote row, repeats included.
struct PolisComment {
  std::uint32_t id = 0;
  std::uint32_t author = 0;  // a number of the conversation, the same space as voters
  std::int64_t time_ms = 0;  // since 1970 UTC
  std::uint32_t agrees = 0;
  std::uint32_t disagrees = 0;
  Moderation moderation = Moderation::none;
  std::string body;
};

struct PolisVote {
  std::int64_t time_ms = 0;  // since 1970 UTC
  std::uint32_t comment = 0;
  std::uint32_t voter = 0;
  Stance stance = Stance::pass;
};

// What the conversation publishes of one voter. Only the last vote on each comment counts here.
struct PolisParticipant {
  std::uint32_t id = 0;
  std::uint32_t votes = 0;
  std::uint32_t agrees = 0;
  std::uint32_t disagrees = 0;
  std::vector<std::pair<std::uint32_t, Stance>> standing;  // comment and the vote that stands, by column
};

struct PolisLimits {
  std::size_t max_comments = 100'000;
  std::size_t max_votes = 20'000'000;  // vote rows, and cells of the participants' table
};

// comments.csv, ordered by time and then by id; ids are unique.
std::expected<std::vector<PolisComment>, ReadError> read_polis_comments(std::unique_ptr<ByteSource> source,
                                                                        PolisLimits limits = {});

// votes.csv, ordered by time; votes of the same millisecond stay in the file's order.
std::expected<std::vector<PolisVote>, ReadError> read_polis_votes(std::unique_ptr<ByteSource> source,
                                                                  PolisLimits limits = {});

// participants-votes.csv, in the file's order.
std::expected<std::vector<PolisParticipant>, ReadError> read_polis_participants(
    std::unique_ptr<ByteSource> source, PolisLimits limits = {});

struct PolisConversation {
  std::string topic;  // empty where summary.csv has none
  std::vector<PolisComment> comments;
  std::vector<PolisVote> votes;
  std::vector<PolisParticipant> participants;
};

// Reads the export of one conversation: summary.csv, comments.csv, votes.csv and participants-votes.csv of a
// folder, each plain or as `.gz`. The message of an error begins with the file's name. Whether the comment
// of each vote exists is not checked.
std::expected<PolisConversation, ReadError> read_polis(const std::filesystem::path& folder,
                                                       PolisLimits limits = {});

}  // namespace stimmbuch::import
