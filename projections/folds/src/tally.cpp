#include "stimmbuch/projections/folds/tally.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>

#include "document.hpp"
#include "poll_events.hpp"
#include "stimmbuch/domain/count.hpp"
#include "stimmbuch/domain/tally.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::projections {

namespace {

// What changes with the poll's own records.
struct PollRow {
  poll::State poll;
  VotePer one_vote_per = VotePer::account;
  bool provisional = false;

  // Follows from terms and options; none until a ballot needs it.
  std::optional<poll::BallotCounter> counter;
};

struct TurnoutRow {
  std::int64_t cast = 0;
  std::int64_t replaced = 0;
  std::int64_t withdrawn = 0;
};

using Hour = std::chrono::sys_time<std::chrono::hours>;

// The turnout row that a poll's last ballot was counted in; mostly the next one's, too.
struct TurnoutAt {
  Hour hour{};
  TurnoutRow* row = nullptr;
  std::uint64_t batch = 0;  // rows stay where they are during one batch
};

// What changes with its ballots.
struct TallyRow {
  poll::Tally running;
  poll::Tally
      published;  // behind `running` while the poll is open; always empty in imported polls, which show that
  std::int32_t unpublished = 0;  // ballot records since it was replaced
  Position counted_to{};         // of the shown figures
  Position reflects{};

  // Of the present batch.
  bool document_changed = false;
  TurnoutAt turnout;
};

std::string hour_text(Hour hour) {
  constexpr std::size_t up_to_hour = 13;
  return std::string(codec::TimeText(hour).view().substr(0, up_to_hour));
}

}  // namespace
}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::PollRow> =
    std::tuple{required("poll", &projections::PollRow::poll),
               required("one_vote_per", &projections::PollRow::one_vote_per),
               unless("provisional", &projections::PollRow::provisional, false)};
template <>
inline constexpr auto members<projections::TallyRow> =
    std::tuple{required("running", &projections::TallyRow::running),
               required("published", &projections::TallyRow::published),
               required("unpublished", &projections::TallyRow::unpublished),
               required("counted_to", &projections::TallyRow::counted_to),
               required("reflects", &projections::TallyRow::reflects)};
template <>
inline constexpr auto members<projections::TurnoutRow> =
    std::tuple{required("cast", &projections::TurnoutRow::cast),
               required("replaced", &projections::TurnoutRow::replaced),
               required("withdrawn", &projections::TurnoutRow::withdrawn)};

}  // namespace stimmbuch::codec

namespace stimmbuch::projections {
namespace {

const poll::Tally& shown(const PollRow& poll, const TallyRow& tally) {
  return poll.poll.terms->imported ? tally.running : tally.published;
}

// Before the count, what it would select now; behind it, what it selected.
poll::Count standing_count(const PollRow& row, const poll::Tally& tally) {
  poll::Count count = poll::count(row.poll, tally);
  if (!row.poll.result) return count;
  count.ties = row.poll.result->ties;
  for (std::size_t i = 0; i < row.poll.result->options.size() && i < count.options.size(); ++i) {
    count.options[i].rank = row.poll.result->options[i].rank;
    count.options[i].outcome = row.poll.result->options[i].outcome;
  }
  return count;
}

void write_result(DocumentWriter& out, const poll::State& poll) {
  if (!poll.result) return;
  out.begin_object("result");
  out.member("position", poll.result->position);
  out.member("certified", poll.status == poll::Status::certified);
  // Something was recorded behind the count that it may not know of; it has to be repeated.
  out.flag("outdated", poll.status == poll::Status::counted && poll.result->outdated);
  out.end_object();
}

// How many take part, and nothing of what they say.
void write_turnout(DocumentWriter& out, const poll::State& poll, const poll::Figures& figures) {
  out.begin_object("figures");
  out.member("cast", figures.cast);
  out.member("replaced", figures.replaced);
  out.member("withdrawn", figures.withdrawn);
  out.end_object();
  out.begin_array("options");
  for (const poll::Option& option : poll.options) {
    out.begin_object();
    out.member("id", option.id);
    out.member("title", option.title);
    out.member_if_any("cost", option.cost);
    out.end_object();
  }
  out.end_array();
}

void write_figures(DocumentWriter& out, const PollRow& row, const poll::Tally& tally) {
  const poll::State& poll = row.poll;
  const poll::Count count = standing_count(row, tally);
  out.member("figures", tally.figures);
  out.begin_array("options");
  for (std::size_t i = 0; i < poll.options.size(); ++i) {
    const poll::CountedOption& counted = count.options[i];
    out.begin_object();
    out.member("id", counted.option);
    out.member("title", poll.options[i].title);
    out.member_if_any("cost", poll.options[i].cost);
    out.member("votes", counted.votes);
    out.member("score", counted.score);
    out.member("rank", counted.rank);
    out.member("selected", counted.outcome == poll::Outcome::selected);
    out.member("outcome", counted.outcome);
    out.end_object();
  }
  out.end_array();
  out.member_if_any("ties", count.ties);
  out.member("rule", poll.terms->rule);
  if (poll.terms->rule.quorum > 0) out.member("quorum_reached", count.quorum_reached);
}

std::string tally_document(std::string_view id, const PollRow& row, const TallyRow& tally_row,
                           const LedgerRow& ledger) {
  const poll::State& poll = row.poll;
  const poll::Tally& tally = shown(row, tally_row);
  const bool is_sealed = poll.sealed && !poll.openings_completed;
  DocumentWriter out;
  out.member("poll", id);
  out.purpose(ledger);
  out.member("status", poll.status);
  out.flag("imported", poll.terms->imported);
  out.flag("sealed", is_sealed);
  out.member("roll", roll_of(poll));
  if (poll.roll_completed) out.member("eligible", poll.roll_completed->entries);
  out.member("one_vote_per", row.one_vote_per);
  out.flag("provisional", row.provisional || ledger.provisional);
  out.flag("preliminary", !poll.result);
  out.member("ballots", tally.figures.standing());
  if (is_sealed) {
    write_turnout(out, poll, tally.figures);
  } else {
    write_figures(out, row, tally);
  }
  write_result(out, poll);
  out.member("counted_to", tally_row.counted_to);
  out.member("reflects", tally_row.reflects);
  return out.finish();
}

class TallyFold final : public Fold {
 public:
  void apply(Views& views, const FoldInput& input) override {
    switch (input.aggregate()) {
      case Aggregate::ballot:
        return apply_ballot(views, input);
      case Aggregate::poll:
        return apply_poll(views, input);
      case Aggregate::opening:
        return apply_opening(views, input);
      case Aggregate::ledger:
        return ledger_.apply(views, input);
      case Aggregate::citizen:
      case Aggregate::project:
      case Aggregate::roll:
      case Aggregate::contribution:
      case Aggregate::support:
      case Aggregate::rating:
      case Aggregate::report:
      case Aggregate::survey:
      case Aggregate::answers:
      case Aggregate::document:
        return;
    }
  }

  void park(Views& views, std::string_view subject) override {
    const auto stream = parse_subject(subject);
    const PollId* poll = stream ? std::get_if<PollId>(&*stream) : nullptr;
    if (const auto* const ballot = stream ? std::get_if<BallotId>(&*stream) : nullptr) poll = &ballot->poll;
    if (const auto* const part = stream ? std::get_if<OpeningPartId>(&*stream) : nullptr) poll = &part->poll;
    if (!poll) return ledger_.park(views);
    if (!polls_.find(views, poll->text())) return;
    polls_.edit(views, poll->text()).provisional = true;
    tallies_.edit(views, poll->text()).document_changed = true;
  }

  void settle(Views& views) override {
    const LedgerRow& ledger = ledger_.row(views);
    tallies_.settle(views, [&](std::string_view id, TallyRow& tally) {
      if (!std::exchange(tally.document_changed, false)) return;
      const PollRow& poll = *polls_.find(views, id);
      if (poll.poll.opened) views.put(document_key(id), tally_document(id, poll, tally, ledger));
    });
    polls_.settle(views);
    turnout_.settle(views);
    ledger_.settle(views);
    ++batch_;
  }

  void forget() override {
    polls_.forget();
    tallies_.forget();
    turnout_.forget();
    ledger_.forget();
    ++batch_;
  }

 private:
  void apply_poll(Views& views, const FoldInput& input) {
    const auto& event = input.event<poll::Event>();
    PollRow& row = polls_.edit(views, input.id());
    TallyRow& tally = tallies_.edit(views, input.id());
    evolve_poll(row.poll, event, input.recorded());
    row.counter.reset();
    if (std::holds_alternative<poll::Opened>(event))
      row.one_vote_per = vote_per(*row.poll.terms, ledger_.row(views).state);
    tally.running.options.resize(row.poll.options.size());
    if (!row.poll.terms->imported) tally.published.options.resize(row.poll.options.size());
    const bool publishes =
        std::holds_alternative<poll::Closed>(event) || std::holds_alternative<poll::OpeningsCompleted>(event);
    if (publishes) publish(row, tally, input.position());
    if (!shows_in_tally(event)) return;
    tally.reflects = input.position();
    tally.document_changed = true;
  }

  // What is destroyed moves no tally: its document stays the same, byte for byte.
  static bool shows_in_tally(const poll::Event& event) {
    return !std::holds_alternative<poll::TextDestructionRequested>(event) &&
           !std::holds_alternative<poll::TextDestroyed>(event) &&
           !std::holds_alternative<poll::SecretDestroyed>(event);
  }

  static const poll::BallotCounter& counter_of(PollRow& row) {
    if (!row.counter) row.counter.emplace(row.poll.terms->form, row.poll.terms->rule, row.poll.options);
    return *row.counter;
  }

  // Shown when all of them are there, so that nobody sees a part of the count.
  void apply_opening(Views& views, const FoldInput& input) {
    PollRow* const row = polls_.find(views, input.id());
    if (!row || row->poll.status != poll::Status::closed || !row->poll.sealed)
      throw std::runtime_error("openings of a poll that is not sealed and closed");
    TallyRow& tally = tallies_.edit(views, input.id());
    const auto& event = input.event<opening::Event>();
    for (const opening::Opening& opening : std::get<opening::PartAdded>(event).openings)
      counter_of(*row).open(tally.running, opening.choices);
  }

  void apply_ballot(Views& views, const FoldInput& input) {
    PollRow* const row = polls_.find(views, input.id());
    if (!row || row->poll.status != poll::Status::open)
      throw std::runtime_error("a ballot of a poll that is not open");
    TallyRow& tally = tallies_.edit(views, input.id());
    const auto& event = input.event<ballot::Event>();
    counter_of(*row).apply(tally.running, event);
    ++tally.unpublished;
    if (row->poll.terms->imported || tally.unpublished >= row->poll.terms->live_step) {
      publish(*row, tally, input.position());
    }
    count_turnout(views, input, tally, event);
  }

  static void publish(const PollRow& row, TallyRow& tally, Position position) {
    if (!row.poll.terms->imported) tally.published = tally.running;
    tally.unpublished = 0;
    tally.counted_to = position;
    tally.reflects = position;
    tally.document_changed = true;
  }

  void count_turnout(Views& views, const FoldInput& input, TallyRow& tally, const ballot::Event& event) {
    struct Counter {
      TallyFold& fold;
      Views& views;
      const FoldInput& input;
      TallyRow& tally;

      TurnoutRow& turnout(const std::optional<Time>& cast_at) const {
        return fold.turnout_row(views, input.id(), tally, cast_at.value_or(input.envelope().time));
      }
      void operator()(const ballot::VoteCast& vote) const { ++turnout(vote.cast_at).cast; }
      void operator()(const ballot::VoteChanged& vote) const { ++turnout(vote.cast_at).replaced; }
      void operator()(const ballot::VoteWithdrawn& vote) const { ++turnout(vote.cast_at).withdrawn; }
      void operator()(const ballot::SealedVoteCast&) const { ++turnout({}).cast; }
      void operator()(const ballot::SealedVoteChanged&) const { ++turnout({}).replaced; }
      void operator()(const ballot::SealedVoteWithdrawn&) const { ++turnout({}).withdrawn; }
    };
    std::visit(Counter{*this, views, input, tally}, event);
  }

  TurnoutRow& turnout_row(Views& views, std::string_view poll, TallyRow& tally, Time time) {
    const Hour hour = std::chrono::floor<std::chrono::hours>(time);
    TurnoutAt& at = tally.turnout;
    if (at.batch != batch_ || at.hour != hour) {
      const std::string id = std::string(poll).append("/").append(hour_text(hour));
      at = {hour, &turnout_.edit(views, id), batch_};
    }
    return *at.row;
  }

  static constexpr std::size_t kept_polls_max = 256;
  static constexpr std::size_t kept_turnout_max = 4096;

  Rows<PollRow> polls_{"poll/", kept_polls_max};
  Rows<TallyRow> tallies_{"tally/", kept_polls_max};
  Rows<TurnoutRow> turnout_{"turnout/", kept_turnout_max};
  LedgerFold ledger_;
  std::uint64_t batch_ = 1;
};

}  // namespace

Projection tally_projection() {
  return {"tally",
          2,
          {Aggregate::ballot, Aggregate::poll, Aggregate::opening, Aggregate::ledger},
          []() -> std::unique_ptr<Fold> { return std::make_unique<TallyFold>(); }};
}

std::string turnout_prefix(const PollId& poll) {
  return std::string("turnout/").append(poll.text()).append("/");
}

std::string turnout_document(const PollId& poll, ledger::Purpose purpose,
                             std::span<const std::pair<std::string, std::string>> rows) {
  DocumentWriter out;
  out.member("poll", poll);
  out.member("purpose", purpose);
  out.begin_array("items");
  for (const auto& [hour, value] : rows) {
    TurnoutRow turnout;
    codec::Reader in(value);
    if (!read(in, turnout) || !in.done())
      throw std::logic_error("a view row cannot be read: turnout of " + hour);
    out.begin_object();
    out.member("hour", hour);
    codec::write_members(out.out(), turnout);
    out.end_object();
  }
  out.end_array();
  return out.finish();
}

}  // namespace stimmbuch::projections
