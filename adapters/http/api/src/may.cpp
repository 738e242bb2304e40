// What the caller may do now, by the rules that would be asked if they did it.
#include <algorithm>
#include <expected>
#include <functional>
#include <string>
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/domain/admission.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::string_view may_form =
    "ask about a poll, ?poll=…, or a phase, ?project=…&phase=…&action=propose (or comment, mark, support, "
    "rate, answer)";

// What somebody wants to do, and by what it is judged.
using Judge = std::function<std::expected<void, Rejection>(
    const eventstore::Records& log, const citizen::State* citizen, const ledger::State& ledger, Time now)>;

Judge judge_of_poll(const PollId& poll) {
  return [poll](const eventstore::Records& log, const citizen::State* citizen, const ledger::State& ledger,
                Time now) {
    return ballot::may_vote(runner::read_state<poll::State>(log, poll), citizen, ledger, now);
  };
}

Judge judge_of_phase(const ProjectId& project, const PhaseId& phase, project::Feature feature) {
  return [=](const eventstore::Records& log, const citizen::State* citizen, const ledger::State& ledger,
             Time now) -> std::expected<void, Rejection> {
    const auto state = runner::read_state<project::State>(log, project);
    const auto admitting = project::admitting_phase(state, phase, feature, citizen, ledger, now);
    if (!admitting) return std::unexpected(admitting.error());
    return {};
  };
}

// Empty if the query asks for nothing that is judged.
Judge judge_of(std::string_view query) {
  if (const auto poll = query_parameter(query, "poll")) {
    const auto id = PollId::parse(*poll);
    return id ? judge_of_poll(*id) : Judge{};
  }
  const auto project = ProjectId::parse(query_parameter(query, "project").value_or(""));
  const auto phase = PhaseId::parse(query_parameter(query, "phase").value_or(""));
  const auto& features = codec::names<project::Feature>;
  const auto feature = std::ranges::find(features, query_parameter(query, "action").value_or(""));
  if (!project || !phase || feature == features.end()) return {};
  return judge_of_phase(*project, *phase, static_cast<project::Feature>(feature - features.begin()));
}

std::string may_document(const std::expected<void, Rejection>& judged, Language language) {
  std::string body;
  codec::Writer out(body);
  out.begin_object();
  out.name("may");
  out.boolean(judged.has_value());
  if (!judged) {
    const auto& text = text_of(judged.error().refusal);
    out.name("reason");
    out.plain(text.code);
    out.name("detail");
    out.string(std::string(language == Language::de ? text.de : text.en));
  }
  out.end_object();
  return body;
}

}  // namespace

void Api::get_may(Call call) {
  auto judge = judge_of(call.request->query);
  if (!judge) return std::move(call).send(malformed(may_form));
  const auto citizen = desk_->citizen_of(*call.caller);
  reads_->when_seen(std::move(call), "polls", [this, citizen, judge = std::move(judge)](Call reached) {
    const auto ledger = runner::read_state<ledger::State>(parts_.log, desk_->ledger());
    const auto state = citizen ? runner::read_state<citizen::State>(parts_.log, *citizen) : citizen::State{};
    const auto judged = judge(parts_.log, citizen ? &state : nullptr, ledger, parts_.clock.now());
    auto response = reads_->conditional(*reached.request, may_document(judged, reached.language),
                                        parts_.log.head(), Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

}  // namespace stimmbuch::http::api
