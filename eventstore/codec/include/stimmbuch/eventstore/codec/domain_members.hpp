#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/codec/contribution_members.hpp"
#include "stimmbuch/eventstore/codec/described.hpp"
#include "stimmbuch/eventstore/codec/document_members.hpp"
#include "stimmbuch/eventstore/codec/survey_members.hpp"

// How the domain's values, events and commands are written: names and order of their members. What stands
// here is stored for ever; docs/formats/events.md says the same for people. A released event grows by members
// that may be absent only; any other change is a new version with an upcaster (versions.hpp).
namespace stimmbuch::codec {

// ---- values

template <>
inline constexpr auto names<ledger::Purpose> = std::to_array<std::string_view>({"town", "demo"});
template <>
inline constexpr auto names<ballot::Channel> = std::to_array<std::string_view>({"online", "paper"});
template <>
inline constexpr auto names<poll::BallotKind> =
    std::to_array<std::string_view>({"single", "multiple", "approval", "points", "ranked", "budget"});
template <>
inline constexpr auto names<poll::RuleKind> = std::to_array<std::string_view>(
    {"most_votes", "points", "greedy_skip", "greedy_stop", "greedy_threshold"});
template <>
inline constexpr auto names<poll::TiePolicy> =
    std::to_array<std::string_view>({"refuse", "declared_order", "lot"});
template <>
inline constexpr auto names<poll::TieBreak> =
    std::to_array<std::string_view>({"declared_order", "lot", "unresolved"});
template <>
inline constexpr auto names<poll::Outcome> = std::to_array<std::string_view>(
    {"selected", "not_enough", "no_votes", "below_threshold", "does_not_fit", "after_stop", "tie_unresolved",
     "withdrawn", "not_counted", "no_quorum"});
template <>
inline constexpr auto names<poll::Results> = std::to_array<std::string_view>({"live", "after_close"});
template <>
inline constexpr auto names<poll::Status> = std::to_array<std::string_view>(
    {"unknown", "draft", "open", "closed", "counted", "certified", "cancelled", "annulled"});
template <>
inline constexpr auto names<poll::SecretKind> = std::to_array<std::string_view>({"contest", "sealing"});
template <>
inline constexpr auto names<project::Status> = std::to_array<std::string_view>({"unknown", "open", "closed"});
template <>
inline constexpr auto names<project::Feature> =
    std::to_array<std::string_view>({"propose", "comment", "support", "rate", "answer", "mark", "vote"});
template <>
inline constexpr auto names<project::PhaseKind> = std::to_array<std::string_view>(
    {"information", "ideas", "discussion", "review", "survey", "vote", "results"});
template <>
inline constexpr auto names<project::Progress> =
    std::to_array<std::string_view>({"begun", "done", "dropped"});

template <>
inline constexpr auto members<ledger::Level> =
    std::tuple{required("id", &ledger::Level::id), required("title", &ledger::Level::title),
               unless("registry_identity", &ledger::Level::registry_identity, false)};
template <>
inline constexpr auto members<ledger::District> =
    std::tuple{required("id", &ledger::District::id), required("title", &ledger::District::title)};
template <>
inline constexpr auto members<ledger::AgeBand> =
    std::tuple{required("id", &ledger::AgeBand::id), required("born_from", &ledger::AgeBand::born_from),
               required("born_to", &ledger::AgeBand::born_to)};
template <>
inline constexpr auto members<citizen::Cell> =
    std::tuple{required("level", &citizen::Cell::level), if_any("district", &citizen::Cell::district),
               if_any("age_band", &citizen::Cell::age_band)};
template <>
inline constexpr auto members<TextName> =
    std::tuple{required("revision", &TextName::revision), required("field", &TextName::field)};
template <>
inline constexpr auto members<Electorate> =
    std::tuple{if_any("level", &Electorate::level), if_any("districts", &Electorate::districts),
               if_any("age_bands", &Electorate::age_bands)};
template <>
inline constexpr auto members<project::Admission> =
    std::tuple{required("feature", &project::Admission::feature), inlined(&project::Admission::electorate)};
template <>
inline constexpr auto names<OpinionKind> = std::to_array<std::string_view>({"support", "rating", "report"});
template <>
inline constexpr auto names<project::RatingScale> = std::to_array<std::string_view>({"votes", "statements"});
template <>
inline constexpr auto members<project::SupportTerms> = std::tuple{
    unless("most", &project::SupportTerms::most, 0), unless("least", &project::SupportTerms::least, 1),
    unless("threshold", &project::SupportTerms::threshold, 0)};
template <>
inline constexpr auto members<project::Category> =
    std::tuple{required("id", &project::Category::id), required("title", &project::Category::title)};
template <>
inline constexpr auto members<project::Phase> =
    std::tuple{required("id", &project::Phase::id),
               required("title", &project::Phase::title),
               required("opens", &project::Phase::opens),
               required("closes", &project::Phase::closes),
               if_any("kind", &project::Phase::kind),
               if_any("features", &project::Phase::features),
               if_any("machine_translated", &project::Phase::machine_translated),
               if_any("admissions", &project::Phase::admissions),
               if_any("supports", &project::Phase::supports),
               unless("ratings", &project::Phase::ratings, project::RatingScale::votes),
               unless("grid_s", &project::Phase::grid_s, 3600),
               unless("objection_days", &project::Phase::objection_days, 30),
               if_any("categories", &project::Phase::categories)};
template <>
inline constexpr auto members<project::PollOption> = std::tuple{
    required("poll", &project::PollOption::poll), required("option", &project::PollOption::option)};
template <>
inline constexpr auto members<project::Milestone> =
    std::tuple{required("id", &project::Milestone::id),
               required("title", &project::Milestone::title),
               if_any("text", &project::Milestone::text),
               if_any("due", &project::Milestone::due),
               if_any("realises", &project::Milestone::realises),
               if_any("machine_translated", &project::Milestone::machine_translated)};
template <>
inline constexpr auto members<project::MilestoneReport> = std::tuple{
    required("status", &project::MilestoneReport::status), required("on", &project::MilestoneReport::on),
    if_any("text", &project::MilestoneReport::text), if_any("reason", &project::MilestoneReport::reason)};
template <>
inline constexpr auto members<poll::BallotForm> = std::tuple{
    required("kind", &poll::BallotForm::kind),
    unless("min", &poll::BallotForm::min, 1),
    unless("max", &poll::BallotForm::max, 1),
    unless("points_total", &poll::BallotForm::points_total, 0),
    unless("points_per_option", &poll::BallotForm::points_per_option, 0),
    unless("blank_allowed", &poll::BallotForm::blank_allowed, false),
};
template <>
inline constexpr auto members<poll::Rule> = std::tuple{
    required("kind", &poll::Rule::kind),
    unless("winners", &poll::Rule::winners, 1),
    unless("budget", &poll::Rule::budget, 0),
    unless("threshold", &poll::Rule::threshold, 0),
    if_any("rank_points", &poll::Rule::rank_points),
    required("ties", &poll::Rule::ties),
    unless("quorum", &poll::Rule::quorum, 0),
};
template <>
inline constexpr auto members<poll::Terms> = std::tuple{
    required("project", &poll::Terms::project),
    required("title", &poll::Terms::title),
    if_any("texts", &poll::Terms::texts),
    if_any("machine_translated", &poll::Terms::machine_translated),
    inlined(&poll::Terms::form),
    required("rule", &poll::Terms::rule),
    required("electorate", &poll::Terms::electorate),
    required("live_step", &poll::Terms::live_step),
    required("changeable", &poll::Terms::changeable),
    if_any("opens", &poll::Terms::opens),
    if_any("closes", &poll::Terms::closes),
    required("zone", &poll::Terms::zone),
    required("grid_s", &poll::Terms::grid_s),
    required("objection_days", &poll::Terms::objection_days),
    if_any("currency", &poll::Terms::currency),
    unless("imported", &poll::Terms::imported, false),
    unless("results", &poll::Terms::results, poll::Results::live),
};
template <>
inline constexpr auto members<poll::Origin> =
    std::tuple{required("proposal", &poll::Origin::proposal), required("version", &poll::Origin::version),
               required("text", &poll::Origin::text)};
template <>
inline constexpr auto members<poll::Option> = std::tuple{
    required("id", &poll::Option::id),      required("title", &poll::Option::title),
    if_any("texts", &poll::Option::texts),  if_any("machine_translated", &poll::Option::machine_translated),
    if_any("cost", &poll::Option::cost),    unless("counts", &poll::Option::counts, true),
    if_any("origin", &poll::Option::origin)};
template <>
inline constexpr auto members<poll::Outage> =
    std::tuple{required("from", &poll::Outage::from), required("to", &poll::Outage::to)};
template <>
inline constexpr auto members<poll::Figures> = std::tuple{
    required("cast", &poll::Figures::cast),           required("replaced", &poll::Figures::replaced),
    required("withdrawn", &poll::Figures::withdrawn), required("blank", &poll::Figures::blank),
    required("online", &poll::Figures::online),       required("paper", &poll::Figures::paper),
    unless("invalid", &poll::Figures::invalid, 0)};
template <>
inline constexpr auto members<poll::CountedOption> =
    std::tuple{required("id", &poll::CountedOption::option), required("votes", &poll::CountedOption::votes),
               required("score", &poll::CountedOption::score), required("rank", &poll::CountedOption::rank),
               required("outcome", &poll::CountedOption::outcome)};
template <>
inline constexpr auto members<poll::Tie> =
    std::tuple{required("rank", &poll::Tie::rank), required("options", &poll::Tie::options),
               required("decisive", &poll::Tie::decisive), required("broken_by", &poll::Tie::broken_by)};

// ---- events

template <>
inline constexpr auto members<ledger::Created> =
    std::tuple{required("id", &ledger::Created::id), required("purpose", &ledger::Created::purpose),
               required("origin", &ledger::Created::origin), required("key", &ledger::Created::key),
               required("epoch", &ledger::Created::epoch)};
template <>
inline constexpr auto members<ledger::CellsDeclared> = std::tuple{
    if_any("levels", &ledger::CellsDeclared::levels), if_any("districts", &ledger::CellsDeclared::districts),
    if_any("age_bands", &ledger::CellsDeclared::age_bands)};

template <>
inline constexpr auto members<ledger::LeaderChanged> = std::tuple{
    required("epoch", &ledger::LeaderChanged::epoch), required("previous", &ledger::LeaderChanged::previous),
    required("previous_leaf", &ledger::LeaderChanged::previous_leaf)};
template <>
inline constexpr auto members<ledger::KeyChanged> = std::tuple{
    required("key", &ledger::KeyChanged::key), required("signature", &ledger::KeyChanged::signature),
    required("both_until", &ledger::KeyChanged::both_until)};
template <>
inline constexpr auto members<ledger::Restored> =
    std::tuple{required("epoch", &ledger::Restored::epoch),
               required("origin", &ledger::Restored::origin),
               required("key", &ledger::Restored::key),
               required("previous", &ledger::Restored::previous),
               required("previous_leaf", &ledger::Restored::previous_leaf),
               if_any("signed_to", &ledger::Restored::signed_to)};

template <>
inline constexpr auto members<citizen::Registered> = std::tuple{if_any("texts", &citizen::Registered::texts)};
template <>
inline constexpr auto members<citizen::Verified> =
    std::tuple{inlined(&citizen::Verified::cell), required("method", &citizen::Verified::method),
               required("registrar", &citizen::Verified::registrar)};
template <>
inline constexpr auto members<citizen::Changed> = std::tuple{if_any("texts", &citizen::Changed::texts)};
template <>
inline constexpr auto members<citizen::Blocked> = std::tuple{if_any("texts", &citizen::Blocked::texts)};
template <>
inline constexpr auto members<citizen::Unblocked> = std::tuple{if_any("texts", &citizen::Unblocked::texts)};

template <>
inline constexpr auto members<citizen::ErasureRequested> = std::tuple{};
template <>
inline constexpr auto members<citizen::Erased> = std::tuple{};
template <>
inline constexpr auto members<citizen::TextDestructionRequested> =
    std::tuple{inlined(&citizen::TextDestructionRequested::text)};
template <>
inline constexpr auto members<citizen::TextDestroyed> = std::tuple{inlined(&citizen::TextDestroyed::text)};

template <>
inline constexpr auto members<project::Opened> = std::tuple{
    required("title", &project::Opened::title), if_any("summary", &project::Opened::summary),
    if_any("machine_translated", &project::Opened::machine_translated),
    unless("premoderated", &project::Opened::premoderated, false), if_any("area", &project::Opened::area)};
template <>
inline constexpr auto members<project::Revised> =
    std::tuple{required("title", &project::Revised::title), if_any("summary", &project::Revised::summary),
               if_any("machine_translated", &project::Revised::machine_translated),
               if_any("area", &project::Revised::area)};
template <>
inline constexpr auto members<project::PhaseDefined> = std::tuple{inlined(&project::PhaseDefined::phase)};
template <>
inline constexpr auto members<project::PhaseExtended> = std::tuple{
    required("id", &project::PhaseExtended::phase), required("closes", &project::PhaseExtended::closes),
    required("reason", &project::PhaseExtended::reason)};
template <>
inline constexpr auto members<project::PhaseClosed> = std::tuple{
    required("id", &project::PhaseClosed::phase), required("reason", &project::PhaseClosed::reason)};
template <>
inline constexpr auto members<project::PhaseReopened> = std::tuple{
    required("id", &project::PhaseReopened::phase), required("closes", &project::PhaseReopened::closes),
    required("reason", &project::PhaseReopened::reason)};
template <>
inline constexpr auto members<project::Closed> = std::tuple{};
template <>
inline constexpr auto members<project::SecretDestroyed> =
    std::tuple{required("phase", &project::SecretDestroyed::phase),
               required("contest", &project::SecretDestroyed::contest)};
template <>
inline constexpr auto members<project::MilestonePlanned> =
    std::tuple{inlined(&project::MilestonePlanned::milestone)};
template <>
inline constexpr auto members<project::MilestoneReported> = std::tuple{
    required("id", &project::MilestoneReported::milestone), inlined(&project::MilestoneReported::report)};

template <>
inline constexpr auto members<poll::Drafted> = std::tuple{inlined(&poll::Drafted::terms)};
template <>
inline constexpr auto members<poll::OptionsAdded> =
    std::tuple{required("options", &poll::OptionsAdded::options)};
template <>
inline constexpr auto members<poll::Opened> =
    std::tuple{inlined(&poll::Opened::terms), required("roll", &poll::Opened::roll),
               required("sealed", &poll::Opened::sealed)};
template <>
inline constexpr auto members<poll::OptionsFixed> =
    std::tuple{required("options", &poll::OptionsFixed::options)};
template <>
inline constexpr auto members<poll::OptionWithdrawn> = std::tuple{
    required("option", &poll::OptionWithdrawn::option), required("reason", &poll::OptionWithdrawn::reason)};
template <>
inline constexpr auto members<poll::Extended> =
    std::tuple{required("closes", &poll::Extended::closes), if_any("outage", &poll::Extended::outage),
               required("reason", &poll::Extended::reason)};
template <>
inline constexpr auto members<poll::Closed> = std::tuple{};
template <>
inline constexpr auto members<poll::ResultComputed> =
    std::tuple{required("revision", &poll::ResultComputed::revision),
               required("rule", &poll::ResultComputed::rule),
               required("version", &poll::ResultComputed::version),
               required("engine", &poll::ResultComputed::engine),
               required("first", &poll::ResultComputed::first),
               required("last", &poll::ResultComputed::last),
               required("figures", &poll::ResultComputed::figures),
               required("quorum", &poll::ResultComputed::quorum),
               required("quorum_reached", &poll::ResultComputed::quorum_reached),
               if_any("ties", &poll::ResultComputed::ties),
               if_any("eligible", &poll::ResultComputed::eligible),
               if_any("eligible_at_opening", &poll::ResultComputed::eligible_at_opening)};
template <>
inline constexpr auto members<poll::OptionsCounted> =
    std::tuple{required("options", &poll::OptionsCounted::options)};
template <>
inline constexpr auto members<poll::ResultCertified> =
    std::tuple{required("result", &poll::ResultCertified::result)};
template <>
inline constexpr auto members<poll::CancellationProposed> =
    std::tuple{required("reason", &poll::CancellationProposed::reason)};
template <>
inline constexpr auto members<poll::Cancelled> = std::tuple{required("proposal", &poll::Cancelled::proposal)};
template <>
inline constexpr auto members<poll::AnnulmentProposed> =
    std::tuple{required("reason", &poll::AnnulmentProposed::reason)};
template <>
inline constexpr auto members<poll::Annulled> = std::tuple{required("proposal", &poll::Annulled::proposal)};
template <>
inline constexpr auto members<poll::LotProposed> =
    std::tuple{required("order", &poll::LotProposed::order), required("reason", &poll::LotProposed::reason)};
template <>
inline constexpr auto members<poll::LotDrawn> = std::tuple{required("proposal", &poll::LotDrawn::proposal)};
template <>
inline constexpr auto members<poll::CellTurnout> = std::tuple{
    if_any("level", &poll::CellTurnout::level), if_any("district", &poll::CellTurnout::district),
    if_any("age_band", &poll::CellTurnout::age_band), required("eligible", &poll::CellTurnout::eligible),
    required("voted", &poll::CellTurnout::voted)};
template <>
inline constexpr auto members<poll::RollCompleted> = std::tuple{
    required("entries", &poll::RollCompleted::entries),
    required("at_opening", &poll::RollCompleted::at_opening),
    required("ballots", &poll::RollCompleted::ballots),
    required("parts", &poll::RollCompleted::parts),
    required("digest", &poll::RollCompleted::digest),
    required("prefix", &poll::RollCompleted::prefix),
    if_any("cells", &poll::RollCompleted::cells),
};
template <>
inline constexpr auto members<poll::OpeningsCompleted> = std::tuple{
    required("openings", &poll::OpeningsCompleted::openings),
    required("parts", &poll::OpeningsCompleted::parts), required("digest", &poll::OpeningsCompleted::digest)};

template <>
inline constexpr auto members<poll::TextDestructionRequested> =
    std::tuple{inlined(&poll::TextDestructionRequested::text)};
template <>
inline constexpr auto members<poll::TextDestroyed> = std::tuple{inlined(&poll::TextDestroyed::text)};
template <>
inline constexpr auto members<poll::SecretDestroyed> =
    std::tuple{required("secret", &poll::SecretDestroyed::secret)};

template <>
inline constexpr auto members<ballot::VoteCast> =
    std::tuple{required("choices", &ballot::VoteCast::choices),
               unless("channel", &ballot::VoteCast::channel, ballot::Channel::online),
               if_any("cast_at", &ballot::VoteCast::cast_at)};
template <>
inline constexpr auto members<ballot::VoteChanged> = std::tuple{
    required("choices", &ballot::VoteChanged::choices), required("replaced", &ballot::VoteChanged::replaced),
    unless("channel", &ballot::VoteChanged::channel, ballot::Channel::online),
    if_any("cast_at", &ballot::VoteChanged::cast_at)};
template <>
inline constexpr auto members<ballot::VoteWithdrawn> =
    std::tuple{required("replaced", &ballot::VoteWithdrawn::replaced),
               unless("channel", &ballot::VoteWithdrawn::channel, ballot::Channel::online),
               if_any("cast_at", &ballot::VoteWithdrawn::cast_at)};
template <>
inline constexpr auto members<ballot::Seal> = std::tuple{required("commitment", &ballot::Seal::commitment),
                                                         required("ciphertext", &ballot::Seal::ciphertext)};
template <>
inline constexpr auto members<ballot::SealedVoteCast> = std::tuple{inlined(&ballot::SealedVoteCast::seal)};
template <>
inline constexpr auto members<ballot::SealedVoteChanged> =
    std::tuple{inlined(&ballot::SealedVoteChanged::seal)};
template <>
inline constexpr auto members<ballot::SealedVoteWithdrawn> = std::tuple{};

template <>
inline constexpr auto members<roll::PartAdded> =
    std::tuple{required("before", &roll::PartAdded::before), required("entries", &roll::PartAdded::entries)};
template <>
inline constexpr auto members<opening::Opening> =
    std::tuple{required("ballot", &opening::Opening::ballot), required("key", &opening::Opening::key),
               if_any("choices", &opening::Opening::choices)};
template <>
inline constexpr auto members<opening::PartAdded> = std::tuple{
    required("before", &opening::PartAdded::before), required("openings", &opening::PartAdded::openings)};

}  // namespace stimmbuch::codec
