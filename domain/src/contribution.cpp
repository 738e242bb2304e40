#include "stimmbuch/domain/contribution.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "bounds.hpp"
#include "stimmbuch/domain/admission.hpp"
#include "stimmbuch/domain/survey.hpp"

namespace stimmbuch::contribution {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;
using Checked = std::expected<void, Rejection>;

bool are_texts_of(Kind kind, const Commitments& texts) {
  if (!texts.contains("text")) return false;
  switch (kind) {
    case Kind::proposal:
      return texts.size() == 2 && texts.contains("title");
    case Kind::comment:
    case Kind::annotation:
      return texts.size() == 1;
    case Kind::mark:
      return texts.contains("place") && has_only_fields(texts, {"text", "place", "photo"});
  }
  return false;
}

bool is_at_most(const Commitments& texts, std::string_view field) {
  return texts.size() <= 1 && has_only_fields(texts, {field});
}

project::Feature feature_of(Kind kind) {
  switch (kind) {
    case Kind::proposal:
      return project::Feature::propose;
    case Kind::comment:
    case Kind::annotation:
      return project::Feature::comment;
    case Kind::mark:
      return project::Feature::mark;
  }
  return project::Feature::comment;
}

Checked check_there(const State& state) {
  if (!state.submitted) return refused(Refusal::contribution_unknown);
  return {};
}

Checked check_lasts(const State& state) {
  if (auto there = check_there(state); !there) return there;
  if (state.is_over()) return refused(Refusal::contribution_over);
  return {};
}

Checked check_author(const State& state, const Context& context) {
  if (!state.author || context.actor != Actor{*state.author}) return refused(Refusal::not_the_author);
  return {};
}

Checked check_proposal(const State& state) {
  if (state.kind != Kind::proposal) return refused(Refusal::not_a_proposal);
  return {};
}

// The first of several checks that fails.
Checked first_failure(std::initializer_list<Checked> checks) {
  for (const Checked& checked : checks)
    if (!checked) return checked;
  return {};
}

// Whether the phase takes such a contribution of this citizen now.
Checked check_phase(Kind kind, const PhaseId& id, const Context& context) {
  const auto phase = project::admitting_phase(context.project, id, feature_of(kind), context.citizen,
                                              context.ledger, context.now);
  if (!phase) return std::unexpected(phase.error());
  return {};
}

// Another contribution of the project that everybody may read.
Checked check_named(const State* named, const ProjectId& project, std::string_view where) {
  const bool is_there = named && named->submitted && named->project == project;
  if (!is_there) return refused(Refusal::contribution_unknown, std::string(where));
  if (!named->is_shown()) return refused(Refusal::contribution_not_shown, std::string(where));
  return {};
}

Checked check_named_proposal(const State* named, const ProjectId& project, std::string_view where) {
  if (auto checked = check_named(named, project, where); !checked) return checked;
  if (named->kind != Kind::proposal) return refused(Refusal::not_a_proposal, std::string(where));
  if (named->is_over()) return refused(Refusal::contribution_over, std::string(where));
  return {};
}

const Hiding* find(const State& state, Position hiding) {
  const auto found = std::ranges::find(state.hidings, hiding, &Hiding::position);
  return found == state.hidings.end() ? nullptr : &*found;
}

Hiding* find(State& state, Position hiding) {
  const auto found = std::ranges::find(state.hidings, hiding, &Hiding::position);
  return found == state.hidings.end() ? nullptr : &*found;
}

template <class Hidings>
auto* find_appealed(Hidings& hidings, Position appeal) {
  const auto found = std::ranges::find(hidings, std::optional(appeal), &Hiding::appeal);
  return found == hidings.end() ? nullptr : &*found;
}

Checked check_amended(const Submit& command, const Context& context) {
  if (!command.amends) return {};
  if (auto checked = check_named_proposal(context.named, command.project, "/amends"); !checked)
    return checked;
  const std::uint32_t version = command.amends->version;
  if (version < 1 || version > context.named->released)
    return refused(Refusal::version_unknown, "/amends/version");
  return {};
}

Checked check_commented(const Submit& command, const Context& context) {
  if (command.survey) {
    if (command.parent) return refused(Refusal::invalid, "/survey");
    const auto& terms = context.survey->terms;
    if (!terms || terms->project != command.project) return refused(Refusal::survey_unknown, "/survey");
    if (context.survey->status == survey::Status::draft) return refused(Refusal::survey_not_open, "/survey");
  }
  if (!command.parent) return {};
  if (auto checked = check_named(context.named, command.project, "/parent"); !checked) return checked;
  if (context.named->is_over()) return refused(Refusal::contribution_over, "/parent");
  if (context.named->depth >= depth_max) return refused(Refusal::nested_too_deep, "/parent");
  return {};
}

Checked check_annotated(const Submit& command, const Context& context) {
  if (!context.document->is_published() || context.document->project != command.project)
    return refused(Refusal::document_unknown, "/passage/document");
  return document::check_passage(*context.document, *command.passage);
}

Checked check_place(const std::optional<Place>& place, const Context& context) {
  if (!place) return {};
  if (!is_place(*place)) return refused(Refusal::invalid, "/place");
  const Area& area = context.project.area;
  if (!area.empty() && !contains(area, *place)) return refused(Refusal::outside_area, "/place");
  return {};
}

Checked check_marked(const Submit& command, const Context& context) {
  const project::Phase& phase = *context.project.phase(command.phase);
  const bool has_one = command.category && phase.has(*command.category);
  if (phase.categories.empty() ? command.category.has_value() : !has_one)
    return refused(Refusal::category_unknown, "/category");
  return check_place(command.place, context);
}

// What a contribution is about: each kind has links of its own and none of the others'.
Checked check_links(const Submit& command, const Context& context) {
  const Kind kind = command.kind;
  if (command.amends && kind != Kind::proposal) return refused(Refusal::invalid, "/amends");
  if (command.parent && kind != Kind::comment) return refused(Refusal::invalid, "/parent");
  if (command.survey && kind != Kind::comment) return refused(Refusal::invalid, "/survey");
  if (command.passage.has_value() != (kind == Kind::annotation)) return refused(Refusal::invalid, "/passage");
  if (command.category && kind != Kind::mark) return refused(Refusal::invalid, "/category");
  switch (kind) {
    case Kind::proposal:
      return check_amended(command, context);
    case Kind::comment:
      return check_commented(command, context);
    case Kind::annotation:
      return check_annotated(command, context);
    case Kind::mark:
      return check_marked(command, context);
  }
  return {};
}

Decision decide_on(const State& state, const Submit& command, const Context& context) {
  if (state.submitted) return refused(Refusal::contribution_exists);
  if (auto open = check_phase(command.kind, command.phase, context); !open)
    return std::unexpected(open.error());
  if (!are_texts_of(command.kind, command.texts)) return refused(Refusal::invalid);
  if (!command.language.empty() && !is_language(command.language))
    return refused(Refusal::invalid, "/language");
  if (auto checked = check_links(command, context); !checked) return std::unexpected(checked.error());
  return std::vector<Event>{Submitted{.kind = command.kind,
                                      .project = command.project,
                                      .phase = command.phase,
                                      .parent = command.parent,
                                      .depth = command.parent ? context.named->depth + 1 : 0,
                                      .amends = command.amends,
                                      .language = command.language,
                                      .texts = command.texts,
                                      .pending = context.project.premoderated,
                                      .survey = command.survey,
                                      .passage = command.passage,
                                      .category = command.category}};
}

Decision decide_on(const State& state, const Revise& command, const Context& context) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (auto author = check_author(state, context); !author) return std::unexpected(author.error());
  if (state.is_decided()) return refused(Refusal::contribution_decided);
  if (auto open = check_phase(state.kind, state.phase, context); !open) return std::unexpected(open.error());
  if (!are_texts_of(state.kind, command.texts)) return refused(Refusal::invalid);
  if (auto checked = check_place(command.place, context); !checked) return std::unexpected(checked.error());
  return std::vector<Event>{Revised{state.version + 1, command.texts, context.project.premoderated}};
}

Decision decide_on(const State& state, const Release& command, const Context&) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (command.version < 1 || command.version > state.version)
    return refused(Refusal::version_unknown, "/version");
  if (command.version != state.version || state.released == state.version)
    return refused(Refusal::nothing_to_release, "/version");
  return std::vector<Event>{Released{command.version}};
}

Decision decide_on(const State& state, const Withdraw& command, const Context& context) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (auto checked = first_failure({check_author(state, context), check_proposal(state)}); !checked)
    return std::unexpected(checked.error());
  if (!is_at_most(command.texts, "reason") || command.texts.empty())
    return refused(Refusal::invalid, "/reason");
  if (command.successor) {
    if (*command.successor == context.self) return refused(Refusal::invalid, "/successor");
    const auto checked = check_named_proposal(context.named, state.project, "/successor");
    if (!checked) return std::unexpected(checked.error());
  }
  return std::vector<Event>{Withdrawn{command.successor, command.texts}};
}

Decision decide_on(const State& state, const Merge& command, const Context& context) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (auto proposal = check_proposal(state); !proposal) return std::unexpected(proposal.error());
  if (command.into == context.self) return refused(Refusal::invalid, "/into");
  if (auto into = check_named_proposal(context.named, state.project, "/into"); !into)
    return std::unexpected(into.error());
  if (context.named->phase != state.phase) return refused(Refusal::other_phase, "/into");
  if (!is_reason(command.reason)) return refused(Refusal::invalid, "/reason");
  return std::vector<Event>{Merged{command.into, command.reason}};
}

// From which status another may follow. A rejected proposal may be taken up once more.
bool may_follow(Status next, Status present) {
  switch (next) {
    case Status::received:
      return false;
    case Status::in_review:
      return present == Status::received || present == Status::rejected;
    case Status::accepted:
    case Status::rejected:
      return present == Status::received || present == Status::in_review;
    case Status::realised:
      return present == Status::accepted;
  }
  return false;
}

bool are_answers(const Commitments& texts) {
  constexpr std::string_view answer = "answer/";
  return texts.size() <= languages_max && std::ranges::all_of(texts, [&](const auto& text) {
           const std::string_view field = text.first;
           return field.starts_with(answer) && is_language(field.substr(answer.size()));
         });
}

Decision decide_on(const State& state, const Answer& command, const Context&) {
  if (auto lasts = check_lasts(state); !lasts) return std::unexpected(lasts.error());
  if (auto proposal = check_proposal(state); !proposal) return std::unexpected(proposal.error());
  if (!may_follow(command.status, state.status)) return refused(Refusal::status_not_possible, "/status");
  if (!are_answers(command.texts)) return refused(Refusal::invalid, "/answer");
  if (command.status == Status::rejected && command.texts.empty())
    return refused(Refusal::rejection_needs_reason, "/answer");
  return std::vector<Event>{Answered{command.status, command.texts}};
}

Decision decide_on(const State& state, const Remove&, const Context& context) {
  if (auto there = check_there(state); !there) return std::unexpected(there.error());
  if (state.is_emptied()) return refused(Refusal::contribution_over);
  if (auto author = check_author(state, context); !author) return std::unexpected(author.error());
  return std::vector<Event>{Removed{}};
}

Decision decide_on(const State& state, const Hide& command, const Context&) {
  if (auto there = check_there(state); !there) return std::unexpected(there.error());
  if (state.is_emptied()) return refused(Refusal::contribution_over);
  if (!is_at_most(command.texts, "note")) return refused(Refusal::invalid, "/note");
  return std::vector<Event>{Hidden{command.manner, command.reason, command.texts}};
}

Decision decide_on(const State& state, const Restore& command, const Context&) {
  if (auto there = check_there(state); !there) return std::unexpected(there.error());
  const Hiding* const hiding = find(state, command.hiding);
  if (!hiding) return refused(Refusal::hiding_unknown, "/hiding");
  if (hiding->lifted || hiding->manner == Manner::removed)
    return refused(Refusal::nothing_to_restore, "/hiding");
  return std::vector<Event>{Restored{command.hiding}};
}

Decision decide_on(const State& state, const Appeal& command, const Context& context) {
  if (auto there = check_there(state); !there) return std::unexpected(there.error());
  if (auto author = check_author(state, context); !author) return std::unexpected(author.error());
  const Hiding* const hiding = find(state, command.hiding);
  if (!hiding) return refused(Refusal::hiding_unknown, "/hiding");
  if (hiding->lifted) return refused(Refusal::nothing_to_restore, "/hiding");
  if (hiding->appeal) return refused(Refusal::already_appealed, "/hiding");
  if (command.texts.size() != 1 || !command.texts.contains("appeal"))
    return refused(Refusal::invalid, "/appeal");
  return std::vector<Event>{Appealed{command.hiding, command.texts}};
}

Decision decide_on(const State& state, const DecideAppeal& command, const Context& context) {
  if (auto there = check_there(state); !there) return std::unexpected(there.error());
  const Hiding* const hiding = find_appealed(state.hidings, command.appeal);
  if (!hiding) return refused(Refusal::appeal_unknown, "/appeal");
  if (hiding->appeal_decided) return refused(Refusal::appeal_decided, "/appeal");
  if (hiding->by == context.actor) return refused(Refusal::same_official);
  if (command.texts.size() != 1 || !command.texts.contains("decision"))
    return refused(Refusal::invalid, "/decision");
  return std::vector<Event>{AppealDecided{command.appeal, command.granted, command.texts}};
}

Decision decide_on(const State& state, const DismissReports&, const Context&) {
  if (auto there = check_there(state); !there) return std::unexpected(there.error());
  if (state.is_emptied()) return refused(Refusal::contribution_over);
  return std::vector<Event>{ReportsDismissed{}};
}

Decision decide_on(const State& state, const DestroyText& command, const Context& context) {
  if (auto there = check_there(state); !there) return std::unexpected(there.error());
  if (std::holds_alternative<CitizenId>(context.actor)) {
    if (auto author = check_author(state, context); !author) return std::unexpected(author.error());
  }
  if (!context.text_is_there) return refused(Refusal::text_unknown);
  return std::vector<Event>{TextDestructionRequested{command.text}};
}

Decision decide_on(const State& state, const CompleteTextDestruction& command, const Context&) {
  if (auto there = check_there(state); !there) return std::unexpected(there.error());
  return std::vector<Event>{TextDestroyed{command.text}};
}

Decision decide_on(const State& state, const CompleteRemoval&, const Context&) {
  if (auto there = check_there(state); !there) return std::unexpected(there.error());
  if (!state.is_emptied() || state.texts_destroyed) return refused(Refusal::invalid);
  return std::vector<Event>{TextsDestroyed{}};
}

struct Evolve {
  State& state;
  const Recorded& recorded;

  void operator()(const Submitted& event) const {
    state.submitted = true;
    state.kind = event.kind;
    state.project = event.project;
    state.phase = event.phase;
    if (const auto* const author = std::get_if<CitizenId>(&recorded.actor)) state.author = *author;
    state.depth = event.depth;
    take_text(1, event.texts, event.pending);
  }
  void operator()(const Revised& event) const { take_text(event.version, event.texts, event.pending); }
  void operator()(const Released& event) const {
    state.released = event.version;
    state.released_text = state.text;
  }
  void operator()(const Withdrawn&) const { state.withdrawn = true; }
  void operator()(const Merged&) const { state.merged = true; }
  void operator()(const Answered& event) const { state.status = event.status; }
  void operator()(const Removed&) const { state.removed = true; }
  void operator()(const Hidden& event) const {
    state.hidings.push_back({.position = recorded.position, .by = recorded.actor, .manner = event.manner});
  }
  void operator()(const Restored& event) const {
    if (Hiding* const hiding = find(state, event.hiding)) hiding->lifted = true;
  }
  void operator()(const Appealed& event) const {
    if (Hiding* const hiding = find(state, event.hiding)) hiding->appeal = recorded.position;
  }
  void operator()(const AppealDecided& event) const {
    Hiding* const hiding = find_appealed(state.hidings, event.appeal);
    if (!hiding) return;
    hiding->appeal_decided = true;
    hiding->lifted = hiding->lifted || event.granted;
  }
  void operator()(const ReportsDismissed&) const {}
  void operator()(const TextDestructionRequested&) const {}
  void operator()(const TextDestroyed&) const {}
  void operator()(const TextsDestroyed&) const { state.texts_destroyed = true; }

 private:
  void take_text(std::uint32_t version, const Commitments& texts, bool pending) const {
    state.version = version;
    if (const auto text = texts.find("text"); text != texts.end()) state.text = text->second;
    if (pending) return;
    state.released = version;
    state.released_text = state.text;
  }
};

}  // namespace

bool State::is_shown() const {
  return released > 0 && !is_emptied() && std::ranges::all_of(hidings, &Hiding::lifted);
}

bool State::is_over() const {
  return withdrawn || merged || is_emptied();
}

bool State::is_decided() const {
  return status == Status::accepted || status == Status::rejected || status == Status::realised;
}

bool State::is_emptied() const {
  return removed || std::ranges::find(hidings, Manner::removed, &Hiding::manner) != hidings.end();
}

std::optional<ContributionId> named_by(const Command& command) {
  if (const auto* const submit = std::get_if<Submit>(&command)) {
    if (submit->parent) return submit->parent;
    return submit->amends ? std::optional(submit->amends->proposal) : std::nullopt;
  }
  if (const auto* const withdraw = std::get_if<Withdraw>(&command)) return withdraw->successor;
  if (const auto* const merge = std::get_if<Merge>(&command)) return merge->into;
  return std::nullopt;
}

State evolve(State state, const Event& event, const Recorded& recorded) {
  std::visit(Evolve{state, recorded}, event);
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::contribution
