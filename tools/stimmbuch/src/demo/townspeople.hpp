#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/console.hpp"

namespace stimmbuch::program {

// What becomes of a contribution. Moderators release all but the removed ones before anybody sees them.
enum class Fate {
  shown,
  removed,   // by a moderator who was to release it
  blocked,   // after two people reported it
  refused,   // the same, and the author's appeal is refused
  restored,  // the same, and the appeal is granted
};

// The people of a town and what each of them does in the year, with a fixed seed: so what must come out can
// be computed without the engine. Citizens, proposals and comments are numbered from 0. Reading, any thread.
class Townspeople {
 public:
  // As many citizens; contributions in the proportion of Kaiserslautern, 1 000 to 1 700. From 100 citizens
  // on.
  explicit Townspeople(std::size_t citizens);

  std::size_t citizens() const { return citizens_; }
  std::size_t proposals() const { return proposals_; }
  std::size_t comments() const { return comments_; }

  struct Person {
    std::string subject;  // at the issuer of the token
    std::string name;
    std::string district;
  };
  Person person(std::size_t citizen) const;

  // The first five proposals are those that come to the vote.
  struct Proposal {
    std::size_t author;
    std::string title;
    std::string text;
    Fate fate;  // shown or removed
  };
  Proposal proposal(std::size_t number) const;

  // Comments from answers_begin() on answer another comment, those before answer a proposal.
  struct Comment {
    std::size_t author;
    std::size_t answers;
    std::string text;
    Fate fate;
  };
  Comment comment(std::size_t number) const;
  std::size_t answers_begin() const { return comments_ - comments_ / 5; }

  // Proposals that a citizen supports, at most choices_max.
  std::vector<std::size_t> supports(std::size_t citizen) const;
  // Comments that a citizen rates: up if true.
  std::map<std::size_t, bool> ratings(std::size_t citizen) const;
  // Answers to the survey, question by question; none if the citizen takes no part.
  std::optional<Json> answers(std::size_t citizen) const;
  // The steps of a citizen's ballot: each replaces the one before, an empty one withdraws.
  std::vector<std::vector<std::string>> ballot(std::size_t citizen) const;

 private:
  std::size_t citizens_;
  std::size_t proposals_;
  std::size_t comments_;
};

// What must have come of it all, whoever is erased later.
struct Expected {
  std::map<std::string, std::int64_t> votes;                   // by option
  std::vector<std::int64_t> supports;                          // by proposal
  std::vector<std::pair<std::int64_t, std::int64_t>> ratings;  // by comment, up and down
  std::int64_t respondents = 0;
  std::map<std::string, std::int64_t> answers;  // by question/option or question/value
};
Expected expected_of(const Townspeople& people);

}  // namespace stimmbuch::program
