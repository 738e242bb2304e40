// Random deeds on a few contributions, held against a naive opinion on who may do what and what is shown.
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"
#include "support/random.hpp"

namespace stimmbuch::test {
namespace {

using contribution::Manner;
using std::chrono::hours;

using Name = std::string;

// What anybody would say of a contribution who heard of each deed.
struct Told {
  Name author;
  bool proposal = true;
  std::optional<Name> parent;
  int versions = 1;
  int released = 1;
  bool gone = false;      // its texts are to be destroyed
  bool given_up = false;  // withdrawn or merged
  bool decided = false;
  std::map<std::uint64_t, Name> blocks = {};            // that stand, by whom
  std::map<std::uint64_t, std::uint64_t> appeals = {};  // open ones, and what against
  std::set<std::uint64_t> appealed = {};                // hidings that were appealed against
  std::map<std::uint64_t, Name> hiders = {};
  std::set<std::uint64_t> removals = {};  // among their deeds

  bool shown() const { return released > 0 && !gone && blocks.empty(); }
  bool over() const { return gone || given_up; }
};

class Forum {
 public:
  explicit Forum(Random& random) : random_(random), premoderated_(random.chance(50)) {
    auto phase = test::phase("ideas", noon - hours{1}, noon + hours{1});
    phase.features = {project::Feature::propose, project::Feature::comment};
    world_.given(the_ledger, created(), cells())
        .given(the_project, project::Opened{words("Park"), {}, {}, premoderated_},
               project::PhaseDefined{phase});
    for (const Name& name : people_) world_.given(id<CitizenId>(name), citizen::Registered{});
  }

  // One deed, done in the world and told; both must agree on whether it takes effect.
  void deed() {
    switch (random_.index(10)) {
      case 0:
      case 1:
        return submit();
      case 2:
        return revise();
      case 3:
        return release();
      case 4:
        return withdraw();
      case 5:
        return merge();
      case 6:
        return remove();
      case 7:
        return hide();
      case 8:
        return random_.chance(50) ? restore() : appeal();
      default:
        return decide();
    }
  }

  void check() {
    for (const auto& [name, told] : told_) {
      const auto& state = world_.state<contribution::State>(id<ContributionId>(name));
      EXPECT_EQ(state.is_shown(), told.shown()) << name;
      EXPECT_EQ(state.is_over(), told.over()) << name;
      EXPECT_EQ(state.version, static_cast<std::uint32_t>(told.versions)) << name;
      EXPECT_EQ(state.released, static_cast<std::uint32_t>(told.released)) << name;
    }
  }

 private:
  Name any() { return random_.pick(names_); }
  Name person() { return random_.pick(people_); }
  Name official() { return random_.pick(officials_); }
  Told* find(const Name& name) {
    const auto found = told_.find(name);
    return found == told_.end() ? nullptr : &found->second;
  }
  static Commitments proposal_texts() { return {{"text", commitment("x")}, {"title", commitment("t")}}; }
  static Commitments text(const Name& field) { return {{field, commitment("r")}}; }

  // Does it in the world; true if it took effect, which must be as expected.
  template <class One>
  bool done(const Name& name, const One& one, const Actor& actor, bool expected) {
    world_.by(actor);
    const StreamId stream = id<ContributionId>(name);
    const auto decision = world_.decided(stream, one);
    EXPECT_EQ(decision.has_value(), expected)
        << name << (decision ? "" : text_of(decision.error().refusal).code);
    if (decision) world_.take_all(stream, *decision);
    return decision.has_value() && expected;
  }

  void submit() {
    const Name name = any();
    const Name author = person();
    const bool proposal = random_.chance(60);
    const auto parent = random_.chance(60) && !proposal ? std::optional(any()) : std::nullopt;
    const Told* const answered = parent ? find(*parent) : nullptr;
    const bool expected = !find(name) && (!parent || (answered && answered->shown() && !answered->given_up));
    contribution::Submit command{proposal ? contribution::Kind::proposal : contribution::Kind::comment,
                                 the_project,
                                 id<PhaseId>("ideas"),
                                 {},
                                 {},
                                 {},
                                 proposal ? proposal_texts() : text("text")};
    if (parent) command.parent = id<ContributionId>(*parent);
    if (!done(name, command, id<CitizenId>(author), expected)) return;
    told_[name] = {
        .author = author, .proposal = proposal, .parent = parent, .released = premoderated_ ? 0 : 1};
  }

  void revise() {
    const Name name = any();
    const Name who = person();
    Told* const told = find(name);
    const bool expected = told && !told->over() && told->author == who && !told->decided;
    const auto texts = told && !told->proposal ? text("text") : proposal_texts();
    if (!done(name, contribution::Revise{texts}, id<CitizenId>(who), expected)) return;
    ++told->versions;
    if (!premoderated_) told->released = told->versions;
  }

  void release() {
    const Name name = any();
    Told* const told = find(name);
    const int version = told ? told->versions - (random_.chance(20) ? 1 : 0) : 1;
    const bool expected = told && !told->over() && version == told->versions && told->released < version;
    if (!done(name, contribution::Release{static_cast<std::uint32_t>(version)}, id<OfficialId>(official()),
              expected))
      return;
    told->released = version;
  }

  void withdraw() {
    const Name name = any();
    const Name who = person();
    Told* const told = find(name);
    const bool expected = told && !told->over() && told->proposal && told->author == who;
    if (!done(name, contribution::Withdraw{{}, text("reason")}, id<CitizenId>(who), expected)) return;
    told->given_up = true;
  }

  void merge() {
    const Name name = any();
    const Name into = any();
    Told* const told = find(name);
    const Told* const other = find(into);
    const bool expected = told && !told->over() && told->proposal && other && other->proposal &&
                          name != into && other->shown() && !other->over();
    if (!done(name, contribution::Merge{id<ContributionId>(into), "Same"}, id<OfficialId>(official()),
              expected))
      return;
    told->given_up = true;
  }

  void remove() {
    const Name name = any();
    const Name who = person();
    Told* const told = find(name);
    const bool expected = told && !told->gone && told->author == who;
    if (!done(name, contribution::Remove{}, id<CitizenId>(who), expected)) return;
    told->gone = true;
  }

  void hide() {
    const Name name = any();
    const Name who = official();
    Told* const told = find(name);
    const auto manner = random_.chance(25) ? Manner::removed : Manner::blocked;
    const bool expected = told && !told->gone;
    if (!done(name, contribution::Hide{manner, contribution::HidingReason::spam, {}}, id<OfficialId>(who),
              expected))
      return;
    const auto position = number(world_.head());
    told->hiders[position] = who;
    if (manner == Manner::removed) {
      told->gone = true;
      told->removals.insert(position);
    } else {
      told->blocks[position] = who;
    }
  }

  std::uint64_t any_hiding(const Told* told) {
    if (!told || told->hiders.empty() || random_.chance(10)) return 1;
    return std::next(told->hiders.begin(), static_cast<std::ptrdiff_t>(random_.index(told->hiders.size())))
        ->first;
  }

  // What one block hid comes back as it was before, but for other blocks.
  void restore() {
    const Name name = any();
    Told* const told = find(name);
    const auto hiding = any_hiding(told);
    const bool expected = told && told->blocks.contains(hiding);
    if (!done(name, contribution::Restore{Position{hiding}}, id<OfficialId>(official()), expected)) return;
    told->blocks.erase(hiding);
  }

  void appeal() {
    const Name name = any();
    Told* const told = find(name);
    const Name who = told && random_.chance(90) ? told->author : person();
    const auto hiding = any_hiding(told);
    const bool lifted = told && told->hiders.contains(hiding) && !told->blocks.contains(hiding) &&
                        !told->removals.contains(hiding);
    const bool expected = told && told->author == who && told->hiders.contains(hiding) && !lifted &&
                          !told->appealed.contains(hiding);
    if (!done(name, contribution::Appeal{Position{hiding}, text("appeal")}, id<CitizenId>(who), expected))
      return;
    told->appealed.insert(hiding);
    told->appeals[number(world_.head())] = hiding;
  }

  void decide() {
    const Name name = any();
    const Name who = official();
    Told* const told = find(name);
    const auto appeal = told && !told->appeals.empty() ? told->appeals.begin()->first : 1;
    const bool granted = random_.chance(50);
    const bool expected =
        told && told->appeals.contains(appeal) && told->hiders.at(told->appeals.at(appeal)) != who;
    if (!done(name, contribution::DecideAppeal{Position{appeal}, granted, text("decision")},
              id<OfficialId>(who), expected))
      return;
    if (granted) told->blocks.erase(told->appeals.at(appeal));
    told->appeals.erase(appeal);
  }

  Random& random_;
  const bool premoderated_;
  const std::vector<Name> names_{"a", "b", "c", "d", "e"};
  const std::vector<Name> people_{"cora", "carl"};
  const std::vector<Name> officials_{"ada", "ben"};
  std::map<Name, Told> told_;
  World world_;
};

TEST(ContributionModel, AgreesWithTheRules) {
  for_seeds(200, [](Random& random) {
    Forum forum(random);
    for (int i = 0; i < 60 && !testing::Test::HasFailure(); ++i) {
      forum.deed();
      forum.check();
    }
  });
}

}  // namespace
}  // namespace stimmbuch::test
