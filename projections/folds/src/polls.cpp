#include "stimmbuch/projections/folds/polls.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "document.hpp"
#include "poll_events.hpp"

namespace stimmbuch::projections {

namespace {

struct Extension {
  Moment recorded;
  poll::Extended event;
};

struct Withdrawal {
  Moment recorded;
  poll::OptionWithdrawn event;
};

struct Count {
  Moment recorded;
  poll::ResultComputed event;
};

struct OptionText {
  OptionId option;
  Revision revision;
};

struct PollRow {
  poll::State poll;
  VotePer one_vote_per = VotePer::account;
  bool provisional = false;
  Moment drafted;
  std::optional<Moment> opened;
  std::optional<Moment> closed;
  std::optional<Moment> certified;
  std::optional<Moment> cancelled;
  std::optional<Moment> annulled;
  std::optional<Time> closes_first;  // as announced before the first extension
  std::vector<Extension> extensions;
  std::vector<Withdrawal> withdrawals;
  std::vector<Moment> counts;
  std::optional<Count> newest_count;
  std::string reason;  // of the newest proposal
  Time proposed{};
  Revision description{};  // whose command brought the text
  std::vector<OptionText> option_texts;
  Position reflects{};
  std::optional<Time> due;  // under which it lies in the list of due polls
  bool unsettled = false;   // whether it lies in that list

  // The command that is being folded: its texts are filed under its first record.
  Revision command_first{};
  bool command_goes_on = false;
};

}  // namespace
}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::Extension> = std::tuple{
    required("recorded", &projections::Extension::recorded), inlined(&projections::Extension::event)};
template <>
inline constexpr auto members<projections::Withdrawal> = std::tuple{
    required("recorded", &projections::Withdrawal::recorded), inlined(&projections::Withdrawal::event)};
template <>
inline constexpr auto members<projections::Count> =
    std::tuple{required("recorded", &projections::Count::recorded), inlined(&projections::Count::event)};
template <>
inline constexpr auto members<projections::OptionText> =
    std::tuple{required("option", &projections::OptionText::option),
               required("revision", &projections::OptionText::revision)};
template <>
inline constexpr auto members<projections::PollRow> =
    std::tuple{required("poll", &projections::PollRow::poll),
               required("one_vote_per", &projections::PollRow::one_vote_per),
               unless("provisional", &projections::PollRow::provisional, false),
               required("drafted", &projections::PollRow::drafted),
               if_any("opened", &projections::PollRow::opened),
               if_any("closed", &projections::PollRow::closed),
               if_any("certified", &projections::PollRow::certified),
               if_any("cancelled", &projections::PollRow::cancelled),
               if_any("annulled", &projections::PollRow::annulled),
               if_any("closes_first", &projections::PollRow::closes_first),
               if_any("extensions", &projections::PollRow::extensions),
               if_any("withdrawals", &projections::PollRow::withdrawals),
               if_any("counts", &projections::PollRow::counts),
               if_any("newest_count", &projections::PollRow::newest_count),
               if_any("reason", &projections::PollRow::reason),
               required("proposed", &projections::PollRow::proposed),
               required("description", &projections::PollRow::description),
               if_any("option_texts", &projections::PollRow::option_texts),
               required("reflects", &projections::PollRow::reflects),
               if_any("due", &projections::PollRow::due),
               unless("unsettled", &projections::PollRow::unsettled, false),
               required("command_first", &projections::PollRow::command_first),
               unless("command_goes_on", &projections::PollRow::command_goes_on, false)};

}  // namespace stimmbuch::codec

namespace stimmbuch::projections {
namespace {

constexpr std::string_view description = "description";

void write_moment(DocumentWriter& out, const Moment& moment) {
  codec::write_members(out.out(), moment);
}

class PollDocument {
 public:
  PollDocument(std::string_view id, const PollRow& row, const LedgerRow& ledger)
      : id_(id), row_(row), poll_(row.poll), terms_(*row.poll.terms), ledger_(ledger) {}

  std::string summary() {
    head();
    out_.member("kind", terms_.form.kind);
    out_.member_if_any("opens", terms_.opens);
    out_.member_if_any("closes", terms_.closes);
    out_.member("options", poll_.options.size());
    return tail();
  }

  std::string whole() {
    head();
    write_terms();
    write_options();
    write_extensions();
    write_proposal();
    write_results();
    return tail();
  }

  std::string result() {
    const Count& count = *row_.newest_count;
    out_.member("poll", id_);
    out_.purpose(ledger_);
    out_.flag("imported", terms_.imported);
    write_moment(out_, count.recorded);
    out_.member("by", poll_.result->by);
    codec::write_members(out_.out(), count.event);
    out_.member("options", poll_.result->options);
    return out_.finish();
  }

 private:
  void head() {
    out_.member("poll", id_);
    out_.purpose(ledger_);
    out_.member("project", terms_.project);
    out_.member("title", terms_.title);
    out_.member("status", poll_.status);
    out_.flag("imported", terms_.imported);
    out_.flag("provisional", row_.provisional || ledger_.provisional);
  }

  std::string tail() {
    out_.member("drafted", row_.drafted);
    out_.member_if_any("opened", row_.opened);
    out_.member_if_any("closed", row_.closed);
    out_.member_if_any("certified", row_.certified);
    write_end("cancelled", row_.cancelled);
    write_end("annulled", row_.annulled);
    out_.member("reflects", row_.reflects);
    return out_.finish();
  }

  // Both follow the newest proposal, whose reason is theirs.
  void write_end(std::string_view member, const std::optional<Moment>& moment) {
    if (!moment) return;
    out_.begin_object(member);
    write_moment(out_, *moment);
    out_.member("reason", row_.reason);
    out_.end_object();
  }

  // One text, or texts by language; `place` stands before the fields in the rows' names.
  void write_description(const Commitments& texts, Revision revision, std::string_view place) {
    if (texts.empty()) return;
    const auto rows = std::string("text/poll/")
                          .append(id_)
                          .append("/")
                          .append(std::to_string(number(revision)))
                          .append("/")
                          .append(place);
    if (texts.contains(description)) return write_text(description, rows + std::string(description));
    out_.begin_object(description);
    for (const auto& [field, commitment] : texts)
      write_text(std::string_view(field).substr(description.size() + 1), rows + field);
    out_.end_object();
  }

  void write_text(std::string_view member, std::string_view row) {
    out_.begin_object(member);
    out_.member("$text", row);
    out_.end_object();
  }

  void write_terms() {
    write_description(terms_.texts, row_.description, {});
    out_.member_if_any("machine_translated", terms_.machine_translated);
    codec::write_members(out_.out(), terms_.form);
    out_.member("rule", terms_.rule);
    out_.member("electorate", terms_.electorate);
    out_.member("one_vote_per", row_.one_vote_per);
    out_.member("roll", roll_of(poll_));
    out_.member("results", terms_.results);
    out_.member("live_step", terms_.live_step);
    out_.member("changeable", terms_.changeable);
    out_.member_if_any("opens", terms_.opens);
    out_.member_if_any("closes", terms_.closes);
    out_.member("zone", terms_.zone);
    out_.member("grid_s", terms_.grid_s);
    out_.member("objection_days", terms_.objection_days);
    out_.member_if_any("currency", terms_.currency);
  }

  void write_options() {
    out_.begin_array("options");
    for (const poll::Option& option : poll_.options) {
      out_.begin_object();
      out_.member("id", option.id);
      out_.member("title", option.title);
      const auto filed = std::ranges::find(row_.option_texts, option.id, &OptionText::option);
      if (filed != row_.option_texts.end()) {
        write_description(option.texts, filed->revision,
                          std::string("options/").append(option.id.text()).append("/"));
      }
      out_.member_if_any("machine_translated", option.machine_translated);
      out_.member_if_any("cost", option.cost);
      if (!option.counts) out_.member("counts", false);
      if (option.origin) {
        out_.begin_object("origin");
        out_.member("proposal", option.origin->proposal);
        out_.member("version", option.origin->version);
        out_.end_object();
      }
      const auto withdrawal = std::ranges::find(row_.withdrawals, option.id,
                                                [](const Withdrawal& one) { return one.event.option; });
      if (withdrawal != row_.withdrawals.end()) {
        out_.begin_object("withdrawn");
        write_moment(out_, withdrawal->recorded);
        out_.member("reason", withdrawal->event.reason);
        out_.end_object();
      }
      out_.end_object();
    }
    out_.end_array();
  }

  void write_extensions() {
    if (row_.extensions.empty()) return;
    out_.member_if_any("closes_first", row_.closes_first);
    out_.begin_array("extensions");
    for (const Extension& extension : row_.extensions) {
      out_.begin_object();
      write_moment(out_, extension.recorded);
      codec::write_members(out_.out(), extension.event);
      out_.end_object();
    }
    out_.end_array();
  }

  // What waits for a second official.
  void write_proposal() {
    if (!poll_.proposal || row_.cancelled || row_.annulled) return;
    out_.begin_object("proposal");
    out_.member("kind", poll_.proposal->kind);
    out_.member("position", poll_.proposal->position);
    out_.member("time", row_.proposed);
    out_.member("by", poll_.proposal->by);
    out_.member("reason", row_.reason);
    out_.member_if_any("order", poll_.proposal->order);
    out_.end_object();
  }

  void write_results() {
    out_.member_if_any("roll_completed", poll_.roll_completed);
    out_.member_if_any("openings_completed", poll_.openings_completed);
    out_.member_if_any("counts", row_.counts);
    out_.member_if_any("lot", poll_.lot);
  }

  std::string_view id_;
  const PollRow& row_;
  const poll::State& poll_;
  const poll::Terms& terms_;
  const LedgerRow& ledger_;
  DocumentWriter out_;
};

// Keeps of an event what the poll's state does not.
struct Remember {
  PollRow& row;
  const Recorded& recorded;
  const ledger::State& ledger;

  void operator()(const poll::Drafted&) const {
    row.drafted = moment_of(recorded);
    row.description = row.command_first;
    row.one_vote_per = vote_per(*row.poll.terms, ledger);
  }
  void operator()(const poll::OptionsAdded& event) const {
    for (const poll::Option& option : event.options) {
      if (!option.texts.empty()) row.option_texts.push_back({option.id, row.command_first});
    }
  }
  void operator()(const poll::Opened&) const {
    row.opened = moment_of(recorded);
    row.one_vote_per = vote_per(*row.poll.terms, ledger);
  }
  void operator()(const poll::OptionsFixed&) const {}
  void operator()(const poll::OptionWithdrawn& event) const {
    row.withdrawals.push_back({moment_of(recorded), event});
  }
  void operator()(const poll::Extended& event) const {
    row.extensions.push_back({moment_of(recorded), event});
  }
  void operator()(const poll::Closed&) const { row.closed = moment_of(recorded); }
  void operator()(const poll::ResultComputed& event) const {
    row.counts.push_back(moment_of(recorded));
    row.newest_count = Count{moment_of(recorded), event};
  }
  void operator()(const poll::OptionsCounted&) const {}
  void operator()(const poll::ResultCertified&) const { row.certified = moment_of(recorded); }
  void operator()(const poll::CancellationProposed& event) const { propose(event.reason); }
  void operator()(const poll::Cancelled&) const { row.cancelled = moment_of(recorded); }
  void operator()(const poll::AnnulmentProposed& event) const { propose(event.reason); }
  void operator()(const poll::Annulled&) const { row.annulled = moment_of(recorded); }
  void operator()(const poll::LotProposed& event) const { propose(event.reason); }
  void operator()(const poll::LotDrawn&) const {}
  void operator()(const poll::RollCompleted&) const {}
  void operator()(const poll::OpeningsCompleted&) const {}
  void operator()(const poll::TextDestructionRequested&) const {}
  void operator()(const poll::TextDestroyed&) const {}
  void operator()(const poll::SecretDestroyed&) const {}

 private:
  void propose(const std::string& reason) const {
    row.reason = reason;
    row.proposed = recorded.time;
  }
};

class PollsFold final : public Fold {
 public:
  void apply(Views& views, const FoldInput& input) override {
    switch (input.aggregate()) {
      case Aggregate::poll:
        return apply_poll(views, input);
      case Aggregate::ledger:
        return ledger_.apply(views, input);
      case Aggregate::citizen:
      case Aggregate::project:
      case Aggregate::ballot:
      case Aggregate::roll:
      case Aggregate::opening:
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
    const auto* const poll = stream ? std::get_if<PollId>(&*stream) : nullptr;
    if (!poll) return ledger_.park(views);
    if (polls_.find(views, poll->text())) polls_.edit(views, poll->text()).provisional = true;
  }

  void settle(Views& views) override {
    const LedgerRow& ledger = ledger_.row(views);
    polls_.settle(views, [&](std::string_view id, PollRow& row) {
      list_due(views, id, row);
      list_unsettled(views, id, row);
      views.put(document_key(id), PollDocument(id, row, ledger).whole());
      std::string summary = PollDocument(id, row, ledger).summary();
      const std::string rank = newest_first(row.drafted.position);
      views.put(polls_of_project_prefix(row.poll.terms->project).append(rank), summary);
      views.put(std::string(newest_prefix).append(rank), std::move(summary));
    });
    ledger_.settle(views);
  }

  void forget() override {
    polls_.forget();
    ledger_.forget();
  }

 private:
  void apply_poll(Views& views, const FoldInput& input) {
    const auto& event = input.event<poll::Event>();
    const Recorded& recorded = input.recorded();
    PollRow& row = polls_.edit(views, input.id());
    if (!std::exchange(row.command_goes_on, input.envelope().more)) row.command_first = recorded.revision;
    const std::optional<Time> closes = row.poll.terms ? row.poll.terms->closes : std::nullopt;
    evolve_poll(row.poll, event, recorded);
    if (std::holds_alternative<poll::Extended>(event) && row.extensions.empty()) row.closes_first = closes;
    row.reflects = recorded.position;
    std::visit(Remember{row, recorded, ledger_.row(views).state}, event);
    const bool counts = std::holds_alternative<poll::ResultComputed>(event) ||
                        std::holds_alternative<poll::OptionsCounted>(event);
    if (counts) {
      views.put(document_key(result_id(*PollId::parse(input.id()), row.poll.result->position)),
                PollDocument(input.id(), row, ledger_.row(views)).result());
    }
  }

  // Keeps the list of polls that have a time to be closed at.
  static void list_due(Views& views, std::string_view id, PollRow& row) {
    const bool open = row.poll.status == poll::Status::open;
    const auto due = open ? row.poll.terms->closes : std::nullopt;
    if (due == row.due) return;
    if (row.due) views.erase(due_key(*row.due, id));
    if (due) views.put(due_key(*due, id), std::string(id));
    row.due = due;
  }

  // Keeps the list of closed polls whose roll or openings are missing.
  static void list_unsettled(Views& views, std::string_view id, PollRow& row) {
    const bool unsettled = row.poll.status == poll::Status::closed && !row.poll.settled();
    if (unsettled == row.unsettled) return;
    const std::string key = std::string(unsettled_prefix).append(id);
    if (unsettled) {
      views.put(key, std::string(id));
    } else {
      views.erase(key);
    }
    row.unsettled = unsettled;
  }

  static std::string due_key(Time due, std::string_view id) {
    return std::string(due_prefix).append(codec::TimeText(due).view()).append("/").append(id);
  }

  static constexpr std::size_t kept_polls_max = 256;

  Rows<PollRow> polls_{"poll/", kept_polls_max};
  LedgerFold ledger_;
};

}  // namespace

Projection polls_projection() {
  return {"polls", 3, {Aggregate::poll, Aggregate::ledger}, []() -> std::unique_ptr<Fold> {
            return std::make_unique<PollsFold>();
          }};
}

std::string polls_of_project_prefix(const ProjectId& project) {
  return std::string("project/").append(project.text()).append("/");
}

std::string result_id(const PollId& poll, Position result) {
  return std::string(poll.text()).append("/").append(std::to_string(number(result)));
}

}  // namespace stimmbuch::projections
