// The routes that append to the ledger: read the body, hand the command over, answer with what came of it.
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "command_input.hpp"
#include "counting.hpp"
#include "missing_secret.hpp"
#include "place_input.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/adapters/vault/contest_secrets.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "submitting.hpp"

namespace stimmbuch::http::api {

namespace {

// A command about a phase or a milestone of the project that the path names.
template <class PartId, class Read>
void to_part(CommandDesk& desk, Call call, Read&& read) {
  const auto part = id_parameter<PartId>(call, 1);
  if (!part) return std::move(call).send(not_found());
  to_named<ProjectId>(desk, std::move(call),
                      [&](Members& in, VaultTexts&) -> Command { return project::Command{read(in, *part)}; });
}

}  // namespace

// ---- citizens

void Api::register_citizen(Call call) {
  with_body(*desk_, std::move(call),
            [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
              VaultTexts texts;
              auto command = read_register_citizen(in, texts);
              const auto citizen =
                  desk_->citizen_of(*asked.caller).value_or(*CitizenId::parse(crypto::random_id()));
              auto submission = desk_->open_submission(citizen, citizen::Command{std::move(command)},
                                                       {citizen, asked.client_key});
              submission.texts = std::move(texts);
              submission.identity_row = asked.caller->identity_row;
              submission.held_row = vault::held_row_name(asked.caller->identity_row);
              return submission;
            });
}

void Api::change_citizen(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return refuse(std::move(call), stimmbuch::Refusal::citizen_unknown);
  with_body(*desk_, std::move(call),
            [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
              VaultTexts texts;
              auto command = read_change_citizen(in, texts);
              auto submission = desk_->open_submission(*citizen, citizen::Command{std::move(command)},
                                                       {*citizen, asked.client_key});
              submission.texts = std::move(texts);
              return submission;
            });
}

void Api::verify_citizen(Call call) {
  const auto id = id_parameter<CitizenId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  with_body(*desk_, std::move(call),
            [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
              std::optional<std::string> registry_identity;
              auto command = read_verify_citizen(in, registry_identity);
              auto submission =
                  desk_->open_submission(*id, citizen::Command{std::move(command)}, as_official(asked));
              if (registry_identity) {
                submission.identity_row = desk_->registry_row(*registry_identity);
                submission.held_row = vault::held_row_name(*submission.identity_row);
              }
              return submission;
            });
}

void Api::block_citizen(Call call) {
  to_named<CitizenId>(*desk_, std::move(call), [](Members& in, VaultTexts& texts) -> Command {
    return citizen::Command{read_block_citizen(in, texts)};
  });
}

void Api::unblock_citizen(Call call) {
  to_named<CitizenId>(*desk_, std::move(call), [](Members& in, VaultTexts& texts) -> Command {
    return citizen::Command{read_unblock_citizen(in, texts)};
  });
}

void Api::erase(Call call, const CitizenId& citizen, const Actor& actor) {
  with_body(*desk_, std::move(call), [&](Members&, const Call& asked) -> std::optional<runner::Submission> {
    auto submission =
        desk_->open_submission(citizen, citizen::Command{citizen::EraseCitizen{}}, {actor, asked.client_key});
    submission.secrets.push_back(CommandDesk::erasing_row(subject(citizen), parts_.clock.now()));
    return submission;
  });
}

void Api::erase_me(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return refuse(std::move(call), stimmbuch::Refusal::citizen_unknown);
  erase(std::move(call), *citizen, *citizen);
}

void Api::erase_citizen(Call call) {
  const auto citizen = id_parameter<CitizenId>(call, 0);
  if (!citizen) return std::move(call).send(not_found());
  const Actor actor = call.caller->official;
  erase(std::move(call), *citizen, actor);
}

// ---- single texts

void Api::destroy(Call call, std::string row_name, const Actor& actor) {
  const auto row = runner::parse_text_row_name(row_name);
  std::optional<Command> command;
  if (row && std::holds_alternative<CitizenId>(row->stream))
    command = citizen::Command{citizen::DestroyText{row->text}};
  if (row && std::holds_alternative<PollId>(row->stream))
    command = poll::Command{poll::DestroyText{row->text}};
  if (row && std::holds_alternative<ContributionId>(row->stream))
    command = contribution::Command{contribution::DestroyText{row->text}};
  if (row && std::holds_alternative<SurveyId>(row->stream))
    command = survey::Command{survey::DestroyText{row->text}};
  if (!command) return std::move(call).send(not_found());
  with_body(*desk_, std::move(call), [&](Members&, const Call& asked) -> std::optional<runner::Submission> {
    auto submission = desk_->open_submission(row->stream, *std::move(command), {actor, asked.client_key});
    submission.secrets.push_back(CommandDesk::erasing_row(row_name, parts_.clock.now()));
    submission.destroyed_text = std::move(row_name);
    return submission;
  });
}

void Api::destroy_own_text(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return refuse(std::move(call), stimmbuch::Refusal::citizen_unknown);
  auto name = "text/" + subject(*citizen) + "/" + std::string(call.parameters[0]);
  destroy(std::move(call), std::move(name), *citizen);
}

void Api::destroy_text(Call call) {
  auto name = "text/" + std::string(call.parameters[0]);
  const Actor actor = call.caller->official;
  destroy(std::move(call), std::move(name), actor);
}

void Api::declare_cells(Call call) {
  with_body(*desk_, std::move(call),
            [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
              return desk_->open_submission(desk_->ledger(), ledger::Command{read_declare_cells(in)},
                                            as_official(asked));
            });
}

// ---- projects

void Api::open_project(Call call) {
  with_body(
      *desk_, std::move(call),
      [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
        const auto intent = as_official(asked);
        const auto id =
            in.optional_id<ProjectId>("id").value_or(desk_->created_id<ProjectId>("project", intent));
        return desk_->open_submission(id, project::Command{read_open_project(in)}, intent);
      },
      place_limits);
}

void Api::revise_project(Call call) {
  to_named<ProjectId>(
      *desk_, std::move(call),
      [](Members& in, VaultTexts&) -> Command { return project::Command{read_revise_project(in)}; },
      place_limits);
}

void Api::define_phase(Call call) {
  const auto project = id_parameter<ProjectId>(call, 0);
  if (!project) return std::move(call).send(not_found());
  with_body(
      *desk_, std::move(call), [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
        const auto command = read_define_phase(in);
        auto submission = desk_->open_submission(*project, project::Command{command}, as_official(asked));
        for (const OpinionKind kind : command.phase.opinions())
          submission.secrets.push_back(
              vault::new_contest_secret(OpinionsId{*project, command.phase.id, kind}));
        return submission;
      });
}

void Api::extend_phase(Call call) {
  to_part<PhaseId>(*desk_, std::move(call), read_extend_phase);
}

void Api::close_phase(Call call) {
  to_part<PhaseId>(*desk_, std::move(call), read_close_phase);
}

void Api::reopen_phase(Call call) {
  to_part<PhaseId>(*desk_, std::move(call), read_reopen_phase);
}

void Api::plan_milestone(Call call) {
  to_named<ProjectId>(*desk_, std::move(call), [](Members& in, VaultTexts&) -> Command {
    return project::Command{read_plan_milestone(in)};
  });
}

void Api::report_milestone(Call call) {
  to_part<MilestoneId>(*desk_, std::move(call), read_report_milestone);
}

void Api::close_project(Call call) {
  bare_to_named<ProjectId>(*desk_, std::move(call), project::Command{project::CloseProject{}});
}

// ---- polls

void Api::draft_poll(Call call) {
  with_body(
      *desk_, std::move(call), [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
        const auto intent = as_official(asked);
        const auto id = in.optional_id<PollId>("id").value_or(desk_->created_id<PollId>("poll", intent));
        VaultTexts texts;
        auto command = read_draft_poll(in, texts);
        // Ballots of another system come by the bulk route; a poll of citizens never takes them.
        if (command.terms.imported)
          in.report("imported", "not_allowed", "Imported polls are drafted by the bulk route.");
        const bool is_sealed = command.results == poll::Results::after_close;
        auto submission = desk_->open_submission(id, poll::Command{std::move(command)}, intent);
        submission.texts = std::move(texts);
        submission.secrets.push_back(vault::new_contest_secret(id));
        if (is_sealed) submission.secrets.push_back(vault::new_sealing_secret(id));
        return submission;
      });
}

void Api::add_options(Call call) {
  to_named<PollId>(*desk_, std::move(call), [](Members& in, VaultTexts& texts) -> Command {
    return poll::Command{read_add_options(in, texts)};
  });
}

void Api::open_poll(Call call) {
  bare_to_named<PollId>(*desk_, std::move(call), poll::Command{poll::OpenPoll{}});
}

void Api::withdraw_option(Call call) {
  const auto option = id_parameter<OptionId>(call, 1);
  if (!option) return std::move(call).send(not_found());
  to_named<PollId>(*desk_, std::move(call), [&](Members& in, VaultTexts&) -> Command {
    return poll::Command{read_withdraw_option(in, *option)};
  });
}

void Api::extend_poll(Call call) {
  to_named<PollId>(*desk_, std::move(call),
                   [](Members& in, VaultTexts&) -> Command { return poll::Command{read_extend_poll(in)}; });
}

void Api::close_poll(Call call) {
  bare_to_named<PollId>(*desk_, std::move(call), poll::Command{poll::ClosePoll{}});
}

void Api::certify_result(Call call) {
  bare_to_named<PollId>(*desk_, std::move(call), poll::Command{poll::CertifyResult{}});
}

void Api::propose_cancellation(Call call) {
  to_named<PollId>(*desk_, std::move(call), [](Members& in, VaultTexts&) -> Command {
    return poll::Command{poll::ProposeCancellation{read_reason(in)}};
  });
}

void Api::cancel_poll(Call call) {
  to_named<PollId>(*desk_, std::move(call), [](Members& in, VaultTexts&) -> Command {
    return poll::Command{poll::CancelPoll{in.position("proposal")}};
  });
}

void Api::propose_annulment(Call call) {
  to_named<PollId>(*desk_, std::move(call), [](Members& in, VaultTexts&) -> Command {
    return poll::Command{poll::ProposeAnnulment{read_reason(in)}};
  });
}

void Api::annul_result(Call call) {
  to_named<PollId>(*desk_, std::move(call), [](Members& in, VaultTexts&) -> Command {
    return poll::Command{poll::AnnulResult{in.position("proposal")}};
  });
}

void Api::propose_lot(Call call) {
  to_named<PollId>(*desk_, std::move(call),
                   [](Members& in, VaultTexts&) -> Command { return poll::Command{read_propose_lot(in)}; });
}

void Api::draw_lot(Call call) {
  to_named<PollId>(*desk_, std::move(call), [](Members& in, VaultTexts&) -> Command {
    return poll::Command{poll::DrawLot{in.position("proposal")}};
  });
}

// The count is computed here, off the writer thread; the writer refuses it if the poll has moved meanwhile.
void Api::count_poll(Call call) {
  const auto id = id_parameter<PollId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  auto waiting = std::make_shared<Call>(std::move(call));
  const bool taken = parts_.pool.try_run([this, waiting, id] {
    auto command = count_command(*id, parts_.log, parts_.views, parts_.worker, parts_.version);
    if (!command) return std::move(*waiting).send(answer(command.error(), waiting->language));
    auto submission = desk_->open_submission(*id, poll::Command{std::move(*command)}, as_official(*waiting));
    submit(*desk_, std::move(*waiting), std::move(submission));
  });
  if (!taken) std::move(*waiting).send(overloaded());
}

// ---- ballots

void Api::to_own_ballot(Call call, const ballot::Command& command) {
  const auto poll = id_parameter<PollId>(call, 0);
  if (!poll) return std::move(call).send(not_found());
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return refuse(std::move(call), stimmbuch::Refusal::citizen_unknown);
  const auto voter = desk_->voter(*poll, *citizen);
  auto submission = voter ? desk_->ballot_submission(BallotId{*poll, *voter}, command,
                                                     Intent{*voter, call.client_key}, citizen)
                          : std::nullopt;
  if (!submission) return refuse(std::move(call), why_no_secret(parts_.log, *poll));
  submit(*desk_, std::move(call), std::move(*submission));
}

void Api::cast_vote(Call call) {
  const auto body = parse_object(call.request->body);
  if (!body) return std::move(call).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  const ballot::CastVote command{read_choices(in, "choices")};
  in.finish();
  if (!errors.empty()) return std::move(call).send(validation_failed(errors));
  to_own_ballot(std::move(call), command);
}

void Api::withdraw_vote(Call call) {
  to_own_ballot(std::move(call), ballot::WithdrawVote{});
}

}  // namespace stimmbuch::http::api
