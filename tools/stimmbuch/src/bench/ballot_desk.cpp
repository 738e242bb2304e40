#include "bench/ballot_desk.hpp"

#include <chrono>
#include <cstddef>

#include <fmt/format.h>

#include "engine_command.hpp"
#include "stimmbuch/adapters/vault/contest_secrets.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"

namespace stimmbuch::program {

namespace {

constexpr Time imported_votes_cast_at{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

ballot::Choices choices_of(std::uint64_t voter) {
  ballot::Choices choices;
  for (const std::size_t option : bench_choices(voter))
    choices.push_back({*OptionId::parse(bench_option(option))});
  return choices;
}

}  // namespace

CitizenId bench_citizen_id(const crypto::Mac& derivation, std::uint64_t number) {
  return *CitizenId::parse(
      vault::created_id(derivation, "bench", stimmbuch::Engine{}, fmt::format("citizen-{}", number)));
}

BallotDesk::BallotDesk(const Engine::Intake& intake, const std::string& poll, BenchPoll::Voters voters)
    : poll_(*PollId::parse(poll)),
      voters_(voters),
      contest_(intake.contests.get(poll_)),
      derivation_(intake.secrets.derivation),
      official_(*OfficialId::parse("bench")) {}

runner::Submission BallotDesk::ballot(std::uint64_t voter) const {
  const std::string key = fmt::format("bench-ballot-{:012}", voter);
  if (voters_ == BenchPoll::Voters::imported) {
    const BallotId id{poll_, vault::imported_voter(*contest_, std::to_string(voter))};
    return submission_of(*contest_, id, official_, key,
                         ballot::Command{ballot::ImportVote{choices_of(voter), ballot::Channel::online,
                                                            imported_votes_cast_at}});
  }
  const CitizenId citizen = bench_citizen_id(derivation_, voter);
  const VoterId pseudonym = vault::voter_pseudonym(*contest_, citizen);
  auto result = submission_of(*contest_, BallotId{poll_, pseudonym}, pseudonym, key,
                              ballot::Command{ballot::CastVote{choices_of(voter)}});
  result.citizen = citizen;
  return result;
}

}  // namespace stimmbuch::program
