#include "audit/verification.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "audit/public_audit.hpp"
#include "audit/signed_head.hpp"
#include "audit/tree_check.hpp"
#include "export/poll_bundle.hpp"
#include "first_record.hpp"
#include "import/content_hash.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t bundles_between_looks = 16;

// What a record adds to the tables of people and votes at most, just when they grow: that of a voter in a
// sealed poll, or with ten choices that nobody else made.
constexpr std::uint64_t bytes_of_a_record = 256;

// In so many passes that none takes more memory than this.
std::uint32_t passes_within(std::uint64_t memory, std::uint64_t records) {
  const auto needed = records * bytes_of_a_record;
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, (needed + memory - 1) / memory));
}

CheckId check_of(RuleReplay::Check check) {
  switch (check) {
    case RuleReplay::Check::time:
      return CheckId::times;
    case RuleReplay::Check::actor:
      return CheckId::actors;
    case RuleReplay::Check::rules:
      return CheckId::rules;
    case RuleReplay::Check::roll:
      return CheckId::entitlement;
    case RuleReplay::Check::erasure:
      return CheckId::erasures;
    case RuleReplay::Check::secret:
      return CheckId::secrets_destroyed;
  }
  return CheckId::rules;
}

class LogAudit {
 public:
  LogAudit(const FetchLogFile& fetch, AuditMaterial material)
      : fetch_(fetch), material_(std::move(material)) {}

  // Key and checkpoint, without which there is nothing to check.
  std::expected<void, Failure> begin() {
    auto head = check_signed_head(fetch_, material_, checks_);
    if (!head) return std::unexpected(std::move(head.error()));
    head_.emplace(std::move(*head));
    tree_.emplace(
        head_->checkpoint, checkpoint_of(head_->earlier),
        [this](const std::string& name) { return file(name); }, checks_);
    if (!material_.served) {
      checks_.skip(CheckId::tallies, "the files of a log have no tallies");
      checks_.skip(CheckId::surveys, "the files of a log have no results of surveys");
    }
    read_evidence(head_->keys);
    ServedFigures served = std::exchange(material_.served, std::nullopt).value_or(ServedFigures{});
    checks_.examine(CheckId::tallies, served.tallies.size());
    checks_.examine(CheckId::surveys, served.surveys.size());
    for (const PollId& poll : served.malformed_tallies)
      checks_.find(CheckId::tallies, subject(poll), "the tally does not add up or cannot be read");
    for (const SurveyId& survey : served.malformed_surveys)
      checks_.find(CheckId::surveys, subject(survey), "the results cannot be read");
    recount_.emplace(std::move(served.tallies), &rules_, RecordsOf::log, &evidence_);
    for (SurveyClaim& claim : served.surveys) recount_->claim(std::move(claim));
    return {};
  }

  std::uint64_t size() const { return head_->checkpoint.size; }

  // The first pass looks at everything, further ones at other people, and at the same bytes.
  void begin_pass(Portion portion) {
    portion_ = portion;
    if (portion.of > 1) bytes_.emplace();
    recount_->begin_pass(portion);
  }

  // False: the records end here.
  bool add_bundle(std::uint64_t index) {
    return portion_.is_first() ? add_new_bundle(index) : add_known_bundle(index);
  }

  void finish_pass() {
    recount_->finish();
    rules_.finish();
    if (!bytes_) return;
    const auto hash = bytes_->finish();
    if (portion_.is_first()) first_bytes_ = hash;
    if (hash != first_bytes_) {
      checks_.find(CheckId::tree, "log",
                   "it was read several times, and was not the same each time: what was counted is not what "
                   "was signed");
    }
  }

  // Behind the last pass.
  std::expected<Verification, Failure> finish() {
    tree_->finish();
    check_keys();
    if (trouble_) return std::unexpected(*trouble_);
    for (const Difference& difference : recount_->differences())
      checks_.find(check_of_difference(difference.code), difference.where, difference.detail);
    const auto records = tree_->records();
    for (const auto id : {CheckId::order, CheckId::canonical, CheckId::times, CheckId::actors,
                          CheckId::one_ballot, CheckId::voting_time})
      checks_.examine(id, records);
    checks_.examine(CheckId::rules, rules_.commands());
    for (const RecountedPoll& poll : recount_->polls())
      checks_.examine(CheckId::counts, static_cast<std::uint64_t>(poll.counts));
    check_settlements();
    checks_.examine(CheckId::erasures, rules_.erasures());
    checks_.examine(CheckId::secrets_destroyed, rules_.ended_polls());
    if (records < head_->checkpoint.size) {
      checks_.skip(CheckId::tree,
                   fmt::format("the records up to position {} agree; those behind it are missing", records));
      const auto reason =
          fmt::format("the records end at position {} of {}", records, head_->checkpoint.size);
      for (const auto id :
           {CheckId::order, CheckId::canonical, CheckId::times, CheckId::actors, CheckId::rules,
            CheckId::one_ballot, CheckId::voting_time, CheckId::counts, CheckId::tallies, CheckId::surveys,
            CheckId::earlier_checkpoint, CheckId::erasures, CheckId::secrets_destroyed})
        checks_.skip(id, reason);
    }
    return Verification{.origin = head_->checkpoint.origin,
                        .key = head_->keys.newest().text(),
                        .records = records,
                        .root = tlog::to_base64(head_->checkpoint.root),
                        .checks = checks_.results(),
                        .polls = recount_->polls(),
                        .notices = std::move(notices_),
                        .passed = checks_.passed()};
  }

 private:
  bool add_new_bundle(std::uint64_t index) {
    const auto width = tlog::tile_at(head_->checkpoint.size, 0, index).width;
    const auto name = path_of(tlog::Bundle{index, width});
    const auto bytes = file(name);
    checks_.examine(CheckId::files_there, 1);
    if (!bytes) {
      checks_.find(CheckId::files_there, name, "the file is not there");
      return false;
    }
    const auto records = tlog::entries_of(*bytes);
    if (!records || records->size() != width) {
      checks_.find(CheckId::files_there, name, fmt::format("the bundle has not {} records", width));
      return false;
    }
    if (bytes_) bytes_->add(*bytes);
    for (const auto record : *records) {
      const Position position{tree_->records() + 1};
      if (position == Position{1}) check_first(record);
      if (recount_->add(position, record).starts_with("ledger/")) look_at_ledger(position, record);
      tree_->add(record);
    }
    return true;
  }

  bool add_known_bundle(std::uint64_t index) {
    const auto width = tlog::tile_at(head_->checkpoint.size, 0, index).width;
    const auto bytes = file(path_of(tlog::Bundle{index, width}));
    const auto records = bytes ? tlog::entries_of(*bytes) : std::nullopt;
    if (!records || records->size() != width) return false;
    bytes_->add(*bytes);
    Position position{index * tlog::tile_width};
    for (const auto record : *records) {
      position = next(position);
      recount_->add(position, record);
    }
    return true;
  }

  // That a pseudonym on the roll is a citizen's is not to be seen in the log: the numbers must agree, and
  // statements and draws tell the rest.
  void check_settlements() {
    checks_.examine(CheckId::entitlement, rules_.roll_entries());
    bool any_sealed = false;
    for (const RecountedPoll& poll : recount_->polls()) {
      if (!poll.openings) continue;
      any_sealed = true;
      checks_.examine(CheckId::openings, static_cast<std::uint64_t>(*poll.openings));
    }
    if (rules_.roll_entries() == 0) {
      checks_.skip(CheckId::entitlement,
                   "the log has no rolls: that each voter is a citizen whom the poll admits is not shown");
    }
    if (!any_sealed) checks_.skip(CheckId::openings, "the log has no sealed ballots");
  }

  void read_evidence(const tlog::KeyChain& keys) {
    checks_.examine(CheckId::statements, material_.statements.size());
    for (auto& [name, note] : material_.statements) {
      if (const auto says = checkpoints::open_statement(note, keys)) {
        evidence_.add(std::move(name), *says);
      } else {
        checks_.find(CheckId::statements, name, says.error());
      }
    }
    for (auto& [name, draw] : material_.draws) evidence_.add(std::move(name), std::move(draw));
    checks_.examine(CheckId::draws, evidence_.drawn());
    if (material_.statements.empty())
      checks_.skip(CheckId::statements, "no statement was named that a citizen was given");
    if (material_.draws.empty()) checks_.skip(CheckId::draws, "no draw was named");
  }

  // A file that is there; one that only cannot be had at present is no finding.
  std::optional<std::string> file(const std::string& name) {
    auto bytes = fetch_(name);
    if (bytes) return std::move(*bytes);
    if (bytes.error().code != ExitCode::not_found) trouble_ = std::move(bytes.error());
    return std::nullopt;
  }

  void check_first(std::string_view record) {
    checks_.examine(CheckId::identity, 1);
    try {
      keys_.emplace(log_key(created_in(record)));
      if (keys_->first().text() == head_->keys.first().text()) return;
      checks_.find(CheckId::identity, "position 1",
                   "the record names another origin or another key than log.vkey");
    } catch (const std::runtime_error& error) {
      checks_.find(CheckId::identity, "position 1", error.what());
    }
  }

  // At a record of the ledger's own stream, of which the one before is the last in the tree.
  void look_at_ledger(Position position, std::string_view record) {
    const auto envelope = codec::read_envelope(record);
    const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
    const auto* const own = event ? std::get_if<ledger::Event>(&*event) : nullptr;
    if (own == nullptr || !keys_) return;
    const auto where = fmt::format("position {}", number(position));
    if (!add_key_in(*own, position, *keys_)) {
      checks_.find(CheckId::identity, where,
                   "the key before has not signed for the key that this record names");
    }
    if (const auto* const changed = std::get_if<ledger::LeaderChanged>(own))
      check_previous(position, changed->previous, changed->previous_leaf);
    const auto* const restored = std::get_if<ledger::Restored>(own);
    if (restored == nullptr) return;
    check_previous(position, restored->previous, restored->previous_leaf);
    notices_.push_back(fmt::format(
        "{}: records were lost{}. The log goes on behind position {} as {}, which nobody signed for", where,
        restored->signed_to ? fmt::format(", and it had signed for {}", number(*restored->signed_to)) : "",
        number(restored->previous), restored->origin));
  }

  // What a record says of the one before it.
  void check_previous(Position position, Position previous, const LeafHash& leaf) {
    if (next(previous) == position && leaf == tree_->last_leaf()) return;
    checks_.find(CheckId::rules, fmt::format("position {}", number(position)),
                 "the record before it is another than it says");
  }

  // The records say which key is valid from where on.
  void check_keys() {
    if (!keys_ || tree_->records() < head_->checkpoint.size) return;
    if (to_text(*keys_) != to_text(head_->keys)) {
      checks_.find(CheckId::identity, "log.vkey",
                   "the records name other keys of the log than log.vkey and log.keys");
    }
    checks_.examine(CheckId::identity, keys_->all().size() - 1);
    if (!head_->earlier) return;
    const auto& [checkpoint, note] = *head_->earlier;
    if (const auto is_signed = tlog::open_checkpoint(to_text(note), *keys_); !is_signed) {
      checks_.find(CheckId::signature, fmt::format("position {}", checkpoint.size),
                   "the earlier checkpoint is not signed by the key that was valid at its size");
    }
  }

  const FetchLogFile& fetch_;
  AuditMaterial material_;
  CheckList checks_;
  std::optional<Failure> trouble_;  // why a file could not be had
  std::optional<SignedHead> head_;
  std::optional<tlog::KeyChain> keys_;  // as the records say
  std::vector<std::string> notices_;
  std::optional<TreeCheck> tree_;
  RuleReplay rules_{[this](RuleReplay::Check check, Position position, std::string detail) {
    checks_.find(check_of(check), fmt::format("position {}", number(position)), std::move(detail));
  }};
  RollEvidence evidence_;
  std::optional<Recount> recount_;
  Portion portion_;
  std::optional<ContentHash> bytes_;  // of the bundles, in this pass, if there are several
  std::string first_bytes_;           // and in the first one
};

}  // namespace

std::expected<Verification, Failure> verify_log(const FetchLogFile& fetch, AuditMaterial material,
                                                std::uint64_t memory, Console& console, Signals& signals) {
  if (const auto list = fetch(std::string(bundle_list_name)))
    return verify_public_log(fetch, *list, material, console, signals);
  const auto start = std::chrono::steady_clock::now();
  LogAudit audit(fetch, std::move(material));
  if (auto begun = audit.begin(); !begun) return std::unexpected(begun.error());
  const auto size = audit.size();
  const auto passes = passes_within(memory, size);
  for (std::uint32_t pass = 0; pass < passes; ++pass) {
    Meter meter = console.meter(
        passes == 1 ? "records audited" : fmt::format("records audited, pass {} of {}", pass + 1, passes),
        size);
    audit.begin_pass({pass, passes});
    std::uint64_t done = 0;
    for (std::uint64_t index = 0; done < size && audit.add_bundle(index); ++index) {
      done = std::min(size, (index + 1) * tlog::tile_width);
      if (index % bundles_between_looks != 0) continue;
      meter.update(done);
      if (const auto signal = signals.wait(std::chrono::milliseconds{0}))
        return failed(ended_by(*signal), "the audit was interrupted");
    }
    meter.finish(done);
    audit.finish_pass();
  }
  auto verification = audit.finish();
  if (!verification) return verification;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  verification->passes = passes;
  verification->seconds = took.count();
  return verification;
}

}  // namespace stimmbuch::program
