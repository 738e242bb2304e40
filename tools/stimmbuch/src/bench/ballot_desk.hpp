#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bench/bench_poll.hpp"
#include "engine.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/eventstore/runner/submission.hpp"

// What the benchmarks' citizens are and vote, as the HTTP interface would hand it to the writer.
namespace stimmbuch::program {

// Has the bytes of real ids, which are random, but the same for the same number.
CitizenId bench_citizen_id(const crypto::Mac& derivation, std::uint64_t number);

// Makes the ballots of one poll. Used by one thread.
class BallotDesk {
 public:
  BallotDesk(const Engine::Intake& intake, const std::string& poll, BenchPoll::Voters voters);

  // The one vote of a voter, as bench_choices tells it.
  runner::Submission ballot(std::uint64_t voter) const;

 private:
  const PollId poll_;
  const BenchPoll::Voters voters_;
  const std::shared_ptr<const crypto::Mac> contest_;
  const crypto::Mac derivation_;
  const OfficialId official_;
};

}  // namespace stimmbuch::program
