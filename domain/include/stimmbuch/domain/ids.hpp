#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace stimmbuch {

constexpr std::size_t id_size_max = 64;

// True if `text` may stand as an id in subjects, addresses and documents: [A-Za-z0-9_-]{1,64}.
constexpr bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= id_size_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// A well-formed id of one kind of thing. It is parsed at the edge: an id that exists is well formed, and the
// ids of two kinds do not mix. Kept in place, so that copying one never allocates.
template <class Tag>
class Id {
 public:
  // "-": a placeholder to read another id into.
  constexpr Id() = default;

  static constexpr std::optional<Id> parse(std::string_view text) {
    if (!is_id(text)) return std::nullopt;
    Id id;
    std::ranges::copy(text, id.text_.begin());
    id.size_ = static_cast<std::uint8_t>(text.size());
    return id;
  }

  constexpr std::string_view text() const { return {text_.data(), size_}; }

  friend constexpr bool operator==(const Id& a, const Id& b) { return a.text() == b.text(); }
  friend constexpr std::strong_ordering operator<=>(const Id& a, const Id& b) {
    return a.text() <=> b.text();
  }

 private:
  std::array<char, id_size_max> text_{'-'};
  std::uint8_t size_ = 1;
};

using LedgerId = Id<struct LedgerTag>;
using CitizenId = Id<struct CitizenTag>;
using OfficialId = Id<struct OfficialTag>;
using ProjectId = Id<struct ProjectTag>;
using PhaseId = Id<struct PhaseTag>;
using MilestoneId = Id<struct MilestoneTag>;
using PollId = Id<struct PollTag>;
using OptionId = Id<struct OptionTag>;
using ContributionId = Id<struct ContributionTag>;
using CategoryId = Id<struct CategoryTag>;
using DocumentId = Id<struct DocumentTag>;
using ParagraphId = Id<struct ParagraphTag>;
using SurveyId = Id<struct SurveyTag>;
using QuestionId = Id<struct QuestionTag>;
// Stands for a participant of a survey where people read what was answered; only the survey's secret joins it
// to the pseudonym.
using RespondentId = Id<struct RespondentTag>;
// A voter's pseudonym in one contest; nothing in the log joins it to a citizen.
using VoterId = Id<struct VoterTag>;
using LevelId = Id<struct LevelTag>;
using DistrictId = Id<struct DistrictTag>;
using AgeBandId = Id<struct AgeBandTag>;

}  // namespace stimmbuch

template <class Tag>
struct std::hash<stimmbuch::Id<Tag>> {
  std::size_t operator()(const stimmbuch::Id<Tag>& id) const noexcept {
    return std::hash<std::string_view>{}(id.text());
  }
};
