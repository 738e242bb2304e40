// The routes by which citizens support, rate and report contributions, under a pseudonym of the phase for
// each.
#include <functional>
#include <string>
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
#include "submitting.hpp"

namespace stimmbuch::http::api {

namespace {

// ---- commands

// A command of the citizen who calls to what they think of the contribution that the path names.
template <OpinionKind Kind, class Read>
void to_own_opinions(CommandDesk& desk, const eventstore::Records& log, Call call, Read&& read) {
  const auto about = id_parameter<ContributionId>(call, 0);
  const auto place = about ? desk.place_of(*about) : std::nullopt;
  if (!place) return std::move(call).send(not_found());
  const auto citizen = desk.citizen_of(*call.caller);
  if (!citizen) return refuse(std::move(call), stimmbuch::Refusal::citizen_unknown);
  const OpinionsId contest{place->project, place->phase, Kind};
  const auto voter = desk.voter(contest, *citizen);
  if (!voter) return refuse(std::move(call), why_no_secret(log, contest));
  const ParticipantId<Kind> stream{place->project, place->phase, *voter};
  with_body(desk, std::move(call), [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
    return desk.opinion_submission(stream, read(in, *about), {*voter, asked.client_key}, *citizen);
  });
}

// ---- reading

// The head of what a participant thinks in a phase.
template <OpinionKind Kind>
void write_head(codec::Writer& out, const ParticipantId<Kind>& id, ledger::Purpose purpose) {
  out.name("project");
  write(out, id.project);
  out.name("phase");
  write(out, id.phase);
  out.name("participant");
  write(out, id.voter);
  out.name("purpose");
  write(out, purpose);
}

// Each in an object of its own.
template <class Standing, class WriteOne>
void write_all(codec::Writer& out, std::string_view name, const Standing& standing, WriteOne&& write_one) {
  out.name(name);
  out.begin_array();
  for (const auto& one : standing) {
    out.begin_object();
    write_one(one);
    out.end_object();
  }
  out.end_array();
}

// Nothing of who never gave any.
std::string own_opinions(const eventstore::Records& log, const SupportsId& id, const project::Phase& phase,
                         ledger::Purpose purpose) {
  const auto own = runner::read_state<support::State>(log, id);
  const auto terms = phase.supports.value_or(project::SupportTerms{});
  std::string body;
  codec::Writer out(body);
  out.begin_object();
  write_head(out, id, purpose);
  write_all(out, "supports", own.standing, [&](const support::Support& support) {
    out.name("proposal");
    write(out, support.proposal);
    out.name("version");
    out.integer(support.version);
  });
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

std::string own_opinions(const eventstore::Records& log, const RatingsId& id, const project::Phase&,
                         ledger::Purpose purpose) {
  const auto own = runner::read_state<rating::State>(log, id);
  std::string body;
  codec::Writer out(body);
  out.begin_object();
  write_head(out, id, purpose);
  write_all(out, "ratings", own.standing, [&](const rating::Standing& rating) {
    out.name("contribution");
    write(out, rating.contribution);
    out.name("rating");
    write(out, rating.rating);
  });
  out.end_object();
  return body;
}

std::string own_opinions(const eventstore::Records& log, const ReportsId& id, const project::Phase&,
                         ledger::Purpose purpose) {
  const auto own = runner::read_state<report::State>(log, id);
  std::string body;
  codec::Writer out(body);
  out.begin_object();
  write_head(out, id, purpose);
  out.name("reported");
  write(out, own.reported);
  out.end_object();
  return body;
}

// Of the citizen who calls, in the phase that the query names.
template <OpinionKind Kind>
void send_own_opinions(CommandDesk& desk, Reads& reads, const eventstore::Records& log,
                       ledger::Purpose purpose, Call call) {
  const auto citizen = desk.citizen_of(*call.caller);
  const auto project_text = query_parameter(call.request->query, "project");
  const auto phase_text = query_parameter(call.request->query, "phase");
  const auto project = project_text ? ProjectId::parse(*project_text) : std::nullopt;
  const auto phase = phase_text ? PhaseId::parse(*phase_text) : std::nullopt;
  if (!citizen) return std::move(call).send(not_found());
  if (!project || !phase) return std::move(call).send(malformed("this is of a phase: ?project=…&phase=…"));
  const OpinionsId id{*project, *phase, Kind};
  reads.when_seen(std::move(call), "contributions", [&, purpose, id, citizen = *citizen](Call reached) {
    const auto voter = desk.voter(id, citizen);
    if (!voter) return refuse(std::move(reached), why_no_secret(log, id));
    if (runner::read_state<citizen::State>(log, citizen).erasure != citizen::Erasure::none)
      return refuse(std::move(reached), stimmbuch::Refusal::citizen_erased);
    const auto state = runner::read_state<project::State>(log, id.project);
    auto body =
        own_opinions(log, ParticipantId<Kind>{id.project, id.phase, *voter}, *state.phase(id.phase), purpose);
    auto response = reads.conditional(*reached.request, std::move(body), log.head(), Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

bool has_records(const eventstore::Records& log, const StreamId& stream) {
  bool any = false;
  log.read_stream(subject(stream), [&](Position, std::string_view) {
    any = true;
    return false;
  });
  return any;
}

template <OpinionKind Kind>
std::optional<std::string> own_opinions_if_any(const eventstore::Records& log, const ParticipantId<Kind>& id,
                                               const project::Phase& phase, ledger::Purpose purpose) {
  if (!has_records(log, id)) return std::nullopt;
  return own_opinions(log, id, phase, purpose);
}

std::optional<std::string> own_opinions_if_any(const eventstore::Records& log, const OpinionsId& contest,
                                               const VoterId& voter, const project::Phase& phase,
                                               ledger::Purpose purpose) {
  switch (contest.kind) {
    case OpinionKind::support:
      return own_opinions_if_any(log, SupportsId{contest.project, contest.phase, voter}, phase, purpose);
    case OpinionKind::rating:
      return own_opinions_if_any(log, RatingsId{contest.project, contest.phase, voter}, phase, purpose);
    case OpinionKind::report:
      return own_opinions_if_any(log, ReportsId{contest.project, contest.phase, voter}, phase, purpose);
  }
  return std::nullopt;
}

}  // namespace

void Api::give_support(Call call) {
  to_own_opinions<OpinionKind::support>(
      *desk_, parts_.log, std::move(call), [](Members& in, const ContributionId& proposal) -> Command {
        return support::Command{support::GiveSupport{proposal, in.version("version")}};
      });
}

void Api::withdraw_support(Call call) {
  to_own_opinions<OpinionKind::support>(*desk_, parts_.log, std::move(call),
                                        [](Members&, const ContributionId& proposal) -> Command {
                                          return support::Command{support::WithdrawSupport{proposal}};
                                        });
}

void Api::rate(Call call) {
  to_own_opinions<OpinionKind::rating>(
      *desk_, parts_.log, std::move(call), [](Members& in, const ContributionId& contribution) -> Command {
        return rating::Command{rating::Rate{contribution, in.one_of<Rating>("rating", codec::names<Rating>)}};
      });
}

void Api::withdraw_rating(Call call) {
  to_own_opinions<OpinionKind::rating>(*desk_, parts_.log, std::move(call),
                                       [](Members&, const ContributionId& contribution) -> Command {
                                         return rating::Command{rating::WithdrawRating{contribution}};
                                       });
}

void Api::report_contribution(Call call) {
  to_own_opinions<OpinionKind::report>(
      *desk_, parts_.log, std::move(call), [](Members& in, const ContributionId& contribution) -> Command {
        return report::Command{report::Report{
            contribution,
            in.one_of<contribution::HidingReason>("reason", codec::names<contribution::HidingReason>)}};
      });
}

void Api::get_my_supports(Call call) {
  send_own_opinions<OpinionKind::support>(*desk_, *reads_, parts_.log, parts_.ledger.purpose,
                                          std::move(call));
}

void Api::get_my_ratings(Call call) {
  send_own_opinions<OpinionKind::rating>(*desk_, *reads_, parts_.log, parts_.ledger.purpose, std::move(call));
}

// Goes through the phases of all projects, since nothing in the views joins a person and a pseudonym.
bool Api::write_opinions(codec::Writer& out, const CitizenId& citizen) const {
  std::vector<OpinionsId> without_secret;
  out.name("opinions");
  out.begin_array();
  const auto write_project = [&](std::string_view, const std::string& summary) {
    const auto project = ProjectId::parse(Json::parse(summary).at("project").get<std::string>());
    if (!project) return;
    const auto state = runner::read_state<project::State>(parts_.log, *project);
    for (const project::Contest& one : state.contests) {
      const OpinionsId contest{*project, one.phase, one.kind};
      const auto voter = desk_->voter(contest, citizen);
      if (!voter) {
        without_secret.push_back(contest);
        continue;
      }
      const auto document =
          own_opinions_if_any(parts_.log, contest, *voter, *state.phase(one.phase), parts_.ledger.purpose);
      if (document) out.raw(*document);
    }
  };
  if (!reads_->each_row("projects", projections::newest_prefix, write_project)) return false;
  out.end_array();
  out.name("contests_without_secret");
  out.begin_array();
  for (const OpinionsId& contest : without_secret) out.plain(contest_name(contest));
  out.end_array();
  return true;
}

}  // namespace stimmbuch::http::api
