#include "export/poll_bundle.hpp"

#include <charconv>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>

#include "cli/console.hpp"
#include "export/new_directory.hpp"
#include "export/poll_records.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"

namespace stimmbuch::program {

namespace {

constexpr auto bundles_directory = "polls";
constexpr std::size_t buffered_bytes_max = std::size_t{64} << 20;  // of all polls that are gathered

std::string bundle_file(const PollId& poll, std::string_view name) {
  return fmt::format("{}/{}/{}", bundles_directory, poll.text(), name);
}

BundleList list_of(const LogDirectory& directory) {
  if (!directory.has(bundle_list_name)) return {};
  auto list = parse_bundle_list(directory.file(bundle_list_name));
  if (!list) throw LogFileFault(fmt::format("{} is no list of bundles", bundle_list_name));
  return std::move(*list);
}

// The records of several polls, each into the directory of its bundle.
class Gathering {
 public:
  Gathering(const LogDirectory& directory, const std::set<std::string, std::less<>>& polls) {
    for (const auto& poll : polls)
      polls_.emplace(poll, std::make_unique<Poll>(directory.path() / bundles_directory / poll));
  }

  void add(std::string_view poll, std::string_view record) {
    const auto found = polls_.find(poll);
    if (found == polls_.end()) return;
    found->second->buffer.append(record).push_back('\n');
    ++found->second->records;
    buffered_ += record.size();
    if (buffered_ > buffered_bytes_max) flush();
  }

  void flush() {
    for (const auto& [id, poll] : polls_) {
      std::ofstream out(poll->directory.path() / "records.ndjson", std::ios::binary | std::ios::app);
      out << poll->buffer;
      if (!out.flush()) throw std::runtime_error(poll->directory.path().string() + " cannot be written");
      poll->buffer.clear();
    }
    buffered_ = 0;
  }

  // `use(id, directory, records)` for each poll.
  template <class Use>
  void for_each(Use&& use) {
    for (const auto& [id, poll] : polls_) use(id, poll->directory, poll->records);
  }

 private:
  struct Poll {
    explicit Poll(std::filesystem::path target) : directory(std::move(target)) {}

    NewDirectory directory;
    std::string buffer;
    std::uint64_t records = 0;
  };

  std::map<std::string, std::unique_ptr<Poll>, std::less<>> polls_;
  std::size_t buffered_ = 0;
};

void write_proofs(const NewDirectory& bundle, const LogDirectory& tiles, std::uint64_t size) {
  std::ifstream records(bundle.path() / "records.ndjson", std::ios::binary);
  files::write_durably(bundle.path() / "proofs", [&](const files::Append& append) {
    // Records beside each other have most tiles in common.
    std::optional<tlog::Tree> tree;
    std::uint64_t tile = 0;
    for (std::string record; std::getline(records, record);) {
      const auto envelope = codec::read_envelope(record);
      const auto index = number(envelope.value().position) - 1;
      if (!tree || tile != index / tlog::tile_width) tree.emplace(tiles, size);
      tile = index / tlog::tile_width;
      append(proof_line(index, tree->inclusion_proof(index)) + "\n");
    }
  });
}

}  // namespace

std::string to_text(const BundleList& list) {
  Json polls = Json::array();
  for (const auto& [poll, bundle] : list.polls)
    polls.push_back({{"poll", poll}, {"records", bundle.records}, {"ballots", bundle.shows_ballots}});
  return Json{{"covers", std::to_string(list.covers)}, {"polls", polls}}.dump(1) + "\n";
}

std::optional<BundleList> parse_bundle_list(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    BundleList list;
    list.covers = position_of(json.at("covers"));
    for (const Json& item : json.at("polls")) {
      const auto poll = item.at("poll").get<std::string>();
      if (!is_id(poll)) return std::nullopt;
      list.polls[poll] = {item.at("records").get<std::uint64_t>(), item.at("ballots").get<bool>()};
    }
    return list;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::expected<PollBundle, Failure> fetch_bundle(const PollId& poll, const FetchLogFile& fetch) {
  PollBundle bundle;
  for (const auto& [name, to] : {std::pair{"records.ndjson", &bundle.records},
                                 {"proofs", &bundle.proofs},
                                 {"checkpoint", &bundle.checkpoint}}) {
    auto bytes = fetch(bundle_file(poll, name));
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    *to = std::move(*bytes);
  }
  return bundle;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string proof_line(std::uint64_t index, const std::vector<tlog::Hash>& hashes) {
  std::string line = std::to_string(index);
  for (const auto& hash : hashes) line += " " + tlog::to_base64(hash);
  return line;
}

std::optional<tlog::ProofFile> parse_proof_line(std::string_view line) {
  tlog::ProofFile proof;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), proof.index);
  if (error != std::errc()) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  while (!line.empty()) {
    if (line.front() != ' ') return std::nullopt;
    line.remove_prefix(1);
    const auto word = line.substr(0, line.find(' '));
    const auto bytes = tlog::from_base64(word);
    if (!bytes || bytes->size() != tlog::Hash().size()) return std::nullopt;
    std::ranges::copy(crypto::bytes_of(*bytes), proof.hashes.emplace_back().begin());
    line.remove_prefix(word.size());
  }
  return proof;
}

std::expected<std::size_t, Failure> bring_bundles_up_to(const SignedLog& log, const FetchLogFile& fetch,
                                                        const LogDirectory& directory) {
  BundleList list = list_of(directory);
  std::set<std::string, std::less<>> changed;
  auto looked =
      for_each_record(fetch, log.checkpoint, Position{list.covers}, [&](Position, std::string_view record) {
        const auto part = poll_part(codec::subject_of(record));
        if (!part) return true;
        const auto known = list.polls.find(part->poll);
        if (known != list.polls.end()) changed.emplace(part->poll);
        if (!part->is_public) return true;
        if (const auto count = count_in(record)) {
          list.polls[std::string(part->poll)].shows_ballots = shows_ballots(count->figures);
          changed.emplace(part->poll);
        }
        return true;
      });
  if (!looked) return std::unexpected(looked.error());
  if (!changed.empty()) {
    Gathering gathering(directory, changed);
    looked = for_each_record(fetch, log.checkpoint, before_first, [&](Position, std::string_view record) {
      const auto part = poll_part(codec::subject_of(record));
      if (!part) return true;
      const auto known = list.polls.find(part->poll);
      if (known != list.polls.end() && (part->is_public || known->second.shows_ballots))
        gathering.add(part->poll, record);
      return true;
    });
    if (!looked) return std::unexpected(looked.error());
    gathering.flush();
    gathering.for_each([&](const std::string& poll, NewDirectory& bundle, std::uint64_t records) {
      write_proofs(bundle, directory, log.checkpoint.size);
      bundle.put("checkpoint", log.note);
      bundle.put_manifest();
      bundle.replace();
      list.polls[poll].records = records;
    });
  }
  list.covers = log.checkpoint.size;
  directory.put(bundle_list_name, to_text(list));
  return changed.size();
}

}  // namespace stimmbuch::program
