// The routes that show what is the caller's own.
#include <functional>
#include <memory>
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "missing_secret.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/eventstore/checkpoints/receipt.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/runner/opening_parts.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "stimmbuch/projections/folds/audit_trail.hpp"
#include "stimmbuch/projections/folds/polls.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::uint64_t ballots_page_size = 50;

// A text that a record of a citizen's stream committed to.
struct PersonalText {
  Position position;
  Time time;
  TextName name;
  std::optional<std::string> text;  // absent: destroyed, or about to be
};

const Commitments* texts_of(const citizen::Event& event) {
  struct Texts {
    const Commitments* operator()(const citizen::Registered& e) const { return &e.texts; }
    const Commitments* operator()(const citizen::Verified&) const { return nullptr; }
    const Commitments* operator()(const citizen::Changed& e) const { return &e.texts; }
    const Commitments* operator()(const citizen::Blocked& e) const { return &e.texts; }
    const Commitments* operator()(const citizen::Unblocked& e) const { return &e.texts; }
    const Commitments* operator()(const citizen::ErasureRequested&) const { return nullptr; }
    const Commitments* operator()(const citizen::Erased&) const { return nullptr; }
    const Commitments* operator()(const citizen::TextDestructionRequested&) const { return nullptr; }
    const Commitments* operator()(const citizen::TextDestroyed&) const { return nullptr; }
  };
  return std::visit(Texts{}, event);
}

// What is known of a citizen: the state, and all texts, oldest first.
struct KnownPerson {
  citizen::State state;
  std::vector<PersonalText> texts;
};

KnownPerson person_of(const eventstore::Records& log, const runner::Vault& vault, const CitizenId& citizen) {
  KnownPerson person;
  const std::string name = subject(citizen);
  log.read_stream(name, [&](Position position, std::string_view record) {
    const auto envelope = codec::read_envelope(record);
    const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
    const auto about = envelope ? codec::recorded(*envelope) : std::unexpected(envelope.error());
    const auto* const own = event ? std::get_if<citizen::Event>(&*event) : nullptr;
    if (!own || !about) return true;
    person.state = citizen::evolve(std::move(person.state), *own, *about);
    if (const auto* const texts = texts_of(*own)) {
      for (const auto& [field, commitment] : *texts) {
        const auto row =
            vault.read(runner::RowClass::texts, runner::text_row_name(name, about->revision, field));
        person.texts.push_back({position,
                                about->time,
                                {about->revision, field},
                                row ? std::optional(std::string(runner::text_of_row(*row))) : std::nullopt});
      }
    }
    return true;
  });
  return person;
}

// What a person gave, as it is now: a later text replaces an earlier one. A destroyed text is absent.
std::map<std::string, std::string, std::less<>> present_texts(const std::vector<PersonalText>& all) {
  std::map<std::string, std::string, std::less<>> texts;
  for (const auto& [position, time, name, text] : all) {
    if (text && name.field != "reason") texts[name.field] = *text;
  }
  return texts;
}

void write_person(codec::Writer& out, const CitizenId& citizen, const citizen::State& state) {
  out.name("citizen");
  out.plain(citizen.text());
  out.name("blocked");
  out.boolean(state.blocked);
  if (state.erasure != citizen::Erasure::none) {
    out.name("erasure");
    out.plain("requested");
  }
  if (state.cell) {
    out.name("cell");
    codec::write(out, *state.cell);
  }
}

std::string me_document(const CitizenId& citizen, const KnownPerson& person) {
  std::string body;
  codec::Writer out(body);
  out.begin_object();
  write_person(out, citizen, person.state);
  out.name("texts");
  codec::write(out, present_texts(person.texts));
  out.end_object();
  return body;
}

void write_text(codec::Writer& out, const PersonalText& text) {
  out.begin_object();
  out.name("position");
  write(out, text.position);
  out.name("time");
  write(out, text.time);
  codec::write_members(out, text.name);
  out.name("text");
  if (text.text) {
    out.string(*text.text);
  } else {
    out.raw("null");
  }
  out.end_object();
}

// Of the voter, if there is one.
std::optional<std::string> ballot_document(const eventstore::Records& log, const BallotId& ballot,
                                           ledger::Purpose purpose) {
  projections::OwnBallot own(ballot, purpose);
  bool any = false;
  log.read_stream(subject(ballot), [&](Position position, std::string_view record) {
    own.add(position, record);
    return any = true;
  });
  if (!any) return std::nullopt;
  std::optional<opening::Opening> opening;
  if (const auto sealed = own.sealed()) {
    const auto poll = runner::read_state<poll::State>(log, ballot.poll);
    if (poll.openings_completed)
      opening = runner::opening_of(log, ballot.poll, *poll.openings_completed, *sealed);
  }
  return own.finish(opening);
}

}  // namespace

void Api::get_me(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "polls", [this, citizen = *citizen](Call reached) {
    if (!reads_->may_show_texts()) return std::move(reached).send(texts_behind());
    const auto person = person_of(parts_.log, parts_.vault, citizen);
    auto response = reads_->conditional(*reached.request, me_document(citizen, person), parts_.log.head(),
                                        Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

// Goes through the polls, newest first, and looks for the caller's ballot in each: nothing in the views joins
// a person and a ballot. Polls whose secret is destroyed are left out: nobody can tell any more.
void Api::get_my_ballots(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "polls", [this, citizen = *citizen](Call reached) {
    const auto after = cursor_of(*reached.request);
    if (!after) return std::move(reached).send(malformed(cursor_form));
    if (!desk_->lasts(citizen)) return refuse(std::move(reached), stimmbuch::Refusal::citizen_erased);
    const auto read = parts_.views.rows("polls", projections::newest_prefix, *after, ballots_page_size);
    if (!read) return std::move(reached).send(rebuilding());
    std::string body = R"({"items":[)";
    for (const auto& [key, summary] : read->rows) {
      const auto poll = PollId::parse(Json::parse(summary).at("poll").get<std::string>());
      const auto voter = poll ? desk_->voter(*poll, citizen) : std::nullopt;
      if (!voter) continue;
      const auto ballot = ballot_document(parts_.log, {*poll, *voter}, parts_.ledger.purpose);
      if (!ballot) continue;
      if (body.back() != '[') body += ',';
      body += *ballot;
    }
    body = close_page(std::move(body) + "]", read->next);
    auto response = reads_->conditional(*reached.request, std::move(body), read->position, Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

// The newest record of a ballot is in the log: promised at once by a signature, and proved as soon as a
// checkpoint covers it. Neither says what was voted.
std::optional<std::string> Api::receipt_of(const BallotId& ballot) const {
  Position newest = before_first;
  parts_.log.read_stream(subject(ballot), [&](Position position, std::string_view) {
    newest = position;
    return true;
  });
  if (newest == before_first) return std::nullopt;
  const auto proof = parts_.log_files.proof_of(newest);
  return proof ? to_text(*proof)
               : to_text(checkpoints::receipt(parts_.log_files.origin(), newest,
                                              parts_.log_files.leaf_of(newest), parts_.signing_seeds()));
}

void Api::get_my_receipt(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  const auto poll = id_parameter<PollId>(call, 0);
  if (!citizen || !poll) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "polls", [this, citizen = *citizen, poll = *poll](Call reached) {
    if (!desk_->lasts(citizen)) return refuse(std::move(reached), stimmbuch::Refusal::citizen_erased);
    const auto voter = desk_->voter(poll, citizen);
    if (!voter) return refuse(std::move(reached), why_no_secret(parts_.log, poll));
    auto receipt = receipt_of({poll, *voter});
    if (!receipt) return std::move(reached).send(not_found());
    Response response{.status = 200,
                      .content_type = "text/plain; charset=utf-8",
                      .headers = {{"Cache-Control", "no-store"}},
                      .body = std::move(*receipt)};
    std::move(reached).send(std::move(response));
  });
}

// ---- everything in one document

void Api::get_my_export(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "polls", [this, citizen = *citizen](Call reached) {
    if (!reads_->may_show_texts()) return std::move(reached).send(texts_behind());
    const auto person = person_of(parts_.log, parts_.vault, citizen);
    if (person.state.erasure != citizen::Erasure::none)
      return refuse(std::move(reached), stimmbuch::Refusal::citizen_erased);
    std::string body;
    codec::Writer out(body);
    out.begin_object();
    out.name("ledger");
    out.plain(parts_.ledger.id.text());
    out.name("exported");
    write(out, parts_.clock.now());
    write_person(out, citizen, person.state);
    out.name("texts");
    out.begin_array();
    for (const auto& text : person.texts) write_text(out, text);
    out.end_array();
    projections::AuditTrail trail(subject(citizen), parts_.ledger.purpose,
                                  [](const PollId&, const OptionId&) { return LocalizedText{}; });
    parts_.log.read_stream(subject(citizen), [&](Position position, std::string_view record) {
      trail.add(position, record);
      return true;
    });
    out.name("trail");
    out.raw(trail.finish());
    write_follows(out, citizen);
    if (!write_ballots(out, citizen) || !write_contributions(out, citizen) || !write_opinions(out, citizen) ||
        !write_answers(out, citizen))
      return std::move(reached).send(rebuilding());
    out.end_object();
    auto response =
        reads_->conditional(*reached.request, std::move(body), parts_.log.head(), Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

bool Api::write_ballots(codec::Writer& out, const CitizenId& citizen) const {
  std::vector<PollId> without_secret;
  out.name("ballots");
  out.begin_array();
  const auto write_ballot = [&](std::string_view, const std::string& summary) {
    const auto poll = PollId::parse(Json::parse(summary).at("poll").get<std::string>());
    if (!poll) return;
    const auto voter = desk_->voter(*poll, citizen);
    if (!voter) return without_secret.push_back(*poll);
    const BallotId ballot{*poll, *voter};
    auto document = ballot_document(parts_.log, ballot, parts_.ledger.purpose);
    const auto receipt = receipt_of(ballot);
    if (!document || !receipt) return;
    document->pop_back();  // the brace
    document->append(R"(,"receipt":)");
    append_json_string(*document, *receipt);
    out.raw(document->append("}"));
  };
  if (!reads_->each_row("polls", projections::newest_prefix, write_ballot)) return false;
  out.end_array();
  out.name("polls_without_secret");
  write(out, without_secret);
  return true;
}

}  // namespace stimmbuch::http::api
