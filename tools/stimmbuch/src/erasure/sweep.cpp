#include "erasure/sweep.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "access/scratch_directory.hpp"
#include "engine_command.hpp"
#include "stimmbuch/adapters/vault/contest_secrets.hpp"
#include "stimmbuch/adapters/vault/copy_check.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/eventstore/codec/versions.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"

namespace stimmbuch::program {

namespace {

using runner::RowClass;

constexpr std::string_view secret_prefix = "secret/";

// Of a citizen, as the log has it.
struct Person {
  citizen::State state;
  Position requested{};
};

Person person_of(const eventstore::Records& log, const CitizenId& citizen) {
  Person person;
  log.read_stream(subject(citizen), [&](Position position, std::string_view record) {
    const auto envelope = codec::read_envelope(record);
    const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
    const auto about = envelope ? codec::recorded(*envelope) : std::unexpected(envelope.error());
    if (!event || !about) throw std::runtime_error(fmt::format("record {} cannot be read", number(position)));
    const auto& own = std::get<citizen::Event>(*event);
    person.state = citizen::evolve(std::move(person.state), own, *about);
    if (std::holds_alternative<citizen::ErasureRequested>(own)) person.requested = position;
    return true;
  });
  return person;
}

std::string held_until(Position requested) {
  return std::to_string(number(requested));
}

std::optional<Position> parse_position(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return Position{value};
}

// What the log says of a contest: the secrets that have an end in sight, and whether somebody whose account
// was being erased from a record on could take part twice.
struct ContestState {
  std::vector<std::pair<poll::SecretKind, Time>> ends;
  std::function<bool(Position erased)> may_take_part_twice;
};

ContestState state_of(const eventstore::Records& log, const ContestId& contest) {
  ContestState result;
  if (const auto* const id = std::get_if<PollId>(&contest)) {
    auto poll = runner::read_state<poll::State>(log, *id);
    for (const auto& end : poll::secret_ends(poll)) result.ends.emplace_back(end.secret, end.due);
    result.may_take_part_twice = [poll = std::move(poll)](Position erased) {
      return poll::may_be_voted_in_twice(poll, erased);
    };
    return result;
  }
  if (const auto* const id = std::get_if<SurveyId>(&contest)) {
    auto survey = runner::read_state<survey::State>(log, *id);
    if (const auto end = survey::secret_end(survey))
      result.ends.emplace_back(poll::SecretKind::contest, *end);
    result.may_take_part_twice = [survey = std::move(survey)](Position erased) {
      return survey::may_take_part_twice(survey, erased);
    };
    return result;
  }
  const auto& opinions = std::get<OpinionsId>(contest);
  auto project = runner::read_state<project::State>(log, opinions.project);
  for (const auto& end : project::secret_ends(project)) {
    if (end.phase == opinions.phase && end.contest == opinions.kind)
      result.ends.emplace_back(poll::SecretKind::contest, end.due);
  }
  result.may_take_part_twice = [project = std::move(project)](Position erased) {
    return project::may_take_part_twice(project, erased);
  };
  return result;
}

vault::Destruction destruction_of(const DueWork& due) {
  vault::Destruction destruction;
  for (const auto& person : due.people)
    destruction.owners.push_back(
        {subject(person.citizen), person.held ? held_until(person.requested) : std::string()});
  for (const auto& removal : due.removals)
    destruction.owners.push_back({subject(removal.contribution), std::string()});
  for (const auto& text : due.texts) destruction.rows.push_back({RowClass::texts, text.row_name});
  // With the secret of a survey goes all that was said in it and not released.
  for (const auto& secret : due.secrets) {
    if (std::holds_alternative<SurveyId>(secret.contest))
      destruction.owners.push_back({contest_name(secret.contest), std::string()});
    destruction.rows.push_back({RowClass::secrets, vault::secret_row_name(secret.kind, secret.contest)});
  }
  return destruction;
}

stimmbuch::Command complete_destruction(const DueWork::Text& text) {
  if (std::holds_alternative<CitizenId>(text.stream))
    return citizen::Command{citizen::CompleteTextDestruction{text.text}};
  if (std::holds_alternative<ContributionId>(text.stream))
    return contribution::Command{contribution::CompleteTextDestruction{text.text}};
  if (std::holds_alternative<SurveyId>(text.stream))
    return survey::Command{survey::CompleteTextDestruction{text.text}};
  return poll::Command{poll::CompleteTextDestruction{text.text}};
}

vault::WrappingKeys loaded(const std::filesystem::path& file, const std::filesystem::path& data) {
  auto keys = vault::load_wrapping_keys(file, data);
  if (!keys) throw std::runtime_error(keys.error().text);
  return *std::move(keys);
}

void replace(const std::filesystem::path& file, const std::filesystem::path& data,
             const vault::WrappingKeys& keys) {
  if (const auto replaced = vault::replace_wrapping_keys(file, data, keys); !replaced)
    throw std::runtime_error(replaced.error().text);
}

}  // namespace

void Sweep::tell(SweepStep step) const {
  if (parts_.on_step) parts_.on_step(step);
}

// ---- what is due

DueWork Sweep::due(Time as_of) const {
  DueWork due;
  add_requests(due, as_of);
  add_secrets(due, as_of);
  return due;
}

void Sweep::add_requests(DueWork& due, Time as_of) const {
  std::vector<std::string> names;
  const codec::TimeText latest(as_of);
  parts_.vault.each_secret(vault::erasing_prefix, [&](std::string_view name, std::string_view time) {
    if (time <= latest.view()) names.emplace_back(name.substr(vault::erasing_prefix.size()));
  });
  for (auto& name : names) {
    if (const auto row = runner::parse_text_row_name(name)) {
      due.texts.push_back({row->stream, row->text, std::move(name)});
      continue;
    }
    const auto stream = parse_subject(name);
    if (const auto* const citizen = stream ? std::get_if<CitizenId>(&*stream) : nullptr) {
      add_person(due, *citizen);
    } else if (const auto* const removed = stream ? std::get_if<ContributionId>(&*stream) : nullptr) {
      add_removal(due, *removed);
    } else {
      throw std::runtime_error("the vault wants to erase what has no owner: " + name);
    }
  }
}

// What was asked for in a part of the log that was lost is asked for anew by whoever asked.
void Sweep::add_person(DueWork& due, const CitizenId& citizen) const {
  const auto person = person_of(parts_.log, citizen);
  if (person.state.erasure == citizen::Erasure::none) return;
  due.people.push_back({citizen, person.requested, person.state.erasure == citizen::Erasure::completed});
}

void Sweep::add_removal(DueWork& due, const ContributionId& contribution) const {
  const auto state = runner::read_state<contribution::State>(parts_.log, contribution);
  if (state.is_emptied()) due.removals.push_back({contribution, state.texts_destroyed});
}

// The contests that have a secret, or had one as the list knows; with them what they keep from being
// released.
void Sweep::add_secrets(DueWork& due, Time as_of) const {
  std::set<ContestId> contests;
  const auto add = [&](std::string_view name) {
    if (const auto row = vault::parse_secret_row_name(name)) contests.insert(row->contest);
  };
  parts_.vault.each_secret(secret_prefix, [&](std::string_view name, std::string_view) { add(name); });
  for (const auto& row : parts_.list.all().rows)
    if (row.row_class == RowClass::secrets) add(row.name);

  std::vector<std::pair<std::string, Position>> held;
  parts_.vault.each_secret(vault::held_prefix, [&](std::string_view name, std::string_view value) {
    const auto position = parse_position(value);
    if (!position) throw std::runtime_error("the vault holds an identity for no time: " + std::string(name));
    held.emplace_back(name, *position);
  });
  std::vector<bool> is_kept(held.size(), false);
  for (const ContestId& contest : contests) {
    const auto state = state_of(parts_.log, contest);
    for (const auto& [kind, end] : state.ends)
      if (end <= as_of) due.secrets.push_back({contest, kind});
    for (std::size_t i = 0; i < held.size(); ++i)
      if (state.may_take_part_twice(held[i].second)) is_kept[i] = true;
    for (auto& person : due.people)
      if (state.may_take_part_twice(person.requested)) person.held = true;
  }
  for (std::size_t i = 0; i < held.size(); ++i)
    if (!is_kept[i]) due.released.push_back(std::move(held[i].first));
}

// Whoever is in the list and whom the log has as a person was erased in a part of the log that was lost: that
// is due already.
void Sweep::request_what_only_the_list_knows(Time as_of) const {
  for (const auto& owner : parts_.list.all().owners) {
    const auto stream = parse_subject(owner.subject);
    const auto* const citizen = stream ? std::get_if<CitizenId>(&*stream) : nullptr;
    if (!citizen) continue;
    const auto state = person_of(parts_.log, *citizen).state;
    if (!state.registered || state.erasure != citizen::Erasure::none) continue;
    auto submission = engine_command(crypto::Mac(parts_.idempotency), *citizen,
                                     citizen::Command{citizen::EraseCitizen{}}, "erase");
    submission.secrets.push_back({.row_class = RowClass::secrets,
                                  .name = vault::erasing_row_name(owner.subject),
                                  .owners = {},
                                  .value = std::string(codec::TimeText(as_of).view())});
    submit_and_wait(parts_.runner, std::move(submission));
  }
}

// ---- doing it

SweepReport Sweep::run(Time as_of, bool rotate_always, const std::stop_token& stop) {
  SweepReport report;
  if (rotate_always) require_key_file();
  const bool may_rotate = rotates_alone() || (rotate_always && !parts_.key_file.empty());
  // What was destroyed after a rotation had begun may lie under its new keys: so that one ends first, and
  // does not count for what follows.
  if (may_rotate && is_rotating() && !rotate(report, stop)) return {.interrupted = true};
  request_what_only_the_list_knows(as_of);
  const auto work = due(as_of);
  if (work.empty() && !rotate_always) return report;

  const auto destruction = destruction_of(work);
  parts_.list.append(destruction);
  tell(SweepStep::listed);
  parts_.vault.destroy(destruction);
  vault::Destruction released;
  for (const auto& name : work.released) released.rows.push_back({RowClass::secrets, name});
  parts_.vault.destroy(released);
  parts_.vault.set_erasures_mark(parts_.list.mark());
  tell(SweepStep::destroyed);
  parts_.vault.compact();
  tell(SweepStep::compacted);
  report.released = work.released.size();
  if (!may_rotate) {
    report.waiting = work.people.size() + work.texts.size() + work.removals.size() + work.secrets.size();
    return report;
  }
  if (!rotate(report, stop)) {
    report.interrupted = true;
    return report;
  }
  record(work, report);
  tell(SweepStep::recorded);
  vault::Destruction done;
  for (const auto& person : work.people)
    done.rows.push_back({RowClass::secrets, vault::erasing_row_name(subject(person.citizen))});
  for (const auto& removal : work.removals)
    done.rows.push_back({RowClass::secrets, vault::erasing_row_name(subject(removal.contribution))});
  for (const auto& text : work.texts)
    done.rows.push_back({RowClass::secrets, vault::erasing_row_name(text.row_name)});
  if (report.waiting == 0) parts_.vault.destroy(done);
  return report;
}

void Sweep::require_key_file() const {
  if (!parts_.key_file.empty()) return;
  throw std::runtime_error(
      "the wrapping keys come from a command, and only those in a file can be replaced: stop the engine, "
      "write "
      "them into a file, run `stimmbuch vault rotate --wrapping-key FILE`, and keep what is in it then");
}

void Sweep::prepare_keys() {
  require_key_file();
  const auto keys = loaded(parts_.key_file, parts_.data);
  if (!keys.is_changing()) replace(parts_.key_file, parts_.data, keys.with_next());
  tell(SweepStep::keys_prepared);
}

// At every moment the key file opens everything in the vault.
bool Sweep::rotate(SweepReport& report, const std::stop_token& stop) {
  prepare_keys();
  try {
    return seal_and_replace(report, stop);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(fmt::format(
        "the wrapping keys are not replaced, and the key file has the former and the new ones: {}",
        error.what()));
  }
}

bool Sweep::seal_and_replace(SweepReport& report, const std::stop_token& stop) const {
  const auto keys = loaded(parts_.key_file, parts_.data);
  parts_.vault.begin_rotation(keys);
  if (!parts_.vault.seal_anew([&] { return !stop.stop_requested(); })) return false;
  parts_.vault.compact();
  tell(SweepStep::sealed_anew);
  if (!verify(keys.only_next(), report, stop)) return false;
  parts_.vault.end_rotation(keys.only_next());
  replace(parts_.key_file, parts_.data, keys.only_next());
  tell(SweepStep::keys_replaced);
  report.rotated = true;
  return true;
}

// Nothing needs the former keys any more: what is on the disk shows it, and not what was written.
bool Sweep::verify(const vault::WrappingKeys& keys, SweepReport& report, const std::stop_token& stop) const {
  if (parts_.backups.are_wanted()) {
    const auto made = parts_.backups.make(keys, parts_.clock.now(), stop);
    if (stop.stop_requested()) return false;
    if (!made) throw std::runtime_error(made.error());
    report.backup = *made;
    tell(SweepStep::verified);
    parts_.backups.remove_all_but(*made);
    return true;
  }
  const ScratchDirectory copy(parts_.data / "rotation");
  parts_.vault.hard_link_checkpoint(copy.path());
  const auto opened = vault::opens_wholly(copy.path(), keys, [&] { return !stop.stop_requested(); });
  if (!opened) throw std::runtime_error(opened.error().text);
  if (*opened) tell(SweepStep::verified);
  return *opened;
}

bool Sweep::record(const StreamId& stream, const Command& command, std::string_view occasion) const {
  const auto outcome = submit_and_wait(
      parts_.runner, engine_command(crypto::Mac(parts_.idempotency), stream, command, occasion));
  if (std::holds_alternative<runner::Accepted>(outcome)) return true;
  const auto* const rejection = std::get_if<Rejection>(&outcome);
  spdlog::error(
      "the end of what is personal in {} cannot be recorded: {}; the next night tries again", subject(stream),
      rejection ? std::string_view(text_of(rejection->refusal).code) : "the ledger takes nothing now");
  return false;
}

bool Sweep::record_end(const DueWork::Secret& secret, std::string_view occasion) const {
  if (const auto* const poll = std::get_if<PollId>(&secret.contest))
    return record(*poll, poll::Command{poll::DestroySecret{secret.kind}}, occasion);
  if (const auto* const survey = std::get_if<SurveyId>(&secret.contest))
    return record(*survey, survey::Command{survey::DestroySecret{}}, occasion);
  const auto& opinions = std::get<OpinionsId>(secret.contest);
  return record(opinions.project, project::Command{project::DestroySecret{opinions.phase, opinions.kind}},
                occasion);
}

void Sweep::record(const DueWork& work, SweepReport& report) const {
  const auto count = [&](bool recorded, std::size_t& done) { ++(recorded ? done : report.waiting); };
  for (const auto& person : work.people) {
    count(person.recorded || record(person.citizen, citizen::Command{citizen::CompleteErasure{}}, "erased"),
          report.people);
  }
  for (const auto& text : work.texts) {
    // What a participant replaced or took back ends with that, and nobody records it.
    if (contest_of(text.stream)) {
      ++report.texts;
      continue;
    }
    const auto occasion = fmt::format("destroyed {} {}", number(text.text.revision), text.text.field);
    count(record(text.stream, complete_destruction(text), occasion), report.texts);
  }
  for (const auto& removal : work.removals) {
    count(removal.recorded ||
              record(removal.contribution, contribution::Command{contribution::CompleteRemoval{}}, "removed"),
          report.texts);
  }
  for (const auto& secret : work.secrets) {
    const auto occasion =
        std::string("destroyed ").append(vault::secret_row_name(secret.kind, secret.contest));
    count(record_end(secret, occasion), report.secrets);
  }
}

// ---- from the log

vault::Destruction destroyed_by(const eventstore::Records& log, const vault::RocksVault& vault) {
  static constexpr std::array types{codec::Stored<poll::Drafted>::name,
                                    codec::Stored<survey::TextDestroyed>::name,
                                    codec::Stored<survey::SecretDestroyed>::name,
                                    codec::Stored<citizen::Erased>::name,
                                    codec::Stored<citizen::TextDestroyed>::name,
                                    codec::Stored<poll::TextDestroyed>::name,
                                    codec::Stored<poll::SecretDestroyed>::name,
                                    codec::Stored<project::SecretDestroyed>::name,
                                    codec::Stored<contribution::TextDestroyed>::name,
                                    codec::Stored<contribution::TextsDestroyed>::name};
  vault::Destruction destruction;
  std::vector<PollId> polls;
  const auto take_text = [&](const std::string& stream, const TextName& text) {
    destruction.rows.push_back({RowClass::texts, runner::text_row_name(stream, text.revision, text.field)});
  };
  log.read(before_first, log.head(), [&](Position position, std::string_view record) {
    if (std::ranges::none_of(types, [&](std::string_view type) { return record.contains(type); }))
      return true;
    const auto envelope = codec::read_envelope(record);
    const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
    if (!event) throw std::runtime_error(fmt::format("record {} cannot be read", number(position)));
    const std::string stream(envelope->subject);
    if (const auto* const own = std::get_if<citizen::Event>(&*event)) {
      const auto citizen = CitizenId::parse(stream.substr(stream.find('/') + 1));
      if (std::holds_alternative<citizen::Erased>(*own) && citizen)
        destruction.owners.push_back({stream, held_until(person_of(log, *citizen).requested)});
      if (const auto* const text = std::get_if<citizen::TextDestroyed>(own)) take_text(stream, text->text);
    }
    if (const auto* const own = std::get_if<project::Event>(&*event)) {
      const auto project = ProjectId::parse(stream.substr(stream.find('/') + 1));
      const auto* const secret = std::get_if<project::SecretDestroyed>(own);
      if (secret && project)
        destruction.rows.push_back(
            {RowClass::secrets,
             vault::secret_row_name(poll::SecretKind::contest,
                                    OpinionsId{*project, secret->phase, secret->contest})});
    }
    if (const auto* const own = std::get_if<survey::Event>(&*event)) {
      const auto survey = SurveyId::parse(stream.substr(stream.find('/') + 1));
      if (const auto* const text = std::get_if<survey::TextDestroyed>(own)) take_text(stream, text->text);
      if (std::holds_alternative<survey::SecretDestroyed>(*own) && survey) {
        destruction.owners.push_back({stream, std::string()});
        destruction.rows.push_back(
            {RowClass::secrets, vault::secret_row_name(poll::SecretKind::contest, *survey)});
      }
    }
    if (const auto* const own = std::get_if<contribution::Event>(&*event)) {
      if (std::holds_alternative<contribution::TextsDestroyed>(*own))
        destruction.owners.push_back({stream, std::string()});
      if (const auto* const text = std::get_if<contribution::TextDestroyed>(own))
        take_text(stream, text->text);
    }
    if (const auto* const own = std::get_if<poll::Event>(&*event)) {
      const auto poll = PollId::parse(stream.substr(stream.find('/') + 1));
      if (std::holds_alternative<poll::Drafted>(*own) && poll) polls.push_back(*poll);
      if (const auto* const text = std::get_if<poll::TextDestroyed>(own)) take_text(stream, text->text);
      if (const auto* const secret = std::get_if<poll::SecretDestroyed>(own); secret && poll)
        destruction.rows.push_back({RowClass::secrets, vault::secret_row_name(secret->secret, *poll)});
    }
    return true;
  });
  for (const PollId& poll : polls) {
    for (const auto& end : poll::secret_ends(runner::read_state<poll::State>(log, poll))) {
      auto name = vault::secret_row_name(end.secret, poll);
      if (!vault.read(RowClass::secrets, name))
        destruction.rows.push_back({RowClass::secrets, std::move(name)});
    }
  }
  return destruction;
}

}  // namespace stimmbuch::program
