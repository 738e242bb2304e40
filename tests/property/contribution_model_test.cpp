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

using contribution::Kind;
using contribution::Manner;
using contribution::Submit;
using project::Feature;
using std::chrono::hours;

using Name = std::string;

// What anybody would say of a contribution who heard of each deed.
struct Told {
  Name author;
  Kind kind = Kind::proposal;
  int versions = 1;
  int released = 1;
  bool gone = false;                                    // its texts are to be destroyed
  bool given_up = false;                                // withdrawn or merged
  std::map<std::uint64_t, Name> blocks = {};            // that stand, by whom
  std::map<std::uint64_t, std::uint64_t> appeals = {};  // open ones, and what against
  std::set<std::uint64_t> appealed = {};                // hidings that were appealed against
  std::map<std::uint64_t, Name> hiders = {};
  std::set<std::uint64_t> removals = {};  // among their deeds

  bool shown() const { return released > 0 && !gone && blocks.empty(); }
  bool over() const { return gone || given_up; }
  bool proposal() const { return kind == Kind::proposal; }
};

// A contribution that somebody would make, and whether what it is about lets them.
struct Attempt {
  Submit command;
  bool fits = true;
};

// Within which marks lie: whoever looks at a map needs no more than two comparisons.
struct Block {
  std::int32_t west, south, east, north;

  bool has(const Place& place) const {
    return west <= place.longitude_e7 && place.longitude_e7 <= east && south <= place.latitude_e7 &&
           place.latitude_e7 <= north;
  }
  Area corners() const { return {{west, south}, {east, south}, {east, north}, {west, north}}; }
};

class Forum {
 public:
  explicit Forum(Random& random)
      : random_(random), premoderated_(random.chance(50)), has_categories_(random.chance(70)) {
    auto phase = test::phase("ideas", noon - hours{1}, noon + hours{1});
    phase.features = {Feature::propose, Feature::comment, Feature::mark};
    if (has_categories_) phase.categories = {{id<CategoryId>("dark"), words("Dunkel")}};
    world_.given(the_ledger, created(), cells())
        .given(the_project, project::Opened{words("Park"), {}, {}, premoderated_},
               project::PhaseDefined{phase});
    for (const Name& name : people_) world_.given(id<CitizenId>(name), citizen::Registered{});
    publish();
  }

  // One deed, done in the world and told; both must agree on whether it takes effect.
  void deed() {
    switch (random_.index(12)) {
      case 0:
      case 1:
      case 2:
        return submit();
      case 3:
        return revise();
      case 4:
        return release();
      case 5:
        return withdraw();
      case 6:
        return merge();
      case 7:
        return remove();
      case 8:
        return hide();
      case 9:
        return random_.chance(50) ? restore() : appeal();
      case 10:
        return random_.chance(50) ? publish() : redraw();
      default:
        return decide();
    }
  }

  void check() {
    for (const auto& [name, told] : told_) {
      const auto& state = world_.state<contribution::State>(id<ContributionId>(name));
      EXPECT_EQ(state.kind, told.kind) << name;
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
  Kind any_kind() { return static_cast<Kind>(random_.index(4)); }
  Place any_place() { return {random_.between<std::int32_t>(0, 12), random_.between<std::int32_t>(0, 12)}; }
  bool is_in_area(const Place& place) const { return !area_ || area_->has(place); }
  Commitments texts_of(Kind kind) {
    Commitments texts{{"text", commitment("x")}};
    if (kind == Kind::proposal) texts["title"] = commitment("t");
    if (kind == Kind::mark) texts["place"] = commitment("p");
    if (kind == Kind::mark && random_.chance(30)) texts["photo"] = commitment("f");
    return texts;
  }
  // Seldom those of another kind; false if a contribution of this one cannot have them.
  bool take_texts(Kind kind, Commitments& texts) {
    const Kind other = random_.chance(10) ? any_kind() : kind;
    texts = texts_of(other);
    const auto is_plain = [](Kind one) { return one == Kind::comment || one == Kind::annotation; };
    return other == kind || (is_plain(other) && is_plain(kind));
  }
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
    const auto [command, fits] = attempt(random_.chance(40) ? Kind::proposal : any_kind());
    if (!done(name, command, id<CitizenId>(author), fits && !find(name))) return;
    told_[name] = {.author = author, .kind = command.kind, .released = premoderated_ ? 0 : 1};
  }

  Attempt attempt(Kind kind) {
    Attempt made{{kind, the_project, id<PhaseId>("ideas"), {}, {}, {}, {}}};
    made.fits = take_texts(kind, made.command.texts);
    if (kind == Kind::comment ? random_.chance(60) : random_.chance(3)) answer_another(made);
    if (kind == Kind::annotation ? random_.chance(97) : random_.chance(3)) quote(made);
    if (kind == Kind::mark ? random_.chance(has_categories_ ? 95 : 5) : random_.chance(3)) categorise(made);
    if (kind == Kind::mark) put_on_map(made);
    // What a contribution is about is its kind's alone.
    if (made.command.parent && kind != Kind::comment) made.fits = false;
    if (made.command.passage.has_value() != (kind == Kind::annotation)) made.fits = false;
    if (made.command.category && kind != Kind::mark) made.fits = false;
    return made;
  }

  void answer_another(Attempt& made) {
    const Name parent = any();
    const Told* const answered = find(parent);
    made.command.parent = id<ContributionId>(parent);
    made.fits = made.fits && answered && answered->shown() && !answered->given_up;
  }

  // Mostly what stands there, and seldom in another version or paragraph.
  void quote(Attempt& made) {
    const auto version = version_ - (random_.chance(10) ? 1 : 0);
    const Name name = random_.chance(90) ? "aim" : "none";
    const std::string& text = name == "aim" ? aim_ : "none";
    const auto from = random_.between<std::uint32_t>(0, 4);
    const auto to = random_.between<std::uint32_t>(0, 6);
    const bool is_there = from < to && to <= text.size();
    const std::string words = is_there && random_.chance(80) ? text.substr(from, to - from) : "ab";
    made.command.passage = {id<DocumentId>("plan"), version, id<ParagraphId>(name), "de", from, to, words};
    made.fits = made.fits && version == version_ && name == "aim" && is_there &&
                text.substr(from, to - from) == words;
  }

  void categorise(Attempt& made) {
    made.command.category = id<CategoryId>(random_.chance(90) ? "dark" : "none");
  }

  // As the map of the phase wants it. An audit does not know the place, and takes for granted that it was in
  // the area.
  void put_on_map(Attempt& made) {
    const auto wanted = has_categories_ ? std::optional(id<CategoryId>("dark")) : std::nullopt;
    made.fits = made.fits && made.command.category == wanted;
    if (random_.chance(10)) return;
    made.command.place = any_place();
    made.fits = made.fits && is_in_area(*made.command.place);
  }

  void revise() {
    const Name name = any();
    const Name who = person();
    Told* const told = find(name);
    const Kind kind = told ? told->kind : Kind::proposal;
    contribution::Revise command;
    bool expected = take_texts(kind, command.texts) && told && !told->over() && told->author == who;
    if (kind == Kind::mark) {
      command.place = any_place();
      expected = expected && is_in_area(*command.place);
    }
    if (!done(name, command, id<CitizenId>(who), expected)) return;
    ++told->versions;
    if (!premoderated_) told->released = told->versions;
  }

  // Another version of the document. What was annotated before stays.
  void publish() {
    aim_.clear();
    for (auto letters = random_.between(2, 6); letters > 0; --letters) aim_ += random_.chance(50) ? "a" : "b";
    if (++version_ == 1)
      world_.given(id<DocumentId>("plan"), document::Published{the_project, words("Plan"), {}, 1});
    else
      world_.given(id<DocumentId>("plan"), document::Revised{version_, words("Plan"), {}, 1});
    world_.given(id<DocumentId>("plan"), document::ParagraphsAdded{{{id<ParagraphId>("aim"), words(aim_)}}});
  }

  // Another area, or none. Marks outside of it stay.
  void redraw() {
    area_.reset();
    if (random_.chance(80)) {
      const auto west = random_.between<std::int32_t>(0, 5);
      const auto south = random_.between<std::int32_t>(0, 5);
      area_ = {west, south, random_.between<std::int32_t>(6, 12), random_.between<std::int32_t>(6, 12)};
    }
    world_.given(the_project, project::Revised{words("Park"), {}, {}, area_ ? area_->corners() : Area()});
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
    const bool expected = told && !told->over() && told->proposal() && told->author == who;
    if (!done(name, contribution::Withdraw{{}, text("reason")}, id<CitizenId>(who), expected)) return;
    told->given_up = true;
  }

  void merge() {
    const Name name = any();
    const Name into = any();
    Told* const told = find(name);
    const Told* const other = find(into);
    const bool expected = told && !told->over() && told->proposal() && other && other->proposal() &&
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
  const bool has_categories_;
  std::uint32_t version_ = 0;  // of the document
  std::string aim_;            // what its paragraph says
  std::optional<Block> area_;
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
