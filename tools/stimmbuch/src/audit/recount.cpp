#include "audit/recount.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "access/api_client.hpp"
#include "audit/poll_recount.hpp"
#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::program {

namespace {

std::string at(Position position) {
  return fmt::format("position {}", number(position));
}

struct KindOf {
  std::string_view operator()(const ledger::Event&) const { return "ledger/"; }
  std::string_view operator()(const citizen::Event&) const { return "citizen/"; }
  std::string_view operator()(const project::Event&) const { return "project/"; }
  std::string_view operator()(const poll::Event&) const { return "poll/"; }
  std::string_view operator()(const ballot::Event&) const { return "ballot/"; }
  std::string_view operator()(const roll::Event&) const { return "roll/"; }
  std::string_view operator()(const opening::Event&) const { return "opening/"; }
  std::string_view operator()(const contribution::Event&) const { return "contribution/"; }
  std::string_view operator()(const support::Event&) const { return "support/"; }
  std::string_view operator()(const rating::Event&) const { return "rating/"; }
  std::string_view operator()(const report::Event&) const { return "report/"; }
  std::string_view operator()(const survey::Event&) const { return "survey/"; }
  std::string_view operator()(const answers::Event&) const { return "answers/"; }
  std::string_view operator()(const document::Event&) const { return "document/"; }
};

}  // namespace

std::optional<TallyClaim> read_tally_claim(const Json& document) {
  try {
    const auto poll = PollId::parse(document.at("poll").get<std::string>());
    if (!poll) return std::nullopt;
    TallyClaim claim;
    claim.poll = *poll;
    claim.status = document.at("status").get<std::string>();
    claim.sealed = document.value("sealed", false);
    const Json& figures = document.at("figures");
    claim.figures = {.cast = figures.at("cast").get<std::int64_t>(),
                     .replaced = figures.at("replaced").get<std::int64_t>(),
                     .withdrawn = figures.at("withdrawn").get<std::int64_t>()};
    if (document.at("ballots").get<std::int64_t>() != claim.figures.standing()) return std::nullopt;
    claim.counted_to = Position{position_of(document.at("counted_to"))};
    claim.reflects = Position{position_of(document.at("reflects"))};
    if (claim.sealed) return claim;
    claim.figures.blank = figures.at("blank").get<std::int64_t>();
    claim.figures.online = figures.at("online").get<std::int64_t>();
    claim.figures.paper = figures.at("paper").get<std::int64_t>();
    claim.figures.invalid = figures.value("invalid", std::int64_t{0});
    for (const Json& option : document.at("options")) {
      const auto id = OptionId::parse(option.at("id").get<std::string>());
      if (!id) return std::nullopt;
      claim.options.push_back(
          {*id,
           {option.at("votes").get<std::int64_t>(), option.at("score").get<std::int64_t>()},
           option.at("rank").get<std::uint32_t>(),
           option.at("selected").get<bool>()});
    }
    return claim;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

Recount::Recount(std::vector<TallyClaim> claims, RuleReplay* rules, RecordsOf records, RollEvidence* evidence)
    : rules_(rules), records_(records), evidence_(evidence) {
  if (rules_ != nullptr && evidence_ != nullptr) rules_->watch(evidence_->drawn_citizens());
  for (TallyClaim& claim : claims) {
    const PollId poll = claim.poll;
    recount_of(poll).claim(std::move(claim));
  }
}

void Recount::claim(SurveyClaim claim) {
  const SurveyId survey = claim.survey;
  surveys_.try_emplace(survey, std::move(claim), [this, survey](std::string code, std::string detail) {
    differ(std::move(code), subject(survey), std::move(detail));
  });
}

Recount::PollRecount& Recount::recount_of(const PollId& poll) {
  auto found = polls_.find(poll.text());
  if (found == polls_.end()) {
    auto differ_here = [this, poll](std::string code, std::string detail) {
      differ(std::move(code), "poll/" + std::string(poll.text()), std::move(detail));
    };
    const bool has_ballots = records_ != RecordsOf::poll_tallied;
    found = polls_
                .emplace(poll.text(),
                         std::make_unique<PollRecount>(poll, std::move(differ_here), has_ballots, portion_))
                .first;
  }
  return *found->second;
}

Recount::~Recount() = default;

void Recount::begin_pass(Portion portion) {
  portion_ = portion;
  citizens_ = 0;
  last_ = before_first;
  citizens_next_revisions_ = {};
  for (auto& [id, poll] : polls_) poll = std::make_unique<PollRecount>(std::move(*poll), portion);
  for (auto& [id, survey] : surveys_) survey.begin_pass(portion);
  if (rules_ != nullptr) rules_->begin_pass(portion);
}

void Recount::differ(std::string code, std::string where, std::string detail) {
  ++difference_count_;
  if (differences_.size() < differences_kept)
    differences_.push_back({std::move(code), std::move(where), std::move(detail)});
}

void Recount::differ_once(std::string code, std::string where, std::string detail) {
  if (portion_.is_first()) differ(std::move(code), std::move(where), std::move(detail));
}

void Recount::check_order(Position position, const codec::Envelope& envelope) {
  if (records_ == RecordsOf::log ? position != next(last_) : position <= last_) {
    differ("position_gap", at(position),
           fmt::format("the record before it is at position {}", number(last_)));
  }
  if (envelope.position != position) {
    differ("position_wrong", at(position),
           fmt::format("the record says that it is at position {}", number(envelope.position)));
  }
  if (ledger_.empty()) ledger_ = envelope.ledger;
  if (envelope.ledger != ledger_) differ("ledger_foreign", at(position), "the record is of another ledger");
}

// The records of a command are consecutive and name it, and each but the last says that more follow.
void Recount::check_command(const codec::Envelope& envelope) {
  if (!open_command_.empty() && envelope.command != open_command_) {
    differ("command_torn", at(envelope.position), "the record before it promised more of its command");
  }
  open_command_ = envelope.more ? envelope.command : std::string_view{};
}

// Of participants in contests each pass looks at its own, of whatever is no person's the first at all.
bool Recount::looks_at(std::string_view subject, const Event& event) const {
  const bool of_participant =
      std::holds_alternative<support::Event>(event) || std::holds_alternative<rating::Event>(event) ||
      std::holds_alternative<report::Event>(event) || std::holds_alternative<answers::Event>(event);
  if (!of_participant) return portion_.is_first();
  return portion_.holds(subject.substr(subject.rfind('/') + 1));
}

void Recount::check_revision(const codec::Envelope& envelope, std::uint32_t& expected) {
  if (number(envelope.revision) != expected) {
    differ("revision_gap", at(envelope.position),
           fmt::format("{} is at revision {}, and {} is due", envelope.subject, number(envelope.revision),
                       expected));
  }
  expected = number(envelope.revision) + 1;
}

std::string_view Recount::add(Position position, std::string_view record) {
  const auto envelope = codec::read_envelope(record);
  const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
  const auto recorded = envelope ? codec::recorded(*envelope) : std::unexpected(envelope.error());
  if (!event || !recorded) {
    const auto& error = !event ? event.error() : recorded.error();
    differ_once("not_canonical", at(position),
                fmt::format("not a record in canonical writing at byte {}: {}", error.offset, error.what));
    last_ = position;
    return {};
  }
  take(position, record, *envelope, *event, *recorded);
  return envelope->subject;
}

void Recount::take(Position position, std::string_view record, const codec::Envelope& envelope,
                   const Event& event, const Recorded& recorded) {
  if (portion_.is_first()) {
    check_order(position, envelope);
    check_command(envelope);
  }
  last_ = position;
  if (!envelope.subject.starts_with(std::visit(KindOf{}, event))) {
    return differ_once("type_foreign", at(position),
                       fmt::format("{} has a record {}", envelope.subject, envelope.type));
  }
  const auto* const ballot_event = std::get_if<ballot::Event>(&event);
  const auto* const poll_event = std::get_if<poll::Event>(&event);
  if (const auto* const citizen = std::get_if<citizen::Event>(&event)) {
    citizens_ += std::holds_alternative<citizen::Registered>(*citizen) ? 1 : 0;
    const auto id = envelope.subject.substr(envelope.subject.find('/') + 1);
    if (portion_.holds(id)) check_revision(envelope, citizens_next_revisions_[id]);
  } else if (ballot_event == nullptr && looks_at(envelope.subject, event)) {
    auto stream = next_revisions_.find(envelope.subject);
    if (stream == next_revisions_.end()) stream = next_revisions_.emplace(envelope.subject, 0).first;
    check_revision(envelope, stream->second);
  }
  const bool is_part =
      std::holds_alternative<roll::Event>(event) || std::holds_alternative<opening::Event>(event);
  const bool is_of_survey =
      std::holds_alternative<survey::Event>(event) || std::holds_alternative<answers::Event>(event);
  const bool is_recounted =
      ballot_event != nullptr || poll_event != nullptr || is_part || (is_of_survey && !surveys_.empty());
  if (rules_ == nullptr && !is_recounted) return;

  const auto stream = parse_subject(envelope.subject);
  if (!stream) return differ_once("subject_malformed", at(position), "the subject is none");
  if (ballot_event != nullptr)
    return add_ballot(std::get<BallotId>(*stream), *ballot_event, recorded, envelope);
  if (rules_ != nullptr) rules_->take(*stream, event, recorded, envelope.more);
  if (is_part) return add_part(*stream, event, position, record);
  if (is_of_survey) return take_survey(*stream, event, recorded);
  if (poll_event == nullptr) return;
  PollRecount& poll = recount_of(std::get<PollId>(*stream));
  if (records_ == RecordsOf::log && std::holds_alternative<poll::Closed>(*poll_event))
    poll.set_registered(citizens_);
  poll.add_poll_event(*poll_event, recorded, envelope.more);
  const auto* const roll = std::get_if<poll::RollCompleted>(poll_event);
  if (roll != nullptr && portion_.is_last()) check_evidence(std::get<PollId>(*stream), *roll, poll);
}

void Recount::add_ballot(const BallotId& id, const ballot::Event& event, const Recorded& recorded,
                         const codec::Envelope& envelope) {
  PollRecount& poll = recount_of(id.poll);
  if (rules_ != nullptr) rules_->take_ballot(id, poll.ballot_of(id.voter.text()), event, recorded);
  poll.add_ballot_event(id.voter.text(), event, recorded, envelope.command);
}

void Recount::take_survey(const StreamId& stream, const Event& event, const Recorded& recorded) {
  const auto* const participant = std::get_if<AnswersId>(&stream);
  const auto survey = surveys_.find(participant ? participant->survey : std::get<SurveyId>(stream));
  if (survey == surveys_.end()) return;
  if (participant)
    survey->second.add_answers_event(participant->voter.text(), std::get<answers::Event>(event), recorded);
  else
    survey->second.add_survey_event(std::get<survey::Event>(event), recorded);
}

void Recount::add_part(const StreamId& stream, const Event& event, Position position,
                       std::string_view record) {
  if (const auto* const part = std::get_if<RollPartId>(&stream)) {
    const bool keep = portion_.is_last() && evidence_ != nullptr && evidence_->concerns(part->poll);
    recount_of(part->poll)
        .add_roll(std::get<roll::PartAdded>(std::get<roll::Event>(event)), position, tlog::leaf_hash(record),
                  keep);
  }
  const auto* const part = std::get_if<OpeningPartId>(&stream);
  const auto ledger = part ? LedgerId::parse(ledger_) : std::nullopt;
  if (ledger) {
    recount_of(part->poll)
        .add_openings(std::get<opening::PartAdded>(std::get<opening::Event>(event)), position,
                      tlog::leaf_hash(record), *ledger);
  }
}

void Recount::check_evidence(const PollId& poll, const poll::RollCompleted& roll, PollRecount& recount) {
  const auto ledger = LedgerId::parse(ledger_);
  if (evidence_ == nullptr || rules_ == nullptr || !ledger) return;
  evidence_->check(
      *ledger, poll, roll, recount.take_roll(),
      [&](const CitizenId& citizen) { return rules_->was_elector(poll, citizen); },
      [&](bool of_draw, std::string detail) {
        differ(of_draw ? "draw_differs" : "statement_differs", subject(poll), std::move(detail));
      });
}

void Recount::finish() {
  if (!open_command_.empty() && portion_.is_first())
    differ("command_torn", at(last_), "the last record promises more of its command");
  for (const auto& [id, poll] : polls_) poll->finish();
  for (auto& [id, survey] : surveys_) survey.finish();
  if (evidence_ == nullptr || !portion_.is_last()) return;
  evidence_->finish([this](bool of_draw, std::string detail) {
    differ(of_draw ? "draw_differs" : "statement_differs", of_draw ? "draw" : "statement", std::move(detail));
  });
}

std::vector<RecountedPoll> Recount::polls() const {
  std::vector<RecountedPoll> polls;
  for (const auto& [id, poll] : polls_) {
    if (poll->opened_up_to(last_)) polls.push_back(poll->result());
  }
  return polls;
}

std::vector<PollId> Recount::opened_up_to(Position position) const {
  std::vector<PollId> polls;
  for (const auto& [id, poll] : polls_) {
    if (poll->opened_up_to(position)) polls.push_back(*PollId::parse(id));
  }
  return polls;
}

}  // namespace stimmbuch::program
