#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

// A second, small opinion on what the engine accepts, written from the design's words: things by name in
// plain maps. A rule answers with the number of records that the command writes, 0 when it is refused.
namespace stimmbuch::model {

using Name = std::string;
using Time = std::int64_t;  // minutes
using Points = std::vector<std::pair<Name, int>>;

struct Citizen {
  bool blocked = false;
  int level = 0;
  Name district;
};

struct Option {
  int cost = 0;
  bool withdrawn = false;
};

struct Ballot {
  std::optional<Points> standing;
  bool paper = false;
  int commands = 0;
};

enum class Milestone { planned, begun, done, dropped };
enum class Kind { single, multiple, points, ranked, budget };
enum class Ties { refuse, declared, lot };
enum class Status { draft, open, closed, counted, certified, cancelled, annulled };

struct Terms {
  Name project;
  Kind kind = Kind::single;
  int min = 1, max = 1, points = 0, budget = 0;
  bool blank = false, changeable = true, imported = false;
  int level = 0;
  std::set<Name> districts;
  std::optional<Time> opens, closes;
  Ties ties = Ties::declared;
};

struct Proposal {
  enum class Of { cancellation, annulment, lot } of;
  std::uint64_t position;
  Name by;
  std::vector<Name> order;
};

struct Poll {
  Terms terms;
  Status status = Status::draft;
  std::map<Name, Option> options;
  std::map<Name, Ballot> ballots;
  std::optional<Proposal> proposal;
  std::set<Name> drawn;
  std::uint64_t records = 0;
  Name counted_by;
  bool outdated = false;
  std::set<Name> tied;      // in the last count, undecided
  std::set<Name> entitled;  // at some time while it was open
  std::size_t at_opening = 0;
  std::size_t roll_entries = 0, roll_parts = 0;
  bool rolled = false;

  bool final() const { return status >= Status::certified; }

  // Ballots that name an option, and what they give it.
  std::map<Name, std::pair<int, int>> tally() const {
    std::map<Name, std::pair<int, int>> all;
    for (const auto& [name, option] : options) all[name];
    for (const auto& [voter, ballot] : ballots) {
      if (!ballot.standing) continue;
      int rank = 0;
      for (const auto& [name, points] : *ballot.standing) {
        auto& [votes, score] = all[name];
        ++votes;
        score += terms.kind == Kind::points ? points : terms.kind == Kind::ranked ? terms.max - rank : 1;
        ++rank;
      }
    }
    return all;
  }

  // The options among which one is to win and no rule says which.
  std::set<Name> undecided() const {
    int best = 1;
    std::set<Name> first;
    for (const auto& [name, figures] : tally()) {
      if (options.at(name).withdrawn || figures.second < best) continue;
      if (figures.second > best) first.clear();
      best = figures.second;
      first.insert(name);
    }
    const bool broken =
        terms.ties == Ties::declared || (terms.ties == Ties::lot && std::ranges::includes(drawn, first));
    return first.size() < 2 || broken ? std::set<Name>{} : first;
  }
};

class Town {
 public:
  Time now = 0;
  std::uint64_t log = 0;  // its length
  std::map<Name, Citizen> citizens;
  std::map<Name, bool> projects;  // open
  std::map<Name, std::map<Name, std::pair<Time, Time>>> phases;
  std::map<Name, std::map<Name, Milestone>> milestones;
  std::map<Name, Poll> polls;
  std::map<Name, Name> registry;  // person -> citizen

  // ---- citizens

  int register_citizen(const Name& who) {
    if (!citizens.try_emplace(who).second) return 0;
    note_entitled();
    return 1;
  }

  int verify(const Name& who, int level, const Name& district, const Name& person) {
    Citizen* const citizen = find(citizens, who);
    if (!citizen || citizen->blocked || level < 1 || level > 2) return 0;
    if (level == 2 && person.empty()) return 0;  // the upper level is for one account a person
    if (!person.empty() && registry.contains(person) && registry[person] != who) return 0;
    if (!person.empty()) registry.emplace(person, who);
    citizen->level = level;
    citizen->district = district;
    note_entitled();
    return 1;
  }
  int change(const Name& who) { return citizens.contains(who) ? 1 : 0; }
  int block(const Name& who, bool blocked) {
    Citizen* const citizen = find(citizens, who);
    if (!citizen || citizen->blocked == blocked) return 0;
    citizen->blocked = blocked;
    note_entitled();
    return 1;
  }

  // ---- projects

  int open_project(const Name& project) { return projects.try_emplace(project, true).second ? 1 : 0; }
  int revise_project(const Name& project) { return is_open(project) ? 1 : 0; }
  int close_project(const Name& project) {
    if (!is_open(project)) return 0;
    projects[project] = false;
    return 1;
  }
  int define_phase(const Name& project, const Name& name, Time from, Time to) {
    if (!is_open(project) || from >= to || phases[project].contains(name) ||
        overlaps(project, name, from, to))
      return 0;
    phases[project][name] = {from, to};
    return 1;
  }
  int extend_phase(const Name& project, const Name& name, Time to) {
    if (!is_open(project) || !phases[project].contains(name)) return 0;
    auto& phase = phases[project][name];
    if (now >= phase.second || to <= phase.second || overlaps(project, name, phase.first, to)) return 0;
    phase.second = to;
    return 1;
  }
  int close_phase(const Name& project, const Name& name) {
    if (!is_open(project) || !phases[project].contains(name)) return 0;
    auto& phase = phases[project][name];
    if (now < phase.first || now >= phase.second) return 0;
    phase.second = now;
    return 1;
  }
  int reopen_phase(const Name& project, const Name& name, Time to) {
    if (!is_open(project) || !phases[project].contains(name)) return 0;
    auto& phase = phases[project][name];
    if (now < phase.second || to <= now || overlaps(project, name, now, to)) return 0;
    phase = {now, to};
    return 1;
  }

  // `on` counts days from the one on which the model's time begins, at noon.
  int plan_milestone(const Name& project, const Name& name) {
    return projects.contains(project) && milestones[project].try_emplace(name).second ? 1 : 0;
  }
  int report_milestone(const Name& project, const Name& name, Milestone to, Time on, bool with_reason) {
    if (!projects.contains(project) || !milestones[project].contains(name)) return 0;
    Milestone& milestone = milestones[project][name];
    if (milestone >= Milestone::done || to <= milestone) return 0;
    if (with_reason != (to == Milestone::dropped)) return 0;
    if (to != Milestone::dropped && on * 24 * 60 > now + 12 * 60) return 0;
    milestone = to;
    return 1;
  }

  // ---- polls

  int draft(const Name& name, const Terms& terms, const std::map<Name, Option>& options) {
    if (polls.contains(name) || !is_open(terms.project)) return 0;
    if (terms.closes && (*terms.closes <= now || (terms.opens && *terms.opens >= *terms.closes))) return 0;
    polls[name] = Poll{};
    polls[name].terms = terms;
    polls[name].options = options;
    return options.empty() ? 1 : 2;
  }
  int add_option(const Name& name, const Name& option, int cost) {
    Poll* const poll = in(name, Status::draft);
    return poll && poll->options.try_emplace(option, Option{cost}).second ? 1 : 0;
  }
  int open(const Name& name) {
    Poll* const poll = in(name, Status::draft);
    if (!poll || !is_open(poll->terms.project) || (poll->terms.closes && *poll->terms.closes <= now))
      return 0;
    auto left = poll->options;
    std::erase_if(left, [](const auto& option) { return option.second.withdrawn; });
    if (left.empty() || std::ssize(left) < poll->terms.min) return 0;
    poll->options = left;
    poll->status = Status::open;
    note_entitled();
    poll->at_opening = poll->entitled.size();
    return 2;
  }
  int withdraw_option(const Name& name, const Name& option) {
    Poll* const poll = find(polls, name);
    if (!poll || poll->final() || !poll->options.contains(option) || poll->options[option].withdrawn)
      return 0;
    poll->options[option].withdrawn = true;
    poll->outdated = true;
    return 1;
  }
  int extend(const Name& name, Time closes, bool outage) {
    Poll* const poll = in(name, Status::open);
    if (!poll || !poll->terms.closes || *poll->terms.closes <= now || closes <= *poll->terms.closes ||
        !outage)
      return 0;
    poll->terms.closes = closes;
    return 1;
  }
  int close(const Name& name) {
    Poll* const poll = in(name, Status::open);
    if (!poll || (poll->terms.closes && now < *poll->terms.closes)) return 0;
    poll->status = Status::closed;
    return 1;
  }
  // Parts come one behind the other, and say how many entries are in those before.
  int add_roll_part(const Name& name, std::size_t part, std::size_t before, std::size_t entries) {
    Poll* const poll = in(name, Status::closed);
    if (!poll || poll->terms.imported || poll->rolled) return 0;
    if (part != poll->roll_parts || before != poll->roll_entries || entries == 0) return 0;
    poll->roll_entries += entries;
    ++poll->roll_parts;
    return 1;
  }
  int complete_roll(const Name& name, std::size_t parts, std::size_t entries) {
    Poll* const poll = in(name, Status::closed);
    if (!poll || poll->terms.imported || poll->rolled) return 0;
    if (parts != poll->roll_parts || entries != poll->roll_entries) return 0;
    poll->rolled = true;
    return 1;
  }
  int count(const Name& name, std::uint64_t records_seen, const Name& by) {
    Poll* const poll = find(polls, name);
    if (!poll || (poll->status != Status::closed && poll->status != Status::counted)) return 0;
    if (records_seen != poll->records || (!poll->terms.imported && !poll->rolled)) return 0;
    poll->status = Status::counted;
    poll->counted_by = by;
    poll->outdated = false;
    poll->tied = poll->undecided();
    return 2;
  }
  int certify(const Name& name, const Name& by) {
    Poll* const poll = in(name, Status::counted);
    if (!poll || poll->outdated || !poll->tied.empty() || poll->counted_by == by) return 0;
    poll->status = Status::certified;
    return 1;
  }
  // What needs two officials: one proposes, and another, who names the position of the proposal, does it.
  int propose(const Name& name, Proposal::Of of, const Name& by, std::vector<Name> order = {}) {
    Poll* const poll = find(polls, name);
    if (!poll || !may(*poll, of, order)) return 0;
    poll->proposal = Proposal{of, log + 1, by, std::move(order)};
    return 1;
  }
  int confirm(const Name& name, Proposal::Of of, std::uint64_t position, const Name& by) {
    Poll* const poll = find(polls, name);
    if (!poll || !poll->proposal || poll->proposal->of != of || poll->proposal->position != position)
      return 0;
    if (poll->proposal->by == by || !may(*poll, of, poll->proposal->order)) return 0;
    if (of == Proposal::Of::cancellation) poll->status = Status::cancelled;
    if (of == Proposal::Of::annulment) poll->status = Status::annulled;
    if (of == Proposal::Of::lot) {
      poll->drawn.insert(poll->proposal->order.begin(), poll->proposal->order.end());
      poll->outdated = true;
      poll->proposal.reset();
    }
    return 1;
  }

  // ---- ballots

  int cast(const Name& name, const Name& voter, const Name& who, const Points& choices) {
    Poll* const poll = taking_votes(name, false);
    const Citizen* const citizen = find(citizens, who);
    if (!poll || !citizen || !admits(*poll, *citizen)) return 0;
    Ballot& ballot = poll->ballots[voter];
    if (ballot.commands >= 49) return 0;  // the 50th is a withdrawal
    return put(*poll, ballot, choices, false);
  }
  int withdraw(const Name& name, const Name& voter, bool imported) {
    Poll* const poll = taking_votes(name, imported);
    if (!poll || !poll->ballots[voter].standing || !poll->terms.changeable) return 0;
    Ballot& ballot = poll->ballots[voter];
    if (!imported && ballot.commands >= 50) return 0;
    ballot.standing.reset();
    ++ballot.commands;
    return 1;
  }
  int import(const Name& name, const Name& voter, const Points& choices, bool paper, Time cast_at) {
    Poll* const poll = taking_votes(name, true);
    return poll && cast_at <= now ? put(*poll, poll->ballots[voter], choices, paper) : 0;
  }

 private:
  template <class Things>
  static typename Things::mapped_type* find(Things& things, const Name& name) {
    const auto found = things.find(name);
    return found == things.end() ? nullptr : &found->second;
  }
  static bool admits(const Poll& poll, const Citizen& citizen) {
    const bool at_home = poll.terms.districts.empty() || poll.terms.districts.contains(citizen.district);
    return !citizen.blocked && citizen.level >= poll.terms.level && at_home;
  }
  void note_entitled() {
    for (auto& [name, poll] : polls) {
      if (poll.status != Status::open) continue;
      for (const auto& [who, citizen] : citizens) {
        if (admits(poll, citizen)) poll.entitled.insert(who);
      }
    }
  }
  bool is_open(const Name& project) const { return projects.contains(project) && projects.at(project); }
  bool overlaps(const Name& project, const Name& name, Time from, Time to) {
    return std::ranges::any_of(phases[project], [&](const auto& other) {
      return other.first != name && from < other.second.second && other.second.first < to;
    });
  }
  Poll* in(const Name& name, Status status) {
    Poll* const poll = find(polls, name);
    return poll && poll->status == status ? poll : nullptr;
  }
  static bool may(const Poll& poll, Proposal::Of of, const std::vector<Name>& order) {
    switch (of) {
      case Proposal::Of::cancellation:
        return poll.status < Status::counted;
      case Proposal::Of::annulment:
        return poll.status == Status::counted || poll.status == Status::certified;
      case Proposal::Of::lot:
        return poll.status == Status::counted && !poll.outdated && poll.terms.ties == Ties::lot &&
               !poll.tied.empty() && order.size() == poll.tied.size() &&
               std::set<Name>(order.begin(), order.end()) == poll.tied;
    }
    return false;
  }
  Poll* taking_votes(const Name& name, bool imported) {
    Poll* const poll = in(name, Status::open);
    if (!poll || poll->terms.imported != imported) return nullptr;
    if (poll->terms.opens && now < *poll->terms.opens) return nullptr;
    return poll->terms.closes && now >= *poll->terms.closes ? nullptr : poll;
  }
  static bool valid(const Poll& poll, const Points& choices) {
    if (choices.empty()) return poll.terms.blank;
    if (std::ssize(choices) < poll.terms.min || std::ssize(choices) > poll.terms.max) return false;
    std::set<Name> named;
    int points = 0, cost = 0;
    for (const auto& [option, given] : choices) {
      if (!named.insert(option).second || !poll.options.contains(option) || poll.options.at(option).withdrawn)
        return false;
      if ((poll.terms.kind == Kind::points) != (given > 0)) return false;
      points += given;
      cost += poll.options.at(option).cost;
    }
    return points <= poll.terms.points && (poll.terms.kind != Kind::budget || cost <= poll.terms.budget);
  }
  static int put(const Poll& poll, Ballot& ballot, const Points& choices, bool paper) {
    if (!valid(poll, choices)) return 0;
    if (ballot.standing && (!poll.terms.changeable || ballot.paper != paper)) return 0;
    ballot.standing = choices;
    ballot.paper = paper;
    ++ballot.commands;
    return 1;
  }
};

}  // namespace stimmbuch::model
