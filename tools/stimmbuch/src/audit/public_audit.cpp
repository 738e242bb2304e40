#include "audit/public_audit.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "audit/signed_head.hpp"
#include "audit/tree_check.hpp"
#include "export/poll_bundle.hpp"
#include "export/poll_records.hpp"
#include "import/content_hash.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"
#include "stimmbuch/eventstore/tlog/proof.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t tiles_between_looks = 16;

std::string place_of(Position position) {
  return fmt::format("position {}", number(position));
}

class PublicAudit {
 public:
  PublicAudit(const FetchLogFile& fetch, SignedHead head, CheckList& checks)
      : fetch_(fetch),
        head_(std::move(head)),
        checks_(checks),
        tree_(
            head_.checkpoint, checkpoint_of(head_.earlier),
            [this](const std::string& name) { return file(name); }, checks) {}

  const std::optional<Failure>& trouble() const { return trouble_; }
  std::vector<RecountedPoll> polls() && { return std::move(polls_); }

  void check_bundle(const std::string& id, const BundleList::Bundle& promised) {
    const auto poll = *PollId::parse(id);
    const auto bundle = fetch_bundle(poll, fetch_);
    checks_.examine(CheckId::files_there, 1);
    if (!bundle) return miss(bundle.error());
    check_manifest(id, *bundle);
    const auto where = fmt::format("polls/{}/checkpoint", id);
    const auto opened = tlog::open_checkpoint_of_any(bundle->checkpoint, head_.keys);
    if (!opened) return checks_.find(CheckId::signature, where, opened.error());
    if (opened->checkpoint.size > head_.checkpoint.size) {
      return checks_.find(CheckId::files_there, where,
                          fmt::format("the bundle is of {} records of the log, and the checkpoint covers {}",
                                      opened->checkpoint.size, head_.checkpoint.size));
    }
    tree_.expect(opened->checkpoint, where);
    check_records(poll, *bundle, opened->checkpoint, promised);
  }

  // Every tile, against those below it and the root.
  std::expected<void, Failure> check_tiles(Console& console, Signals& signals) {
    const auto size = head_.checkpoint.size;
    Meter meter = console.meter("leaves read", size);
    for (std::uint64_t index = 0; index * tlog::tile_width < size; ++index) {
      const auto tile = tlog::tile_at(size, 0, index);
      const auto name = path_of(tile);
      const auto bytes = file(name);
      const auto leaves = bytes ? tlog::hashes_of(*bytes, tile.width) : std::nullopt;
      if (!leaves) {
        checks_.find(CheckId::files_there, name,
                     bytes ? fmt::format("the tile has not {} hashes", tile.width) : "the file is not there");
        break;
      }
      for (const auto& leaf : *leaves) {
        tree_.add(leaf);
        compare_leaf(name, leaf);
      }
      if (index % tiles_between_looks != 0) continue;
      meter.update(tree_.records());
      if (const auto signal = signals.wait(std::chrono::milliseconds{0}))
        return failed(ended_by(*signal), "the audit was interrupted");
    }
    meter.finish(tree_.records());
    tree_.finish();
    return {};
  }

  std::uint64_t leaves() const { return tree_.records(); }
  std::uint64_t records() const { return records_; }
  std::uint64_t counts() const { return counts_; }

 private:
  std::optional<std::string> file(const std::string& name) {
    auto bytes = fetch_(name);
    if (bytes) return std::move(*bytes);
    if (bytes.error().code != ExitCode::not_found) trouble_ = std::move(bytes.error());
    return std::nullopt;
  }

  void miss(const Failure& failure) {
    if (failure.code != ExitCode::not_found) trouble_ = failure;
    checks_.find(CheckId::files_there, "polls", failure.text);
  }

  void check_manifest(const std::string& id, const PollBundle& bundle) {
    const auto name = fmt::format("polls/{}/manifest.json", id);
    const auto text = file(name);
    if (!text) return checks_.find(CheckId::files_there, name, "the file is not there");
    const Json manifest = Json::parse(*text, nullptr, false);
    const Json files = manifest.is_object() ? manifest.value("files", Json()) : Json();
    for (const auto& [of, bytes] :
         {std::pair<std::string, const std::string&>{"records.ndjson", bundle.records},
          {"proofs", bundle.proofs},
          {"checkpoint", bundle.checkpoint}}) {
      ContentHash hash;
      hash.add(bytes);
      const Json expected{{"bytes", bytes.size()}, {"sha256", hash.finish()}};
      if (!files.is_object() || files.value(of, Json()) != expected) {
        checks_.find(CheckId::files_there, name,
                     fmt::format("it does not go together with polls/{}/{}", id, of));
      }
    }
  }

  void check_records(const PollId& poll, const PollBundle& bundle, const tlog::Checkpoint& checkpoint,
                     const BundleList::Bundle& promised) {
    const auto records = lines_of(bundle.records);
    const auto proofs = lines_of(bundle.proofs);
    const auto name = fmt::format("polls/{}/records.ndjson", poll.text());
    if (records.size() != promised.records || proofs.size() != records.size()) {
      checks_.find(CheckId::files_there, name,
                   fmt::format("it has {} records and {} proofs, and {} were promised", records.size(),
                               proofs.size(), promised.records));
    }
    Recount recount({}, nullptr, promised.shows_ballots ? RecordsOf::poll : RecordsOf::poll_tallied);
    std::optional<poll::ResultComputed> count;
    for (std::size_t i = 0; i < records.size(); ++i) {
      ++records_;
      const auto envelope = codec::read_envelope(records[i]);
      if (!envelope) {
        checks_.find(CheckId::canonical, name, fmt::format("line {} is no record", i + 1));
        continue;
      }
      check_proof(*envelope, records[i], i < proofs.size() ? proofs[i] : std::string_view{}, checkpoint);
      const auto part = poll_part(envelope->subject);
      if (!part || part->poll != poll.text() || !(part->is_public || promised.shows_ballots)) {
        checks_.find(CheckId::canonical, place_of(envelope->position),
                     fmt::format("the record does not belong to the bundle of {}", poll.text()));
        continue;
      }
      recount.add(envelope->position, records[i]);
      if (auto own = count_in(records[i])) count = std::move(own);
    }
    recount.finish();
    for (const Difference& difference : recount.differences())
      checks_.find(check_of_difference(difference.code), difference.where, difference.detail);
    check_extent(poll, count, promised);
    for (const auto& recounted : recount.polls()) {
      if (promised.shows_ballots) counts_ += static_cast<std::uint64_t>(recounted.counts);
      polls_.push_back(recounted);
    }
  }

  void check_proof(const codec::Envelope& envelope, std::string_view record, std::string_view line,
                   const tlog::Checkpoint& checkpoint) {
    const auto proof = parse_proof_line(line);
    if (!proof || proof->index + 1 != number(envelope.position)) {
      return checks_.find(CheckId::tree, place_of(envelope.position), "there is no proof of this record");
    }
    const auto leaf = tlog::leaf_hash(record);
    if (tlog::proves_inclusion(proof->hashes, proof->index, leaf, checkpoint.size, checkpoint.root)) {
      leaves_.emplace(envelope.position, leaf);
    } else {
      checks_.find(CheckId::tree, place_of(envelope.position),
                   "the record, or its proof, is not the one that was signed");
    }
  }

  // The hash at the place of a record of a bundle, whose proof says what is right.
  void compare_leaf(const std::string& tile, const tlog::Hash& leaf) {
    const auto [first, last] = leaves_.equal_range(Position{tree_.records()});
    for (auto proved = first; proved != last; ++proved) {
      if (proved->second == leaf) continue;
      checks_.find(CheckId::tree, place_of(proved->first),
                   fmt::format("the record is not the one whose hash stands in {}", tile));
    }
  }

  // A count fixes how many ballot records there are; only of few ballots may they be left out.
  void check_extent(const PollId& poll, const std::optional<poll::ResultComputed>& count,
                    const BundleList::Bundle& promised) {
    const auto where = fmt::format("poll/{}", poll.text());
    if (!count) return checks_.find(CheckId::counts, where, "the bundle has no count");
    if (!promised.shows_ballots && shows_ballots(count->figures)) {
      checks_.find(CheckId::counts, where,
                   fmt::format("{} ballots were counted, and they are left out", count->figures.counted()));
    }
  }

  const FetchLogFile& fetch_;
  const SignedHead head_;
  CheckList& checks_;
  TreeCheck tree_;
  std::optional<Failure> trouble_;              // why a file could not be had
  std::multimap<Position, tlog::Hash> leaves_;  // of the records in bundles whose proofs hold
  std::vector<RecountedPoll> polls_;
  std::uint64_t records_ = 0;
  std::uint64_t counts_ = 0;
};

void skip_what_needs_all_records(CheckList& checks) {
  for (const auto id : {CheckId::identity, CheckId::times, CheckId::actors, CheckId::rules,
                        CheckId::entitlement, CheckId::openings, CheckId::secrets_destroyed})
    checks.skip(id, "a public export has the records of counted polls alone; auditors get all");
  checks.skip(CheckId::tallies, "the files of a log have no tallies");
  checks.skip(CheckId::surveys, "the files of a log have no results of surveys");
}

}  // namespace

std::expected<Verification, Failure> verify_public_log(const FetchLogFile& fetch, const std::string& list,
                                                       const AuditMaterial& material, Console& console,
                                                       Signals& signals) {
  const auto start = std::chrono::steady_clock::now();
  CheckList checks;
  auto head = check_signed_head(fetch, material, checks);
  if (!head) return std::unexpected(std::move(head.error()));
  const auto bundles = parse_bundle_list(list);
  checks.examine(CheckId::files_there, 1);
  if (!bundles || bundles->covers != head->checkpoint.size) {
    checks.find(CheckId::files_there, std::string(bundle_list_name),
                "it is not the list of bundles that goes together with the checkpoint");
  }
  PublicAudit audit(fetch, *head, checks);
  bool any_tallied = false;
  for (const auto& [poll, bundle] : bundles.value_or(BundleList{}).polls) {
    audit.check_bundle(poll, bundle);
    any_tallied = any_tallied || !bundle.shows_ballots;
  }
  if (auto read = audit.check_tiles(console, signals); !read) return std::unexpected(read.error());
  if (audit.trouble()) return std::unexpected(*audit.trouble());
  for (const auto id : {CheckId::order, CheckId::canonical, CheckId::one_ballot, CheckId::voting_time})
    checks.examine(id, audit.records());
  checks.examine(CheckId::counts, audit.counts());
  if (audit.counts() == 0)
    checks.skip(CheckId::counts,
                any_tallied ? "the ballots of these polls are too few to be shown" : "no poll is counted");
  skip_what_needs_all_records(checks);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return Verification{.origin = head->checkpoint.origin,
                      .key = head->keys.newest().text(),
                      .records = audit.leaves(),
                      .root = tlog::to_base64(head->checkpoint.root),
                      .checks = checks.results(),
                      .polls = std::move(audit).polls(),
                      .notices = {},
                      .passed = checks.passed(),
                      .seconds = took.count()};
}

}  // namespace stimmbuch::program
