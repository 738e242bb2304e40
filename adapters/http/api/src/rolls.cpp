// The routes that show the roll of a poll: to everybody by a prefix, to a citizen their own entry, signed.
#include <algorithm>
#include <string>
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "missing_secret.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/eventstore/checkpoints/statement.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/runner/roll_entries.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"

namespace stimmbuch::http::api {

namespace {

// With fewer ballots nobody but who took part is shown an entry.
constexpr std::int64_t shown_ballots_min = 10;

std::string roll_document(const PollId& poll, ledger::Purpose purpose, const poll::RollCompleted& roll,
                          const std::vector<roll::Entry>* items) {
  std::string body;
  codec::Writer out(body);
  out.begin_object();
  out.name("poll");
  write(out, poll);
  out.name("purpose");
  write(out, purpose);
  codec::write_members(out, roll);
  if (items) {
    out.name("items");
    write(out, *items);
  }
  out.end_object();
  return body;
}

bool shows_entries(const poll::State& poll) {
  const bool is_counted = poll.result.has_value();
  return is_counted && poll.roll_completed->ballots >= shown_ballots_min;
}

}  // namespace

void Api::get_roll(Call call) {
  const auto id = id_parameter<PollId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "polls", [this, id = *id](Call reached) {
    const auto poll = runner::read_state<poll::State>(parts_.log, id);
    if (!poll.roll_completed) return std::move(reached).send(not_found());
    std::optional<std::vector<roll::Entry>> items;
    if (shows_entries(poll) && poll.roll_completed->prefix == 0)
      items = runner::roll_entries(parts_.log, id, *poll.roll_completed, "");
    auto body = roll_document(id, parts_.ledger.purpose, *poll.roll_completed, items ? &*items : nullptr);
    auto response = reads_->conditional(*reached.request, std::move(body), parts_.log.head(), Caching::live);
    std::move(reached).send(std::move(response));
  });
}

void Api::get_roll_entries(Call call) {
  const auto id = id_parameter<PollId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  std::string prefix(call.parameters[1]);
  reads_->when_seen(std::move(call), "polls", [this, id = *id, prefix = std::move(prefix)](Call reached) {
    const auto poll = runner::read_state<poll::State>(parts_.log, id);
    if (!poll.roll_completed || !shows_entries(poll)) return std::move(reached).send(not_found());
    const auto& roll = *poll.roll_completed;
    if (prefix.size() != roll.prefix) {
      return std::move(reached).send(malformed("the roll is looked up by the first " +
                                               std::to_string(roll.prefix) + " characters of a pseudonym"));
    }
    const auto items = runner::roll_entries(parts_.log, id, roll, prefix);
    auto response =
        reads_->conditional(*reached.request, roll_document(id, parts_.ledger.purpose, roll, &items),
                            parts_.log.head(), Caching::live);
    std::move(reached).send(std::move(response));
  });
}

void Api::get_my_statement(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  const auto id = id_parameter<PollId>(call, 0);
  if (!citizen || !id) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "polls", [this, citizen = *citizen, id = *id](Call reached) {
    if (runner::read_state<citizen::State>(parts_.log, citizen).erasure != citizen::Erasure::none) {
      return refuse(std::move(reached), stimmbuch::Refusal::citizen_erased);
    }
    const auto poll = runner::read_state<poll::State>(parts_.log, id);
    if (!poll.roll) return std::move(reached).send(not_found());
    if (!poll.roll_completed) return refuse(std::move(reached), stimmbuch::Refusal::poll_not_settled);
    const auto contest = parts_.contests.get(id);
    if (!contest) {
      return refuse(std::move(reached), why_no_secret(parts_.log, id));
    }
    const auto voter = vault::voter_pseudonym(*contest, citizen);
    const auto entries = runner::roll_entries(parts_.log, id, *poll.roll_completed, voter.text());
    if (entries.empty()) return std::move(reached).send(not_found());
    const checkpoints::Statement says{.ledger = parts_.ledger.id,
                                      .poll = id,
                                      .citizen = citizen,
                                      .voter = voter,
                                      .number = vault::roll_number(*contest, citizen),
                                      .ballot = entries.front().ballot};
    Response response{
        .status = 200,
        .content_type = "text/plain; charset=utf-8",
        .headers = {{"Cache-Control", "no-store"}},
        .body = to_text(checkpoints::statement(parts_.log_files.origin(), says, parts_.signing_seeds()))};
    std::move(reached).send(std::move(response));
  });
}

}  // namespace stimmbuch::http::api
