#include "stimmbuch/domain/project.hpp"

#include <algorithm>
#include <set>

#include "bounds.hpp"
#include "stimmbuch/domain/support.hpp"

namespace stimmbuch::project {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;

// The one of this id; null if there is none.
template <class Things, class AnyId>
auto* find(Things& things, const AnyId& id) {
  const auto thing = std::ranges::find(things, id, &Things::value_type::id);
  return thing == things.end() ? nullptr : &*thing;
}

bool overlaps_another(const State& state, const Phase& phase) {
  return std::ranges::any_of(state.phases, [&](const Phase& other) {
    return other.id != phase.id && phase.opens < other.closes && other.opens < phase.closes;
  });
}

std::expected<void, Rejection> check_open(const State& state) {
  switch (state.status) {
    case Status::unknown:
      return refused(Refusal::project_unknown);
    case Status::closed:
      return refused(Refusal::project_closed);
    case Status::open:
      return {};
  }
  return {};
}

bool has_each_once(std::vector<Feature> features) {
  std::ranges::sort(features);
  return std::ranges::adjacent_find(features) == features.end();
}

std::expected<void, Rejection> check_admissions(const Phase& phase, const ledger::State& ledger) {
  std::vector<Feature> features;
  for (std::size_t i = 0; i < phase.admissions.size(); ++i) {
    const auto& [feature, electorate] = phase.admissions[i];
    const auto where = "/admissions/" + std::to_string(i);
    // Each poll has an electorate of its own.
    if (!phase.has(feature) || feature == Feature::vote) return refused(Refusal::invalid, where + "/feature");
    if (auto checked = check_electorate(electorate, ledger, where); !checked) return checked;
    features.push_back(feature);
  }
  if (!has_each_once(std::move(features))) return refused(Refusal::invalid, "/admissions");
  return {};
}

// Where contests begin and end, their participants' records must be able to.
std::expected<void, Rejection> check_closing(const Phase& phase, Time closes) {
  if (phase.has_contests() && !is_on_grid(closes, phase.grid_s)) return refused(Refusal::invalid, "/closes");
  return {};
}

std::expected<void, Rejection> check_contests(const Phase& phase) {
  if (phase.grid_s < grid_s_min || phase.grid_s > grid_s_max) return refused(Refusal::invalid, "/grid_s");
  if (phase.objection_days < 0 || phase.objection_days > objection_days_max)
    return refused(Refusal::invalid, "/objection_days");
  if (phase.has_contests() && !is_on_grid(phase.opens, phase.grid_s))
    return refused(Refusal::invalid, "/opens");
  if (auto checked = check_closing(phase, phase.closes); !checked) return checked;
  if (phase.ratings != RatingScale::votes && !phase.has(Feature::rate))
    return refused(Refusal::invalid, "/ratings");
  if (!phase.supports) return {};
  const SupportTerms& supports = *phase.supports;
  if (!phase.has(Feature::support)) return refused(Refusal::invalid, "/supports");
  const auto most_given =
      supports.most == 0 ? support::supports_max : static_cast<std::size_t>(supports.most);
  if (supports.most < 0 || most_given > support::supports_max)
    return refused(Refusal::invalid, "/supports/most");
  if (supports.least < 1 || static_cast<std::size_t>(supports.least) > most_given)
    return refused(Refusal::invalid, "/supports/least");
  if (supports.threshold < 0) return refused(Refusal::invalid, "/supports/threshold");
  return {};
}

constexpr std::size_t categories_max = 100;
constexpr std::size_t categories_bytes_max = 30'000;

std::expected<void, Rejection> check_categories(const Phase& phase) {
  if (phase.categories.empty()) return {};
  if (!phase.has(Feature::mark) || phase.categories.size() > categories_max)
    return refused(Refusal::invalid, "/categories");
  std::set<CategoryId> ids;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < phase.categories.size(); ++i) {
    const auto& [id, title] = phase.categories[i];
    const auto where = "/categories/" + std::to_string(i);
    if (!is_localized(title, title_bytes_max)) return refused(Refusal::invalid, where + "/title");
    if (!ids.insert(id).second) return refused(Refusal::invalid, where + "/id");
    bytes += 90 + written_bytes_max(title);
  }
  if (bytes > categories_bytes_max) return refused(Refusal::invalid, "/categories");
  return {};
}

bool are_languages_of_phase(const Phase& phase) {
  std::vector<const LocalizedText*> texts{&phase.title};
  for (const Category& category : phase.categories) texts.push_back(&category.title);
  return are_languages_of(texts, phase.machine_translated);
}

// What a command names a reason for: a phase of an open project.
std::expected<const Phase*, Rejection> phase_with_reason(const State& state, const PhaseId& id,
                                                         std::string_view reason) {
  if (auto open = check_open(state); !open) return std::unexpected(open.error());
  const Phase* const phase = find(state.phases, id);
  if (!phase) return refused(Refusal::phase_unknown);
  if (!is_reason(reason)) return refused(Refusal::invalid, "/reason");
  return phase;
}

// The texts and the area of a project, by whatever command they come.
template <class Intent>
std::expected<void, Rejection> check_description(const Intent& command) {
  if (!is_localized(command.title, title_bytes_max)) return refused(Refusal::invalid, "/title");
  if (!command.summary.empty() && !is_localized(command.summary, summary_bytes_max)) {
    return refused(Refusal::invalid, "/summary");
  }
  if (!are_languages_of({&command.title, &command.summary}, command.machine_translated))
    return refused(Refusal::invalid, "/machine_translated");
  const bool is_area = is_simple(command.area) && runs_counterclockwise(command.area);
  if (!command.area.empty() && !is_area) return refused(Refusal::invalid, "/area");
  return {};
}

Decision decide_on(const State& state, const OpenProject& command, const Context&) {
  if (state.status != Status::unknown) return refused(Refusal::project_exists);
  if (auto checked = check_description(command); !checked) return std::unexpected(checked.error());
  return std::vector<Event>{
      Opened{command.title, command.summary, command.machine_translated, command.premoderated, command.area}};
}

Decision decide_on(const State& state, const ReviseProject& command, const Context&) {
  if (auto open = check_open(state); !open) return std::unexpected(open.error());
  if (auto checked = check_description(command); !checked) return std::unexpected(checked.error());
  return std::vector<Event>{
      Revised{command.title, command.summary, command.machine_translated, command.area}};
}

Decision decide_on(const State& state, const DefinePhase& command, const Context& context) {
  if (auto open = check_open(state); !open) return std::unexpected(open.error());
  const Phase& phase = command.phase;
  if (!is_localized(phase.title, title_bytes_max)) return refused(Refusal::invalid, "/title");
  if (phase.opens >= phase.closes) return refused(Refusal::invalid, "/closes");
  if (!has_each_once(phase.features)) return refused(Refusal::invalid, "/features");
  if (auto checked = check_admissions(phase, context.ledger); !checked)
    return std::unexpected(checked.error());
  if (auto checked = check_contests(phase); !checked) return std::unexpected(checked.error());
  if (auto checked = check_categories(phase); !checked) return std::unexpected(checked.error());
  if (!are_languages_of_phase(phase)) return refused(Refusal::invalid, "/machine_translated");
  if (state.phases.size() >= phases_max) return refused(Refusal::stream_full);
  if (find(state.phases, phase.id)) return refused(Refusal::phase_exists, "/id");
  if (overlaps_another(state, phase)) return refused(Refusal::phases_overlap);
  return std::vector<Event>{PhaseDefined{phase}};
}

Decision decide_on(const State& state, const ExtendPhase& command, const Context& context) {
  const auto phase = phase_with_reason(state, command.phase, command.reason);
  if (!phase) return std::unexpected(phase.error());
  if (context.now >= (*phase)->closes) return refused(Refusal::phase_over);
  if (command.closes <= (*phase)->closes) return refused(Refusal::extension_not_later, "/closes");
  if (auto checked = check_closing(**phase, command.closes); !checked)
    return std::unexpected(checked.error());
  Phase extended = **phase;
  extended.closes = command.closes;
  if (overlaps_another(state, extended)) return refused(Refusal::phases_overlap);
  return std::vector<Event>{PhaseExtended{command.phase, command.closes, command.reason}};
}

Decision decide_on(const State& state, const ClosePhase& command, const Context& context) {
  const auto phase = phase_with_reason(state, command.phase, command.reason);
  if (!phase) return std::unexpected(phase.error());
  if (!(*phase)->is_open(context.now)) return refused(Refusal::phase_not_open);
  return std::vector<Event>{PhaseClosed{command.phase, command.reason}};
}

Decision decide_on(const State& state, const ReopenPhase& command, const Context& context) {
  const auto phase = phase_with_reason(state, command.phase, command.reason);
  if (!phase) return std::unexpected(phase.error());
  if (context.now < (*phase)->closes) return refused(Refusal::phase_not_over);
  if (command.closes <= context.now) return refused(Refusal::invalid, "/closes");
  if (auto checked = check_closing(**phase, command.closes); !checked)
    return std::unexpected(checked.error());
  const bool is_over_for_good = std::ranges::any_of(state.contests, [&](const Contest& contest) {
    return contest.phase == command.phase && contest.secret_destroyed;
  });
  if (is_over_for_good) return refused(Refusal::secret_destroyed);
  Phase reopened = **phase;
  reopened.opens = context.now;
  reopened.closes = command.closes;
  if (overlaps_another(state, reopened)) return refused(Refusal::phases_overlap);
  return std::vector<Event>{PhaseReopened{command.phase, command.closes, command.reason}};
}

Decision decide_on(const State& state, const CloseProject&, const Context&) {
  if (auto open = check_open(state); !open) return std::unexpected(open.error());
  return std::vector<Event>{Closed{}};
}

std::expected<void, Rejection> check_realisable(Realisable realises) {
  switch (realises) {
    case Realisable::poll_unknown:
      return refused(Refusal::poll_unknown, "/realises/poll");
    case Realisable::not_selected:
      return refused(Refusal::option_not_selected, "/realises");
    case Realisable::nothing_named:
    case Realisable::selected:
      return {};
  }
  return {};
}

Decision decide_on(const State& state, const PlanMilestone& command, const Context& context) {
  if (state.status == Status::unknown) return refused(Refusal::project_unknown);
  const Milestone& milestone = command.milestone;
  if (!is_localized(milestone.title, title_bytes_max)) return refused(Refusal::invalid, "/title");
  if (!milestone.text.empty() && !is_localized(milestone.text, summary_bytes_max))
    return refused(Refusal::invalid, "/text");
  if (!are_languages_of({&milestone.title, &milestone.text}, milestone.machine_translated))
    return refused(Refusal::invalid, "/machine_translated");
  if (state.milestones.size() >= milestones_max) return refused(Refusal::stream_full);
  if (find(state.milestones, milestone.id)) return refused(Refusal::milestone_exists, "/id");
  if (auto is = check_realisable(context.realises); !is) return std::unexpected(is.error());
  return std::vector<Event>{MilestonePlanned{milestone}};
}

Decision decide_on(const State& state, const ReportMilestone& command, const Context& context) {
  if (state.status == Status::unknown) return refused(Refusal::project_unknown);
  const auto* const milestone = find(state.milestones, command.milestone);
  if (!milestone) return refused(Refusal::milestone_unknown);
  const MilestoneReport& report = command.report;
  const bool dropped = report.status == Progress::dropped;
  // A day that has not begun, by UTC.
  if (!dropped && report.on > context.now) return refused(Refusal::invalid, "/on");
  if (!report.text.empty() && !is_localized(report.text, summary_bytes_max))
    return refused(Refusal::invalid, "/text");
  if (dropped ? !is_reason(report.reason) : !report.reason.empty())
    return refused(Refusal::invalid, "/reason");
  if (milestone->reported) {
    if (*milestone->reported != Progress::begun) return refused(Refusal::milestone_over);
    if (report.status == Progress::begun) return refused(Refusal::milestone_not_later);
  }
  return std::vector<Event>{MilestoneReported{command.milestone, report}};
}

const Contest* find_contest(const State& state, const PhaseId& phase, OpinionKind kind) {
  const auto contest = std::ranges::find_if(
      state.contests, [&](const Contest& one) { return one.phase == phase && one.kind == kind; });
  return contest == state.contests.end() ? nullptr : &*contest;
}

Decision decide_on(const State& state, const DestroySecret& command, const Context& context) {
  if (state.status == Status::unknown) return refused(Refusal::project_unknown);
  const Contest* const contest = find_contest(state, command.phase, command.contest);
  if (!contest) return refused(Refusal::phase_unknown);
  if (contest->secret_destroyed) return refused(Refusal::secret_destroyed);
  const auto ends = secret_ends(state);
  const bool due = std::ranges::any_of(ends, [&](const SecretEnd& end) {
    return end.phase == command.phase && end.contest == command.contest && end.due <= context.now;
  });
  if (!due) return refused(Refusal::secret_needed);
  return std::vector<Event>{SecretDestroyed{command.phase, command.contest}};
}

struct Evolve {
  State& state;
  const Recorded& recorded;

  void operator()(const Opened& event) const {
    state.status = Status::open;
    state.premoderated = event.premoderated;
    state.area = event.area;
  }
  void operator()(const PhaseDefined& event) const {
    state.phases.push_back(event.phase);
    for (const OpinionKind kind : event.phase.opinions())
      state.contests.push_back({event.phase.id, kind, recorded.position});
  }
  void operator()(const PhaseExtended& event) const {
    if (Phase* const phase = find(state.phases, event.phase)) phase->closes = event.closes;
  }
  void operator()(const PhaseClosed& event) const {
    if (Phase* const phase = find(state.phases, event.phase)) phase->closes = recorded.time;
  }
  void operator()(const PhaseReopened& event) const {
    if (Phase* const phase = find(state.phases, event.phase)) {
      phase->opens = recorded.time;
      phase->closes = event.closes;
    }
  }
  void operator()(const Closed&) const { state.status = Status::closed; }
  void operator()(const SecretDestroyed& event) const {
    for (Contest& contest : state.contests) {
      if (contest.phase == event.phase && contest.kind == event.contest) contest.secret_destroyed = true;
    }
  }
  void operator()(const Revised& event) const { state.area = event.area; }
  void operator()(const MilestonePlanned& event) const {
    state.milestones.push_back({event.milestone.id, std::nullopt});
  }
  void operator()(const MilestoneReported& event) const {
    if (auto* const milestone = find(state.milestones, event.milestone))
      milestone->reported = event.report.status;
  }
};

}  // namespace

bool Phase::has(Feature feature) const {
  return std::ranges::find(features, feature) != features.end();
}

bool Phase::has(const CategoryId& category) const {
  return std::ranges::find(categories, category, &Category::id) != categories.end();
}

std::vector<OpinionKind> Phase::opinions() const {
  std::vector<OpinionKind> kinds;
  if (has(Feature::support)) kinds.push_back(OpinionKind::support);
  if (has(Feature::rate)) kinds.push_back(OpinionKind::rating);
  if (has(Feature::propose) || has(Feature::comment) || has(Feature::mark))
    kinds.push_back(OpinionKind::report);
  return kinds;
}

bool Phase::collects(OpinionKind opinion) const {
  const auto collected = opinions();
  return std::ranges::find(collected, opinion) != collected.end();
}

bool Phase::has_contests() const {
  return !opinions().empty() || has(Feature::answer);
}

const Electorate& Phase::electorate_of(Feature feature) const {
  static const Electorate everybody;
  const auto admission = std::ranges::find(admissions, feature, &Admission::feature);
  return admission == admissions.end() ? everybody : admission->electorate;
}

const Electorate& Phase::electorate_of(OpinionKind opinion) const {
  static const Electorate everybody;
  switch (opinion) {
    case OpinionKind::support:
      return electorate_of(Feature::support);
    case OpinionKind::rating:
      return electorate_of(Feature::rate);
    case OpinionKind::report:
      return everybody;
  }
  return everybody;
}

bool State::is_destroyed(const PhaseId& phase, OpinionKind contest) const {
  return std::ranges::any_of(contests, [&](const Contest& one) {
    return one.phase == phase && one.kind == contest && one.secret_destroyed;
  });
}

const Phase* State::phase(const PhaseId& id) const {
  const auto phase = std::ranges::find(phases, id, &Phase::id);
  return phase == phases.end() ? nullptr : &*phase;
}

std::vector<SecretEnd> secret_ends(const State& state) {
  std::vector<SecretEnd> ends;
  for (const Contest& contest : state.contests) {
    const Phase* const phase = state.phase(contest.phase);
    if (!phase || contest.secret_destroyed) continue;
    ends.push_back({contest.phase, contest.kind, phase->closes + std::chrono::days{phase->objection_days}});
  }
  return ends;
}

bool may_take_part_twice(const State& state, Position erased) {
  return std::ranges::any_of(state.contests, [&](const Contest& contest) {
    return contest.since < erased && !contest.secret_destroyed;
  });
}

State evolve(State state, const Event& event, const Recorded& recorded) {
  std::visit(Evolve{state, recorded}, event);
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::project
