#include "command_input.hpp"

#include "place_input.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::http::api {

namespace {

poll::Option read_option(Members& in, VaultTexts& texts) {
  poll::Option option;
  option.id = in.id<OptionId>("id");
  option.title = in.localized("title");
  option.texts = take_description(in, std::string("options/").append(option.id.text()).append("/"), texts);
  option.machine_translated = in.languages("machine_translated");
  option.cost = in.optional_integer("cost");
  option.counts = in.boolean("counts", true);
  if (const auto proposal = in.optional_id<ContributionId>("proposal"))
    option.origin = poll::Origin{.proposal = *proposal, .version = 0, .text = {}};
  return option;
}

std::vector<poll::Option> read_options(Members& in, VaultTexts& texts) {
  return items<poll::Option>(in, "options", [&](Members& option) { return read_option(option, texts); });
}

poll::BallotForm read_form(Members& in) {
  poll::BallotForm form;
  form.kind = in.one_of<poll::BallotKind>("kind", codec::names<poll::BallotKind>);
  form.min = in.small_integer("min", 1);
  form.max = in.small_integer("max", form.min);
  form.points_total = in.small_integer("points_total", 0);
  form.points_per_option = in.small_integer("points_per_option", 0);
  form.blank_allowed = in.boolean("blank_allowed", false);
  return form;
}

poll::Rule read_rule(Members in, std::optional<std::int64_t> budget) {
  poll::Rule rule;
  rule.kind = in.one_of<poll::RuleKind>("kind", codec::names<poll::RuleKind>);
  rule.winners = in.small_integer("winners", 1);
  rule.budget = in.integer("budget", budget.value_or(0));
  rule.threshold = in.integer("threshold", 0);
  in.each("rank_points", [&](const Json& value, const std::string& where) {
    const auto points = value.is_number_integer() ? value.get<std::int64_t>() : -1;
    if (!std::in_range<std::int32_t>(points) || points < 0) {
      in.errors().push_back({where, "wrong_type", "Points are whole numbers from 0."});
    } else {
      rule.rank_points.push_back(static_cast<std::int32_t>(points));
    }
  });
  rule.ties = in.one_of<poll::TiePolicy>("ties", codec::names<poll::TiePolicy>, poll::TiePolicy::refuse);
  rule.quorum = in.integer("quorum", 0);
  in.finish();
  return rule;
}

Electorate electorate_members(Members& in) {
  Electorate electorate;
  electorate.level = in.optional_id<LevelId>("level");
  electorate.districts = in.ids<DistrictId>("districts");
  electorate.age_bands = in.ids<AgeBandId>("age_bands");
  return electorate;
}

Electorate read_electorate(Members in) {
  auto electorate = electorate_members(in);
  in.finish();
  return electorate;
}

}  // namespace

ledger::DeclareCells read_declare_cells(Members& in) {
  ledger::DeclareCells command;
  command.levels = items<ledger::Level>(in, "levels", [](Members& level) {
    return ledger::Level{level.id<LevelId>("id"), level.localized("title"),
                         level.boolean("registry_identity", false)};
  });
  command.districts = items<ledger::District>(in, "districts", [](Members& district) {
    return ledger::District{district.id<DistrictId>("id"), district.localized("title")};
  });
  command.age_bands = items<ledger::AgeBand>(in, "age_bands", [](Members& band) {
    return ledger::AgeBand{band.id<AgeBandId>("id"), band.small_integer("born_from", 0),
                           band.small_integer("born_to", 0)};
  });
  return command;
}

citizen::RegisterCitizen read_register_citizen(Members& in, VaultTexts& texts) {
  return {take_texts(in, {"name", "email", "address", "phone"}, texts)};
}

citizen::ChangeCitizen read_change_citizen(Members& in, VaultTexts& texts) {
  return {take_texts(in, {"name", "email", "address", "phone"}, texts)};
}

citizen::BlockCitizen read_block_citizen(Members& in, VaultTexts& texts) {
  return {take_texts(in, {"reason"}, texts)};
}

citizen::UnblockCitizen read_unblock_citizen(Members& in, VaultTexts& texts) {
  return {take_texts(in, {"reason"}, texts)};
}

citizen::VerifyCitizen read_verify_citizen(Members& in, std::optional<std::string>& registry_identity) {
  citizen::VerifyCitizen command;
  command.cell.level = in.id<LevelId>("level");
  command.cell.district = in.optional_id<DistrictId>("district");
  command.cell.age_band = in.optional_id<AgeBandId>("age_band");
  command.method = in.required_text("method");
  registry_identity = in.optional_text("registry_identity");
  if (registry_identity && (registry_identity->empty() || registry_identity->size() > 200)) {
    in.report("registry_identity", "invalid_text", "A registry identity has 1 to 200 bytes.");
  }
  command.with_registry_identity = registry_identity.has_value();
  return command;
}

project::OpenProject read_open_project(Members& in) {
  return {in.localized("title"), in.localized("summary"), in.languages("machine_translated"),
          in.boolean("premoderated", false), take_area(in, "area")};
}

project::ReviseProject read_revise_project(Members& in) {
  return {in.localized("title"), in.localized("summary"), in.languages("machine_translated"),
          take_area(in, "area")};
}

project::DefinePhase read_define_phase(Members& in) {
  project::DefinePhase command;
  project::Phase& phase = command.phase;
  phase.id = in.id<PhaseId>("id");
  phase.title = in.localized("title");
  phase.opens = in.required_time("opens");
  phase.closes = in.required_time("closes");
  if (in.has("kind")) phase.kind = in.one_of<project::PhaseKind>("kind", codec::names<project::PhaseKind>);
  phase.features = in.each_of<project::Feature>("features", codec::names<project::Feature>);
  phase.machine_translated = in.languages("machine_translated");
  if (auto supports = in.optional_object("supports")) {
    phase.supports =
        project::SupportTerms{supports->small_integer("most", 0), supports->small_integer("least", 1),
                              supports->integer("threshold", 0)};
    supports->finish();
  }
  phase.ratings = in.one_of<project::RatingScale>("ratings", codec::names<project::RatingScale>,
                                                  project::RatingScale::votes);
  phase.grid_s = in.small_integer("grid_s", phase.grid_s);
  phase.objection_days = in.small_integer("objection_days", phase.objection_days);
  phase.categories = items<project::Category>(in, "categories", [](Members& category) {
    return project::Category{category.id<CategoryId>("id"), category.localized("title")};
  });
  phase.admissions = items<project::Admission>(in, "admissions", [](Members& admission) {
    return project::Admission{admission.one_of<project::Feature>("feature", codec::names<project::Feature>),
                              electorate_members(admission)};
  });
  return command;
}

project::ExtendPhase read_extend_phase(Members& in, const PhaseId& phase) {
  return {phase, in.required_time("closes"), read_reason(in)};
}

project::ClosePhase read_close_phase(Members& in, const PhaseId& phase) {
  return {phase, read_reason(in)};
}

project::ReopenPhase read_reopen_phase(Members& in, const PhaseId& phase) {
  return {phase, in.required_time("closes"), read_reason(in)};
}

project::PlanMilestone read_plan_milestone(Members& in) {
  project::PlanMilestone command;
  project::Milestone& milestone = command.milestone;
  milestone.id = in.id<MilestoneId>("id");
  milestone.title = in.localized("title");
  milestone.text = in.localized("text");
  milestone.due = in.day("due");
  if (auto realises = in.optional_object("realises")) {
    milestone.realises = project::PollOption{realises->id<PollId>("poll"), realises->id<OptionId>("option")};
    realises->finish();
  }
  milestone.machine_translated = in.languages("machine_translated");
  return command;
}

project::ReportMilestone read_report_milestone(Members& in, const MilestoneId& milestone) {
  project::ReportMilestone command{milestone, {}};
  project::MilestoneReport& report = command.report;
  report.status = in.one_of<project::Progress>("status", codec::names<project::Progress>);
  report.on = in.required_day("on");
  report.text = in.localized("text");
  report.reason = report.status == project::Progress::dropped ? read_reason(in) : in.text("reason");
  return command;
}

poll::DraftPoll read_draft_poll(Members& in, VaultTexts& texts) {
  poll::DraftPoll command;
  poll::Terms& terms = command.terms;
  terms.project = in.id<ProjectId>("project");
  terms.title = in.localized("title");
  terms.texts = take_description(in, {}, texts);
  terms.machine_translated = in.languages("machine_translated");
  terms.form = read_form(in);
  const auto budget = in.optional_integer("budget");
  terms.rule = read_rule(in.object("rule"), budget);
  terms.electorate = read_electorate(in.object("electorate"));
  terms.live_step = in.small_integer("live_step", terms.live_step);
  terms.changeable = in.boolean("changeable", true);
  terms.opens = in.time("opens");
  terms.closes = in.time("closes");
  terms.zone = in.text("zone", terms.zone);
  terms.grid_s = in.small_integer("grid_s", terms.grid_s);
  terms.objection_days = in.small_integer("objection_days", terms.objection_days);
  terms.currency = in.text("currency");
  terms.imported = in.boolean("imported", false);
  command.results = in.one_of<poll::Results>("results", codec::names<poll::Results>, poll::Results::live);
  command.options = read_options(in, texts);
  return command;
}

poll::AddOptions read_add_options(Members& in, VaultTexts& texts) {
  return {read_options(in, texts)};
}

poll::WithdrawOption read_withdraw_option(Members& in, const OptionId& option) {
  return {option, read_reason(in)};
}

poll::ExtendPoll read_extend_poll(Members& in) {
  poll::ExtendPoll command;
  command.closes = in.required_time("closes");
  if (auto outage = in.optional_object("outage")) {
    command.outage = poll::Outage{outage->required_time("from"), outage->required_time("to")};
    outage->finish();
  }
  command.reason = read_reason(in);
  return command;
}

std::string read_reason(Members& in) {
  return in.required_text("reason");
}

poll::ProposeLot read_propose_lot(Members& in) {
  return {in.ids<OptionId>("order"), read_reason(in)};
}

ballot::Choices read_choices(Members& in, std::string_view name) {
  ballot::Choices choices;
  const Json* const value = in.any(name);
  if (!value) {
    in.report(name, "required", "This member is required.");
    return choices;
  }
  const auto take = [&](const std::string& option, std::int64_t points) {
    const auto id = OptionId::parse(option);
    if (!id || !std::in_range<std::int32_t>(points)) {
      in.report(name, "invalid_choice", "A choice is the id of an option, with points a whole number.");
      return;
    }
    choices.push_back({*id, static_cast<std::int32_t>(points)});
  };
  if (value->is_array()) {
    for (const Json& option : *value) take(option.is_string() ? option.get<std::string>() : "", 0);
  } else if (value->is_object()) {
    for (const auto& [option, points] : value->items()) {
      const std::int64_t given = points.is_number_integer() ? points.get<std::int64_t>() : -1;
      take(given > 0 ? option : "", given);
    }
  } else {
    in.report(name, "wrong_type", R"(Choices are ["a","c"], or with points {"a":3,"c":1}.)");
  }
  return choices;
}

ballot::ImportVote read_import_vote(Members& in) {
  ballot::ImportVote command;
  command.choices = read_choices(in, "choices");
  command.channel =
      in.one_of<ballot::Channel>("channel", codec::names<ballot::Channel>, ballot::Channel::online);
  command.cast_at = in.required_time("cast_at");
  return command;
}

}  // namespace stimmbuch::http::api
