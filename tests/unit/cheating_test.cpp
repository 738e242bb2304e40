// What an operator who holds the log's key, and writes what the engine never would, can and cannot get past
// an audit. Every log here is whole and rightly signed.
#include <algorithm>
#include <csignal>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/verification.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/adapters/vault/sealed_ballots.hpp"
#include "stimmbuch/domain/ballot.hpp"
#include "stimmbuch/domain/count.hpp"
#include "stimmbuch/eventstore/codec/padded_choices.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "support/log_builder.hpp"
#include "support/tlog_entries.hpp"

namespace stimmbuch::program {
namespace {

using test::choices;
using test::id;
using test::LogBuilder;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const LedgerId town = id<LedgerId>("town");
const PollId bench = id<PollId>("bench");

crypto::Secret secret_of(std::string_view name) {
  return crypto::Secret(crypto::sha256(crypto::bytes_of(name)));
}

// The files of a log with these records, signed by its key.
std::map<std::string, std::string> signed_files(const LogBuilder& log, const crypto::Secret& key) {
  std::vector<std::string> entries;
  for (const auto& record : log.records()) entries.push_back(record.bytes);
  const auto size = entries.size();
  std::map<std::string, std::string> files;
  for (std::uint64_t index = 0; index * tlog::tile_width < size; ++index) {
    const auto width = tlog::tile_at(size, 0, index).width;
    std::string& bundle = files[tlog::path_of(tlog::Bundle{index, width})];
    for (unsigned i = 0; i < width; ++i) tlog::append_entry(bundle, entries[index * tlog::tile_width + i]);
  }
  const test::EntryTiles tiles(entries);
  for (unsigned level = 0; tlog::hashes_at(level, size) > 0; ++level) {
    for (std::uint64_t index = 0; index * tlog::tile_width < tlog::hashes_at(level, size); ++index) {
      const auto tile = tlog::tile_at(size, level, index);
      files[tlog::path_of(tile)] = tlog::bytes_of(tiles.read(tile));
    }
  }
  const tlog::Checkpoint checkpoint{"town.example", size, test::root_of(entries, 0, size)};
  tlog::Note note{tlog::to_text(checkpoint), {}};
  note.signatures.push_back(tlog::sign_note(note.text, "town.example", key));
  files["checkpoint"] = tlog::to_text(note);
  files["log.vkey"] =
      tlog::VerifierKey(tlog::VerifierKey::Kind::signer, "town.example", crypto::public_key(key)).text() +
      "\n";
  return files;
}

// A sealed poll in a town of twelve citizens, written by its operator, who also keeps its secrets.
class Cheating : public testing::Test {
 protected:
  static constexpr int citizens = 12;

  void SetUp() override {
    as_engine();
    log_.add(town, ledger::Created{town, ledger::Purpose::town, "town.example", crypto::public_key(key_), 1});
    log_.by("anna").add(town, ledger::CellsDeclared{{{id<LevelId>("id"), test::title("Id"), true}}, {}, {}});
    log_.add(id<ProjectId>("park"), project::Opened{test::title("Park"), {}});
    for (int i = 0; i < citizens; ++i) register_citizen(name(i));
    terms_.electorate.level = id<LevelId>("id");
    terms_.results = poll::Results::after_close;
    log_.by("anna");
    opened_ = next(next(next(log_.last())));
    log_.open_poll("bench", terms_, options_, true);
  }

  // ---- what an engine does

  static std::string name(int citizen) { return "c" + std::to_string(citizen); }
  VoterId pseudonym(std::string_view citizen) const {
    return vault::voter_pseudonym(contest_, id<CitizenId>(citizen));
  }
  void as_engine() { log_.by(Actor{stimmbuch::Engine{}}); }

  void register_citizen(const std::string& citizen) {
    const auto own = id<CitizenId>(citizen);
    log_.by(Actor{own}).add(own, citizen::Registered{});
    log_.by("rita").add(own, citizen::Verified{{id<LevelId>("id"), {}, {}}, "desk", id<OfficialId>("rita")});
  }

  vault::SealedRecord next_record(const VoterId& voter) {
    vault::SealedRecord record{town, {bench, voter}, {}};
    record.command[0] = static_cast<std::byte>(++commands_);
    std::array<std::byte, 24> tag{};
    std::ranges::copy(record.command, tag.begin());
    log_.under(tag);
    return record;
  }

  template <class Vote>
  Position add(const BallotId& ballot, const Vote& vote) {
    ballots_.emplace_back(vote);
    return log_.add(ballot, vote);
  }
  // Casts, or changes what was cast.
  Position vote(const VoterId& voter, const ballot::Choices& chosen) {
    const auto record = next_record(voter);
    const auto key = vault::ballot_key(sealing_, record);
    const auto seal = vault::seal_choices(key, record, codec::padded_choices(chosen, sealed_bytes));
    const auto position = standing_.contains(voter) ? add(record.ballot, ballot::SealedVoteChanged{seal})
                                                    : add(record.ballot, ballot::SealedVoteCast{seal});
    log_.under(std::array<std::byte, 24>{});
    opening::Opening opening{position, {}, chosen};
    std::ranges::copy(key.bytes(), opening.key.begin());
    standing_.insert_or_assign(voter, opening);
    return position;
  }
  void withdraw(const VoterId& voter) {
    next_record(voter);
    add(BallotId{bench, voter}, ballot::SealedVoteWithdrawn{});
    log_.under(std::array<std::byte, 24>{});
    standing_.erase(voter);
  }
  // Some vote, one changes, one takes it back, and the rest abstain.
  void vote_honestly() {
    for (int i = 0; i < 6; ++i) vote(pseudonym(name(i)), choices({i % 2 == 0 ? "a" : "b"}));
    vote(pseudonym(name(0)), choices({"c"}));
    withdraw(pseudonym(name(5)));
  }
  void close() {
    log_.by("anna");
    closed_ = log_.add(bench, poll::Closed{});
  }

  roll::Entry entry(std::string_view citizen) const {
    const auto own = id<CitizenId>(citizen);
    const auto voter = pseudonym(citizen);
    const auto ballot = standing_.find(voter);
    return {voter, vault::roll_binding(town, bench, own, voter, vault::roll_number(contest_, own)),
            ballot == standing_.end() ? before_first : ballot->second.ballot};
  }
  std::vector<roll::Entry> honest_roll() const {
    std::vector<roll::Entry> entries;
    for (int i = 0; i < citizens; ++i) entries.push_back(entry(name(i)));
    return entries;
  }
  // In any order, two parts.
  void write_roll(std::vector<roll::Entry> entries) {
    std::ranges::sort(entries, {}, &roll::Entry::voter);
    as_engine();
    const auto middle = entries.begin() + 5;
    const auto first = log_.add(RollPartId{bench, 0}, roll::PartAdded{0, {entries.begin(), middle}});
    log_.add(RollPartId{bench, 1}, roll::PartAdded{5, {middle, entries.end()}});
    poll::RollCompleted roll{.entries = std::ssize(entries), .parts = 2};
    roll.at_opening = std::min<std::int64_t>(citizens, roll.entries);
    roll.ballots =
        std::ranges::count_if(entries, [](const auto& entry) { return entry.ballot != before_first; });
    roll.digest = digest_of({first, next(first)});
    roll_ = roll;
    log_.add(bench, roll);
  }
  std::vector<opening::Opening> honest_openings() const {
    std::vector<opening::Opening> openings;
    for (const auto& [voter, opening] : standing_) openings.push_back(opening);
    std::ranges::sort(openings, {}, &opening::Opening::ballot);
    return openings;
  }
  void write_openings(const std::vector<opening::Opening>& openings) {
    as_engine();
    const auto part = log_.add(OpeningPartId{bench, 0}, opening::PartAdded{0, openings});
    log_.add(bench, poll::OpeningsCompleted{std::ssize(openings), 1, digest_of({part})});
    openings_ = openings;
  }
  // Of what the openings say.
  void count(const std::function<void(poll::Tally&)>& change = {}) {
    const poll::BallotCounter counter(terms_.form, terms_.rule, options_);
    auto tally = counter.empty();
    for (const auto& event : ballots_) counter.apply(tally, event);
    for (const auto& opening : openings_) counter.open(tally, opening.choices);
    if (change) change(tally);
    poll::State state;
    state.terms = terms_;
    state.options = options_;
    const auto counted = poll::count(state, tally);
    log_.by("anna").add(bench,
                        poll::ResultComputed{.revision = Revision{6},
                                             .rule = terms_.rule.kind,
                                             .engine = "test",
                                             .first = opened_,
                                             .last = closed_,
                                             .figures = tally.figures,
                                             .quorum_reached = counted.quorum_reached,
                                             .ties = counted.ties,
                                             .eligible = roll_.entries,
                                             .eligible_at_opening = roll_.at_opening},
                        poll::OptionsCounted{counted.options});
  }
  void finish_honestly() {
    write_roll(honest_roll());
    write_openings(honest_openings());
    count();
  }

  poll::PartsDigest digest_of(const std::vector<Position>& parts) const {
    std::string leaves;
    for (const auto part : parts)
      leaves.append(crypto::text_of(tlog::leaf_hash(log_.records()[number(part) - 1].bytes)));
    return crypto::sha256(crypto::bytes_of(leaves));
  }

  // ---- what an audit says of it

  // The checks that fail, whether the log is read once or in several passes, each of a portion of the people.
  std::vector<std::string> failed_checks() {
    const auto once = verify(UINT32_MAX);
    const auto in_passes = verify(small_memory);
    if (!once || !in_passes) {
      ADD_FAILURE() << (once ? in_passes : once).error().text;
      return {};
    }
    EXPECT_EQ(once->passes, 1U);
    EXPECT_GT(in_passes->passes, 2U);
    EXPECT_EQ(findings_of(*once), findings_of(*in_passes));
    EXPECT_EQ(polls_of(*once), polls_of(*in_passes));
    std::vector<std::string> failing;
    for (const CheckResult& check : once->checks) {
      if (check.verdict == Verdict::fail) failing.emplace_back(check.code);
      verdicts_[std::string(check.code)] = check.verdict;
    }
    findings_.clear();
    for (const auto& finding : findings_of(*once)) findings_ += finding + "\n";
    EXPECT_EQ(once->passed, failing.empty());
    return failing;
  }

  static constexpr std::uint64_t small_memory = 2'000;  // several passes even for these logs
  using LogFiles = std::map<std::string, std::string>;

  std::expected<Verification, Failure> verify(std::uint64_t memory) const {
    return verify(signed_files(log_, key_), memory);
  }
  // With files that are others from the second time on that they are asked for.
  static std::expected<Verification, Failure> verify(const LogFiles& files, std::uint64_t memory,
                                                     const LogFiles& later = {}) {
    std::set<std::string> asked;
    const FetchLogFile fetch = [&](const std::string& name) -> std::expected<std::string, Failure> {
      const bool is_first = asked.insert(name).second;
      const auto other = later.find(name);
      if (!is_first && other != later.end()) return other->second;
      const auto file = files.find(name);
      if (file == files.end()) return failed(ExitCode::not_found, name);
      return file->second;
    };
    std::ostringstream nowhere;
    Console console(nowhere, nowhere, {});
    Signals signals{SIGUSR1};
    return verify_log(fetch, {}, memory, console, signals);
  }

  // In an order of their own: that in which they are found depends on the passes.
  static std::multiset<std::string> findings_of(const Verification& verification) {
    std::multiset<std::string> findings;
    for (const CheckResult& check : verification.checks) {
      for (const Finding& finding : check.findings)
        findings.insert(std::string(check.code) + " " + finding.where + ": " + finding.detail);
    }
    return findings;
  }
  static Json polls_of(const Verification& verification) {
    Json report = json_of(verification);
    for (Json& check : report["checks"]) check.erase("findings");
    return {report["polls"], report["checks"]};
  }

  static constexpr std::size_t sealed_bytes = 5;  // ["a"]

  const crypto::Secret key_ = secret_of("the log's key");
  const crypto::Mac contest_{secret_of("the contest")};
  const crypto::Mac sealing_{secret_of("the seals")};
  LogBuilder log_;
  poll::Terms terms_ = test::terms();
  const std::vector<poll::Option> options_ = test::options(3);
  Position opened_{};
  Position closed_{};
  int commands_ = 0;
  std::map<VoterId, opening::Opening> standing_;
  std::vector<ballot::Event> ballots_;
  std::vector<opening::Opening> openings_;
  poll::RollCompleted roll_;
  std::string findings_;
  std::map<std::string, Verdict> verdicts_;
};

TEST_F(Cheating, IsNotWhatAnHonestLogLooksLike) {
  vote_honestly();
  close();
  finish_honestly();
  EXPECT_THAT(failed_checks(), IsEmpty()) << findings_;
  EXPECT_EQ(verdicts_["E2"], Verdict::pass);
  EXPECT_EQ(verdicts_["F1"], Verdict::pass);
  EXPECT_EQ(verdicts_["F2"], Verdict::pass);
}

// ---- who votes

TEST_F(Cheating, IsSeenWhenABallotIsAddedOfSomebodyWhoIsNotOnTheRoll) {
  vote_honestly();
  vote(pseudonym("nobody"), choices({"a"}));
  close();
  finish_honestly();
  EXPECT_THAT(failed_checks(), Contains("E2")) << findings_;
}

TEST_F(Cheating, IsSeenWhenAnInventedVoterIsPutOnTheRoll) {
  vote_honestly();
  vote(pseudonym("nobody"), choices({"a"}));
  close();
  auto entries = honest_roll();
  entries.push_back(entry("nobody"));
  write_roll(entries);
  write_openings(honest_openings());
  count();
  EXPECT_THAT(failed_checks(), ElementsAre("E2")) << findings_;
}

// Under a second pseudonym, and so twice on the roll.
TEST_F(Cheating, IsSeenWhenACitizenVotesTwice) {
  vote_honestly();
  const auto second = id<VoterId>("AAAAAAAAAAAAAAAAAAAAAQ");
  vote(second, choices({"a"}));
  close();
  auto entries = honest_roll();
  auto again = entry(name(0));
  again.voter = second;
  again.ballot = standing_.at(second).ballot;
  entries.push_back(again);
  write_roll(entries);
  write_openings(honest_openings());
  count();
  EXPECT_THAT(failed_checks(), ElementsAre("E2")) << findings_;
}

TEST_F(Cheating, IsSeenWhenPeopleAreRegisteredBehindTheClosingAndPutOnTheRoll) {
  vote_honestly();
  vote(pseudonym("late"), choices({"a"}));
  close();
  register_citizen("late");
  auto entries = honest_roll();
  entries.push_back(entry("late"));
  write_roll(entries);
  write_openings(honest_openings());
  count();
  EXPECT_THAT(failed_checks(), ElementsAre("E2")) << findings_;
}

TEST_F(Cheating, IsSeenWhenACitizenIsLeftOffTheRoll) {
  vote_honestly();
  close();
  auto entries = honest_roll();
  std::erase_if(entries, [&](const auto& one) { return one.voter == pseudonym(name(11)); });
  write_roll(entries);
  write_openings(honest_openings());
  count();
  EXPECT_THAT(failed_checks(), ElementsAre("E2")) << findings_;
}

TEST_F(Cheating, IsSeenWhenTheRollIgnoresABallot) {
  vote_honestly();
  close();
  auto entries = honest_roll();
  std::ranges::find(entries, pseudonym(name(1)), &roll::Entry::voter)->ballot = before_first;
  write_roll(entries);
  const auto dropped = standing_.at(pseudonym(name(1)));
  auto openings = honest_openings();
  std::erase(openings, dropped);
  write_openings(openings);
  count();
  const auto failing = failed_checks();
  EXPECT_THAT(failing, Contains("E2")) << findings_;
  EXPECT_THAT(failing, Contains("F1")) << "and is not opened\n" << findings_;
}

// The newer vote of somebody is ignored in favour of the one before it.
TEST_F(Cheating, IsSeenWhenTheRollPrefersABallotThatWasReplaced) {
  const auto before = vote(pseudonym(name(0)), choices({"a"}));
  const auto first = standing_.at(pseudonym(name(0)));
  vote(pseudonym(name(0)), choices({"b"}));
  close();
  auto entries = honest_roll();
  std::ranges::find(entries, pseudonym(name(0)), &roll::Entry::voter)->ballot = before;
  write_roll(entries);
  write_openings({first});
  count();
  const auto failing = failed_checks();
  EXPECT_THAT(failing, Contains("E2")) << findings_;
  EXPECT_THAT(failing, Contains("F1")) << findings_;
}

TEST_F(Cheating, IsSeenWhenThePartsOfTheRollAreNotThoseThatWereCompleted) {
  vote_honestly();
  close();
  write_roll(honest_roll());
  as_engine();
  log_.add(RollPartId{bench, 2}, roll::PartAdded{12, {entry("nobody")}});
  write_openings(honest_openings());
  count();
  EXPECT_THAT(failed_checks(), Contains("E1")) << findings_;
}

// ---- what they say

TEST_F(Cheating, IsSeenWhenACountIgnoresABallot) {
  vote_honestly();
  close();
  write_roll(honest_roll());
  write_openings(honest_openings());
  count([](poll::Tally& tally) {
    --tally.options[1].votes;
    --tally.options[1].score;
  });
  EXPECT_THAT(failed_checks(), ElementsAre("F2")) << findings_;
}

TEST_F(Cheating, IsSeenWhenAnOptionBecomesAnotherBeforeTheCount) {
  vote_honestly();
  close();
  log_.by("anna").add(bench, poll::OptionsFixed{options_});
  finish_honestly();
  EXPECT_THAT(failed_checks(), Contains("E1")) << findings_;
}

TEST_F(Cheating, IsSeenWhenAWrongKeyIsPublished) {
  vote_honestly();
  close();
  write_roll(honest_roll());
  auto openings = honest_openings();
  openings[2].key[0] ^= std::byte{1};
  write_openings(openings);
  count();
  EXPECT_THAT(failed_checks(), ElementsAre("F1")) << findings_;
}

TEST_F(Cheating, IsSeenWhenABallotIsOpenedToAnotherVote) {
  vote_honestly();
  close();
  write_roll(honest_roll());
  auto openings = honest_openings();
  openings[2].choices = choices({openings[2].choices == choices({"a"}) ? "b" : "a"});
  write_openings(openings);
  count();
  EXPECT_THAT(failed_checks(), ElementsAre("F1")) << findings_;
}

// Under whatever key: a seal binds what it holds.
TEST_F(Cheating, IsSeenWhenABallotIsOpenedToAnotherVoteUnderAnotherKey) {
  vote_honestly();
  close();
  write_roll(honest_roll());
  auto openings = honest_openings();
  const auto other = choices({openings[2].choices == choices({"a"}) ? "b" : "a"});
  openings[2].choices = other;
  for (int attempt = 0; attempt < 5; ++attempt) {
    openings[2].key =
        crypto::sha256(crypto::bytes_of(std::string("attempt ").append(std::to_string(attempt))));
    const LogBuilder before = log_;
    write_openings(openings);
    count();
    EXPECT_THAT(failed_checks(), ElementsAre("F1")) << findings_;
    log_ = before;
  }
}

TEST_F(Cheating, IsSeenWhenAValidBallotIsDeclaredInvalid) {
  vote_honestly();
  close();
  write_roll(honest_roll());
  auto openings = honest_openings();
  openings[2].choices.reset();
  write_openings(openings);
  count();
  EXPECT_THAT(failed_checks(), ElementsAre("F1")) << findings_;
}

TEST_F(Cheating, IsSeenWhenABallotIsNotOpened) {
  vote_honestly();
  close();
  write_roll(honest_roll());
  auto openings = honest_openings();
  openings.erase(openings.begin() + 2);
  write_openings(openings);
  count();
  EXPECT_THAT(failed_checks(), Contains("F1")) << findings_;
}

TEST_F(Cheating, IsSeenWhenAWithdrawnBallotIsOpened) {
  const auto taken_back = vote(pseudonym(name(7)), choices({"a"}));
  auto opening = standing_.at(pseudonym(name(7)));
  withdraw(pseudonym(name(7)));
  vote_honestly();
  close();
  write_roll(honest_roll());
  auto openings = honest_openings();
  openings.insert(openings.begin(), opening);
  ASSERT_EQ(openings.front().ballot, taken_back);
  write_openings(openings);
  count();
  EXPECT_THAT(failed_checks(), Contains("F1")) << findings_;
}

TEST_F(Cheating, IsSeenWhenBallotsAreCountedBeforeAllAreOpened) {
  vote_honestly();
  close();
  write_roll(honest_roll());
  count();
  EXPECT_THAT(failed_checks(), Contains("E1")) << findings_;
}

TEST_F(Cheating, IsSeenWhenWhoSawTheChoicesCancelsThePoll) {
  vote_honestly();
  close();
  write_roll(honest_roll());
  as_engine();
  log_.add(OpeningPartId{bench, 0}, opening::PartAdded{0, honest_openings()});
  const auto proposal = log_.by("anna").add(bench, poll::CancellationProposed{"Not as we like it."});
  log_.by("bert").add(bench, poll::Cancelled{proposal});
  EXPECT_THAT(failed_checks(), Contains("E1")) << findings_;
}

TEST_F(Cheating, IsSeenWhenAnOfficialWritesTheRoll) {
  vote_honestly();
  close();
  log_.by("anna");
  log_.add(RollPartId{bench, 0}, roll::PartAdded{0, {entry(name(0))}});
  EXPECT_THAT(failed_checks(), Contains("D3")) << findings_;
}

// The tree is checked as the log is read first; what is read again must be that.
TEST_F(Cheating, IsSeenWhenTheLogIsAnotherOneTheSecondTime) {
  vote_honestly();
  close();
  finish_honestly();
  const auto files = signed_files(log_, key_);
  LogFiles later;
  for (const auto& [name, bytes] : files) {
    if (!name.starts_with("tile/entries/")) continue;
    later[name] = bytes;
    // A voter of the first ballot who chose something else.
    auto& altered = later[name];
    altered[altered.find(R"("seal")") + 30] ^= 1;
  }
  const auto verification = verify(files, small_memory, later);
  ASSERT_TRUE(verification);
  EXPECT_FALSE(verification->passed);
  EXPECT_THAT(findings_of(*verification), testing::Contains(testing::StartsWith("C1 log: ")));
}

// ---- who writes

TEST_F(Cheating, IsSeenWhenALeaderSaysThatItFollowsAnotherRecordThanItDoes) {
  const auto honest = log_;
  const auto last = log_.last();
  const auto leaf = tlog::leaf_hash(log_.records().back().bytes);
  const auto before = tlog::leaf_hash(log_.records()[number(last) - 2].bytes);
  const auto failed_with = [&](Position previous, const LeafHash& previous_leaf) {
    log_ = honest;
    as_engine();
    log_.add(town, ledger::LeaderChanged{2, previous, previous_leaf});
    return failed_checks();
  };
  EXPECT_THAT(failed_with(last, leaf), IsEmpty()) << findings_;
  EXPECT_THAT(failed_with(last, before), ElementsAre("E1")) << findings_;
  EXPECT_THAT(findings_, testing::HasSubstr("the record before it is another than it says"));
  EXPECT_THAT(failed_with(Position{number(last) - 1}, before), ElementsAre("E1")) << findings_;
}

// The limit of what a log can show, and what the statements that people get and the drawing of entries from
// the roll are for: this person never voted, and the log is in order.
TEST_F(Cheating, IsNotSeenInTheLogAloneWhenAbstainersAreVotedForSoTheyMustBeAskedOrLookThemselves) {
  vote_honestly();
  vote(pseudonym(name(8)), choices({"a"}));
  vote(pseudonym(name(9)), choices({"a"}));
  close();
  finish_honestly();
  EXPECT_THAT(failed_checks(), IsEmpty()) << findings_;
  // What catches it: the roll says that this abstainer has a ballot, and binds that to them.
  const auto own = entry(name(8));
  EXPECT_NE(own.ballot, before_first);
  EXPECT_EQ(own.binding, vault::roll_binding(town, bench, id<CitizenId>(name(8)), own.voter,
                                             vault::roll_number(contest_, id<CitizenId>(name(8)))));
}

}  // namespace
}  // namespace stimmbuch::program
