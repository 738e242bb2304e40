#include "export/result_export.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "export/ballot_file.hpp"
#include "export/new_directory.hpp"
#include "export/poll_records.hpp"
#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/eventstore/tlog/proof_file.hpp"

namespace stimmbuch::program {

namespace {

// A poll, read from its records one after the other.
class CountedPoll {
 public:
  // Of a poll whose records were recounted up to this one without a difference.
  void add(Position position, std::string_view record) {
    const auto envelope = codec::read_envelope(record).value();
    const auto event = codec::read_event(envelope).value();
    const auto recorded = codec::recorded(envelope).value();
    if (const auto* const own = std::get_if<poll::Event>(&event))
      return add_own(position, record, envelope, *own, recorded);
    if (const auto* const ballot = std::get_if<ballot::Event>(&event)) add_ballot(record, envelope, *ballot);
  }

  bool is_counted() const { return state_.result && count_; }
  // Whether the ballots are not those any more that were counted.
  bool is_outdated() const { return state_.result->outdated; }
  const poll::State& state() const { return state_; }
  const poll::Figures& figures() const { return count_->figures; }
  const std::vector<std::pair<Position, std::string>>& own_records() const { return own_records_; }

  // In the order of their hashes.
  std::vector<std::string> ballot_lines() const {
    std::vector<std::pair<tlog::Hash, std::string>> ballots;
    for (const auto& [voter, ballot] : standing_) ballots.push_back(ballot);
    std::ranges::sort(ballots);
    std::vector<std::string> lines;
    for (auto& [hash, line] : ballots) lines.push_back(std::move(line));
    return lines;
  }

  BallotFileDates dates() const { return {opened_, closed_}; }
  Json result() const;
  std::string options_csv() const;

 private:
  void add_own(Position position, std::string_view record, const codec::Envelope& envelope,
               const poll::Event& event, const Recorded& recorded) {
    own_records_.emplace_back(position, record);
    state_ = poll::evolve(std::move(state_), event, recorded);
    if (std::holds_alternative<poll::Opened>(event)) opened_ = recorded.time;
    if (std::holds_alternative<poll::Closed>(event)) closed_ = recorded.time;
    if (const auto* const count = std::get_if<poll::ResultComputed>(&event)) {
      count_ = *count;
      result_ = {{"position", std::to_string(number(position))},
                 {"time", codec::TimeText(recorded.time).view()},
                 {"by", envelope.actor}};
      result_.update(Json::parse(envelope.data));
    }
    if (std::holds_alternative<poll::ResultCertified>(event)) certified_ = position;
  }

  void add_ballot(std::string_view record, const codec::Envelope& envelope, const ballot::Event& event) {
    const std::string voter(envelope.subject);
    const auto stands = [&](const ballot::Choices& choices) {
      standing_[voter] = {tlog::leaf_hash(record), ballot_line(state_, choices)};
    };
    if (const auto* const cast = std::get_if<ballot::VoteCast>(&event)) return stands(cast->choices);
    if (const auto* const changed = std::get_if<ballot::VoteChanged>(&event)) return stands(changed->choices);
    standing_.erase(voter);
  }

  poll::State state_;
  Time opened_{};
  Time closed_{};
  std::optional<poll::ResultComputed> count_;
  std::optional<Position> certified_;
  Json result_;
  std::vector<std::pair<Position, std::string>> own_records_;
  std::map<std::string, std::pair<tlog::Hash, std::string>> standing_;  // by subject
};

template <class Enum>
std::string_view name_in_records(Enum value) {
  return codec::names<Enum>[static_cast<std::size_t>(value)];
}

Json CountedPoll::result() const {
  Json json{{"title", state_.terms->title},
            {"status", name_in_records(state_.status)},
            {"kind", name_in_records(state_.terms->form.kind)}};
  if (state_.terms->imported) json["imported"] = true;
  json.update(result_);
  json["ballots"] = count_->figures.standing();
  json["counted"] = count_->figures.counted();
  Json options = Json::array();
  for (std::size_t i = 0; i < state_.options.size(); ++i) {
    const auto& option = state_.options[i];
    const auto& counted = state_.result->options.at(i);
    Json item{{"id", option.id.text()}, {"title", option.title}};
    if (option.cost) item["cost"] = *option.cost;
    item.update({{"votes", counted.votes},
                 {"score", counted.score},
                 {"rank", counted.rank},
                 {"selected", counted.outcome == poll::Outcome::selected},
                 {"outcome", name_in_records(counted.outcome)}});
    options.push_back(std::move(item));
  }
  json["options"] = std::move(options);
  if (certified_) json["certified"] = std::to_string(number(*certified_));
  return json;
}

std::string CountedPoll::options_csv() const {
  std::set<std::string> languages;
  for (const auto& option : state_.options)
    for (const auto& [language, title] : option.title) languages.insert(language);
  std::string csv = "id";
  for (const auto& language : languages) csv += ",title_" + language;
  csv += ",cost,votes,score,rank,selected,outcome\n";
  for (std::size_t i = 0; i < state_.options.size(); ++i) {
    const auto& option = state_.options[i];
    const auto& counted = state_.result->options.at(i);
    csv += option.id.text();
    for (const auto& language : languages) {
      const auto title = option.title.find(language);
      csv += "," + (title == option.title.end() ? std::string() : csv_field(title->second, ','));
    }
    csv += fmt::format(",{},{},{},{},{},{}\n", option.cost ? std::to_string(*option.cost) : "", counted.votes,
                       counted.score, counted.rank, counted.outcome == poll::Outcome::selected,
                       name_in_records(counted.outcome));
  }
  return csv;
}

// Reads a poll and recounts it on the way.
std::expected<CountedPoll, Failure> read_counted(const PollId& id, const FetchLogFile& fetch,
                                                 const tlog::Checkpoint& checkpoint, RecordsOf records) {
  CountedPoll poll;
  Recount recount({}, nullptr, records);
  const auto read =
      for_each_record_of(id, fetch, checkpoint, [&](Position position, std::string_view record) {
        recount.add(position, record);
        if (recount.difference_count() > 0) return false;
        poll.add(position, record);
        return true;
      });
  if (!read) return std::unexpected(read.error());
  recount.finish();
  if (!recount.differences().empty()) {
    const auto& first = recount.differences().front();
    return failed(ExitCode::differences, fmt::format("the result of {} is not what the log holds: {}: {}",
                                                     id.text(), first.where, first.detail));
  }
  if (poll.own_records().empty())
    return failed(ExitCode::not_found, fmt::format("the log has no poll {}", id.text()));
  if (!poll.is_counted())
    return failed(ExitCode::not_found, fmt::format("the poll {} is not counted yet", id.text()));
  if (poll.is_outdated()) {
    return failed(
        ExitCode::failed,
        fmt::format("the poll {} has changed since it was counted: it must be counted again", id.text()));
  }
  return poll;
}

std::expected<void, Failure> put_proofs(const NewDirectory& directory, const CountedPoll& poll,
                                        const FetchLogFile& fetch, const SignedLog& log) {
  const FetchedTiles tiles(fetch);
  std::string records;
  for (const auto& [position, record] : poll.own_records()) {
    const auto leaf = tlog::leaf_hash(record);
    const auto index = number(position) - 1;
    const tlog::ProofFile proof{.extra = std::string(crypto::text_of(leaf)),
                                .index = index,
                                .hashes = tlog::Tree(tiles, log.checkpoint.size).inclusion_proof(index),
                                .checkpoint = log.note};
    if (const auto checked = tlog::check_proof(proof, leaf, log.keys.newest()); !checked) {
      return failed(ExitCode::differences,
                    fmt::format("the record at position {} is not the one that was signed: {}",
                                number(position), checked.error()));
    }
    directory.put(fmt::format("proofs/{}.tlog-proof", number(position)), to_text(proof));
    records.append(record).push_back('\n');
  }
  directory.put("records.ndjson", records);
  return {};
}

}  // namespace

std::expected<ExportedResult, Failure> export_result(const PollId& id, const FetchLogFile& fetch,
                                                     const std::filesystem::path& path) try {
  if (std::filesystem::exists(path) && !std::filesystem::is_empty(path)) {
    return failed(ExitCode::usage, fmt::format("{} is there already: name a new directory", path.string()));
  }
  const auto log = open_signed_log(fetch);
  if (!log) return std::unexpected(log.error());
  const auto records = what_is_there_of(id, fetch);
  if (!records) return std::unexpected(records.error());
  const auto poll = read_counted(id, fetch, log->checkpoint, *records);
  if (!poll) return std::unexpected(poll.error());

  NewDirectory directory(path);
  if (auto proved = put_proofs(directory, *poll, fetch, *log); !proved)
    return std::unexpected(proved.error());
  ExportedResult exported{.origin = log->checkpoint.origin,
                          .position = number(poll->state().result->position),
                          .ballots = poll->figures().standing(),
                          .ballot_file = {}};
  if (shows_ballots(poll->figures())) {
    exported.ballot_file = ballot_file_name(poll->state().terms->form.kind);
    directory.put(exported.ballot_file,
                  ballot_file(poll->state(), poll->figures(), poll->dates(), poll->ballot_lines()));
  }
  Json result{{"poll", id.text()}, {"origin", log->checkpoint.origin}};
  result.update(poll->result());
  if (exported.ballot_file.empty())
    result["ballots_withheld"] =
        fmt::format("fewer than {} ballots were counted: only the tally is shown", ballots_shown_from);
  directory.put("result.json", result.dump(1) + "\n");
  directory.put("options.csv", poll->options_csv());
  directory.put("checkpoint", log->note);
  directory.put("log.vkey", log->key_line);
  if (!log->keys_text.empty()) directory.put("log.keys", log->keys_text);
  directory.put_manifest();
  directory.put_in_place();
  return exported;
} catch (const std::exception& error) {
  return failed(ExitCode::failed, error.what());
}

}  // namespace stimmbuch::program
