#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "stimmbuch/eventstore/codec/described.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

// Type names of events and their versions. A stored type is `<name>.v<number>`: never renamed, never reused.
// Only the newest version is written; older ones are read through a chain of small pure functions
//
//   poll::Drafted upcast(const v1::Drafted& old);
//
// from each version to the next, found by argument-dependent look-up beside the old structure.
namespace stimmbuch::codec {

// All versions of one event, oldest first; the last is the domain's own.
template <class... Versions>
struct History {
  static constexpr std::uint32_t newest = sizeof...(Versions);
};

// The stored name of an event and its history.
template <class Event>
struct Stored;

#define STIMMBUCH_STORED(Event, type_name, ...)         \
  template <>                                           \
  struct Stored<Event> {                                \
    static constexpr std::string_view name = type_name; \
    using Versions = History<__VA_ARGS__>;              \
  }

STIMMBUCH_STORED(ballot::VoteCast, "ballot.vote-cast", ballot::VoteCast);
STIMMBUCH_STORED(ballot::VoteChanged, "ballot.vote-changed", ballot::VoteChanged);
STIMMBUCH_STORED(ballot::VoteWithdrawn, "ballot.vote-withdrawn", ballot::VoteWithdrawn);
STIMMBUCH_STORED(ballot::SealedVoteCast, "ballot.sealed-vote-cast", ballot::SealedVoteCast);
STIMMBUCH_STORED(ballot::SealedVoteChanged, "ballot.sealed-vote-changed", ballot::SealedVoteChanged);
STIMMBUCH_STORED(ballot::SealedVoteWithdrawn, "ballot.sealed-vote-withdrawn", ballot::SealedVoteWithdrawn);
STIMMBUCH_STORED(roll::PartAdded, "roll.part-added", roll::PartAdded);
STIMMBUCH_STORED(opening::PartAdded, "opening.part-added", opening::PartAdded);
STIMMBUCH_STORED(citizen::Registered, "citizen.registered", citizen::Registered);
STIMMBUCH_STORED(citizen::Verified, "citizen.verified", citizen::Verified);
STIMMBUCH_STORED(citizen::Changed, "citizen.changed", citizen::Changed);
STIMMBUCH_STORED(citizen::Blocked, "citizen.blocked", citizen::Blocked);
STIMMBUCH_STORED(citizen::Unblocked, "citizen.unblocked", citizen::Unblocked);
STIMMBUCH_STORED(citizen::ErasureRequested, "citizen.erasure-requested", citizen::ErasureRequested);
STIMMBUCH_STORED(citizen::Erased, "citizen.erased", citizen::Erased);
STIMMBUCH_STORED(citizen::TextDestructionRequested, "citizen.text-destruction-requested",
                 citizen::TextDestructionRequested);
STIMMBUCH_STORED(citizen::TextDestroyed, "citizen.text-destroyed", citizen::TextDestroyed);
STIMMBUCH_STORED(ledger::Created, "ledger.created", ledger::Created);
STIMMBUCH_STORED(ledger::CellsDeclared, "ledger.cells-declared", ledger::CellsDeclared);
STIMMBUCH_STORED(ledger::LeaderChanged, "ledger.leader-changed", ledger::LeaderChanged);
STIMMBUCH_STORED(ledger::KeyChanged, "ledger.key-changed", ledger::KeyChanged);
STIMMBUCH_STORED(ledger::Restored, "ledger.restored", ledger::Restored);
STIMMBUCH_STORED(project::Opened, "project.opened", project::Opened);
STIMMBUCH_STORED(project::PhaseDefined, "project.phase-defined", project::PhaseDefined);
STIMMBUCH_STORED(project::PhaseExtended, "project.phase-extended", project::PhaseExtended);
STIMMBUCH_STORED(project::PhaseClosed, "project.phase-closed", project::PhaseClosed);
STIMMBUCH_STORED(project::PhaseReopened, "project.phase-reopened", project::PhaseReopened);
STIMMBUCH_STORED(project::Closed, "project.closed", project::Closed);
STIMMBUCH_STORED(project::Revised, "project.revised", project::Revised);
STIMMBUCH_STORED(project::MilestonePlanned, "project.milestone-planned", project::MilestonePlanned);
STIMMBUCH_STORED(project::MilestoneReported, "project.milestone-reported", project::MilestoneReported);
STIMMBUCH_STORED(project::SecretDestroyed, "project.secret-destroyed", project::SecretDestroyed);
STIMMBUCH_STORED(poll::Drafted, "poll.drafted", poll::Drafted);
STIMMBUCH_STORED(poll::OptionsAdded, "poll.options-added", poll::OptionsAdded);
STIMMBUCH_STORED(poll::Opened, "poll.opened", poll::Opened);
STIMMBUCH_STORED(poll::OptionsFixed, "poll.options-fixed", poll::OptionsFixed);
STIMMBUCH_STORED(poll::OptionWithdrawn, "poll.option-withdrawn", poll::OptionWithdrawn);
STIMMBUCH_STORED(poll::Extended, "poll.extended", poll::Extended);
STIMMBUCH_STORED(poll::Closed, "poll.closed", poll::Closed);
STIMMBUCH_STORED(poll::ResultComputed, "poll.result-computed", poll::ResultComputed);
STIMMBUCH_STORED(poll::OptionsCounted, "poll.options-counted", poll::OptionsCounted);
STIMMBUCH_STORED(poll::ResultCertified, "poll.result-certified", poll::ResultCertified);
STIMMBUCH_STORED(poll::CancellationProposed, "poll.cancellation-proposed", poll::CancellationProposed);
STIMMBUCH_STORED(poll::Cancelled, "poll.cancelled", poll::Cancelled);
STIMMBUCH_STORED(poll::AnnulmentProposed, "poll.annulment-proposed", poll::AnnulmentProposed);
STIMMBUCH_STORED(poll::Annulled, "poll.annulled", poll::Annulled);
STIMMBUCH_STORED(poll::LotProposed, "poll.lot-proposed", poll::LotProposed);
STIMMBUCH_STORED(poll::LotDrawn, "poll.lot-drawn", poll::LotDrawn);
STIMMBUCH_STORED(poll::RollCompleted, "poll.roll-completed", poll::RollCompleted);
STIMMBUCH_STORED(poll::OpeningsCompleted, "poll.openings-completed", poll::OpeningsCompleted);
STIMMBUCH_STORED(poll::TextDestructionRequested, "poll.text-destruction-requested",
                 poll::TextDestructionRequested);
STIMMBUCH_STORED(poll::TextDestroyed, "poll.text-destroyed", poll::TextDestroyed);
STIMMBUCH_STORED(poll::SecretDestroyed, "poll.secret-destroyed", poll::SecretDestroyed);
STIMMBUCH_STORED(contribution::Submitted, "contribution.submitted", contribution::Submitted);
STIMMBUCH_STORED(contribution::Revised, "contribution.revised", contribution::Revised);
STIMMBUCH_STORED(contribution::Released, "contribution.released", contribution::Released);
STIMMBUCH_STORED(contribution::Withdrawn, "contribution.withdrawn", contribution::Withdrawn);
STIMMBUCH_STORED(contribution::Merged, "contribution.merged", contribution::Merged);
STIMMBUCH_STORED(contribution::Answered, "contribution.answered", contribution::Answered);
STIMMBUCH_STORED(contribution::Removed, "contribution.removed", contribution::Removed);
STIMMBUCH_STORED(contribution::Hidden, "contribution.hidden", contribution::Hidden);
STIMMBUCH_STORED(contribution::Restored, "contribution.restored", contribution::Restored);
STIMMBUCH_STORED(contribution::Appealed, "contribution.appealed", contribution::Appealed);
STIMMBUCH_STORED(contribution::AppealDecided, "contribution.appeal-decided", contribution::AppealDecided);
STIMMBUCH_STORED(contribution::TextDestructionRequested, "contribution.text-destruction-requested",
                 contribution::TextDestructionRequested);
STIMMBUCH_STORED(contribution::TextDestroyed, "contribution.text-destroyed", contribution::TextDestroyed);
STIMMBUCH_STORED(contribution::TextsDestroyed, "contribution.texts-destroyed", contribution::TextsDestroyed);
STIMMBUCH_STORED(support::Given, "support.given", support::Given);
STIMMBUCH_STORED(support::Renewed, "support.renewed", support::Renewed);
STIMMBUCH_STORED(support::Withdrawn, "support.withdrawn", support::Withdrawn);
STIMMBUCH_STORED(contribution::ReportsDismissed, "contribution.reports-dismissed",
                 contribution::ReportsDismissed);
STIMMBUCH_STORED(rating::Given, "rating.given", rating::Given);
STIMMBUCH_STORED(rating::Changed, "rating.changed", rating::Changed);
STIMMBUCH_STORED(rating::Withdrawn, "rating.withdrawn", rating::Withdrawn);
STIMMBUCH_STORED(report::Made, "report.made", report::Made);
STIMMBUCH_STORED(survey::Drafted, "survey.drafted", survey::Drafted);
STIMMBUCH_STORED(survey::QuestionsAdded, "survey.questions-added", survey::QuestionsAdded);
STIMMBUCH_STORED(survey::Opened, "survey.opened", survey::Opened);
STIMMBUCH_STORED(survey::Closed, "survey.closed", survey::Closed);
STIMMBUCH_STORED(survey::TextsReleased, "survey.texts-released", survey::TextsReleased);
STIMMBUCH_STORED(survey::ExportRequested, "survey.export-requested", survey::ExportRequested);
STIMMBUCH_STORED(survey::TextDestructionRequested, "survey.text-destruction-requested",
                 survey::TextDestructionRequested);
STIMMBUCH_STORED(survey::TextDestroyed, "survey.text-destroyed", survey::TextDestroyed);
STIMMBUCH_STORED(survey::SecretDestroyed, "survey.secret-destroyed", survey::SecretDestroyed);
STIMMBUCH_STORED(answers::Given, "answers.given", answers::Given);
STIMMBUCH_STORED(answers::Changed, "answers.changed", answers::Changed);
STIMMBUCH_STORED(answers::Withdrawn, "answers.withdrawn", answers::Withdrawn);
STIMMBUCH_STORED(document::Published, "document.published", document::Published);
STIMMBUCH_STORED(document::Revised, "document.revised", document::Revised);
STIMMBUCH_STORED(document::ParagraphsAdded, "document.paragraphs-added", document::ParagraphsAdded);

#undef STIMMBUCH_STORED

// Lifts an event from its version to the newest one of its history.
template <class Newest, class Old>
Newest lifted(const Old& old) {
  if constexpr (std::same_as<Newest, Old>) {
    return old;
  } else {
    return lifted<Newest>(upcast(old));
  }
}

// Reads the data of version `number` of a history as its newest version; false if there is no such version or
// the data is not written canonically.
template <class Newest, class... Versions>
bool read_version(Reader& in, std::uint32_t number, Newest& event, History<Versions...>) {
  std::uint32_t at = 0;
  const auto read_as = [&]<class Version>(std::type_identity<Version>) {
    if (++at != number) return false;
    if constexpr (std::same_as<Version, Newest>) {
      return read(in, event);
    } else {
      Version old;
      if (!read(in, old)) return false;
      event = lifted<Newest>(old);
      return true;
    }
  };
  return (read_as(std::type_identity<Versions>{}) || ...);
}

}  // namespace stimmbuch::codec
