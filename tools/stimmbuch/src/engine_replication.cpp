// How the log of an engine is written and published, or followed.
#include <chrono>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "engine_command.hpp"
#include "engine_parts.hpp"
#include "first_record.hpp"
#include "replication/standing.hpp"
#include "replication/witness_link.hpp"
#include "stimmbuch/adapters/kafka/replica.hpp"
#include "stimmbuch/adapters/kafka/topics.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// For a broker to answer at a start.
constexpr auto broker_patience = 20s;
constexpr auto between_progress = 5s;

// The name of a log that was given none; the ledger id makes it the name of this log alone.
std::string default_origin(const LedgerId& id) {
  return "log.stimmbuch.local/" + std::string(id.text());
}

std::unexpected<StartError> refuse(ExitCode code, std::string text) {
  return std::unexpected(StartError{code, std::move(text)});
}

}  // namespace

// What the log says of itself, held against what is asked for.
Engine::Parts::Started Engine::Parts::look_at_log() {
  created = created_of(*log);
  if (!epochs) epochs = std::make_unique<runner::Epochs>(*log, created.id);
  if (options.purpose && *options.purpose != created.purpose)
    return refuse(ExitCode::usage, "the ledger in this directory has another purpose");
  the_checkpoints().require_agreement(log->tiles(), number(log->synced().head()));
  const auto origin = the_checkpoints().keys().newest().name();
  if (options.origin && *options.origin != origin) {
    return refuse(ExitCode::usage,
                  "the log in this directory has the origin " + origin +
                      ", which was given at its first start and never changes; leave the setting out");
  }
  return {};
}

checkpoints::Checkpoints& Engine::Parts::the_checkpoints() {
  const std::lock_guard lock(opening_checkpoints);
  if (!checkpoints) {
    checkpoints = std::make_unique<checkpoints::Checkpoints>(options.data / "checkpoint",
                                                             [this] { return log_keys(log->synced()); });
  }
  return *checkpoints;
}

void Engine::Parts::take_checkpoint(std::string_view note) {
  the_checkpoints().take(note, log->tiles(), number(log->synced().head()));
}

// ---- a leader

Engine::Parts::Started Engine::Parts::start_writer() {
  if (options.role == Role::leader && read_standing(options.data) == Standing::follower) {
    return refuse(ExitCode::usage,
                  "this directory follows a ledger that another node leads: `stimmbuch promote` makes it the "
                  "leader, `stimmbuch follow` goes on following");
  }
  if (read_standing(options.data) == Standing::former_leader)
    return refuse(ExitCode::former_leader,
                  "another node leads this ledger: `stimmbuch rejoin` makes this one follow");
  const auto& synced = log->synced();
  const bool is_new = synced.head() == before_first;
  const auto id = is_new ? *LedgerId::parse(crypto::random_id()) : created_of(synced).id;
  if (!is_new) the_checkpoints().require_agreement(log->tiles(), number(synced.head()));
  epochs = std::make_unique<runner::Epochs>(synced, id);
  if (auto opened = open_erasures(id); !opened) return opened;
  runner = std::make_unique<runner::Runner>(
      runner::Runner::Parts{*log, *vault, clock, crypto::random_bytes,
                            [this](std::string_view why) { on_failure(why); }, gate},
      id);
  if (has_broker()) {
    if (auto begun = begin_publishing(id); !begun) return begun;
  }
  if (is_new) {
    if (auto written = write_first_record(id); !written) return written;
  }
  if (options.role == Role::promoted) {
    if (auto announced = announce_leader(); !announced) return announced;
  }
  if (options.restored_as) {
    if (auto announced = announce_restored(); !announced) return announced;
  }
  if (replicates()) {
    if (auto published = publish_everything(); !published) return published;
  }
  return look_at_log();
}

Engine::Parts::Started Engine::Parts::begin_publishing(const LedgerId& id) {
  publisher = std::make_unique<kafka::Publisher>(
      kafka::Publisher::Parts{*log, *vault, gate,
                              [this](std::string_view why) {
                                is_former_leader = true;
                                write_standing(options.data, Standing::former_leader);
                                on_failure(
                                    fmt::format("this node does not lead the ledger any more: {}", why));
                              },
                              [this](std::string_view note) { take_checkpoint(note); },
                              [this](std::string_view why) { on_failure(why); }},
      options.kafka, id, options.durability);
  const auto status = publisher->wait_for_start(steady_clock::now() + broker_patience);
  using State = kafka::PublisherStatus::State;
  if (status.state == State::publishing) return {};
  if (status.state == State::former_leader) {
    return refuse(ExitCode::former_leader,
                  "another node leads this ledger: " + status.trouble +
                      ". Nothing was published. `stimmbuch rejoin` makes this node follow");
  }
  if (status.trouble_kind && status.trouble_kind != kafka::BrokerError::Kind::unreachable)
    return refuse(ExitCode::broker_unreachable, status.trouble);
  if (replicates()) {
    return refuse(ExitCode::broker_unreachable,
                  "with durability replicated nothing can be done without the broker: " + status.trouble);
  }
  // The town votes on; the topic follows when the broker is back.
  gate = runner::Gate::open;
  return {};
}

Engine::Parts::Started Engine::Parts::write_first_record(const LedgerId& id) {
  const ledger::CreateLedger create{id, options.purpose.value_or(ledger::Purpose::town),
                                    options.origin.value_or(default_origin(id)),
                                    crypto::public_key(vault->secrets().log_signing)};
  const crypto::Mac idempotency(vault->secrets().idempotency);
  if (submit_own(*runner, engine_command(idempotency, id, ledger::Command{create}, "create"))) return {};
  return refuse(ExitCode::failed, "the first record of the ledger could not be written");
}

// How far nothing can be lost any more, whatever becomes of this node: as far as everybody may see, and where
// the log is published, as far as the broker has committed what this node sent as its leader.
eventstore::Position Engine::Parts::signable() const {
  const auto visible = log->head();
  if (!publisher) return visible;
  const auto status = publisher->status();
  if (status.state != kafka::PublisherStatus::State::publishing) return before_first;
  return std::min(visible, status.published);
}

void Engine::Parts::publish_checkpoint(const checkpoints::Published& published) {
  if (publisher) publisher->add_checkpoint({Position{published.checkpoint.size}, published.note});
}

void Engine::Parts::start_signing() {
  // The last one may not have got there before this node ended.
  if (const auto latest = checkpoints->latest()) publish_checkpoint(*latest);
  signer = std::make_unique<checkpoints::Signer>(
      checkpoints::Signer::Parts{
          log->tiles(), *checkpoints,
          [this](std::uint64_t size) { return seeds_of(checkpoints->keys().signing(size, clock.now())); },
          [this] { return signable(); },
          [this](const checkpoints::Published& published) {
            publish_checkpoint(published);
            if (witnesses) witnesses->notify();
          },
          [this](std::string_view why) { on_failure(fmt::format("nothing can be signed: {}", why)); }},
      options.checkpoint_interval);
}

// A witness may remember more of the log than this node has, if everything here was set back. Then nothing
// may be signed. One that does not answer holds up nothing.
Engine::Parts::Started Engine::Parts::require_no_witness_ahead(
    const std::vector<tlog::Witness>& asked) const {
  const auto key = checkpoints->keys().at(1);
  tlog::Note first{to_text(tlog::Checkpoint{key.name(), 1, tlog::Tree(log->tiles(), 1).root()}), {}};
  first.signatures.push_back(tlog::sign_note(first.text, key.name(), seeds_of({key}).front()));
  const auto head = number(log->synced().head());
  const auto post = post_to_witness(options.ca_file);
  for (const auto& witness : asked) {
    const auto size = checkpoints::size_at_witness(witness, post, to_text(first));
    if (!size) {
      spdlog::warn("witness {} does not say how far it has seen the log: {}", witness.name, size.error());
    } else if (*size > head) {
      return refuse(ExitCode::failed,
                    fmt::format("witness {} has cosigned {} records of this log, and here are {}: this is an "
                                "older copy. Nothing was signed. Restore one that reaches position {}",
                                witness.name, *size, head, *size));
    }
  }
  return {};
}

Engine::Parts::Started Engine::Parts::ask_witnesses() {
  if (options.witness_policy.empty()) return {};
  const auto text = files::read_if_there(options.witness_policy);
  if (!text) return refuse(ExitCode::usage, "there is no file " + options.witness_policy.string());
  const auto policy = tlog::Policy::parse(*text);
  if (!policy) return refuse(ExitCode::usage, options.witness_policy.string() + ": " + policy.error());
  std::vector<tlog::Witness> asked;
  for (const auto& witness : policy->witnesses()) {
    if (witness.url.empty()) continue;
    const auto url = client::parse_url(witness.url);
    if (!url) return refuse(ExitCode::usage, "witness " + witness.name + ": " + url.error());
    if (auto known = require_ca_file(url->first); !known) return known;
    asked.push_back(witness);
  }
  if (auto agreed = require_no_witness_ahead(asked); !agreed) return agreed;
  witnesses = std::make_unique<checkpoints::WitnessFeeder>(checkpoints::WitnessFeeder::Parts{
      log->tiles(), *checkpoints, std::move(asked), post_to_witness(options.ca_file),
      [this](const checkpoints::Published& published) { publish_checkpoint(published); },
      [](std::string_view message) { spdlog::warn("{}", message); }});
  witnesses->notify();
  return {};
}

// With this durability nothing is shown that the broker does not have.
Engine::Parts::Started Engine::Parts::publish_everything() {
  const auto head = log->synced().head();
  while (!publisher->wait_published(head, steady_clock::now() + between_progress)) {
    const auto status = publisher->status();
    if (status.state != kafka::PublisherStatus::State::publishing)
      return refuse(ExitCode::broker_unreachable, "publishing what the topic lacks: " + status.trouble);
    spdlog::info("publishing: {} records to go", status.backlog);
  }
  return {};
}

// ---- a follower that becomes the leader

// Has all that was committed before, and keeps anybody else from committing more.
Engine::Parts::Started Engine::Parts::take_over() {
  if (!has_broker()) return refuse(ExitCode::usage, "name the brokers by --kafka");
  if (log->synced().head() == before_first)
    return refuse(ExitCode::store_missing, "there is no ledger in this directory: follow one first");
  if (read_standing(options.data) != Standing::follower)
    return refuse(ExitCode::usage, "this directory does not follow: only a follower can be promoted");
  const auto id = created_of(log->synced()).id;
  const auto catch_up = [&] {
    kafka::Replica replica(
        *log, vault.get(), options.kafka, id, [](std::uint32_t, Position) {},
        [this](std::string_view note) { take_checkpoint(note); });
    while (!replica.has_caught_up()) replica.step(1s);
  };
  try {
    catch_up();
    kafka::fence(options.kafka, id, steady_clock::now() + broker_patience);
    catch_up();  // with what was committed until the fence
  } catch (const kafka::BrokerError& error) {
    return refuse(ExitCode::broker_unreachable, error.what());
  } catch (const kafka::ReplicaFault& fault) {
    return refuse(ExitCode::former_leader, fault.what());
  }
  if (auto loaded = vault->load(); !loaded) return refuse(ExitCode::credentials, loaded.error().text);
  vault->recover(log->synced().head());
  return {};
}

// From this record on, whoever led before can tell that it does not.
Engine::Parts::Started Engine::Parts::announce_leader() {
  const auto& synced = log->synced();
  const auto previous = synced.head();
  const ledger::ChangeLeader change{epochs->last() + 1, previous,
                                    tlog::leaf_hash(synced.at(previous).value())};
  const auto submission = engine_command(crypto::Mac(vault->secrets().idempotency), created_of(synced).id,
                                         ledger::Command{change}, fmt::format("leader-{}", change.epoch));
  if (!submit_own(*runner, submission) ||
      !publisher->wait_published(next(previous), steady_clock::now() + own_record_patience)) {
    return refuse(ExitCode::broker_unreachable,
                  "the change of the leader was not committed at the broker: " + publisher->status().trouble +
                      ". If the former leader is still up, stop it, and promote again");
  }
  write_standing(options.data, Standing::leader);
  epochs->begin(change.epoch, next(previous));
  spdlog::info("leading from position {} on, in epoch {}", number(next(previous)), change.epoch);
  return {};
}

// ---- a follower

Engine::Parts::Started Engine::Parts::start_following() {
  if (!has_broker()) return refuse(ExitCode::usage, "name the brokers by --kafka");
  auto id = options.ledger;
  if (log->head() > before_first) {
    id = created_of(*log).id;
  } else if (!id) {
    try {
      const auto ledgers = kafka::ledgers_in_cluster(options.kafka);
      if (ledgers.empty()) return refuse(ExitCode::not_found, "the cluster has no ledger to follow");
      if (ledgers.size() > 1)
        return refuse(ExitCode::usage, "the cluster has several ledgers: name one by --ledger ID");
      id = ledgers.front();
    } catch (const kafka::BrokerError& error) {
      return refuse(ExitCode::broker_unreachable, error.what());
    }
  }
  if (read_standing(options.data) == Standing::former_leader)
    return refuse(ExitCode::former_leader, "this directory led before: `stimmbuch rejoin` makes it follow");
  write_standing(options.data, Standing::follower);
  epochs = std::make_unique<runner::Epochs>(*log, *id);
  follower = std::make_unique<kafka::Follower>(
      kafka::Follower::Parts{*log, vault.get(),
                             [this](std::uint32_t epoch, Position first) { epochs->begin(epoch, first); },
                             [this](std::string_view note) { take_checkpoint(note); },
                             [this](std::string_view why) {
                               on_failure(fmt::format("this node cannot follow any more: {}", why));
                             }},
      options.kafka, *id);
  // One that has something serves it while no broker answers; a new one has nothing yet.
  const auto began = follower->wait_until(
      [&](const kafka::FollowerStatus& status) {
        return (log->head() > before_first && status.has_rows) || !status.trouble.empty();
      },
      steady_clock::now() + broker_patience);
  if (log->head() == before_first) {
    return refuse(ExitCode::broker_unreachable,
                  began.trouble.empty() ? "the topic has no record yet" : began.trouble);
  }
  if (vault) {
    if (auto loaded = vault->load(); !loaded) {
      return refuse(ExitCode::credentials, loaded.error().text +
                                               ". A follower needs no key: without one it serves figures and "
                                               "the material of audits");
    }
  }
  return look_at_log();
}

// What was destroyed less than this ago may still be shown; a node that does not hear of it shows no text.
bool Engine::Parts::texts_are_current() const {
  return !follower || !vault || follower->status().rows_behind <= options.texts_patience;
}

std::string Engine::Parts::not_promotable() const {
  if (!vault) return "it has no wrapping key, and so neither names nor the secrets of contests";
  if (!knows_people()) return "it has the key of texts alone, and so not the secrets of contests";
  if (!follower->status().has_caught_up) return "it has not caught up yet";
  return {};
}

http::api::Replication Engine::Parts::replication() const {
  using Of = http::api::Replication::Role;
  http::api::Replication state;
  state.replicated = replicates();
  if (publisher) {
    const auto status = publisher->status();
    state.role = Of::leader;
    state.connected = status.state == kafka::PublisherStatus::State::publishing && status.trouble.empty();
    state.trouble = status.trouble;
    state.takes_commands = gate == runner::Gate::open;
    state.published = status.published;
    state.backlog = status.backlog;
    state.backlog_age = status.backlog_age;
    state.transactions = status.transactions;
    state.aborted = status.aborted;
  } else if (follower) {
    const auto status = follower->status();
    state.role = Of::follower;
    state.connected = status.connected;
    state.trouble = status.trouble;
    state.has_caught_up = status.has_caught_up;
    state.behind = status.behind;
    state.not_promotable = not_promotable();
  } else if (options.role == Role::reader) {
    state.role = Of::reader;
  }
  return state;
}

}  // namespace stimmbuch::program
