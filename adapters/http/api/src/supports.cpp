// The routes by which citizens support proposals, under a pseudonym of the phase.
#include <utility>
#include <vector>

#include "call.hpp"
#include "command_desk.hpp"
#include "json_input.hpp"
#include "missing_secret.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "stimmbuch/projections/folds/polls.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "submitting.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::size_t page_size = 50;

std::string supports_document(const SupportsId& id, const support::State& own, const project::Phase& phase,
                              ledger::Purpose purpose) {
  const auto terms = phase.supports.value_or(project::SupportTerms{});
  std::string body;
  codec::Writer out(body);
  out.begin_object();
  out.name("project");
  write(out, id.project);
  out.name("phase");
  write(out, id.phase);
  out.name("participant");
  write(out, id.voter);
  out.name("purpose");
  write(out, purpose);
  out.name("supports");
  out.begin_array();
  for (const auto& [proposal, version] : own.standing) {
    out.begin_object();
    out.name("proposal");
    write(out, proposal);
    out.name("version");
    out.integer(version);
    out.end_object();
  }
  out.end_array();
  out.name("count");
  out.boolean(!own.standing.empty() && own.standing.size() >= static_cast<std::size_t>(terms.least));
  out.name("least");
  out.integer(terms.least);
  if (terms.most != 0) {
    out.name("most");
    out.integer(terms.most);
  }
  out.end_object();
  return body;
}

}  // namespace

void Api::to_own_supports(Call call, const support::Command& command, const ContributionId& proposal) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return refuse(std::move(call), stimmbuch::Refusal::citizen_unknown);
  const auto place = desk_->place_of(proposal);
  if (!place) return std::move(call).send(not_found());
  const OpinionsId supports{place->project, place->phase, OpinionKind::support};
  const auto voter = desk_->voter(supports, *citizen);
  auto submission = voter ? desk_->opinion_submission(SupportsId{place->project, place->phase, *voter},
                                                      command, Intent{*voter, call.client_key}, *citizen)
                          : std::nullopt;
  if (!submission) return refuse(std::move(call), why_no_secret(parts_.log, supports));
  submit(*desk_, std::move(call), std::move(*submission));
}

void Api::give_support(Call call) {
  const auto proposal = id_parameter<ContributionId>(call, 0);
  if (!proposal) return std::move(call).send(not_found());
  const auto body = parse_object(call.request->body.empty() ? "{}" : call.request->body);
  if (!body) return std::move(call).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  const support::GiveSupport command{*proposal, in.version("version")};
  in.finish();
  if (!errors.empty()) return std::move(call).send(validation_failed(errors));
  to_own_supports(std::move(call), command, *proposal);
}

void Api::withdraw_support(Call call) {
  const auto proposal = id_parameter<ContributionId>(call, 0);
  if (!proposal) return std::move(call).send(not_found());
  to_own_supports(std::move(call), support::WithdrawSupport{*proposal}, *proposal);
}

void Api::get_my_supports(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  const auto project_text = query_parameter(call.request->query, "project");
  const auto phase_text = query_parameter(call.request->query, "phase");
  const auto project = project_text ? ProjectId::parse(*project_text) : std::nullopt;
  const auto phase = phase_text ? PhaseId::parse(*phase_text) : std::nullopt;
  if (!citizen) return std::move(call).send(not_found());
  if (!project || !phase)
    return std::move(call).send(malformed("supports are of a phase: ?project=…&phase=…"));
  const OpinionsId id{*project, *phase, OpinionKind::support};
  reads_->when_seen(std::move(call), "contributions", [this, id, citizen = *citizen](Call reached) {
    const auto voter = desk_->voter(id, citizen);
    if (!voter) return refuse(std::move(reached), why_no_secret(parts_.log, id));
    if (runner::read_state<citizen::State>(parts_.log, citizen).erasure != citizen::Erasure::none)
      return refuse(std::move(reached), stimmbuch::Refusal::citizen_erased);
    const SupportsId supports{id.project, id.phase, *voter};
    const auto own = runner::read_state<support::State>(parts_.log, supports);
    const auto state = runner::read_state<project::State>(parts_.log, id.project);
    auto response = reads_->conditional(
        *reached.request, supports_document(supports, own, *state.phase(id.phase), parts_.ledger.purpose),
        parts_.log.head(), Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

// Goes through the phases of all projects, since nothing in the views joins a person and a pseudonym.
bool Api::write_supports(codec::Writer& out, const CitizenId& citizen) const {
  std::vector<OpinionsId> without_secret;
  out.name("supports");
  out.begin_array();
  std::optional<std::string> after = "";
  while (after) {
    const auto read = parts_.views.rows("projects", projections::newest_prefix, *after, page_size);
    if (!read) return false;
    for (const auto& [key, summary] : read->rows) {
      const auto project = ProjectId::parse(Json::parse(summary).at("project").get<std::string>());
      if (!project) continue;
      const auto state = runner::read_state<project::State>(parts_.log, *project);
      for (const project::Phase& phase : state.phases) {
        if (!phase.collects(OpinionKind::support)) continue;
        const OpinionsId id{*project, phase.id, OpinionKind::support};
        const auto voter = desk_->voter(id, citizen);
        if (!voter) {
          without_secret.push_back(id);
          continue;
        }
        const SupportsId supports{id.project, id.phase, *voter};
        const auto own = runner::read_state<support::State>(parts_.log, supports);
        if (own.commands > 0) out.raw(supports_document(supports, own, phase, parts_.ledger.purpose));
      }
    }
    after = read->next;
  }
  out.end_array();
  out.name("phases_without_secret");
  out.begin_array();
  for (const OpinionsId& id : without_secret) {
    out.begin_object();
    out.name("project");
    write(out, id.project);
    out.name("phase");
    write(out, id.phase);
    out.end_object();
  }
  out.end_array();
  return true;
}

}  // namespace stimmbuch::http::api
