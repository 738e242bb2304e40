#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

ledger::CreateLedger create() {
  const ledger::Created event = created();
  return {event.id, event.purpose, event.origin, event.key};
}

World empty_world() {
  return World{};
}

ledger::DeclareCells levels(std::vector<ledger::Level> levels) {
  return {std::move(levels), {}, {}};
}
ledger::DeclareCells bands(std::vector<ledger::AgeBand> bands) {
  return {{}, {}, std::move(bands)};
}

TEST(CreateLedger, SaysWhatTheLedgerIs) {
  empty_world().when(the_ledger, create()).then(created());
}

TEST(CreateLedger, HappensOnce) {
  empty_world().given(the_ledger, created()).when(the_ledger, create()).then_refused(Refusal::invalid);
}

TEST(CreateLedger, NeedsAnOriginThatASignedNoteCanBear) {
  for (const char* origin : {"", "two words", "plus+sign", "line\nend", "Bürgerlog"}) {
    auto command = create();
    command.origin = origin;
    empty_world().when(the_ledger, command).then_refused(Refusal::invalid, "/origin");
  }
}

TEST(DeclareCells, RecordsThem) {
  const auto event = cells();
  empty_world()
      .given(the_ledger, created())
      .when(the_ledger, ledger::DeclareCells{event.levels, event.districts, event.age_bands})
      .then(cells());
}

TEST(DeclareCells, AddsToWhatIsThere) {
  auto world = given(the_ledger).when(the_ledger, levels({{id<LevelId>("top"), words("Top")}})).accepted();
  const auto& ledger = world.state<ledger::State>(the_ledger);
  EXPECT_EQ(ledger.rank(std::nullopt), 0U);
  EXPECT_EQ(ledger.rank(id<LevelId>("nowhere")), 0U);
  EXPECT_EQ(ledger.rank(id<LevelId>("low")), 1U);
  EXPECT_EQ(ledger.rank(id<LevelId>("top")), 3U);
  EXPECT_EQ(ledger.districts.size(), 2U);
}

TEST(DeclareCells, NeverChangesWhatIsDeclared) {
  const ledger::Level low{id<LevelId>("low"), words("Other")};
  const ledger::District north{id<DistrictId>("north"), words("Other")};
  const ledger::AgeBand old{id<AgeBandId>("old"), 2050, 2060};
  given(the_ledger).when(the_ledger, levels({low})).then_refused(Refusal::cell_already_declared, "/levels/0");
  given(the_ledger)
      .when(the_ledger, ledger::DeclareCells{{}, {north}, {}})
      .then_refused(Refusal::cell_already_declared, "/districts/0");
  given(the_ledger)
      .when(the_ledger, bands({old}))
      .then_refused(Refusal::cell_already_declared, "/age_bands/0");
}

TEST(DeclareCells, MayNotContradictItself) {
  const ledger::Level top{id<LevelId>("top"), words("Top")};
  given(the_ledger)
      .when(the_ledger, levels({top, top}))
      .then_refused(Refusal::cell_already_declared, "/levels/1");
}

TEST(DeclareCells, KeepsAgeBandsApart) {
  const ledger::AgeBand touching{id<AgeBandId>("kids"), 2010, 2020};
  const ledger::AgeBand beside{id<AgeBandId>("kids"), 2011, 2020};
  const ledger::AgeBand around{id<AgeBandId>("all"), 1890, 2100};
  given(the_ledger)
      .when(the_ledger, bands({touching}))
      .then_refused(Refusal::age_bands_overlap, "/age_bands/0");
  given(the_ledger)
      .when(the_ledger, bands({around}))
      .then_refused(Refusal::age_bands_overlap, "/age_bands/0");
  given(the_ledger).when(the_ledger, bands({beside})).accepted();
}

TEST(DeclareCells, IsHeldToItsBounds) {
  const auto band = [](int from, int to) { return ledger::AgeBand{id<AgeBandId>("x"), from, to}; };
  given(the_ledger)
      .when(the_ledger, bands({band(2050, 2049)}))
      .then_refused(Refusal::invalid, "/age_bands/0");
  given(the_ledger)
      .when(the_ledger, bands({band(1849, 1860)}))
      .then_refused(Refusal::invalid, "/age_bands/0");
  given(the_ledger)
      .when(the_ledger, bands({band(2190, 2201)}))
      .then_refused(Refusal::invalid, "/age_bands/0");
  given(the_ledger).when(the_ledger, bands({})).then_refused(Refusal::invalid);
  given(the_ledger)
      .when(the_ledger, levels({{id<LevelId>("top"), {}}}))
      .then_refused(Refusal::invalid, "/levels/0/title");
  given(the_ledger)
      .when(the_ledger, ledger::DeclareCells{{}, {{id<DistrictId>("x"), {{"deu", "X"}}}}, {}})
      .then_refused(Refusal::invalid, "/districts/0/title");
}

TEST(Titles, AreReadableTextInKnownLanguages) {
  const auto declared_with = [](LocalizedText title) {
    return given(the_ledger).when(the_ledger, levels({{id<LevelId>("top"), std::move(title)}}));
  };
  declared_with({{"de", "Grün\tund \"blau\"\n"}, {"en", std::string(240, 'x')}}).accepted();
  const std::vector<LocalizedText> refused{
      {{"de", ""}},
      {{"de", std::string(241, 'x')}},
      {{"DE", "x"}},
      {{"", "x"}},
      {{"de", std::string("nul\0", 4)}},
      {{"de", "bell\a"}},
      {{"de", "cut \xc3"}},
      {{"de", "surrogate \xed\xa0\x80"}},
      {{"aa", "x"},
       {"ab", "x"},
       {"ac", "x"},
       {"ad", "x"},
       {"ae", "x"},
       {"af", "x"},
       {"ag", "x"},
       {"ah", "x"},
       {"ai", "x"}},
  };
  for (const auto& title : refused) declared_with(title).then_refused(Refusal::invalid, "/levels/0/title");
}

// ---- who leads

ledger::ChangeLeader takes_over(std::uint32_t epoch) {
  return {epoch, Position{42}, ledger::LeaderChanged{}.previous_leaf};
}

TEST(ChangeLeader, BeginsTheNextEpoch) {
  const ledger::LeaderChanged second{2, Position{42}, {}};
  empty_world().given(the_ledger, created()).when(the_ledger, takes_over(2)).then(second);
  empty_world()
      .given(the_ledger, created())
      .given(the_ledger, second)
      .when(the_ledger, takes_over(3))
      .then(ledger::LeaderChanged{3, Position{42}, {}});
}

TEST(ChangeLeader, RepeatsNoEpochAndLeavesNoneOut) {
  for (const std::uint32_t epoch : {0U, 1U, 3U})
    empty_world()
        .given(the_ledger, created())
        .when(the_ledger, takes_over(epoch))
        .then_refused(Refusal::invalid, "/epoch");
}

// ---- the log's key

ledger::KeyChanged to_key(std::uint8_t key, std::chrono::microseconds until = std::chrono::hours{24}) {
  ledger::KeyChanged changed;
  changed.key.fill(std::byte{key});
  changed.both_until = Time{until};
  return changed;
}

ledger::ChangeKey change_to(const ledger::KeyChanged& event) {
  return {event.key, event.signature, event.both_until};
}

TEST(ChangeKey, NamesTheNextKey) {
  empty_world().given(the_ledger, created()).when(the_ledger, change_to(to_key(7))).then(to_key(7));
}

TEST(ChangeKey, TakesNoKeyTwice) {
  empty_world()
      .given(the_ledger, created())
      .when(the_ledger, change_to(to_key(0)))
      .then_refused(Refusal::invalid, "/key");
  empty_world()
      .given(the_ledger, created())
      .given(the_ledger, to_key(7))
      .when(the_ledger, change_to(to_key(7)))
      .then_refused(Refusal::invalid, "/key");
}

TEST(ChangeKey, NeedsALedgerAndWholeSeconds) {
  empty_world().when(the_ledger, change_to(to_key(7))).then_refused(Refusal::invalid);
  empty_world()
      .given(the_ledger, created())
      .when(the_ledger, change_to(to_key(7, std::chrono::microseconds{1})))
      .then_refused(Refusal::invalid, "/both_until");
}

// ---- a log that goes on as a new one

ledger::Restored restored_as(std::string_view origin) {
  ledger::Restored restored{.epoch = 2,
                            .origin = std::string(origin),
                            .key = {},
                            .previous = Position{1},
                            .previous_leaf = {},
                            .signed_to = {}};
  restored.key.fill(std::byte{7});
  return restored;
}

ledger::RestoreLedger restore(const ledger::Restored& event) {
  return {event.epoch, event.origin, event.key, event.previous, event.previous_leaf, event.signed_to};
}

TEST(RestoreLedger, BeginsANewLogInTheNextEpoch) {
  auto with_loss = restored_as("new.example");
  with_loss.signed_to = Position{9};
  for (const auto& restored : {restored_as("new.example"), with_loss})
    empty_world().given(the_ledger, created()).when(the_ledger, restore(restored)).then(restored);
}

TEST(RestoreLedger, NeedsAnotherNameAndAnotherKey) {
  const auto refused_at = [](const ledger::Restored& restored, std::string_view where) {
    empty_world()
        .given(the_ledger, created())
        .when(the_ledger, restore(restored))
        .then_refused(Refusal::invalid, where);
  };
  refused_at(restored_as(created().origin), "/origin");
  refused_at(restored_as("no name"), "/origin");
  auto same_key = restored_as("new.example");
  same_key.key = created().key;
  refused_at(same_key, "/key");
  auto same_epoch = restored_as("new.example");
  same_epoch.epoch = 1;
  refused_at(same_epoch, "/epoch");
  auto nothing_lost = restored_as("new.example");
  nothing_lost.signed_to = Position{1};
  refused_at(nothing_lost, "/signed_to");
  empty_world().when(the_ledger, restore(restored_as("new.example"))).then_refused(Refusal::invalid);
}

TEST(ChangeLeader, NeedsALedgerAndARecordBefore) {
  empty_world().when(the_ledger, takes_over(2)).then_refused(Refusal::invalid);
  empty_world()
      .given(the_ledger, created())
      .when(the_ledger, ledger::ChangeLeader{2, before_first, {}})
      .then_refused(Refusal::invalid);
}

}  // namespace
}  // namespace stimmbuch::test
