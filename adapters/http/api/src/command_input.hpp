#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "json_input.hpp"
#include "stimmbuch/domain/domain.hpp"
#include "text_input.hpp"

// From the bodies of requests to commands of the domain. Texts that belong in the vault come out beside the
// command, which holds their commitments.
namespace stimmbuch::http::api {

ledger::DeclareCells read_declare_cells(Members& in);

citizen::RegisterCitizen read_register_citizen(Members& in, VaultTexts& texts);
citizen::ChangeCitizen read_change_citizen(Members& in, VaultTexts& texts);
citizen::BlockCitizen read_block_citizen(Members& in, VaultTexts& texts);
citizen::UnblockCitizen read_unblock_citizen(Members& in, VaultTexts& texts);
// `registry_identity` is set to the member of that name.
citizen::VerifyCitizen read_verify_citizen(Members& in, std::optional<std::string>& registry_identity);

project::OpenProject read_open_project(Members& in);
project::ReviseProject read_revise_project(Members& in);
project::DefinePhase read_define_phase(Members& in);
project::ExtendPhase read_extend_phase(Members& in, const PhaseId& phase);
project::ClosePhase read_close_phase(Members& in, const PhaseId& phase);
project::ReopenPhase read_reopen_phase(Members& in, const PhaseId& phase);
project::PlanMilestone read_plan_milestone(Members& in);
project::ReportMilestone read_report_milestone(Members& in, const MilestoneId& milestone);

// `imported` only where the caller may take over ballots of another system.
poll::DraftPoll read_draft_poll(Members& in, VaultTexts& texts);
poll::AddOptions read_add_options(Members& in, VaultTexts& texts);
poll::WithdrawOption read_withdraw_option(Members& in, const OptionId& option);
poll::ExtendPoll read_extend_poll(Members& in);
std::string read_reason(Members& in);
poll::ProposeLot read_propose_lot(Members& in);

// ["a","c"] or {"a":3,"c":1}
ballot::Choices read_choices(Members& in, std::string_view name);
ballot::ImportVote read_import_vote(Members& in);

}  // namespace stimmbuch::http::api
