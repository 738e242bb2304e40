#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.hpp"
#include "cli/signals.hpp"
#include "demo/crowd.hpp"
#include "demo/townspeople.hpp"

namespace stimmbuch::program {

// A year of the platform over HTTP, chapter by chapter, in this order. Citizens and officials act with tokens
// of their own; their keys follow from what they do, so that a year that was interrupted goes on when its
// chapters are told again. A signal ends a chapter. One thread, besides the crowd's.
class TownYear {
 public:
  TownYear(const Townspeople& people, const Place& place, Console& console, Signals& signals);

  // Whether the directory has this year behind it, so that there is nothing to do.
  std::expected<bool, Failure> is_over();

  std::expected<void, Failure> begin();         // officials get tokens and declare the town
  std::expected<void, Failure> register_all();  // and a registrar verifies everybody
  std::expected<void, Failure> contest();       // ideas, comments, pre-moderation, supports, ratings
  std::expected<void, Failure> draw_map();      // what is in people's way, and whom else it bothers
  std::expected<void, Failure> consult();       // a draft, annotations, what the town makes of it
  std::expected<void, Failure> moderate();      // reports, blocking, appeals
  std::expected<void, Failure> ask();           // the survey
  // The vote on the ideas; `picture` is drawn again and again while ballots come in.
  std::expected<void, Failure> vote(const std::function<void()>& picture);
  std::expected<void, Failure> decide();   // closing, counting, certifying
  std::expected<void, Failure> realise();  // what became of the winners
  std::expected<void, Failure> forget();   // who leaves asks to be erased
  std::expected<void, Failure> end();      // the last report, which says that the year is over

  std::uint64_t commands() const { return commands_; }

  // A command of an official, by the name under which begin() made them.
  std::expected<Json, Failure> give(std::string_view official, std::string target, std::string_view step,
                                    Json body = {});
  const std::string& token_of(std::string_view official) const { return officials_.find(official)->second; }

  // Does something for each number below `count`, and tells how far it is under the name of it.
  std::expected<void, Failure> all(std::string_view what, std::size_t count, Crowd::Deed deed,
                                   const std::function<void()>& picture = {});

 private:
  std::expected<void, Failure> submit(std::string_view what, std::size_t from, std::size_t to,
                                      const std::function<Json(std::size_t)>& body,
                                      const std::function<std::size_t(std::size_t)>& author,
                                      std::vector<std::string>& ids);
  std::vector<std::string>& ids_of(Said kind) { return said_.at(static_cast<std::size_t>(kind)); }
  std::expected<void, Failure> reply(std::size_t from, std::size_t to);
  std::expected<void, Failure> rate(Said kind);

  // What becomes of what somebody said in public.
  struct Dispute {
    std::string id;
    std::size_t number;
    std::size_t author;
    Fate fate;
  };
  std::expected<void, Failure> report_and_hide(const Dispute& dispute, Visitor& visitor);
  std::expected<Json, Failure> release_words(const std::string& survey);
  std::expected<void, Failure> await_roll();

  const Townspeople& people_;
  const Place place_;
  Console& console_;
  Signals& signals_;
  Visitor office_;
  std::map<std::string, std::string, std::less<>> officials_;  // tokens by name
  std::vector<std::string> tokens_;                            // of citizens
  std::vector<std::string> proposals_;                         // ids, by number
  std::array<std::vector<std::string>, 3> said_;               // the same, of each kind
  std::uint64_t commands_ = 0;
};

}  // namespace stimmbuch::program
