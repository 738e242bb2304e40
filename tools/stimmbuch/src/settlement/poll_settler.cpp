#include "settlement/poll_settler.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include "engine_command.hpp"
#include "settlement/openings.hpp"
#include "settlement/roll.hpp"
#include "stimmbuch/eventstore/runner/roll_entries.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "stimmbuch/eventstore/tlog/hash.hpp"
#include "stimmbuch/projections/folds/polls.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::chrono::milliseconds interval{100};
constexpr std::size_t polls_at_once = 100;

// The digest over the leaf hashes of parts as they come.
class PartsHash {
 public:
  void add(const eventstore::Records& log, Position position) {
    const auto record = log.at(position);
    if (!record) throw std::runtime_error(fmt::format("record {} is not there", number(position)));
    const auto leaf = tlog::leaf_hash(*record);
    leaves_.append(crypto::text_of(leaf));
    ++parts_;
  }

  std::uint32_t parts() const { return parts_; }
  poll::PartsDigest digest() const { return crypto::sha256(crypto::bytes_of(leaves_)); }

 private:
  std::string leaves_;  // 32 bytes for each 500 entries
  std::uint32_t parts_ = 0;
};

}  // namespace

PollSettler::PollSettler(const eventstore::Records& log, const projections::ViewStore& views,
                         runner::Runner& runner, vault::ContestSecrets& contests, const LedgerId& ledger,
                         const crypto::Secret& idempotency)
    : log_(log),
      views_(views),
      runner_(runner),
      contests_(contests),
      ledger_(ledger),
      key_(idempotency),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

PollSettler::~PollSettler() = default;

void PollSettler::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "poll-settler");
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    stopped_.wait_for(lock, stop, interval, [] { return false; });
    if (!stop.stop_requested()) settle_all(stop);
  }
}

void PollSettler::settle_all(const std::stop_token& stop) {
  const auto unsettled = views_.rows("polls", projections::unsettled_prefix, "", polls_at_once);
  if (!unsettled) return;
  for (const auto& [key, text] : unsettled->rows) {
    const auto id = PollId::parse(text);
    if (!id || stop.stop_requested()) continue;
    try {
      settle(*id, stop);
    } catch (const std::exception& error) {
      spdlog::error("poll {} cannot be settled: {}", id->text(), error.what());
    }
  }
}

// The list may be behind the log.
void PollSettler::settle(const PollId& id, const std::stop_token& stop) {
  auto poll = runner::read_state<poll::State>(log_, id);
  if (poll.status != poll::Status::closed || poll.settled()) return;
  if (poll.roll && !poll.roll_completed && !add_roll(id, poll, stop)) return;
  poll = runner::read_state<poll::State>(log_, id);
  if (poll.status == poll::Status::closed && poll.roll_completed && poll.sealed && !poll.openings_completed)
    add_openings(id, poll, stop);
}

bool PollSettler::add_roll(const PollId& id, const poll::State& poll, const std::stop_token& stop) {
  const auto contest = contests_.get(id);
  if (!contest) throw std::runtime_error("the contest has no secret, so nobody can make its roll");
  RollMaker maker(log_, ledger_, id, poll, *contest, [&] { return stop.stop_requested(); });
  PartsHash hash;
  std::int64_t before = 0;
  const bool made = maker.make([&](std::vector<roll::Entry> entries) {
    const auto size = std::ssize(entries);
    const RollPartId part{id, hash.parts()};
    const auto added = done(part, roll::Command{roll::AddPart{before, std::move(entries)}}, "roll");
    if (!added) return false;
    hash.add(log_, added->first);
    before += size;
    return !stop.stop_requested();
  });
  if (!made) return false;
  poll::RollCompleted totals = maker.totals();
  totals.parts = hash.parts();
  totals.digest = hash.digest();
  return done(id, poll::Command{poll::CompleteRoll{std::move(totals)}}, "roll").has_value();
}

bool PollSettler::add_openings(const PollId& id, const poll::State& poll, const std::stop_token& stop) {
  const auto sealing = contests_.sealing(id);
  if (!sealing) throw std::runtime_error("the poll has no sealing secret, so nobody can open its ballots");
  PartsHash hash;
  std::int64_t before = 0;
  const auto standing = standing_ballots(log_, id, *poll.roll_completed);
  const bool opened =
      open_ballots(log_, ledger_, id, poll, *sealing, standing, [&](std::vector<opening::Opening> openings) {
        const auto size = std::ssize(openings);
        const OpeningPartId part{id, hash.parts()};
        const auto added =
            done(part, opening::Command{opening::AddPart{before, std::move(openings)}}, "openings");
        if (!added) return false;
        hash.add(log_, added->first);
        before += size;
        return !stop.stop_requested();
      });
  if (!opened) return false;
  const poll::OpeningsCompleted totals{.openings = before, .parts = hash.parts(), .digest = hash.digest()};
  return done(id, poll::Command{poll::CompleteOpenings{totals}}, "openings").has_value();
}

std::optional<runner::Accepted> PollSettler::done(const StreamId& stream, const Command& command,
                                                  std::string_view occasion) {
  auto outcome = runner::submit_and_wait(runner_, engine_command(key_, stream, command, occasion));
  if (auto* const accepted = std::get_if<runner::Accepted>(&outcome)) return std::move(*accepted);
  // A poll may have been cancelled meanwhile, and a failure passes: the next look decides anew. What is there
  // already and differs does not pass.
  const auto* const failure = std::get_if<runner::Failure>(&outcome);
  if (failure && failure->kind == runner::Failure::Kind::key_reused)
    throw std::runtime_error(subject(stream) + " is there and holds something else");
  if (const auto* const rejection = std::get_if<Rejection>(&outcome))
    spdlog::warn("{} is refused: {}", subject(stream), text_of(rejection->refusal).code);
  return std::nullopt;
}

std::vector<Position> standing_ballots(const eventstore::Records& log, const PollId& poll,
                                       const poll::RollCompleted& roll) {
  std::vector<Position> standing;
  standing.reserve(static_cast<std::size_t>(roll.ballots));
  for (std::uint32_t part = 0; part < roll.parts; ++part) {
    for (const roll::Entry& entry : runner::roll_part(log, poll, part)) {
      if (entry.ballot != before_first) standing.push_back(entry.ballot);
    }
  }
  std::ranges::sort(standing);
  return standing;
}

}  // namespace stimmbuch::program
