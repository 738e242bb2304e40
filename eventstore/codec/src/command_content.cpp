#include "stimmbuch/eventstore/codec/command_content.hpp"

#include <tuple>
#include <variant>

#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::codec {

namespace {

template <class OneCommand>
inline constexpr std::string_view command_name = "";

}  // namespace

#define STIMMBUCH_COMMAND(aggregate, Name, ...)                            \
  namespace {                                                              \
  template <>                                                              \
  inline constexpr std::string_view command_name<aggregate::Name> = #Name; \
  }                                                                        \
  template <>                                                              \
  inline constexpr auto members<aggregate::Name> = std::tuple {            \
    __VA_ARGS__                                                            \
  }

STIMMBUCH_COMMAND(ledger, CreateLedger);
STIMMBUCH_COMMAND(ledger, DeclareCells, if_any("levels", &ledger::DeclareCells::levels),
                  if_any("districts", &ledger::DeclareCells::districts),
                  if_any("age_bands", &ledger::DeclareCells::age_bands));

STIMMBUCH_COMMAND(ledger, ChangeLeader, required("epoch", &ledger::ChangeLeader::epoch),
                  required("previous", &ledger::ChangeLeader::previous),
                  required("previous_leaf", &ledger::ChangeLeader::previous_leaf));

STIMMBUCH_COMMAND(ledger, ChangeKey, required("key", &ledger::ChangeKey::key),
                  required("signature", &ledger::ChangeKey::signature),
                  required("both_until", &ledger::ChangeKey::both_until));

STIMMBUCH_COMMAND(ledger, RestoreLedger, required("epoch", &ledger::RestoreLedger::epoch),
                  required("origin", &ledger::RestoreLedger::origin),
                  required("key", &ledger::RestoreLedger::key),
                  required("previous", &ledger::RestoreLedger::previous),
                  required("previous_leaf", &ledger::RestoreLedger::previous_leaf),
                  if_any("signed_to", &ledger::RestoreLedger::signed_to));

STIMMBUCH_COMMAND(citizen, RegisterCitizen, if_any("texts", &citizen::RegisterCitizen::texts));
STIMMBUCH_COMMAND(citizen, VerifyCitizen, inlined(&citizen::VerifyCitizen::cell),
                  required("method", &citizen::VerifyCitizen::method),
                  required("with_registry_identity", &citizen::VerifyCitizen::with_registry_identity));
STIMMBUCH_COMMAND(citizen, ChangeCitizen, if_any("texts", &citizen::ChangeCitizen::texts));
STIMMBUCH_COMMAND(citizen, BlockCitizen, if_any("texts", &citizen::BlockCitizen::texts));
STIMMBUCH_COMMAND(citizen, UnblockCitizen, if_any("texts", &citizen::UnblockCitizen::texts));

STIMMBUCH_COMMAND(citizen, EraseCitizen);
STIMMBUCH_COMMAND(citizen, CompleteErasure);
STIMMBUCH_COMMAND(citizen, DestroyText, inlined(&citizen::DestroyText::text));
STIMMBUCH_COMMAND(citizen, CompleteTextDestruction, inlined(&citizen::CompleteTextDestruction::text));

STIMMBUCH_COMMAND(project, OpenProject, required("title", &project::OpenProject::title),
                  if_any("summary", &project::OpenProject::summary),
                  if_any("machine_translated", &project::OpenProject::machine_translated),
                  unless("premoderated", &project::OpenProject::premoderated, false),
                  if_any("area", &project::OpenProject::area));
STIMMBUCH_COMMAND(project, ReviseProject, required("title", &project::ReviseProject::title),
                  if_any("summary", &project::ReviseProject::summary),
                  if_any("machine_translated", &project::ReviseProject::machine_translated),
                  if_any("area", &project::ReviseProject::area));
STIMMBUCH_COMMAND(project, DefinePhase, inlined(&project::DefinePhase::phase));
STIMMBUCH_COMMAND(project, ExtendPhase, required("id", &project::ExtendPhase::phase),
                  required("closes", &project::ExtendPhase::closes),
                  required("reason", &project::ExtendPhase::reason));
STIMMBUCH_COMMAND(project, ClosePhase, required("id", &project::ClosePhase::phase),
                  required("reason", &project::ClosePhase::reason));
STIMMBUCH_COMMAND(project, ReopenPhase, required("id", &project::ReopenPhase::phase),
                  required("closes", &project::ReopenPhase::closes),
                  required("reason", &project::ReopenPhase::reason));
STIMMBUCH_COMMAND(project, CloseProject);
STIMMBUCH_COMMAND(project, DestroySecret, required("phase", &project::DestroySecret::phase),
                  required("contest", &project::DestroySecret::contest));
STIMMBUCH_COMMAND(project, PlanMilestone, inlined(&project::PlanMilestone::milestone));
STIMMBUCH_COMMAND(project, ReportMilestone, required("id", &project::ReportMilestone::milestone),
                  inlined(&project::ReportMilestone::report));

STIMMBUCH_COMMAND(poll, DraftPoll, inlined(&poll::DraftPoll::terms),
                  required("results", &poll::DraftPoll::results),
                  required("options", &poll::DraftPoll::options));
STIMMBUCH_COMMAND(poll, AddOptions, required("options", &poll::AddOptions::options));
STIMMBUCH_COMMAND(poll, OpenPoll);
STIMMBUCH_COMMAND(poll, WithdrawOption, required("option", &poll::WithdrawOption::option),
                  required("reason", &poll::WithdrawOption::reason));
STIMMBUCH_COMMAND(poll, ExtendPoll, required("closes", &poll::ExtendPoll::closes),
                  if_any("outage", &poll::ExtendPoll::outage), required("reason", &poll::ExtendPoll::reason));
STIMMBUCH_COMMAND(poll, ClosePoll);
STIMMBUCH_COMMAND(poll, CountPoll);
STIMMBUCH_COMMAND(poll, CertifyResult);
STIMMBUCH_COMMAND(poll, ProposeCancellation, required("reason", &poll::ProposeCancellation::reason));
STIMMBUCH_COMMAND(poll, CancelPoll, required("proposal", &poll::CancelPoll::proposal));
STIMMBUCH_COMMAND(poll, ProposeAnnulment, required("reason", &poll::ProposeAnnulment::reason));
STIMMBUCH_COMMAND(poll, AnnulResult, required("proposal", &poll::AnnulResult::proposal));
STIMMBUCH_COMMAND(poll, ProposeLot, required("order", &poll::ProposeLot::order),
                  required("reason", &poll::ProposeLot::reason));
STIMMBUCH_COMMAND(poll, DrawLot, required("proposal", &poll::DrawLot::proposal));
STIMMBUCH_COMMAND(poll, CompleteRoll, inlined(&poll::CompleteRoll::roll));
STIMMBUCH_COMMAND(poll, CompleteOpenings, inlined(&poll::CompleteOpenings::openings));

STIMMBUCH_COMMAND(poll, DestroyText, inlined(&poll::DestroyText::text));
STIMMBUCH_COMMAND(poll, CompleteTextDestruction, inlined(&poll::CompleteTextDestruction::text));
STIMMBUCH_COMMAND(poll, DestroySecret, required("secret", &poll::DestroySecret::secret));

STIMMBUCH_COMMAND(ballot, CastVote, required("choices", &ballot::CastVote::choices));
STIMMBUCH_COMMAND(ballot, WithdrawVote);
STIMMBUCH_COMMAND(ballot, ImportVote, required("choices", &ballot::ImportVote::choices),
                  required("channel", &ballot::ImportVote::channel),
                  required("cast_at", &ballot::ImportVote::cast_at));
STIMMBUCH_COMMAND(ballot, ImportWithdrawal, required("cast_at", &ballot::ImportWithdrawal::cast_at));

namespace {
template <>
inline constexpr std::string_view command_name<roll::AddPart> = "AddRollPart";
template <>
inline constexpr std::string_view command_name<opening::AddPart> = "AddOpeningPart";
}  // namespace
template <>
inline constexpr auto members<roll::AddPart> =
    std::tuple{required("before", &roll::AddPart::before), required("entries", &roll::AddPart::entries)};
template <>
inline constexpr auto members<opening::AddPart> = std::tuple{
    required("before", &opening::AddPart::before), required("openings", &opening::AddPart::openings)};

STIMMBUCH_COMMAND(
    contribution, Submit, required("kind", &contribution::Submit::kind),
    required("project", &contribution::Submit::project), required("phase", &contribution::Submit::phase),
    if_any("parent", &contribution::Submit::parent), if_any("amends", &contribution::Submit::amends),
    if_any("language", &contribution::Submit::language), required("texts", &contribution::Submit::texts),
    if_any("survey", &contribution::Submit::survey), if_any("passage", &contribution::Submit::passage),
    if_any("category", &contribution::Submit::category));
STIMMBUCH_COMMAND(contribution, Revise, required("texts", &contribution::Revise::texts));
STIMMBUCH_COMMAND(contribution, Release, required("version", &contribution::Release::version));
STIMMBUCH_COMMAND(contribution, Withdraw, if_any("successor", &contribution::Withdraw::successor),
                  required("texts", &contribution::Withdraw::texts));
STIMMBUCH_COMMAND(contribution, Merge, required("into", &contribution::Merge::into),
                  required("reason", &contribution::Merge::reason));
STIMMBUCH_COMMAND(contribution, Answer, required("status", &contribution::Answer::status),
                  if_any("texts", &contribution::Answer::texts));
STIMMBUCH_COMMAND(contribution, Remove);
STIMMBUCH_COMMAND(contribution, Hide, required("manner", &contribution::Hide::manner),
                  required("reason", &contribution::Hide::reason),
                  if_any("texts", &contribution::Hide::texts));
STIMMBUCH_COMMAND(contribution, Restore, required("hiding", &contribution::Restore::hiding));
STIMMBUCH_COMMAND(contribution, Appeal, required("hiding", &contribution::Appeal::hiding),
                  required("texts", &contribution::Appeal::texts));
STIMMBUCH_COMMAND(contribution, DecideAppeal, required("appeal", &contribution::DecideAppeal::appeal),
                  required("granted", &contribution::DecideAppeal::granted),
                  required("texts", &contribution::DecideAppeal::texts));
STIMMBUCH_COMMAND(contribution, DestroyText, inlined(&contribution::DestroyText::text));
STIMMBUCH_COMMAND(contribution, CompleteTextDestruction,
                  inlined(&contribution::CompleteTextDestruction::text));
STIMMBUCH_COMMAND(contribution, CompleteRemoval);

STIMMBUCH_COMMAND(support, GiveSupport, required("proposal", &support::GiveSupport::proposal),
                  required("version", &support::GiveSupport::version));
STIMMBUCH_COMMAND(support, WithdrawSupport, required("proposal", &support::WithdrawSupport::proposal));

STIMMBUCH_COMMAND(contribution, DismissReports);
STIMMBUCH_COMMAND(rating, Rate, required("contribution", &rating::Rate::contribution),
                  required("rating", &rating::Rate::rating));
STIMMBUCH_COMMAND(rating, WithdrawRating, required("contribution", &rating::WithdrawRating::contribution));
STIMMBUCH_COMMAND(report, Report, required("contribution", &report::Report::contribution),
                  required("reason", &report::Report::reason));

STIMMBUCH_COMMAND(survey, DraftSurvey, inlined(&survey::DraftSurvey::terms),
                  required("questions", &survey::DraftSurvey::questions));
STIMMBUCH_COMMAND(survey, AddQuestions, required("questions", &survey::AddQuestions::questions));
STIMMBUCH_COMMAND(survey, OpenSurvey);
STIMMBUCH_COMMAND(survey, CloseSurvey, if_any("reason", &survey::CloseSurvey::reason));
STIMMBUCH_COMMAND(survey, ReleaseTexts, required("question", &survey::ReleaseTexts::question),
                  required("texts", &survey::ReleaseTexts::texts));
STIMMBUCH_COMMAND(survey, RequestExport, required("rows", &survey::RequestExport::rows),
                  required("texts", &survey::RequestExport::texts));
STIMMBUCH_COMMAND(survey, DestroyText, inlined(&survey::DestroyText::text));
STIMMBUCH_COMMAND(survey, CompleteTextDestruction, inlined(&survey::CompleteTextDestruction::text));
STIMMBUCH_COMMAND(survey, DestroySecret);

STIMMBUCH_COMMAND(answers, AnswerSurvey, required("answers", &answers::AnswerSurvey::answers),
                  required("texts", &answers::AnswerSurvey::texts));
STIMMBUCH_COMMAND(answers, WithdrawAnswers);

template <>
inline constexpr auto members<document::Edition> =
    std::tuple{required("title", &document::Edition::title),
               if_any("machine_translated", &document::Edition::machine_translated),
               required("paragraphs", &document::Edition::paragraphs)};
STIMMBUCH_COMMAND(document, PublishDocument, required("project", &document::PublishDocument::project),
                  inlined(&document::PublishDocument::edition));
STIMMBUCH_COMMAND(document, ReviseDocument, inlined(&document::ReviseDocument::edition));

#undef STIMMBUCH_COMMAND

namespace {

// Applies a function to the one command inside the variants of aggregates.
template <class Function>
decltype(auto) with_one(const Command& command, Function&& function) {
  return std::visit([&](const auto& own) { return std::visit(function, own); }, command);
}

}  // namespace

std::string_view name_of(const Command& command) {
  return with_one(command, []<class One>(const One&) -> std::string_view {
    static_assert(!command_name<One>.empty());
    return command_name<One>;
  });
}

std::string content_of(const Command& command) {
  std::string content;
  Writer writer(content, Writer::VaultTexts::named);
  with_one(command, [&](const auto& one) { write(writer, one); });
  return content;
}

}  // namespace stimmbuch::codec
