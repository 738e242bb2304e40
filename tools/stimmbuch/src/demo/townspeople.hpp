#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "demo/town_draft.hpp"

namespace stimmbuch::program {

// What becomes of a contribution. Moderators release all but the removed ones before anybody sees them.
enum class Fate {
  shown,
  removed,   // by a moderator who was to release it
  blocked,   // after two people reported it
  refused,   // the same, and the author's appeal is refused
  restored,  // the same, and the appeal is granted
};

// When the year is over.
constexpr bool is_shown(Fate fate) {
  return fate == Fate::shown || fate == Fate::restored;
}

// What people rate and report.
enum class Said { comment, mark, annotation };

// The people of a town and what each of them does in the year, with a fixed seed: so what must come out can
// be computed without the engine. Citizens and what they say are numbered from 0, each kind by itself.
// Reading, any thread.
class Townspeople {
 public:
  // As many citizens, of whom in the end all or one of a hundred leave; contributions in the proportion of
  // Kaiserslautern, 1 000 to 1 700. From 100 citizens on.
  Townspeople(std::size_t citizens, bool everybody_leaves);

  std::size_t citizens() const { return citizens_; }
  std::size_t proposals() const { return proposals_; }
  std::size_t comments() const { return comments_; }
  std::size_t marks() const { return marks_; }
  std::size_t annotations() const { return annotations_; }
  std::size_t replies() const { return replies_; }
  std::size_t count(Said kind) const;
  std::size_t contributions() const { return proposals_ + comments_ + marks_ + annotations_ + replies_; }

  // Who asks to be erased when the year is over: every so many of the citizens, spread over the town.
  std::size_t leavers() const { return (citizens_ + one_leaves_of_ - 1) / one_leaves_of_; }
  std::size_t leaver(std::size_t number) const { return number * one_leaves_of_; }
  bool leaves(std::size_t citizen) const { return citizen % one_leaves_of_ == 0; }

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

  // On the map.
  struct Mark {
    std::size_t author;
    std::string_view category;
    std::string text;
    Json place;                        // a GeoJSON point
    std::optional<std::string> photo;  // as the engine names it
    Fate fate;
  };
  Mark mark(std::size_t number) const;

  // To the town's draft: to its first edition before to_second_edition(), from there on to its second.
  struct Annotation {
    std::size_t author;
    std::size_t edition;
    const Objection& objection;
    std::string text;
    Fate fate;
  };
  Annotation annotation(std::size_t number) const;
  std::size_t to_second_edition() const { return annotations_ - annotations_ / 5; }

  // What is said to a mark, from replies_to_annotations() on to an annotation.
  struct Reply {
    std::size_t author;
    Said to;
    std::size_t answers;
    std::string text;
  };
  Reply reply(std::size_t number) const;
  std::size_t replies_to_annotations() const { return replies_ / 2; }

  // Proposals that a citizen supports, at most choices_max.
  std::vector<std::size_t> supports(std::size_t citizen) const;
  // What a citizen rates of a kind: up if true.
  std::map<std::size_t, bool> ratings(Said kind, std::size_t citizen) const;
  // Answers to the survey, question by question; none if the citizen takes no part.
  std::optional<Json> answers(std::size_t citizen) const;
  // The steps of a citizen's ballot: each replaces the one before, an empty one withdraws.
  std::vector<std::vector<std::string>> ballot(std::size_t citizen) const;

 private:
  std::size_t citizens_;
  std::size_t one_leaves_of_;
  std::size_t proposals_;
  std::size_t comments_;
  std::size_t marks_;
  std::size_t annotations_;
  std::size_t replies_;
};

}  // namespace stimmbuch::program
