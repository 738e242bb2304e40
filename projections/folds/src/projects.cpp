#include "stimmbuch/projections/folds/projects.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "document.hpp"
#include "poll_events.hpp"
#include "stimmbuch/eventstore/codec/geojson.hpp"
#include "stimmbuch/projections/folds/polls.hpp"

namespace stimmbuch::projections {

namespace {

// What became of a phase after it was defined.
enum class PhaseFate { extended, closed, reopened };

struct PhaseChange {
  PhaseId phase;
  PhaseFate change{};
  Moment recorded;
  std::optional<Time> closes;
  std::string reason;
};

struct ReportRow {
  project::MilestoneReport report;
  Moment recorded;
};

struct MilestoneRow {
  project::Milestone milestone;
  Moment planned;
  std::vector<ReportRow> reports;
};

struct ProjectRow {
  project::State project;
  LocalizedText title;
  LocalizedText summary;
  Languages machine_translated;
  Moment opened;
  std::optional<Moment> revised;
  std::optional<Moment> closed;
  std::vector<PhaseChange> changes;
  std::vector<MilestoneRow> milestones;
  Counters polls;  // by status
  bool provisional = false;
  Position reflects{};
};

struct CountedPoll {
  ProjectId project;
  poll::Status status = poll::Status::unknown;
};

}  // namespace
}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto names<projections::PhaseFate> =
    std::to_array<std::string_view>({"extended", "closed", "reopened"});
template <>
inline constexpr auto members<projections::PhaseChange> = std::tuple{
    required("phase", &projections::PhaseChange::phase),
    required("change", &projections::PhaseChange::change), inlined(&projections::PhaseChange::recorded),
    if_any("closes", &projections::PhaseChange::closes),
    required("reason", &projections::PhaseChange::reason)};
template <>
inline constexpr auto members<projections::ReportRow> =
    std::tuple{inlined(&projections::ReportRow::report), inlined(&projections::ReportRow::recorded)};
template <>
inline constexpr auto members<projections::MilestoneRow> = std::tuple{
    inlined(&projections::MilestoneRow::milestone), required("planned", &projections::MilestoneRow::planned),
    required("reports", &projections::MilestoneRow::reports)};
template <>
inline constexpr auto members<projections::ProjectRow> =
    std::tuple{required("project", &projections::ProjectRow::project),
               required("title", &projections::ProjectRow::title),
               if_any("summary", &projections::ProjectRow::summary),
               if_any("machine_translated", &projections::ProjectRow::machine_translated),
               required("opened", &projections::ProjectRow::opened),
               if_any("revised", &projections::ProjectRow::revised),
               if_any("closed", &projections::ProjectRow::closed),
               if_any("changes", &projections::ProjectRow::changes),
               if_any("milestones", &projections::ProjectRow::milestones),
               if_any("polls", &projections::ProjectRow::polls),
               unless("provisional", &projections::ProjectRow::provisional, false),
               required("reflects", &projections::ProjectRow::reflects)};
template <>
inline constexpr auto members<projections::CountedPoll> =
    std::tuple{required("project", &projections::CountedPoll::project),
               required("status", &projections::CountedPoll::status)};

}  // namespace stimmbuch::codec

namespace stimmbuch::projections {
namespace {

void write_head(DocumentWriter& out, std::string_view id, const ProjectRow& row, const LedgerRow& ledger) {
  out.member("project", id);
  out.purpose(ledger);
  out.member("title", row.title);
  out.member_if_any("summary", row.summary);
  out.member_if_any("machine_translated", row.machine_translated);
  out.member("status", row.project.status);
  out.flag("premoderated", row.project.premoderated);
  if (!row.project.area.empty()) {
    out.out().name("area");
    out.out().raw(codec::geojson({codec::Shape::polygon, row.project.area}));
  }
  out.flag("provisional", row.provisional || ledger.provisional);
}

std::string finished(DocumentWriter& out, const ProjectRow& row) {
  out.member("polls", row.polls);
  out.member("opened", row.opened);
  out.member_if_any("revised", row.revised);
  out.member_if_any("closed", row.closed);
  out.member("reflects", row.reflects);
  return out.finish();
}

std::string_view status_of(const MilestoneRow& row) {
  return row.reports.empty() ? "planned" : name_of(row.reports.back().report.status);
}

std::string project_summary(std::string_view id, const ProjectRow& row, const LedgerRow& ledger) {
  DocumentWriter out;
  write_head(out, id, row, ledger);
  Counters milestones;  // by status
  for (const MilestoneRow& milestone : row.milestones) add(milestones, status_of(milestone), 1);
  out.member_if_any("milestones", milestones);
  return finished(out, row);
}

void write_milestones(DocumentWriter& out, const ProjectRow& row) {
  if (row.milestones.empty()) return;
  out.begin_array("milestones");
  for (const MilestoneRow& milestone : row.milestones) {
    out.begin_object();
    codec::write_members(out.out(), milestone.milestone);
    out.member("status", status_of(milestone));
    out.member("planned", milestone.planned);
    out.member("reports", milestone.reports);
    out.end_object();
  }
  out.end_array();
}

std::string project_document(std::string_view id, const ProjectRow& row, const LedgerRow& ledger) {
  DocumentWriter out;
  write_head(out, id, row, ledger);
  out.begin_array("phases");
  for (const project::Phase& phase : row.project.phases) {
    out.begin_object();
    codec::write_members(out.out(), phase);
    out.end_object();
  }
  out.end_array();
  out.member_if_any("changes", row.changes);
  write_milestones(out, row);
  return finished(out, row);
}

// Keeps of an event what the project's state does not.
struct Remember {
  ProjectRow& row;
  const Recorded& recorded;

  void operator()(const project::Opened& event) const {
    take_texts(event);
    row.opened = moment_of(recorded);
  }
  void operator()(const project::PhaseDefined&) const {}
  void operator()(const project::PhaseExtended& event) const {
    row.changes.push_back(
        {event.phase, PhaseFate::extended, moment_of(recorded), event.closes, event.reason});
  }
  void operator()(const project::PhaseClosed& event) const {
    row.changes.push_back({event.phase, PhaseFate::closed, moment_of(recorded), {}, event.reason});
  }
  void operator()(const project::PhaseReopened& event) const {
    row.changes.push_back(
        {event.phase, PhaseFate::reopened, moment_of(recorded), event.closes, event.reason});
  }
  void operator()(const project::Closed&) const { row.closed = moment_of(recorded); }
  void operator()(const project::SecretDestroyed&) const {}
  void operator()(const project::Revised& event) const {
    take_texts(event);
    row.revised = moment_of(recorded);
  }
  void operator()(const project::MilestonePlanned& event) const {
    row.milestones.push_back({event.milestone, moment_of(recorded), {}});
  }
  void operator()(const project::MilestoneReported& event) const {
    const auto milestone = std::ranges::find(
        row.milestones, event.milestone, [](const MilestoneRow& planned) { return planned.milestone.id; });
    if (milestone != row.milestones.end()) milestone->reports.push_back({event.report, moment_of(recorded)});
  }

 private:
  void take_texts(const auto& event) const {
    row.title = event.title;
    row.summary = event.summary;
    row.machine_translated = event.machine_translated;
  }
};

class ProjectsFold final : public Fold {
 public:
  void apply(Views& views, const FoldInput& input) override {
    switch (input.aggregate()) {
      case Aggregate::project:
        return apply_project(views, input);
      case Aggregate::poll:
        return apply_poll(views, input);
      case Aggregate::ledger:
        return ledger_.apply(views, input);
      case Aggregate::citizen:
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
    if (const auto* const project = stream ? std::get_if<ProjectId>(&*stream) : nullptr) {
      mark_provisional(views, *project);
    } else if (const auto* const poll = stream ? std::get_if<PollId>(&*stream) : nullptr) {
      if (const CountedPoll* const counted = polls_.find(views, poll->text()))
        mark_provisional(views, counted->project);
    } else {
      ledger_.park(views);
    }
  }

  void settle(Views& views) override {
    const LedgerRow& ledger = ledger_.row(views);
    projects_.settle(views, [&](std::string_view id, const ProjectRow& row) {
      if (row.project.status == project::Status::unknown)
        return;  // its own stream is parked, only its polls are known
      views.put(document_key(id), project_document(id, row, ledger));
      views.put(std::string(newest_prefix).append(newest_first(row.opened.position)),
                project_summary(id, row, ledger));
    });
    polls_.settle(views);
    ledger_.settle(views);
  }

  void forget() override {
    projects_.forget();
    polls_.forget();
    ledger_.forget();
  }

 private:
  void apply_project(Views& views, const FoldInput& input) {
    const auto& event = input.event<project::Event>();
    const Recorded& recorded = input.recorded();
    ProjectRow& row = projects_.edit(views, input.id());
    row.project = project::evolve(std::move(row.project), event, recorded);
    std::visit(Remember{row, recorded}, event);
    row.reflects = recorded.position;
  }

  void apply_poll(Views& views, const FoldInput& input) {
    const auto& event = input.event<poll::Event>();
    const auto status = status_after(event);
    if (!status) return;
    CountedPoll& poll = polls_.edit(views, input.id());
    const auto* const drafted = std::get_if<poll::Drafted>(&event);
    if (drafted) poll.project = drafted->terms.project;
    ProjectRow& project = projects_.edit(views, poll.project.text());
    if (!drafted) add(project.polls, name_of(poll.status), -1);
    poll.status = *status;
    add(project.polls, name_of(poll.status), 1);
    project.reflects = input.position();
  }

  void mark_provisional(Views& views, const ProjectId& project) {
    if (projects_.find(views, project.text())) projects_.edit(views, project.text()).provisional = true;
  }

  static constexpr std::size_t kept_projects_max = 256;
  static constexpr std::size_t kept_polls_max = 4096;

  Rows<ProjectRow> projects_{"project/", kept_projects_max};
  Rows<CountedPoll> polls_{"poll/", kept_polls_max};
  LedgerFold ledger_;
};

}  // namespace

Projection projects_projection() {
  return {
      "projects", 3, {Aggregate::project, Aggregate::poll, Aggregate::ledger}, []() -> std::unique_ptr<Fold> {
        return std::make_unique<ProjectsFold>();
      }};
}

}  // namespace stimmbuch::projections
