#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/ledger/memory_ledger.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"
#include "stimmbuch/projections/worker/worker.hpp"
#include "support/memory_views.hpp"
#include "support/random_log.hpp"
#include "support/seed.hpp"
#include "support/temporary_directory.hpp"
#include "support/view_dump.hpp"

namespace stimmbuch::test {
namespace {

using namespace projections;
using namespace std::chrono_literals;

constexpr auto patience = 60s;

std::chrono::steady_clock::time_point soon() {
  return std::chrono::steady_clock::now() + patience;
}

// Waits until the projection reflects the position.
Waited wait_for(Worker& worker, std::string_view projection, Position position,
                std::chrono::steady_clock::time_point deadline = soon()) {
  std::promise<Waited> promise;
  auto waited = promise.get_future();
  if (!worker.wait_until(projection, position, deadline, [&](Waited how) { promise.set_value(how); })) {
    return Waited::stopped;
  }
  return waited.get();
}

void wait_for_all(Worker& worker, Position position) {
  for (const ProjectionStatus& status : worker.list()) {
    ASSERT_EQ(wait_for(worker, status.name, position), Waited::reached) << status.name;
  }
}

// The rows that a projection should have, folded in memory.
std::map<std::string, std::string> folded(const Projection& projection, const LogBuilder& log) {
  const auto rows = Folding(projection).catch_up(log).views.rows();
  return {rows.begin(), rows.end()};
}

enum class LedgerKind { memory, rocks };

// Views over a ledger, both in a directory of their own.
class ProjectionsWorker : public testing::TestWithParam<LedgerKind> {
 protected:
  ProjectionsWorker() {
    if (GetParam() == LedgerKind::memory) {
      ledger = std::make_unique<eventstore::MemoryLedger>();
    } else {
      eventstore::OpenOptions options;
      options.directory = directory.path() / "ledger";
      options.subject_of = codec::subject_of;
      options.disk_floor_bytes = 0;
      ledger = std::move(*eventstore::RocksLedger::open(options));
    }
  }

  void open(std::span<const Projection> projections = all_projections()) {
    auto opened = ViewStore::open({.directory = directory.path() / "views"}, projections);
    ASSERT_TRUE(opened) << opened.error();
    store = std::move(*opened);
  }

  void start(WorkerOptions options = {}) {
    worker = std::make_unique<Worker>(
        Worker::Parts{*ledger, *store, [](std::string_view why) { ADD_FAILURE() << why; },
                      [this](std::span<const ChangedDocument> changed) { on_change(changed); }},
        options);
  }

  // As a crash leaves it: what is committed stays, nothing else.
  void restart(WorkerOptions options = {}) {
    worker.reset();
    store.reset();
    open();
    start(options);
  }

  void expect_rows_as_folded(const LogBuilder& log) {
    for (const Projection& projection : all_projections()) {
      EXPECT_EQ(rows_of(*store, projection.name), folded(projection, log)) << projection.name;
    }
  }

  TemporaryDirectory directory;
  std::unique_ptr<eventstore::Ledger> ledger;
  std::unique_ptr<ViewStore> store;
  std::unique_ptr<Worker> worker;
  std::function<void(std::span<const ChangedDocument>)> on_change = [](std::span<const ChangedDocument>) {};
};

INSTANTIATE_TEST_SUITE_P(Ledgers, ProjectionsWorker, testing::Values(LedgerKind::memory, LedgerKind::rocks),
                         [](const auto& param) {
                           return param.param == LedgerKind::memory ? "Memory" : "Rocks";
                         });

TEST_P(ProjectionsWorker, FoldsWhatIsThereAndWhatComes) {
  RandomLog random(1);
  for (int i = 0; i < 100; ++i) random.vote();
  random.log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, random.log.last());
  expect_rows_as_folded(random.log);
  for (int i = 0; i < 100; ++i) {
    random.vote();
    random.log.append_to(*ledger);
  }
  wait_for_all(*worker, random.log.last());
  expect_rows_as_folded(random.log);
}

TEST_P(ProjectionsWorker, GoesOnWhereItStoodHoweverOftenItEnds) {
  for (const auto seed : seeds(3)) {
    SCOPED_TRACE(testing::Message() << "STIMMBUCH_SEED=" << seed);
    RandomLog random(seed);
    const auto begin = number(ledger->head());
    if (begin > 0) break;  // one ledger a test
    std::mt19937_64 chance(seed);
    open();
    start({.batch_records_max = 3});
    for (int i = 0; i < 20; ++i) {
      for (std::uint64_t votes = chance() % 40; votes > 0; --votes) random.vote();
      random.log.append_to(*ledger);
      restart({.batch_records_max = 1 + chance() % 20, .takeover_records_max = chance() % 50});
    }
    wait_for_all(*worker, random.log.last());
    expect_rows_as_folded(random.log);
  }
}

TEST_P(ProjectionsWorker, BuildsTheSameViewsAfterTheyWereDeleted) {
  RandomLog random(2);
  for (int i = 0; i < 200; ++i) random.vote();
  random.log.append_to(*ledger);
  open();
  start({.batch_records_max = 7, .takeover_records_max = 10});
  wait_for_all(*worker, random.log.last());
  const auto before = store->document("tally", RandomLog::name(0));
  worker.reset();
  store.reset();
  std::filesystem::remove_all(directory.path() / "views");
  open();
  start();
  wait_for_all(*worker, random.log.last());
  const auto after = store->document("tally", RandomLog::name(0));
  ASSERT_TRUE(before && before->document && after && after->document);
  EXPECT_EQ(after->document->bytes, before->document->bytes);
  EXPECT_EQ(after->document->etag, before->document->etag);
  EXPECT_EQ(after->document->etag.size(), 32U);
}

TEST_P(ProjectionsWorker, NeverEndsABatchWithinACommand) {
  LogBuilder log;
  log.create_ledger();
  log.open_project("park");
  for (int i = 0; i < 50; ++i) log.open_poll(std::string("p").append(std::to_string(i)), terms(), options(2));
  open();
  std::set<std::string> documents;
  // A poll is opened by two records; a document that says it is open but has no options shows half a command.
  on_change = [&](std::span<const ChangedDocument> changed) {
    for (const ChangedDocument& document : changed) {
      if (document.projection != "tally") continue;
      const auto read = store->document("tally", document.id);
      EXPECT_EQ(read->document->bytes.find(R"("options":[])"), std::string::npos);
      documents.emplace(document.id);
    }
  };
  start({.batch_records_max = 1});
  wait_for_all(*worker, before_first);
  log.append_to(*ledger);
  wait_for_all(*worker, log.last());
  EXPECT_EQ(documents.size(), 50U);
}

// ---- reading

TEST_P(ProjectionsWorker, ShowsADocumentThatIsAtLeastAsNewAsItsPosition) {
  LogBuilder log;
  log.create_ledger();
  log.open_poll("bench", terms(), options(2));
  open();
  start();
  log.append_to(*ledger);
  wait_for_all(*worker, log.last());
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const auto read = store->document("tally", "bench");
      ASSERT_TRUE(read && read->document);
      // Each vote is one record, so the document's own position says how new it is.
      const std::string& bytes = read->document->bytes;
      const auto reflects = std::stoull(bytes.substr(bytes.find(R"("reflects":")") + 12));
      ASSERT_GE(reflects, number(read->position));
    }
  });
  for (int i = 0; i < 500; ++i) {
    log.vote("bench", std::string("v").append(std::to_string(i)), cast(choices({"a"})));
    log.append_to(*ledger);
  }
  EXPECT_EQ(wait_for(*worker, "tally", log.last()), Waited::reached);
  done = true;
  reader.join();
}

TEST_P(ProjectionsWorker, ListsRowsInPages) {
  LogBuilder log;
  log.create_ledger();
  log.open_project("park");
  for (int i = 0; i < 5; ++i) log.open_poll(std::string("p").append(std::to_string(i)), terms(), options(2));
  log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, log.last());
  const auto first = store->rows("polls", "newest/", "", 3);
  ASSERT_TRUE(first && first->next);
  ASSERT_EQ(first->rows.size(), 3U);
  EXPECT_NE(first->rows[0].second.find(R"("poll":"p4")"), std::string::npos);
  const auto second = store->rows("polls", "newest/", *first->next, 3);
  ASSERT_TRUE(second);
  ASSERT_EQ(second->rows.size(), 2U);
  EXPECT_NE(second->rows[1].second.find(R"("poll":"p0")"), std::string::npos);
  EXPECT_FALSE(second->next);
  EXPECT_EQ(store->rows("polls", "project/park/", "", 10)->rows.size(), 5U);
  EXPECT_TRUE(store->rows("polls", "project/par", "", 10)->rows.size() == 5U);
  EXPECT_TRUE(store->rows("polls", "project/none/", "", 10)->rows.empty());
}

TEST_P(ProjectionsWorker, ListsWhatRowsStandFor) {
  LogBuilder log;
  log.create_ledger();
  log.open_project("park");
  log.add(id<ProjectId>("park"), project::PhaseDefined{{.id = id<PhaseId>("ideas"),
                                                        .title = {{"de", "Ideen"}},
                                                        .opens = may_third,
                                                        .closes = may_third + std::chrono::hours{1}}});
  const auto submit = [&](const std::string& name, contribution::Submitted submitted) {
    submitted.project = id<ProjectId>("park");
    submitted.phase = id<PhaseId>("ideas");
    log.add(id<ContributionId>(name), submitted);
  };
  contribution::Submitted comment;
  comment.kind = contribution::Kind::comment;
  comment.parent = id<ContributionId>("bench");
  submit("bench", {});
  submit("why", comment);
  log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, log.last());
  const auto proposals = store->rows("contributions", "project/park/proposal/", "", 10);
  ASSERT_TRUE(proposals);
  ASSERT_EQ(proposals->rows.size(), 1U);
  EXPECT_NE(proposals->rows[0].second.find(R"("contribution":"bench")"), std::string::npos);
  const auto replies = store->rows("contributions", "replies/bench/", "", 10);
  ASSERT_TRUE(replies);
  ASSERT_EQ(replies->rows.size(), 1U);
  EXPECT_EQ(replies->rows[0].second, store->document("contributions", "why")->document->bytes);
}

TEST_P(ProjectionsWorker, TellsWhichDocumentsACommitChanged) {
  LogBuilder log;
  log.create_ledger();
  auto slow = terms();
  slow.live_step = 3;
  log.open_poll("bench", slow, options(2));
  log.append_to(*ledger);
  open();
  std::atomic<int> tallies = 0;
  on_change = [&](std::span<const ChangedDocument> changed) {
    for (const ChangedDocument& document : changed)
      tallies += document.projection == "tally" && document.id == "bench";
  };
  start();
  wait_for_all(*worker, log.last());
  tallies = 0;
  for (int i = 0; i < 9; ++i) {
    log.vote("bench", std::string("v").append(std::to_string(i)), cast(choices({"a"})));
    log.append_to(*ledger);
    ASSERT_EQ(wait_for(*worker, "tally", log.last()), Waited::reached);
  }
  EXPECT_EQ(tallies, 3);
}

// ---- waiting

TEST_P(ProjectionsWorker, CallsBackWhoWaitsForAPosition) {
  RandomLog random(3);
  random.log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, random.log.last());
  std::vector<std::future<Waited>> waits;
  for (std::uint64_t ahead = 1; ahead <= 20; ++ahead) {
    auto promise = std::make_shared<std::promise<Waited>>();
    waits.push_back(promise->get_future());
    ASSERT_TRUE(worker->wait_until("tally", random.log.last() + ahead, soon(),
                                   [promise](Waited how) { promise->set_value(how); }));
  }
  for (int i = 0; i < 20; ++i) {
    random.vote();
    random.log.append_to(*ledger);
    EXPECT_EQ(waits[static_cast<std::size_t>(i)].get(), Waited::reached);
  }
}

TEST_P(ProjectionsWorker, RestsBetweenBatchesUnlessSomebodyWaits) {
  LogBuilder log;
  log.create_ledger();
  log.append_to(*ledger);
  open();
  start({.rest = std::chrono::hours{1}});
  wait_for_all(*worker, log.last());
  log.open_project("park");
  log.append_to(*ledger);
  wait_for_all(*worker, log.last());
  EXPECT_EQ(store->position("projects"), log.last());
}

TEST_P(ProjectionsWorker, TellsWhoWaitsInVain) {
  open();
  start({.waiters_max = 2});
  EXPECT_EQ(wait_for(*worker, "tally", Position{1000}, std::chrono::steady_clock::now() + 10ms),
            Waited::timed_out);

  std::promise<Waited> stopped;
  const auto cancelled =
      worker->wait_until("tally", Position{1000}, soon(), [](Waited) { FAIL() << "was cancelled"; });
  const auto waiting =
      worker->wait_until("tally", Position{1000}, soon(), [&](Waited how) { stopped.set_value(how); });
  ASSERT_TRUE(cancelled && waiting);
  EXPECT_FALSE(worker->wait_until("tally", Position{1000}, soon(), [](Waited) {})) << "too many wait already";
  worker->cancel(*cancelled);
  worker->stop();
  EXPECT_EQ(stopped.get_future().get(), Waited::stopped);
}

// ---- rebuilding

TEST_P(ProjectionsWorker, RebuildsBesideTheLiveViewsWhileTheLogGrows) {
  RandomLog random(4);
  for (int i = 0; i < 500; ++i) random.vote();
  random.log.append_to(*ledger);
  open();
  start({.batch_records_max = 20, .takeover_records_max = 50});
  wait_for_all(*worker, random.log.last());

  std::atomic<bool> done = false;
  std::thread reader([&] {
    Position newest{};
    while (!done) {
      const auto read = store->document("tally", RandomLog::name(0));
      ASSERT_TRUE(read) << "a rebuild beside live views is never seen";
      ASSERT_TRUE(read->document);
      ASSERT_GE(read->position, newest);
      newest = read->position;
    }
  });
  std::vector<std::uint64_t> progress;
  auto rebuilt =
      worker->rebuild("tally", [&](std::uint64_t finished, std::uint64_t) { progress.push_back(finished); });
  ASSERT_TRUE(rebuilt);
  EXPECT_EQ(worker->rebuild("tally").error(), TaskRefusal::busy);
  EXPECT_EQ(worker->rebuild("nonsense").error(), TaskRefusal::unknown_projection);
  for (int i = 0; i < 300; ++i) {
    random.vote();
    random.log.append_to(*ledger);
  }
  EXPECT_TRUE(rebuilt->get());
  EXPECT_FALSE(progress.empty());
  EXPECT_TRUE(std::ranges::is_sorted(progress));
  random.vote();
  random.log.append_to(*ledger);
  wait_for_all(*worker, random.log.last());
  done = true;
  reader.join();
  EXPECT_EQ(worker->list().front().generation, 2U);
  expect_rows_as_folded(random.log);
  // What it replaced is gone.
  restart();
  wait_for_all(*worker, random.log.last());
  expect_rows_as_folded(random.log);
}

TEST_P(ProjectionsWorker, GoesOnWithARebuildAfterItWasCutOff) {
  RandomLog random(5);
  for (int i = 0; i < 300; ++i) random.vote();
  random.log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, random.log.last());

  worker.reset();
  start({.batch_records_max = 10, .takeover_records_max = 0});
  std::promise<void> begun;
  std::atomic<bool> stopping = false;
  int steps = 0;
  auto cut = worker->rebuild("tally", [&](std::uint64_t, std::uint64_t) {
    if (++steps < 4) return;
    if (steps == 4) begun.set_value();
    while (!stopping) std::this_thread::yield();
  });
  ASSERT_TRUE(cut);
  begun.get_future().wait();
  std::thread stopper([&] { worker->stop(); });
  while (worker->wait_until("tally", before_first, soon(), [](Waited) {})) std::this_thread::yield();
  stopping = true;
  stopper.join();
  EXPECT_FALSE(cut->get());

  restart({.batch_records_max = 10, .takeover_records_max = 0});
  std::optional<Position> resumed_at;
  while (worker->list().front().generation != 2) {
    if (!resumed_at) resumed_at = worker->list().front().building;
    std::this_thread::yield();
  }
  EXPECT_GE(resumed_at.value_or(Position{30}), Position{30});
  EXPECT_EQ(wait_for(*worker, "tally", random.log.last()), Waited::reached);
  expect_rows_as_folded(random.log);
}

TEST_P(ProjectionsWorker, BuildsANewVersionAndKeepsTheOthersLive) {
  RandomLog random(6);
  for (int i = 0; i < 100; ++i) random.vote();
  random.log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, random.log.last());
  worker.reset();
  store.reset();

  std::vector<Projection> newer(all_projections().begin(), all_projections().end());
  const auto version = ++newer.front().version;
  open(newer);
  EXPECT_EQ(store->document("tally", RandomLog::name(0)).error(), Rebuilding{});
  start();
  EXPECT_EQ(store->position("polls"), random.log.last()) << "not touched by another projection's version";
  wait_for_all(*worker, random.log.last());
  EXPECT_EQ(worker->list().front().version, version);
  EXPECT_EQ(worker->list().front().generation, 2U);
  expect_rows_as_folded(random.log);
}

// ---- verifying

// Changes a row behind the store's back.
void tamper(const std::filesystem::path& views, const std::string& key, const std::string& value) {
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, views, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  std::string present;
  ASSERT_TRUE(db->Get({}, key, &present).ok()) << key;
  ASSERT_TRUE((value.empty() ? db->Delete({}, key) : db->Put({}, key, value)).ok());
}

TEST_P(ProjectionsWorker, FindsWhatDiffersFromAFreshFold) {
  RandomLog random(7);
  for (int i = 0; i < 200; ++i) random.vote();
  random.log.append_to(*ledger);
  open();
  start({.takeover_records_max = 20});
  wait_for_all(*worker, random.log.last());
  auto sound = worker->verify("tally");
  ASSERT_TRUE(sound);
  const auto verified = sound->get();
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->position, random.log.last());
  EXPECT_EQ(verified->rows, folded(all_projections().front(), random.log).size());
  EXPECT_EQ(verified->differing, 0U);
  worker.reset();
  store.reset();

  tamper(directory.path() / "views", "tally/0000000001/document/poll-1", "{}");
  tamper(directory.path() / "views", "tally/0000000001/document/poll-2", "");
  open();
  start();
  const auto tampered = rows_of(*store, "tally");
  const auto found = worker->verify("tally")->get();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->differing, 2U);
  ASSERT_EQ(found->differences.size(), 2U);
  EXPECT_EQ(found->differences[0].key, "document/poll-1");
  EXPECT_EQ(found->differences[0].kind, Difference::Kind::changed);
  EXPECT_EQ(found->differences[1].key, "document/poll-2");
  EXPECT_EQ(found->differences[1].kind, Difference::Kind::missing);
  EXPECT_EQ(rows_of(*store, "tally"), tampered) << "verifying changes nothing";

  EXPECT_TRUE(worker->rebuild("tally")->get());
  EXPECT_EQ(worker->verify("tally")->get()->differing, 0U);
  expect_rows_as_folded(random.log);
}

// ---- poison

constexpr std::string_view broken = "this is no record";

TEST_P(ProjectionsWorker, ParksABallotThatCannotBeReadAndSaysProvisional) {
  LogBuilder log;
  log.create_ledger();
  log.open_poll("bench", terms(), options(2));
  log.open_poll("other", terms(), options(2));
  log.vote("bench", "v1", cast(choices({"a"})));
  log.vote("bench", "v2", cast(choices({"nonsense"})));
  log.vote("bench", "v3", cast(choices({"b"})));
  log.vote("bench", "v2", changed(choices({"a"}), choices({"nonsense"})));
  log.append_to(*ledger);
  for (const std::size_t batch : {1, 3, 1000}) {
    SCOPED_TRACE(batch);
    std::filesystem::remove_all(directory.path() / "views");
    open();
    start({.batch_records_max = batch});
    wait_for_all(*worker, log.last());
    const std::string bench = store->document("tally", "bench")->document->bytes;
    EXPECT_NE(bench.find(R"("provisional":true)"), std::string::npos);
    EXPECT_NE(bench.find(R"("ballots":2)"), std::string::npos) << "the others are counted";
    const std::string other = store->document("tally", "other")->document->bytes;
    EXPECT_EQ(other.find("provisional"), std::string::npos);
    const auto tally = worker->list().front();
    EXPECT_EQ(tally.parked_streams, 1U);
    EXPECT_EQ(tally.parked_records, 2U);
    const auto parked = store->rows("tally", "parked/", "", 10);
    ASSERT_EQ(parked->rows.size(), 1U);
    EXPECT_EQ(parked->rows[0].first, "ballot/bench/v2");
    EXPECT_NE(parked->rows[0].second.find(R"("first":"11","last":"13","records":2)"), std::string::npos)
        << parked->rows[0].second;
    EXPECT_EQ(worker->list()[3].parked_streams, 0U) << "figures do not read ballots";
    worker.reset();
    store.reset();
  }
}

TEST_P(ProjectionsWorker, ParksRecordsThatAreNone) {
  LogBuilder log;
  log.create_ledger();
  log.open_poll("bench", terms(), options(2));
  log.vote("bench", "v1", cast(choices({"a"})));
  log.add_changed(BallotId{id<PollId>("bench"), id<VoterId>("v2")},
                  Event{ballot::Event{cast(choices({"a"}))}},
                  [](std::string& bytes) { bytes.replace(bytes.find("vote-cast"), 9, "vote-sung"); });
  log.add_bytes("unknown", std::string(broken));
  log.vote("bench", "v3", cast(choices({"b"})));
  log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, log.last());
  for (const ProjectionStatus& status : worker->list()) {
    // What nobody can read might have concerned each of them; the unknown ballot those that look at ballots.
    EXPECT_EQ(status.parked_streams, status.name == "tally" || status.name == "figures" ? 2U : 1U)
        << status.name;
  }
  EXPECT_NE(store->document("tally", "bench")->document->bytes.find(R"("provisional":true)"),
            std::string::npos);
  EXPECT_NE(store->document("figures", "figures")->document->bytes.find(R"("provisional":true)"),
            std::string::npos);
}

TEST_P(ProjectionsWorker, EndsABatchFullOfPoison) {
  LogBuilder log;
  log.create_ledger();
  log.open_poll("bench", terms(), options(2));
  for (int i = 0; i < 300; ++i) {
    log.vote("bench", std::string("v").append(std::to_string(i)),
             cast(choices({i % 2 == 0 ? "a" : "nonsense"})));
  }
  log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, log.last());
  EXPECT_EQ(worker->list().front().parked_streams, 150U);
  EXPECT_NE(store->document("tally", "bench")->document->bytes.find(R"("ballots":150)"), std::string::npos);
  // A fold of it all parks the same, so verifying agrees.
  EXPECT_EQ(worker->verify("tally")->get()->differing, 0U);
}

TEST_P(ProjectionsWorker, FoldsAParkedStreamAgainWhenToldTo) {
  LogBuilder log;
  log.create_ledger();
  log.open_poll("bench", terms(), options(2));
  log.vote("bench", "v2", cast(choices({"nonsense"})));
  log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, log.last());
  EXPECT_TRUE(worker->unpark("ballot/bench/v1").empty());
  EXPECT_EQ(worker->unpark("ballot/bench/v2"), std::vector<std::string>{"tally"});
  while (worker->list().front().generation != 2) std::this_thread::yield();
  EXPECT_EQ(worker->list().front().parked_streams, 1U) << "the program still cannot read it";
}

// ---- the wrong ledger

TEST_P(ProjectionsWorker, RefusesALedgerThatIsShorterThanItsViews) {
  LogBuilder log;
  log.create_ledger();
  log.open_poll("bench", terms(), options(2));
  log.append_to(*ledger);
  open();
  start();
  wait_for_all(*worker, log.last());
  worker.reset();
  EXPECT_EQ(store->floor(), log.last());
  eventstore::MemoryLedger shorter;
  LogBuilder other;
  other.create_ledger();
  other.append_to(shorter);
  EXPECT_THROW(Worker({shorter, *store, [](std::string_view) {}}), std::runtime_error);
}

}  // namespace
}  // namespace stimmbuch::test
