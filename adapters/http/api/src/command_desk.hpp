#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "command_input.hpp"
#include "consistency_token.hpp"
#include "stimmbuch/adapters/identity/principal.hpp"
#include "stimmbuch/adapters/vault/contest_secrets.hpp"
#include "stimmbuch/adapters/vault/lru_cache.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"

namespace stimmbuch::http::api {

// Who commands, and under which key of theirs.
struct Intent {
  Actor actor;
  std::string_view client_key;
};

// Where a command becomes a submission: everything that secrets decide is computed here, at the edge, so that
// the writer only decides and writes. From any thread.
class CommandDesk {
 public:
  // All must outlive the desk. Without a runner nothing may be submitted.
  CommandDesk(runner::Runner* runner, const eventstore::Records& log, const runner::Vault& vault,
              const vault::Secrets& secrets, vault::ContestSecrets& contests, TokensOf tokens);

  const LedgerId& ledger() const { return tokens_.ledger(); }
  const TokensOf& tokens() const { return tokens_; }

  // The citizen behind a principal; nothing if they are not registered.
  std::optional<CitizenId> citizen_of(const identity::Principal& principal);

  // Whether a citizen's account has not ended and is not about to. Reads from disk.
  bool lasts(const CitizenId& citizen) const;

  // As whom a citizen appears in a contest; nothing if there is no such contest, or its secret was destroyed.
  std::optional<VoterId> voter(const ContestId& contest, const CitizenId& citizen) const;
  std::optional<VoterId> imported_voter(const PollId& poll, std::string_view external_id) const;

  // The phase that a contribution was made in, which never changes; nothing if there is no such contribution.
  struct Place {
    ProjectId project;
    PhaseId phase;
  };
  std::optional<Place> place_of(const ContributionId& contribution) const;

  // The id of a thing that a command creates without naming it.
  template <class AnyId>
  AnyId created_id(std::string_view kind, const Intent& intent) const {
    return *AnyId::parse(created_id_text(kind, intent));
  }

  // The row in which the vault keeps who holds a registry identity.
  std::string registry_row(std::string_view registry_identity) const;

  // The row that says from when on something is to be destroyed: a person or a text of the vault, by the
  // name that vault::erasing_row_name takes.
  static runner::VaultRow erasing_row(std::string_view what, Time now);

  // Keeps nothing any more of who is whom, since people were erased.
  void forget_citizens();

  // A submission of a command to a stream that is not pseudonymous.
  runner::Submission open_submission(StreamId stream, Command command, const Intent& intent) const;
  // A submission to the ballot of a voter, its choices sealed where the poll asks for it; `citizen` is absent
  // in imported polls. Nothing if the contest has no secret.
  std::optional<runner::Submission> ballot_submission(const BallotId& ballot, ballot::Command command,
                                                      const Intent& intent,
                                                      std::optional<CitizenId> citizen) const;

  // A survey as it was at some time since its opening: its questions are fixed. Nothing before it is opened.
  std::shared_ptr<const survey::State> opened_survey(const SurveyId& survey) const;

  // A submission to the stream of a participant in a contest that seals nothing, by the citizen behind it.
  // Nothing if the contest has no secret.
  std::optional<runner::Submission> opinion_submission(StreamId stream, Command command, const Intent& intent,
                                                       const CitizenId& citizen) const;

  // As runner::Runner::submit.
  bool submit(runner::Submission submission, runner::Runner::Completion completion);

 private:
  std::string created_id_text(std::string_view kind, const Intent& intent) const;
  std::shared_ptr<const poll::State> opened_poll(const PollId& poll) const;
  void seal(runner::Submission& submission, const poll::State& poll, const crypto::Mac& contest,
            const Intent& intent) const;
  // `times_forgotten` when the vault was read: what was read before people were erased is not kept.
  void remember(const std::string& identity_row, const CitizenId& citizen,
                std::optional<std::uint64_t> times_forgotten);

  runner::Runner* const runner_;
  const eventstore::Records& log_;
  const runner::Vault& vault_;
  vault::ContestSecrets& contests_;
  const TokensOf tokens_;
  const crypto::Mac idempotency_;
  const crypto::Mac derivation_;
  const crypto::Mac subject_;

  // Who is whom never changes while a person has an account, so it is read from the vault once.
  std::mutex mutex_;
  std::unordered_map<std::string, CitizenId> citizens_;
  // Polls as they were at some time since their opening: their options are fixed.
  mutable std::mutex polls_mutex_;
  mutable vault::LruCache<PollId, std::shared_ptr<const poll::State>> polls_;
  std::uint64_t times_forgotten_ = 0;
  mutable std::mutex places_mutex_;
  mutable vault::LruCache<ContributionId, Place> places_;
  mutable std::mutex surveys_mutex_;
  mutable vault::LruCache<SurveyId, std::shared_ptr<const survey::State>> surveys_;
};

}  // namespace stimmbuch::http::api
