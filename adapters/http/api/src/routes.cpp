#include "routes.hpp"

#include <array>

#include "stimmbuch/adapters/http/api/api.hpp"

namespace stimmbuch::http::api {

namespace {

using enum Method;
using identity::Right;

constexpr auto table = std::to_array<Route>({
    // citizens
    {post, "/v1/citizens", RouteKind::command, Right::register_self, &Api::register_citizen,
     "Register the token's subject as a citizen; twice is the same citizen", "RegisterCitizen",
     "CitizenAnswer"},
    {patch, "/v1/me", RouteKind::command, Right::register_self, &Api::change_citizen,
     "Change the own personal texts", "RegisterCitizen", "CitizenAnswer"},
    {get,
     "/v1/me",
     RouteKind::personal,
     Right::register_self,
     &Api::get_me,
     "The caller: texts, level and state",
     {},
     "Me"},
    {get,
     "/v1/me/ballots",
     RouteKind::personal,
     Right::vote,
     &Api::get_my_ballots,
     "The caller's ballots, poll by poll",
     {},
     "MyBallots"},
    {get, "/v1/me/ballots/{poll}/receipt", RouteKind::personal, Right::vote, &Api::get_my_receipt,
     "A receipt for the caller's ballot: what proves that the log has it"},
    {get, "/v1/me/ballots/{poll}/statement", RouteKind::personal, Right::vote, &Api::get_my_statement,
     "The caller's entry on the poll's roll, signed by the log"},
    {get,
     "/v1/me/export",
     RouteKind::personal,
     Right::register_self,
     &Api::get_my_export,
     "Everything that is held about the caller, in one document",
     {},
     "Export"},
    {delete_,
     "/v1/me/texts/{text...}",
     RouteKind::command,
     Right::register_self,
     &Api::destroy_own_text,
     "Destroy one of the own texts, named <revision>/<field>",
     {},
     "CitizenAnswer"},
    {delete_,
     "/v1/me",
     RouteKind::command,
     Right::register_self,
     &Api::erase_me,
     "Erase the own account and everything personal; ballots stay, and nobody can tell whose they are",
     {},
     "CitizenAnswer"},
    {post,
     "/v1/citizens/{citizen}/erase",
     RouteKind::command,
     Right::erase_citizens,
     &Api::erase_citizen,
     "Erase a citizen who asked for it otherwise",
     {},
     "CitizenAnswer"},
    {delete_,
     "/v1/texts/{text...}",
     RouteKind::command,
     Right::moderate,
     &Api::destroy_text,
     "Destroy a text of the vault, named <stream>/<revision>/<field>",
     {},
     "CommandAnswer"},
    {post, "/v1/citizens/{citizen}/verify", RouteKind::command, Right::verify_citizens, &Api::verify_citizen,
     "Verify a citizen for a cell of level, district and age band", "VerifyCitizen", "CitizenAnswer"},
    {post, "/v1/citizens/{citizen}/block", RouteKind::command, Right::block_citizens, &Api::block_citizen,
     "Block a citizen's account", "Reason", "CitizenAnswer"},
    {post, "/v1/citizens/{citizen}/unblock", RouteKind::command, Right::block_citizens, &Api::unblock_citizen,
     "Lift the block of an account", "Reason", "CitizenAnswer"},
    {post, "/v1/cells", RouteKind::command, Right::declare_cells, &Api::declare_cells,
     "Declare levels, districts and age bands", "DeclareCells", "CommandAnswer"},
    // projects
    {post, "/v1/projects", RouteKind::command, Right::manage_projects, &Api::open_project, "Open a project",
     "OpenProject", "ProjectAnswer"},
    {post, "/v1/projects/{project}/phases", RouteKind::command, Right::manage_projects, &Api::define_phase,
     "Define a phase of a project", "DefinePhase", "ProjectAnswer"},
    {post, "/v1/projects/{project}/phases/{phase}/extend", RouteKind::command, Right::manage_projects,
     &Api::extend_phase, "Extend a phase", "ExtendPhase", "ProjectAnswer"},
    {post,
     "/v1/projects/{project}/close",
     RouteKind::command,
     Right::manage_projects,
     &Api::close_project,
     "Close a project",
     {},
     "ProjectAnswer"},
    {get, "/v1/projects", RouteKind::read, {}, &Api::get_projects, "The projects, newest first", {}, "List"},
    {get,
     "/v1/projects/{project}",
     RouteKind::read,
     {},
     &Api::get_project,
     "A project with its phases and polls",
     {},
     "Project"},
    // polls
    {post, "/v1/polls", RouteKind::command, Right::manage_polls, &Api::draft_poll, "Draft a poll",
     "DraftPoll", "PollAnswer"},
    {post, "/v1/polls/{poll}/options", RouteKind::command, Right::manage_polls, &Api::add_options,
     "Add options to a draft", "AddOptions", "PollAnswer"},
    {post,
     "/v1/polls/{poll}/open",
     RouteKind::command,
     Right::manage_polls,
     &Api::open_poll,
     "Open a poll for voting",
     {},
     "PollAnswer"},
    {post, "/v1/polls/{poll}/options/{option}/withdraw", RouteKind::command, Right::manage_polls,
     &Api::withdraw_option, "Withdraw an option; its votes stay recorded and are not counted", "Reason",
     "PollAnswer"},
    {post, "/v1/polls/{poll}/extend", RouteKind::command, Right::manage_polls, &Api::extend_poll,
     "Extend an open poll because of an outage", "ExtendPoll", "PollAnswer"},
    {post,
     "/v1/polls/{poll}/close",
     RouteKind::command,
     Right::manage_polls,
     &Api::close_poll,
     "Close a poll",
     {},
     "PollAnswer"},
    {post,
     "/v1/polls/{poll}/count",
     RouteKind::command,
     Right::count,
     &Api::count_poll,
     "Count a closed poll",
     {},
     "PollAnswer"},
    {post,
     "/v1/polls/{poll}/certify",
     RouteKind::command,
     Right::certify,
     &Api::certify_result,
     "Certify the newest count",
     {},
     "PollAnswer"},
    {post, "/v1/polls/{poll}/cancellation", RouteKind::command, Right::manage_polls,
     &Api::propose_cancellation, "Propose to cancel a poll", "Reason", "PollAnswer"},
    {post, "/v1/polls/{poll}/cancel", RouteKind::command, Right::confirm, &Api::cancel_poll,
     "Cancel a poll, as another official proposed", "Proposal", "PollAnswer"},
    {post, "/v1/polls/{poll}/annulment", RouteKind::command, Right::manage_polls, &Api::propose_annulment,
     "Propose to annul a result", "Reason", "PollAnswer"},
    {post, "/v1/polls/{poll}/annul", RouteKind::command, Right::confirm, &Api::annul_result,
     "Annul a result, as another official proposed", "Proposal", "PollAnswer"},
    {post, "/v1/polls/{poll}/lot", RouteKind::command, Right::manage_polls, &Api::propose_lot,
     "Record how a lot ordered tied options", "ProposeLot", "PollAnswer"},
    {post, "/v1/polls/{poll}/draw", RouteKind::command, Right::confirm, &Api::draw_lot,
     "Confirm a lot, as another official recorded", "Proposal", "PollAnswer"},
    {get, "/v1/polls", RouteKind::read, {}, &Api::get_polls, "The polls, newest first", {}, "List"},
    {get,
     "/v1/polls/{poll}",
     RouteKind::read,
     {},
     &Api::get_poll,
     "A poll: terms, options, status",
     {},
     "Poll"},
    {get, "/v1/polls/{poll}/tally", RouteKind::read, {}, &Api::get_tally, "The tally of a poll", {}, "Tally"},
    {get,
     "/v1/polls/{poll}/turnout",
     RouteKind::read,
     {},
     &Api::get_turnout,
     "Ballots of a poll by hour",
     {},
     "Turnout"},
    {get,
     "/v1/polls/{poll}/roll",
     RouteKind::read,
     {},
     &Api::get_roll,
     "The roll of a poll: how many were entitled and took part",
     {},
     "Roll"},
    {get,
     "/v1/polls/{poll}/roll/{prefix}",
     RouteKind::read,
     {},
     &Api::get_roll_entries,
     "The roll's entries whose pseudonyms begin so",
     {},
     "Roll"},
    {get,
     "/v1/polls/{poll}/results/{position}",
     RouteKind::read,
     {},
     &Api::get_result,
     "The result of one count, whether or not it was counted again",
     {},
     "Result"},
    {get,
     "/v1/polls/{poll}/events",
     RouteKind::read,
     {},
     &Api::follow_poll,
     "Follow the tally (server-sent events)"},
    // ballots
    {put, "/v1/polls/{poll}/ballot", RouteKind::command, Right::vote, &Api::cast_vote,
     "Cast the own vote, or change it", "CastVote", "BallotAnswer"},
    {delete_,
     "/v1/polls/{poll}/ballot",
     RouteKind::command,
     Right::vote,
     &Api::withdraw_vote,
     "Withdraw the own vote",
     {},
     "BallotAnswer"},
    // the ledger
    {post, "/v1/commands", RouteKind::bulk, Right::bulk, &Api::bulk_commands,
     "Commands of imported polls and their projects, one a line"},
    {get, "/v1/events", RouteKind::read, Right::read_audit, &Api::get_events,
     "The records as stored, one a line"},
    {get, "/v1/events/stream", RouteKind::read, Right::read_audit, &Api::follow_events,
     "Follow the records (server-sent events)"},
    {get,
     "/v1/audit/{subject...}",
     RouteKind::read,
     Right::read_audit,
     &Api::get_audit_trail,
     "What happened to a subject, in readable words",
     {},
     "AuditTrail"},
    {get,
     "/log/checkpoint",
     RouteKind::read,
     {},
     &Api::get_checkpoint,
     "The newest signed checkpoint of the log (C2SP tlog-checkpoint)"},
    {get, "/log/log.vkey", RouteKind::read, {}, &Api::get_log_key, "The key that the log signs with"},
    {get,
     "/log/log.keys",
     RouteKind::read,
     {},
     &Api::get_log_keys,
     "The keys that it signed with before, each signed for by the one before; once it changed"},
    {get, "/log/tile/entries/{path...}", RouteKind::read, Right::read_audit, &Api::get_entries,
     "Records of the log, in bundles (C2SP tlog-tiles)"},
    {get,
     "/log/tile/{path...}",
     RouteKind::read,
     {},
     &Api::get_tile,
     "Hashes of the log's tree, in tiles (C2SP tlog-tiles)"},
    {get,
     "/v1/figures",
     RouteKind::read,
     {},
     &Api::get_figures,
     "The figures of the whole platform",
     {},
     "Figures"},
    // about the service
    {get, "/openapi.json", RouteKind::read, {}, &Api::get_openapi, "This description"},
    {get,
     "/problems/{name}",
     RouteKind::read,
     {},
     &Api::get_problem_page,
     "What a problem means and what to do"},
});

// The values of a pattern's parameters; nothing if the path is of another shape.
std::optional<std::vector<std::string_view>> parameters_of(std::string_view pattern, std::string_view path) {
  std::vector<std::string_view> parameters;
  while (true) {
    const auto brace = pattern.find('{');
    if (brace == std::string_view::npos) {
      if (pattern != path) return std::nullopt;
      return parameters;
    }
    if (path.substr(0, brace) != pattern.substr(0, brace)) return std::nullopt;
    const auto end = pattern.find('}');
    const bool takes_rest = pattern.substr(brace, end - brace).ends_with("...");
    path.remove_prefix(brace);
    pattern.remove_prefix(end + 1);
    const auto value = takes_rest ? path : path.substr(0, path.find('/'));
    if (value.empty()) return std::nullopt;
    parameters.push_back(value);
    path.remove_prefix(value.size());
  }
}

}  // namespace

std::span<const Route> routes() {
  return table;
}

Match match(Method method, std::string_view path) {
  Match found;
  const Method wanted = method == head ? get : method;
  for (const Route& route : table) {
    auto parameters = parameters_of(route.pattern, path);
    if (!parameters) continue;
    if (route.method == wanted) return {&route, std::move(*parameters), {}};
    if (!found.allow.empty()) found.allow += ", ";
    found.allow += name_of(route.method);
    if (route.method == get) found.allow += ", HEAD";
  }
  return found;
}

}  // namespace stimmbuch::http::api
