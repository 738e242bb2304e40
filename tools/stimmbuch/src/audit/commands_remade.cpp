#include "audit/commands_remade.hpp"

#include <algorithm>
#include <utility>

namespace stimmbuch::program {

namespace {

using Events = std::vector<Event>;
using Made = std::optional<stimmbuch::Command>;

// Most commands write one event; the others begin with one that tells.
struct Remade {
  const Events& events;

  Made operator()(const ledger::Created& e) const {
    return single(ledger::Command{ledger::CreateLedger{e.id, e.purpose, e.origin, e.key}});
  }
  Made operator()(const ledger::CellsDeclared& e) const {
    return single(ledger::Command{ledger::DeclareCells{e.levels, e.districts, e.age_bands}});
  }
  Made operator()(const ledger::LeaderChanged& e) const {
    return single(ledger::Command{ledger::ChangeLeader{e.epoch, e.previous, e.previous_leaf}});
  }
  Made operator()(const ledger::KeyChanged& e) const {
    return single(ledger::Command{ledger::ChangeKey{e.key, e.signature, e.both_until}});
  }
  Made operator()(const ledger::Restored& e) const {
    return single(ledger::Command{
        ledger::RestoreLedger{e.epoch, e.origin, e.key, e.previous, e.previous_leaf, e.signed_to}});
  }

  Made operator()(const citizen::Registered& e) const {
    return single(citizen::Command{citizen::RegisterCitizen{e.texts}});
  }
  Made operator()(const citizen::Verified& e) const {
    return single(
        citizen::Command{citizen::VerifyCitizen{e.cell, e.method, /*with_registry_identity=*/true}});
  }
  Made operator()(const citizen::Changed& e) const {
    return single(citizen::Command{citizen::ChangeCitizen{e.texts}});
  }
  Made operator()(const citizen::Blocked& e) const {
    return single(citizen::Command{citizen::BlockCitizen{e.texts}});
  }
  Made operator()(const citizen::Unblocked& e) const {
    return single(citizen::Command{citizen::UnblockCitizen{e.texts}});
  }

  Made operator()(const citizen::ErasureRequested&) const {
    return single(citizen::Command{citizen::EraseCitizen{}});
  }
  Made operator()(const citizen::Erased&) const {
    return single(citizen::Command{citizen::CompleteErasure{}});
  }
  Made operator()(const citizen::TextDestructionRequested& e) const {
    return single(citizen::Command{citizen::DestroyText{e.text}});
  }
  Made operator()(const citizen::TextDestroyed& e) const {
    return single(citizen::Command{citizen::CompleteTextDestruction{e.text}});
  }

  Made operator()(const project::Opened& e) const {
    return single(project::Command{
        project::OpenProject{e.title, e.summary, e.machine_translated, e.premoderated, e.area}});
  }
  Made operator()(const project::Revised& e) const {
    return single(project::Command{project::ReviseProject{e.title, e.summary, e.machine_translated, e.area}});
  }
  Made operator()(const project::PhaseDefined& e) const {
    return single(project::Command{project::DefinePhase{e.phase}});
  }
  Made operator()(const project::PhaseExtended& e) const {
    return single(project::Command{project::ExtendPhase{e.phase, e.closes, e.reason}});
  }
  Made operator()(const project::PhaseClosed& e) const {
    return single(project::Command{project::ClosePhase{e.phase, e.reason}});
  }
  Made operator()(const project::PhaseReopened& e) const {
    return single(project::Command{project::ReopenPhase{e.phase, e.closes, e.reason}});
  }
  Made operator()(const project::MilestonePlanned& e) const {
    return single(project::Command{project::PlanMilestone{e.milestone}});
  }
  Made operator()(const project::MilestoneReported& e) const {
    return single(project::Command{project::ReportMilestone{e.milestone, e.report}});
  }
  Made operator()(const project::Closed&) const { return single(project::Command{project::CloseProject{}}); }
  Made operator()(const project::SecretDestroyed& e) const {
    return single(project::Command{project::DestroySecret{e.phase, e.contest}});
  }

  Made operator()(const poll::Drafted& e) const {
    auto options = all_behind<poll::Event>(1, &poll::OptionsAdded::options);
    if (!options) return std::nullopt;
    return poll::Command{poll::DraftPoll{e.terms, e.terms.results, std::move(*options)}};
  }
  Made operator()(const poll::OptionsAdded&) const {
    auto options = all_behind<poll::Event>(0, &poll::OptionsAdded::options);
    if (!options) return std::nullopt;
    return poll::Command{poll::AddOptions{std::move(*options)}};
  }
  Made operator()(const poll::Opened&) const {
    if (!all_behind<poll::Event>(1, &poll::OptionsFixed::options)) return std::nullopt;
    return poll::Command{poll::OpenPoll{}};
  }
  Made operator()(const poll::OptionsFixed&) const { return std::nullopt; }
  Made operator()(const poll::OptionWithdrawn& e) const {
    return single(poll::Command{poll::WithdrawOption{e.option, e.reason}});
  }
  Made operator()(const poll::Extended& e) const {
    return single(poll::Command{poll::ExtendPoll{e.closes, e.outage, e.reason}});
  }
  Made operator()(const poll::Closed&) const { return single(poll::Command{poll::ClosePoll{}}); }
  Made operator()(const poll::ResultComputed& e) const {
    auto options = all_behind<poll::Event>(1, &poll::OptionsCounted::options);
    if (!options) return std::nullopt;
    return poll::Command{poll::CountPoll{.revision = e.revision,
                                         .figures = e.figures,
                                         .count = {std::move(*options), e.ties, e.quorum_reached},
                                         .engine = e.engine,
                                         .first = e.first,
                                         .last = e.last}};
  }
  Made operator()(const poll::OptionsCounted&) const { return std::nullopt; }
  Made operator()(const poll::ResultCertified&) const { return single(poll::Command{poll::CertifyResult{}}); }
  Made operator()(const poll::CancellationProposed& e) const {
    return single(poll::Command{poll::ProposeCancellation{e.reason}});
  }
  Made operator()(const poll::Cancelled& e) const {
    return single(poll::Command{poll::CancelPoll{e.proposal}});
  }
  Made operator()(const poll::AnnulmentProposed& e) const {
    return single(poll::Command{poll::ProposeAnnulment{e.reason}});
  }
  Made operator()(const poll::Annulled& e) const {
    return single(poll::Command{poll::AnnulResult{e.proposal}});
  }
  Made operator()(const poll::LotProposed& e) const {
    return single(poll::Command{poll::ProposeLot{e.order, e.reason}});
  }
  Made operator()(const poll::LotDrawn& e) const { return single(poll::Command{poll::DrawLot{e.proposal}}); }

  Made operator()(const poll::RollCompleted& e) const { return single(poll::Command{poll::CompleteRoll{e}}); }
  Made operator()(const poll::OpeningsCompleted& e) const {
    return single(poll::Command{poll::CompleteOpenings{e}});
  }
  Made operator()(const roll::PartAdded& e) const {
    return single(roll::Command{roll::AddPart{e.before, e.entries}});
  }
  Made operator()(const opening::PartAdded& e) const {
    return single(opening::Command{opening::AddPart{e.before, e.openings}});
  }
  Made operator()(const poll::TextDestructionRequested& e) const {
    return single(poll::Command{poll::DestroyText{e.text}});
  }
  Made operator()(const poll::TextDestroyed& e) const {
    return single(poll::Command{poll::CompleteTextDestruction{e.text}});
  }
  Made operator()(const poll::SecretDestroyed& e) const {
    return single(poll::Command{poll::DestroySecret{e.secret}});
  }

  Made operator()(const contribution::Submitted& e) const {
    return single(
        contribution::Command{contribution::Submit{e.kind, e.project, e.phase, e.parent, e.amends, e.language,
                                                   e.texts, e.survey, e.passage, e.category}});
  }
  Made operator()(const contribution::Revised& e) const {
    return single(contribution::Command{contribution::Revise{e.texts}});
  }
  Made operator()(const contribution::Released& e) const {
    return single(contribution::Command{contribution::Release{e.version}});
  }
  Made operator()(const contribution::Withdrawn& e) const {
    return single(contribution::Command{contribution::Withdraw{e.successor, e.texts}});
  }
  Made operator()(const contribution::Merged& e) const {
    return single(contribution::Command{contribution::Merge{e.into, e.reason}});
  }
  Made operator()(const contribution::Answered& e) const {
    return single(contribution::Command{contribution::Answer{e.status, e.texts}});
  }
  Made operator()(const contribution::Removed&) const {
    return single(contribution::Command{contribution::Remove{}});
  }
  Made operator()(const contribution::Hidden& e) const {
    return single(contribution::Command{contribution::Hide{e.manner, e.reason, e.texts}});
  }
  Made operator()(const contribution::Restored& e) const {
    return single(contribution::Command{contribution::Restore{e.hiding}});
  }
  Made operator()(const contribution::Appealed& e) const {
    return single(contribution::Command{contribution::Appeal{e.hiding, e.texts}});
  }
  Made operator()(const contribution::AppealDecided& e) const {
    return single(contribution::Command{contribution::DecideAppeal{e.appeal, e.granted, e.texts}});
  }
  Made operator()(const contribution::TextDestructionRequested& e) const {
    return single(contribution::Command{contribution::DestroyText{e.text}});
  }
  Made operator()(const contribution::TextDestroyed& e) const {
    return single(contribution::Command{contribution::CompleteTextDestruction{e.text}});
  }
  Made operator()(const contribution::TextsDestroyed&) const {
    return single(contribution::Command{contribution::CompleteRemoval{}});
  }

  Made operator()(const support::Given& e) const {
    return single(support::Command{support::GiveSupport{e.proposal, e.version}});
  }
  Made operator()(const support::Renewed& e) const {
    return single(support::Command{support::GiveSupport{e.proposal, e.version}});
  }
  Made operator()(const support::Withdrawn& e) const {
    return single(support::Command{support::WithdrawSupport{e.proposal}});
  }

  Made operator()(const contribution::ReportsDismissed&) const {
    return single(contribution::Command{contribution::DismissReports{}});
  }
  Made operator()(const rating::Given& e) const {
    return single(rating::Command{rating::Rate{e.contribution, e.rating}});
  }
  Made operator()(const rating::Changed& e) const {
    return single(rating::Command{rating::Rate{e.contribution, e.rating}});
  }
  Made operator()(const rating::Withdrawn& e) const {
    return single(rating::Command{rating::WithdrawRating{e.contribution}});
  }
  Made operator()(const report::Made& e) const {
    return single(report::Command{report::Report{e.contribution, e.reason}});
  }
  Made operator()(const survey::Drafted& e) const {
    auto questions = all_behind<survey::Event>(1, &survey::QuestionsAdded::questions);
    if (!questions) return std::nullopt;
    return survey::Command{survey::DraftSurvey{e.terms, *std::move(questions)}};
  }
  Made operator()(const survey::QuestionsAdded&) const {
    auto questions = all_behind<survey::Event>(0, &survey::QuestionsAdded::questions);
    if (!questions) return std::nullopt;
    return survey::Command{survey::AddQuestions{*std::move(questions)}};
  }
  Made operator()(const survey::Opened&) const { return single(survey::Command{survey::OpenSurvey{}}); }
  Made operator()(const survey::Closed& e) const {
    return single(survey::Command{survey::CloseSurvey{e.reason}});
  }
  Made operator()(const survey::TextsReleased& e) const {
    return single(survey::Command{survey::ReleaseTexts{e.question, e.texts}});
  }
  Made operator()(const survey::ExportRequested& e) const {
    return single(survey::Command{survey::RequestExport{e.rows, e.texts}});
  }
  Made operator()(const survey::TextDestructionRequested& e) const {
    return single(survey::Command{survey::DestroyText{e.text}});
  }
  Made operator()(const survey::TextDestroyed& e) const {
    return single(survey::Command{survey::CompleteTextDestruction{e.text}});
  }
  Made operator()(const survey::SecretDestroyed&) const {
    return single(survey::Command{survey::DestroySecret{}});
  }
  Made operator()(const answers::Given& e) const { return answered(e.set); }
  Made operator()(const answers::Changed& e) const { return answered(e.set); }
  Made operator()(const answers::Withdrawn&) const {
    return single(answers::Command{answers::WithdrawAnswers{}});
  }

  Made operator()(const document::Published& e) const {
    auto first = edition(e);
    if (!first) return std::nullopt;
    return document::Command{document::PublishDocument{e.project, *std::move(first)}};
  }
  Made operator()(const document::Revised& e) const {
    auto next = edition(e);
    if (!next) return std::nullopt;
    return document::Command{document::ReviseDocument{*std::move(next)}};
  }
  Made operator()(const document::ParagraphsAdded&) const { return std::nullopt; }

  Made operator()(const ledger::Event& event) const { return std::visit(*this, event); }
  Made operator()(const citizen::Event& event) const { return std::visit(*this, event); }
  Made operator()(const project::Event& event) const { return std::visit(*this, event); }
  Made operator()(const poll::Event& event) const { return std::visit(*this, event); }
  Made operator()(const roll::Event& event) const { return std::visit(*this, event); }
  Made operator()(const opening::Event& event) const { return std::visit(*this, event); }
  Made operator()(const contribution::Event& event) const { return std::visit(*this, event); }
  Made operator()(const support::Event& event) const { return std::visit(*this, event); }
  Made operator()(const rating::Event& event) const { return std::visit(*this, event); }
  Made operator()(const report::Event& event) const { return std::visit(*this, event); }
  Made operator()(const survey::Event& event) const { return std::visit(*this, event); }
  Made operator()(const answers::Event& event) const { return std::visit(*this, event); }
  Made operator()(const document::Event& event) const { return std::visit(*this, event); }
  // Ballots are judged apart.
  Made operator()(const ballot::Event&) const { return std::nullopt; }

 private:
  Made single(const stimmbuch::Command& command) const {
    if (events.size() != 1) return std::nullopt;
    return command;
  }

  // Whatever was answered to a question that was not put, its text or not, was dropped unseen.
  Made answered(const answers::AnswerSet& set) const {
    Commitments texts = set.texts;
    for (const QuestionId& dropped : set.dropped) texts.emplace(dropped.text(), Commitment{});
    return single(answers::Command{answers::AnswerSurvey{set.answers, std::move(texts)}});
  }

  // The things of all records from a place on, which must be of one kind.
  template <class Own, class Kind, class Things>
  std::optional<Things> all_behind(std::size_t place, Things Kind::* things) const {
    Things all;
    for (; place < events.size(); ++place) {
      const auto* const own = std::get_if<Own>(&events[place]);
      const auto* const part = own ? std::get_if<Kind>(own) : nullptr;
      if (!part) return std::nullopt;
      all.insert(all.end(), (part->*things).begin(), (part->*things).end());
    }
    return all;
  }

  // One version of a document, whose paragraphs come behind its first record.
  std::optional<document::Edition> edition(const auto& e) const {
    auto paragraphs = all_behind<document::Event>(1, &document::ParagraphsAdded::paragraphs);
    if (!paragraphs) return std::nullopt;
    return document::Edition{e.title, e.machine_translated, *std::move(paragraphs)};
  }
};

struct MayWrite {
  const StreamId& stream;
  const Actor& actor;

  bool operator()(const ledger::Event& event) const {
    return std::holds_alternative<ledger::CellsDeclared>(event) ? is_official() : is_engine();
  }
  bool operator()(const citizen::Event& event) const {
    const bool own = actor == Actor{std::get<CitizenId>(stream)};
    if (is_any<citizen::Registered, citizen::Changed>(event)) return own;
    if (is_any<citizen::Erased, citizen::TextDestroyed>(event)) return is_engine();
    if (is_any<citizen::TextDestructionRequested>(event)) return own || is_official();
    if (is_any<citizen::ErasureRequested>(event)) return own || is_official() || is_engine();
    return is_official();
  }
  bool operator()(const project::Event& event) const {
    return is_any<project::SecretDestroyed>(event) ? is_engine() : is_official();
  }
  bool operator()(const poll::Event& event) const {
    if (is_any<poll::TextDestroyed, poll::SecretDestroyed, poll::RollCompleted, poll::OpeningsCompleted>(
            event))
      return is_engine();
    return is_official() || (is_any<poll::Closed>(event) && is_engine());
  }
  bool operator()(const roll::Event&) const { return is_engine(); }
  bool operator()(const opening::Event&) const { return is_engine(); }
  bool operator()(const contribution::Event& event) const {
    if (is_any<contribution::Submitted, contribution::Revised, contribution::Withdrawn, contribution::Removed,
               contribution::Appealed>(event))
      return is_citizen();
    if (is_any<contribution::TextDestroyed, contribution::TextsDestroyed>(event)) return is_engine();
    if (is_any<contribution::TextDestructionRequested>(event)) return is_citizen() || is_official();
    return is_official();
  }
  bool operator()(const support::Event&) const { return actor == Actor{std::get<SupportsId>(stream).voter}; }
  bool operator()(const rating::Event&) const { return actor == Actor{std::get<RatingsId>(stream).voter}; }
  bool operator()(const report::Event&) const { return actor == Actor{std::get<ReportsId>(stream).voter}; }
  bool operator()(const survey::Event& event) const {
    if (is_any<survey::TextDestroyed, survey::SecretDestroyed>(event)) return is_engine();
    return is_official() || (is_any<survey::Closed>(event) && is_engine());
  }
  bool operator()(const answers::Event&) const { return actor == Actor{std::get<AnswersId>(stream).voter}; }
  bool operator()(const document::Event&) const { return is_official(); }
  bool operator()(const ballot::Event&) const { return false; }

 private:
  template <class... Some, class Event>
  static bool is_any(const Event& event) {
    return (std::holds_alternative<Some>(event) || ...);
  }
  bool is_engine() const { return std::holds_alternative<stimmbuch::Engine>(actor); }
  bool is_citizen() const { return std::holds_alternative<CitizenId>(actor); }
  bool is_official() const { return std::holds_alternative<OfficialId>(actor); }
};

// Some ballot that the poll takes: of a sealed one nobody knows what it says, until its opening is judged.
ballot::Choices some_choices(const poll::State& poll) {
  const poll::BallotForm& form = poll.terms->form;
  if (form.blank_allowed) return {};
  std::vector<const poll::Option*> offered;
  for (const poll::Option& option : poll.options) {
    if (!poll.is_withdrawn(option.id)) offered.push_back(&option);
  }
  if (form.kind == poll::BallotKind::budget)
    std::ranges::stable_sort(offered, {}, [](const poll::Option* option) { return option->cost; });
  offered.resize(std::min(offered.size(), static_cast<std::size_t>(form.min)));
  ballot::Choices choices;
  for (const poll::Option* option : offered)
    choices.push_back({option->id, form.kind == poll::BallotKind::points ? 1 : 0});
  return choices;
}

struct RemadeBallot {
  const poll::State& poll;
  bool imported;

  std::optional<ballot::Command> operator()(const ballot::VoteCast& e) const { return vote(e); }
  std::optional<ballot::Command> operator()(const ballot::VoteChanged& e) const { return vote(e); }
  std::optional<ballot::Command> operator()(const ballot::VoteWithdrawn& e) const {
    if (!imported) return ballot::WithdrawVote{};
    if (!e.cast_at) return std::nullopt;
    return ballot::ImportWithdrawal{*e.cast_at};
  }

  std::optional<ballot::Command> operator()(const ballot::SealedVoteCast& e) const { return sealed(e.seal); }
  std::optional<ballot::Command> operator()(const ballot::SealedVoteChanged& e) const {
    return sealed(e.seal);
  }
  std::optional<ballot::Command> operator()(const ballot::SealedVoteWithdrawn&) const {
    return ballot::WithdrawVote{};
  }

 private:
  std::optional<ballot::Command> sealed(const ballot::Seal& seal) const {
    return ballot::CastVote{some_choices(poll), seal};
  }
  template <class Voted>
  std::optional<ballot::Command> vote(const Voted& e) const {
    if (!imported) return ballot::CastVote{e.choices};
    if (!e.cast_at) return std::nullopt;
    return ballot::ImportVote{e.choices, e.channel, *e.cast_at};
  }
};

}  // namespace

std::optional<stimmbuch::Command> remade_command(const std::vector<Event>& events) {
  return std::visit(Remade{events}, events.front());
}

std::optional<ballot::Command> remade_ballot_command(const poll::State& poll, const ballot::Event& event) {
  return std::visit(RemadeBallot{poll, poll.terms->imported}, event);
}

bool may_write(const StreamId& stream, const Actor& actor, const Event& event) {
  return std::visit(MayWrite{stream, actor}, event);
}

}  // namespace stimmbuch::program
