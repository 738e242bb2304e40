#include "audit/verification.hpp"

#include <chrono>
#include <map>

#include <fmt/format.h>

#include "audit/tree_check.hpp"
#include "first_record.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t bundles_between_looks = 16;

// Which check a difference of the recount belongs to.
CheckId check_of(const std::string& code) {
  static const std::map<std::string, CheckId, std::less<>> checks{
      {"position_gap", CheckId::order},           {"position_wrong", CheckId::order},
      {"command_torn", CheckId::order},           {"revision_gap", CheckId::order},
      {"not_canonical", CheckId::canonical},      {"type_foreign", CheckId::canonical},
      {"subject_malformed", CheckId::canonical},  {"voter_malformed", CheckId::canonical},
      {"ledger_foreign", CheckId::canonical},     {"event_impossible", CheckId::rules},
      {"choice_impossible", CheckId::rules},      {"replaced_wrong", CheckId::one_ballot},
      {"ballot_outside", CheckId::voting_time},   {"count_differs", CheckId::counts},
      {"tally_differs", CheckId::tallies},        {"tally_unfounded", CheckId::tallies},
      {"statement_differs", CheckId::statements}, {"draw_differs", CheckId::draws},
      {"roll_differs", CheckId::entitlement},     {"opening_missing", CheckId::openings},
      {"opening_wrong", CheckId::openings},       {"opening_invalid", CheckId::openings}};
  const auto found = checks.find(code);
  return found == checks.end() ? CheckId::canonical : found->second;
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
    const auto key_line = fetch_("log.vkey");
    if (!key_line) return std::unexpected(key_line.error());
    const auto key = tlog::VerifierKey::parse(*key_line);
    if (!key) return failed(ExitCode::differences, "log.vkey is no verifier key of Ed25519");
    const auto bytes = fetch_("checkpoint");
    if (!bytes) return std::unexpected(bytes.error());
    checks_.examine(CheckId::signature, 1);
    const auto opened = tlog::open_checkpoint(*bytes, *key);
    if (!opened) checks_.find(CheckId::signature, "checkpoint", opened.error());
    const auto note = tlog::parse_note(*bytes);
    const auto checkpoint = note ? tlog::parse_checkpoint(note->text) : std::unexpected(note.error());
    if (!checkpoint) return failed(ExitCode::differences, "checkpoint: " + checkpoint.error());
    check_witnesses(*note);
    key_.emplace(*key);
    checkpoint_ = *checkpoint;
    std::optional<tlog::Checkpoint> earlier;
    if (material_.earlier) {
      const auto kept = tlog::open_checkpoint(*material_.earlier, *key);
      if (!kept) return failed(ExitCode::usage, "the earlier checkpoint: " + kept.error());
      earlier = kept->checkpoint;
      checks_.examine(CheckId::earlier_checkpoint, 1);
    } else {
      checks_.skip(CheckId::earlier_checkpoint,
                   "no earlier checkpoint was named; keep this one for the next time");
    }
    tree_.emplace(checkpoint_, earlier, [this](const std::string& name) { return file(name); }, checks_);
    if (!material_.tallies) checks_.skip(CheckId::tallies, "the files of a log have no tallies");
    checks_.examine(CheckId::tallies, material_.tallies ? material_.tallies->size() : 0);
    read_evidence(*key);
    recount_.emplace(std::move(material_.tallies).value_or(std::vector<TallyClaim>{}), &rules_, &evidence_);
    return {};
  }

  std::uint64_t size() const { return checkpoint_.size; }

  // False: the records end here.
  bool add_bundle(std::uint64_t index) {
    const auto width = tlog::tile_at(checkpoint_.size, 0, index).width;
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
    for (const auto record : *records) {
      tree_->add(record);
      const Position position{tree_->records()};
      if (position == Position{1}) check_first(record);
      recount_->add(position, record);
    }
    return true;
  }

  std::expected<Verification, Failure> finish() {
    tree_->finish();
    if (trouble_) return std::unexpected(*trouble_);
    recount_->finish();
    rules_.finish();
    for (const Difference& difference : recount_->differences())
      checks_.find(check_of(difference.code), difference.where, difference.detail);
    for (const PollId& poll : material_.malformed) {
      checks_.find(CheckId::tallies, fmt::format("poll/{}", poll.text()),
                   "the tally does not add up or cannot be read");
    }
    const auto records = tree_->records();
    for (const auto id : {CheckId::order, CheckId::canonical, CheckId::times, CheckId::actors,
                          CheckId::one_ballot, CheckId::voting_time})
      checks_.examine(id, records);
    checks_.examine(CheckId::rules, rules_.commands());
    for (const RecountedPoll& poll : recount_->polls())
      checks_.examine(CheckId::counts, static_cast<std::uint64_t>(poll.counts));
    check_settlements();
    checks_.examine(CheckId::erasures, rules_.deadlines().erasures());
    checks_.examine(CheckId::secrets_destroyed, rules_.deadlines().ended_polls());
    if (records < checkpoint_.size) {
      checks_.skip(CheckId::tree,
                   fmt::format("the records up to position {} agree; those behind it are missing", records));
      const auto reason = fmt::format("the records end at position {} of {}", records, checkpoint_.size);
      for (const auto id :
           {CheckId::order, CheckId::canonical, CheckId::times, CheckId::actors, CheckId::rules,
            CheckId::one_ballot, CheckId::voting_time, CheckId::counts, CheckId::tallies,
            CheckId::earlier_checkpoint, CheckId::erasures, CheckId::secrets_destroyed})
        checks_.skip(id, reason);
    }
    return Verification{.origin = checkpoint_.origin,
                        .key = key_->text(),
                        .records = records,
                        .root = tlog::to_base64(checkpoint_.root),
                        .checks = checks_.results(),
                        .polls = recount_->polls(),
                        .passed = checks_.passed(),
                        .seconds = 0};
  }

 private:
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

  void read_evidence(const tlog::VerifierKey& key) {
    checks_.examine(CheckId::statements, material_.statements.size());
    for (auto& [name, note] : material_.statements) {
      if (const auto says = checkpoints::open_statement(note, key)) {
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

  void check_witnesses(const tlog::Note& note) {
    if (!material_.policy)
      return checks_.skip(CheckId::witnesses, "no policy was named that says which are enough");
    const auto cosigned = material_.policy->cosigned(note);
    if (!cosigned) return checks_.find(CheckId::witnesses, "checkpoint", cosigned.error());
    checks_.examine(CheckId::witnesses, cosigned->size());
    if (!material_.policy->is_satisfied(*cosigned)) {
      checks_.find(
          CheckId::witnesses, "checkpoint",
          fmt::format("{} witnesses of the policy cosigned it, which are not enough", cosigned->size()));
    }
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
      const auto created = created_in(record);
      if (log_key(created).text() == key_->text()) return;
      checks_.find(CheckId::identity, "position 1",
                   "the record names another origin or another key than log.vkey");
    } catch (const std::runtime_error& error) {
      checks_.find(CheckId::identity, "position 1", error.what());
    }
  }

  const FetchLogFile& fetch_;
  AuditMaterial material_;
  CheckList checks_;
  std::optional<Failure> trouble_;  // why a file could not be had
  std::optional<tlog::VerifierKey> key_;
  tlog::Checkpoint checkpoint_;
  std::optional<TreeCheck> tree_;
  RuleReplay rules_{[this](RuleReplay::Check check, Position position, std::string detail) {
    checks_.find(check_of(check), fmt::format("position {}", number(position)), std::move(detail));
  }};
  RollEvidence evidence_;
  std::optional<Recount> recount_;
};

}  // namespace

std::expected<Verification, Failure> verify_log(const FetchLogFile& fetch, AuditMaterial material,
                                                Console& console, Signals& signals) {
  const auto start = std::chrono::steady_clock::now();
  LogAudit audit(fetch, std::move(material));
  if (auto begun = audit.begin(); !begun) return std::unexpected(begun.error());
  const auto size = audit.size();
  Meter meter = console.meter("records audited", size);
  std::uint64_t done = 0;
  for (std::uint64_t index = 0; done < size && audit.add_bundle(index); ++index) {
    done = std::min(size, (index + 1) * tlog::tile_width);
    if (index % bundles_between_looks != 0) continue;
    meter.update(done);
    if (const auto signal = signals.wait(std::chrono::milliseconds{0}))
      return failed(ended_by(*signal), "the audit was interrupted");
  }
  meter.finish(done);
  auto verification = audit.finish();
  if (!verification) return verification;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  verification->seconds = took.count();
  return verification;
}

}  // namespace stimmbuch::program
