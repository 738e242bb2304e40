#include "command_desk.hpp"

#include <utility>

#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/adapters/vault/sealed_ballots.hpp"
#include "stimmbuch/eventstore/codec/command_content.hpp"
#include "stimmbuch/eventstore/codec/padded_choices.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::size_t citizens_remembered_max = 200'000;
constexpr std::size_t polls_remembered_max = 256;
constexpr std::size_t places_remembered_max = 10'000;
constexpr std::size_t surveys_remembered_max = 64;

runner::CommandTag tag_of(const crypto::Mac& key, const StreamId& stream, const Command& command,
                          const Intent& intent) {
  return vault::command_tag(key, intent.actor, stream, intent.client_key, codec::name_of(command),
                            codec::content_of(command));
}

runner::Submission submission(const crypto::Mac& key, StreamId stream, Command command,
                              const Intent& intent) {
  const auto tag = tag_of(key, stream, command, intent);
  return {.stream = std::move(stream), .command = std::move(command), .tag = tag, .actor = intent.actor};
}

bool registers(const Command& command) {
  const auto* const own = std::get_if<citizen::Command>(&command);
  return own && std::holds_alternative<citizen::RegisterCitizen>(*own);
}

}  // namespace

CommandDesk::CommandDesk(runner::Runner* runner, const eventstore::Records& log, const runner::Vault& vault,
                         const vault::Secrets& secrets, vault::ContestSecrets& contests, TokensOf tokens)
    : runner_(runner),
      log_(log),
      vault_(vault),
      contests_(contests),
      tokens_(std::move(tokens)),
      idempotency_(secrets.idempotency),
      derivation_(secrets.derivation),
      subject_(secrets.subject),
      polls_(polls_remembered_max),
      places_(places_remembered_max),
      surveys_(surveys_remembered_max) {}

std::optional<CitizenId> CommandDesk::citizen_of(const identity::Principal& principal) {
  std::uint64_t times_forgotten = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto known = citizens_.find(principal.identity_row);
    if (known != citizens_.end()) return known->second;
    times_forgotten = times_forgotten_;
  }
  const auto row = vault_.read(runner::RowClass::secrets, principal.identity_row);
  const auto citizen = row ? CitizenId::parse(*row) : std::nullopt;
  if (citizen) remember(principal.identity_row, *citizen, times_forgotten);
  return citizen;
}

void CommandDesk::remember(const std::string& identity_row, const CitizenId& citizen,
                           std::optional<std::uint64_t> times_forgotten) {
  const std::lock_guard lock(mutex_);
  if (times_forgotten && times_forgotten != times_forgotten_) return;
  if (citizens_.size() >= citizens_remembered_max) citizens_.clear();
  citizens_.emplace(identity_row, citizen);
}

void CommandDesk::forget_citizens() {
  const std::lock_guard lock(mutex_);
  ++times_forgotten_;
  citizens_.clear();
}

runner::VaultRow CommandDesk::erasing_row(std::string_view what, Time now) {
  return {.row_class = runner::RowClass::secrets,
          .name = vault::erasing_row_name(what),
          .owners = {},
          .value = std::string(codec::TimeText(now).view())};
}

bool CommandDesk::lasts(const CitizenId& citizen) const {
  return runner::read_state<citizen::State>(log_, citizen).erasure == citizen::Erasure::none;
}

std::optional<VoterId> CommandDesk::voter(const ContestId& contest, const CitizenId& citizen) const {
  const auto secret = contests_.get(contest);
  if (!secret) return std::nullopt;
  return vault::voter_pseudonym(*secret, citizen);
}

std::optional<VoterId> CommandDesk::imported_voter(const PollId& poll, std::string_view external_id) const {
  const auto secret = contests_.get(poll);
  if (!secret) return std::nullopt;
  return vault::imported_voter(*secret, external_id);
}

std::optional<CommandDesk::Place> CommandDesk::place_of(const ContributionId& contribution) const {
  {
    const std::lock_guard lock(places_mutex_);
    if (const auto* const known = places_.find(contribution)) return *known;
  }
  const auto state = runner::read_state<contribution::State>(log_, contribution);
  if (!state.submitted) return std::nullopt;
  const Place place{state.project, state.phase};
  const std::lock_guard lock(places_mutex_);
  places_.insert(contribution, place);
  return place;
}

std::string CommandDesk::created_id_text(std::string_view kind, const Intent& intent) const {
  return vault::created_id(derivation_, kind, intent.actor, intent.client_key);
}

std::string CommandDesk::registry_row(std::string_view registry_identity) const {
  return vault::registry_row_name(subject_, registry_identity);
}

runner::Submission CommandDesk::open_submission(StreamId stream, Command command,
                                                const Intent& intent) const {
  return submission(idempotency_, std::move(stream), std::move(command), intent);
}

std::optional<runner::Submission> CommandDesk::ballot_submission(const BallotId& ballot,
                                                                 ballot::Command command,
                                                                 const Intent& intent,
                                                                 std::optional<CitizenId> citizen) const {
  const auto secret = contests_.get(ballot.poll);
  if (!secret) return std::nullopt;
  auto result = submission(*secret, ballot, std::move(command), intent);
  result.citizen = citizen;
  const auto poll = opened_poll(ballot.poll);
  if (poll && poll->sealed) seal(result, *poll, *secret, intent);
  return result;
}

std::optional<runner::Submission> CommandDesk::opinion_submission(StreamId stream, Command command,
                                                                  const Intent& intent,
                                                                  const CitizenId& citizen) const {
  const auto secret = contests_.get(contest_of(stream).value());
  if (!secret) return std::nullopt;
  auto result = submission(*secret, std::move(stream), std::move(command), intent);
  result.citizen = citizen;
  return result;
}

// Nothing before it is opened.
std::shared_ptr<const poll::State> CommandDesk::opened_poll(const PollId& poll) const {
  {
    const std::lock_guard lock(polls_mutex_);
    if (const auto* const known = polls_.find(poll)) return *known;
  }
  auto state = std::make_shared<const poll::State>(runner::read_state<poll::State>(log_, poll));
  if (!state->opened) return nullptr;
  const std::lock_guard lock(polls_mutex_);
  polls_.insert(poll, state);
  return state;
}

std::shared_ptr<const survey::State> CommandDesk::opened_survey(const SurveyId& survey) const {
  {
    const std::lock_guard lock(surveys_mutex_);
    if (const auto* const known = surveys_.find(survey)) return *known;
  }
  auto state = std::make_shared<const survey::State>(runner::read_state<survey::State>(log_, survey));
  if (!state->opened) return nullptr;
  const std::lock_guard lock(surveys_mutex_);
  surveys_.insert(survey, state);
  return state;
}

// Everything about the record is under the record's own key, so that what is never opened says nothing when
// the sealing secret is destroyed. Then the id alone recognises a repeat.
void CommandDesk::seal(runner::Submission& submission, const poll::State& poll, const crypto::Mac& contest,
                       const Intent& intent) const {
  const auto& ballot = std::get<BallotId>(submission.stream);
  const vault::SealedRecord record{
      ledger(), ballot, vault::command_id(contest, intent.actor, submission.stream, intent.client_key)};
  submission.tag = {.id = record.command, .content = {}};
  const auto sealing = contests_.sealing(ballot.poll);
  submission.content_known = sealing != nullptr;
  if (!sealing) return;
  const auto key = vault::ballot_key(*sealing, record);
  submission.tag.content =
      vault::content_tag(crypto::Mac(key), record.command, codec::name_of(submission.command),
                         codec::content_of(submission.command));
  auto* const cast = std::get_if<ballot::CastVote>(&std::get<ballot::Command>(submission.command));
  if (!cast) return;
  // What is wrong with the choices the rules will say.
  const auto choices = ballot::canonical_choices(poll, cast->choices);
  if (choices)
    cast->seal =
        vault::seal_choices(key, record, codec::padded_choices(*choices, ballot::sealed_bytes(poll)));
}

bool CommandDesk::submit(runner::Submission submission, runner::Runner::Completion completion) {
  if (registers(submission.command)) {
    // Whoever registers is about to do more.
    completion = [this, row = submission.identity_row.value(),
                  answer = std::move(completion)](runner::Outcome outcome) mutable {
      if (const auto* const accepted = std::get_if<runner::Accepted>(&outcome))
        remember(row, std::get<CitizenId>(accepted->stream), std::nullopt);
      answer(std::move(outcome));
    };
  }
  return runner_->submit(std::move(submission), std::move(completion));
}

}  // namespace stimmbuch::http::api
