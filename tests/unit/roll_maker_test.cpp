// The roll that the engine makes of a log, held against one made the slow way.
#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settlement/roll.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/eventstore/ledger/memory_ledger.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "support/log_builder.hpp"
#include "support/random.hpp"

namespace stimmbuch::program {
namespace {

using test::id;
using test::LogBuilder;
using test::Random;

const LedgerId town = id<LedgerId>("town");
const PollId bench = id<PollId>("bench");
const PollId other_poll = id<PollId>("other");

crypto::Mac contest_secret() {
  return crypto::Mac(crypto::Secret(crypto::sha256(crypto::bytes_of("the contest"))));
}

// A citizen as the log shows them, without the engine's rules.
struct Person {
  bool registered = false;
  bool blocked = false;
  std::optional<citizen::Cell> cell;
  bool ever = false;
  bool at_opening = false;
  std::optional<citizen::Cell> last_cell;  // in which they were entitled last

  bool entitled_now() const {
    return registered && !blocked && cell &&
           (cell->level.text() == "id" || cell->level.text() == "passport") && cell->district &&
           (cell->district->text() == "north" || cell->district->text() == "south");
  }
  void look() {
    if (!entitled_now()) return;
    ever = true;
    last_cell = cell;
  }
};

// For citizens of level "id" or above from two of three districts.
poll::Terms terms() {
  auto terms = test::terms();
  terms.electorate = {id<LevelId>("id"), {id<DistrictId>("north"), id<DistrictId>("south")}, {}};
  return terms;
}

class Town {
 public:
  explicit Town(Random& random, int citizens) : random_(random) {
    log.create_ledger();
    log.add(town, ledger::CellsDeclared{{{id<LevelId>("mail"), test::title("Mail"), false},
                                         {id<LevelId>("id"), test::title("Id"), true},
                                         {id<LevelId>("passport"), test::title("Passport"), true}},
                                        {{id<DistrictId>("north"), test::title("North")},
                                         {id<DistrictId>("south"), test::title("South")},
                                         {id<DistrictId>("west"), test::title("West")}},
                                        {}});
    log.open_project("park");
    for (int i = 0; i < citizens; ++i) names_.push_back("c" + std::to_string(i));
  }

  void open() {
    log.open_poll("bench", terms(), test::options(3), true);
    for (auto& [name, person] : people) {
      person.look();
      person.at_opening = person.ever;
    }
    open_ = true;
  }
  void close() {
    log.add(bench, poll::Closed{});
    open_ = false;
  }

  // Something that happens to a citizen.
  void step() {
    const auto& name = random_.pick(names_);
    const auto citizen = id<CitizenId>(name);
    Person& person = people[name];
    if (!person.registered) {
      person.registered = true;
      log.add(citizen, citizen::Registered{});
    } else if (random_.chance(25)) {
      person.blocked = !person.blocked;
      if (person.blocked) {
        log.add(citizen, citizen::Blocked{});
      } else {
        log.add(citizen, citizen::Unblocked{});
      }
    } else if (random_.chance(10)) {
      log.add(citizen, citizen::Changed{});
    } else {
      static const std::vector<std::string> levels{"mail", "id", "passport"};
      static const std::vector<std::string> districts{"north", "south", "west"};
      citizen::Cell cell{id<LevelId>(random_.pick(levels)), {}, {}};
      if (random_.chance(90)) cell.district = id<DistrictId>(random_.pick(districts));
      person.cell = cell;
      log.add(citizen, citizen::Verified{cell, "desk", id<OfficialId>("rita")});
    }
    if (open_) person.look();
  }

  void vote() {
    const auto& name = random_.pick(names_);
    const auto secret = contest_secret();
    const auto voter = vault::voter_pseudonym(secret, id<CitizenId>(name));
    if (random_.chance(10)) {
      log.vote("other", voter.text(), ballot::SealedVoteCast{});
      return;
    }
    if (!open_ || !people[name].ever) return;
    if (!standing.contains(name)) {
      if (random_.chance(50)) {
        standing[name] = log.vote("bench", voter.text(), ballot::SealedVoteCast{});
      } else {
        standing[name] = log.vote("bench", voter.text(), test::cast(test::choices({"a"})));
      }
    } else if (random_.chance(30)) {
      standing.erase(name);
      if (random_.chance(50)) {
        log.vote("bench", voter.text(), ballot::SealedVoteWithdrawn{});
      } else {
        log.vote("bench", voter.text(), test::withdrawn(test::choices({"a"})));
      }
    } else {
      standing[name] = log.vote("bench", voter.text(), ballot::SealedVoteChanged{});
    }
  }

  // The roll the slow way.
  std::vector<roll::Entry> naive_roll() const {
    const auto secret = contest_secret();
    std::vector<roll::Entry> all;
    for (const auto& [name, person] : people) {
      if (!person.ever) continue;
      const auto citizen = id<CitizenId>(name);
      const auto voter = vault::voter_pseudonym(secret, citizen);
      const auto ballot = standing.find(name);
      all.push_back({voter,
                     vault::roll_binding(town, bench, citizen, voter, vault::roll_number(secret, citizen)),
                     ballot == standing.end() ? before_first : ballot->second});
    }
    std::ranges::sort(all, {}, [](const roll::Entry& entry) { return std::string(entry.voter.text()); });
    return all;
  }

  poll::RollCompleted naive_totals() const {
    poll::RollCompleted totals;
    std::map<std::string, poll::CellTurnout> cells;
    for (const auto& [name, person] : people) {
      if (!person.ever) continue;
      ++totals.entries;
      totals.at_opening += person.at_opening ? 1 : 0;
      totals.ballots += standing.contains(name) ? 1 : 0;
      const auto& cell = *person.last_cell;
      auto& counted = cells[std::string(cell.level.text()).append("/").append(cell.district->text())];
      counted.level = cell.level;
      counted.district = cell.district;
      ++counted.eligible;
      counted.voted += standing.contains(name) ? 1 : 0;
    }
    std::vector<poll::CellTurnout> list;
    for (const auto& [key, cell] : cells) list.push_back(cell);
    totals.prefix = lookup_prefix(totals.entries);
    totals.cells = published_cells(std::move(list));
    return totals;
  }

  LogBuilder log;
  std::map<std::string, Person> people;
  std::map<std::string, Position> standing;  // ballots by citizen

 private:
  Random& random_;
  std::vector<std::string> names_;
  bool open_ = false;
};

struct MadeRoll {
  std::vector<roll::Entry> entries;
  std::vector<std::size_t> parts;
  poll::RollCompleted totals;
};

MadeRoll make(const LogBuilder& log, std::size_t citizens_max = RollMaker::citizens_per_pass) {
  eventstore::MemoryLedger ledger;
  log.append_to(ledger);
  const auto poll = runner::read_state<poll::State>(ledger, bench);
  const auto secret = contest_secret();
  RollMaker maker(ledger, town, bench, poll, secret, [] { return false; }, citizens_max);
  MadeRoll made;
  EXPECT_TRUE(maker.make([&](std::vector<roll::Entry> entries) {
    made.parts.push_back(entries.size());
    made.entries.insert(made.entries.end(), entries.begin(), entries.end());
    return true;
  }));
  made.totals = maker.totals();
  return made;
}

TEST(RollMaker, FindsExactlyThoseWhoWereEntitledWhileThePollWasOpen) {
  int sometimes = 0;
  int since_opening = 0;
  test::for_seeds(20, [&](Random& random) {
    Town one(random, 60);
    for (int i = 0; i < 150; ++i) one.step();
    one.open();
    for (int i = 0; i < 200; ++i) {
      random.chance(30) ? one.step() : one.vote();
    }
    one.close();
    for (int i = 0; i < 100; ++i) {
      random.chance(50) ? one.step() : one.vote();
    }
    const auto made = make(one.log);
    EXPECT_EQ(made.entries, one.naive_roll());
    EXPECT_EQ(made.totals, one.naive_totals());
    for (const auto& [name, person] : one.people) {
      sometimes += person.ever && !person.entitled_now() ? 1 : 0;
      since_opening += person.ever && !person.at_opening ? 1 : 0;
    }
  });
  EXPECT_GT(sometimes, 0) << "nobody lost it";
  EXPECT_GT(since_opening, 0) << "nobody gained it meanwhile";
}

TEST(RollMaker, ComesToTheSameHoweverOftenItReadsTheLog) {
  test::for_seeds(5, [](Random& random) {
    Town one(random, 60);
    for (int i = 0; i < 300; ++i) one.step();
    one.open();
    for (int i = 0; i < 200; ++i) {
      random.chance(20) ? one.step() : one.vote();
    }
    one.close();
    const auto at_once = make(one.log);
    ASSERT_GT(at_once.entries.size(), 10U);
    for (const std::size_t citizens : {30U, 15U, 10U}) {
      const auto in_passes = make(one.log, citizens);
      EXPECT_EQ(in_passes.entries, at_once.entries) << citizens;
      EXPECT_EQ(in_passes.totals, at_once.totals) << citizens;
    }
  });
}

TEST(RollMaker, SaysSoWhenTheCitizensOfOneLetterAreTooMany) {
  test::for_seeds(1, [](Random& random) {
    Town one(random, 200);
    for (int i = 0; i < 600; ++i) one.step();
    one.open();
    one.close();
    EXPECT_THROW(make(one.log, 1), std::runtime_error);
  });
}

// As many parts as needed, sorted over all of them.
TEST(RollMaker, CutsTheRollIntoParts) {
  LogBuilder log;
  log.create_ledger();
  log.open_project("park");
  for (int i = 0; i < 1201; ++i)
    log.add(id<CitizenId>(std::string("c").append(std::to_string(i))), citizen::Registered{});
  log.open_poll("bench", test::terms(), test::options(3), true);
  log.add(bench, poll::Closed{});
  const auto made = make(log);
  EXPECT_THAT(made.parts, testing::ElementsAre(500, 500, 201));
  EXPECT_TRUE(std::ranges::is_sorted(made.entries, std::less{}, &roll::Entry::voter));
  EXPECT_EQ(made.totals.entries, 1201);
  EXPECT_EQ(made.totals.at_opening, 1201);
  EXPECT_EQ(made.totals.ballots, 0);
}

TEST(RollMaker, MakesNoPartOfARollOfNobody) {
  LogBuilder log;
  log.create_ledger();
  log.open_project("park");
  log.open_poll("bench", terms(), test::options(3), true);
  log.add(bench, poll::Closed{});
  const auto made = make(log);
  EXPECT_TRUE(made.parts.empty());
  EXPECT_EQ(made.totals, poll::RollCompleted{});
}

TEST(RollMaker, EndsWhenItIsToldTo) {
  LogBuilder log;
  log.create_ledger();
  log.open_project("park");
  for (int i = 0; i < 5000; ++i)
    log.add(id<CitizenId>(std::string("c").append(std::to_string(i))), citizen::Registered{});
  log.open_poll("bench", test::terms(), test::options(3), true);
  log.add(bench, poll::Closed{});
  eventstore::MemoryLedger ledger;
  log.append_to(ledger);
  const auto poll = runner::read_state<poll::State>(ledger, bench);
  const auto secret = contest_secret();
  int parts = 0;
  RollMaker stopped(ledger, town, bench, poll, secret, [] { return true; });
  EXPECT_FALSE(stopped.make([&](const std::vector<roll::Entry>&) { return ++parts > 0; }));
  EXPECT_EQ(parts, 0);
  RollMaker refused(ledger, town, bench, poll, secret, [] { return false; });
  EXPECT_FALSE(refused.make([&](const std::vector<roll::Entry>&) { return ++parts < 2; }));
  EXPECT_EQ(parts, 2);
}

// ---- what is published of it

TEST(LookupPrefix, NamesAHundredEntriesOrMore) {
  const std::map<std::int64_t, std::uint32_t> known{{0, 0},       {1, 0},       {6'399, 0},     {6'400, 1},
                                                    {409'599, 1}, {409'600, 2}, {80'000'000, 3}};
  for (const auto& [entries, prefix] : known) EXPECT_EQ(lookup_prefix(entries), prefix) << entries;
  for (std::int64_t entries = 1; entries < 8'000'000'000; entries = entries * 3 / 2 + 1) {
    const auto prefix = lookup_prefix(entries);
    std::int64_t groups = 1;
    for (std::uint32_t i = 0; i < prefix; ++i) groups *= 64;
    if (prefix > 0) {
      EXPECT_GE(entries / groups, 100) << entries;
    }
    if (prefix < poll::roll_prefix_max) {
      EXPECT_LT(entries / groups / 64, 100) << entries;
    }
  }
}

TEST(PublishedCells, HideWhoeverIsOneOfFewerThanTen) {
  test::for_seeds(200, [](Random& random) {
    std::vector<poll::CellTurnout> cells;
    std::int64_t eligible = 0;
    std::int64_t voted = 0;
    const auto most = random.chance(50) ? 12 : 40;
    for (int i = 0, size = random.between<int>(0, random.chance(10) ? 400 : 8); i < size; ++i) {
      poll::CellTurnout cell;
      if (i > 0) cell.level = id<LevelId>("l" + std::to_string(i));
      cell.eligible = random.between(1, most);
      cell.voted = random.between(0, cell.eligible);
      eligible += cell.eligible;
      voted += cell.voted;
      cells.push_back(cell);
    }
    auto shuffled = cells;
    random.shuffle(shuffled);
    const auto published = published_cells(cells);
    EXPECT_EQ(published_cells(shuffled), published) << "whatever order they come in";
    EXPECT_LE(published.size(), poll::roll_cells_max);
    EXPECT_EQ(published.empty(), eligible < 10);
    std::set<std::optional<LevelId>> levels;
    for (const auto& cell : published) {
      EXPECT_GE(cell.eligible, 10);
      EXPECT_TRUE(levels.insert(cell.level).second);
      eligible -= cell.eligible;
      voted -= cell.voted;
    }
    if (published.empty()) return;
    EXPECT_EQ(eligible, 0);
    EXPECT_EQ(voted, 0);
  });
}

TEST(PublishedCells, MergeTheSmallestOfTheOthersWithOneThatIsTooSmall) {
  const auto cell = [](std::string_view level, std::int64_t eligible, std::int64_t voted) {
    return poll::CellTurnout{id<LevelId>(level), {}, {}, eligible, voted};
  };
  const poll::CellTurnout merged{{}, {}, {}, 23, 9};
  EXPECT_THAT(published_cells({cell("a", 3, 2), cell("b", 20, 7), cell("c", 90, 1)}),
              testing::ElementsAre(cell("c", 90, 1), merged));
  EXPECT_THAT(published_cells({cell("a", 10, 2)}), testing::ElementsAre(cell("a", 10, 2)));
  EXPECT_THAT(published_cells({cell("a", 9, 2)}), testing::IsEmpty());
}

}  // namespace
}  // namespace stimmbuch::program
