#include "audit/roll_evidence.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::program {

namespace {

const roll::Entry* entry_of(std::span<const roll::Entry> entries, const VoterId& voter) {
  const auto found = std::ranges::lower_bound(entries, voter, {}, &roll::Entry::voter);
  return found != entries.end() && found->voter == voter ? &*found : nullptr;
}

}  // namespace

std::vector<std::size_t> drawn_entries(const poll::PartsDigest& digest, std::string_view seed,
                                       std::size_t entries, std::size_t count) {
  std::vector<std::size_t> drawn;
  std::set<std::size_t> seen;
  count = std::min(count, entries);
  for (std::uint64_t n = 0; drawn.size() < count; ++n) {
    const auto hash = crypto::sha256(
        crypto::bytes_of(crypto::joined("draw", {crypto::text_of(digest), seed, std::to_string(n)})));
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) number = (number << 8) | std::to_integer<std::uint64_t>(hash[i]);
    const std::size_t index = number % entries;
    if (seen.insert(index).second) drawn.push_back(index);
  }
  return drawn;
}

std::expected<OpenedDraw, std::string> parse_opened_draw(std::string_view file) {
  try {
    const Json document = Json::parse(file);
    OpenedDraw draw;
    const auto poll = PollId::parse(document.at("poll").get<std::string>());
    if (!poll) return std::unexpected("it names no poll");
    draw.poll = *poll;
    draw.seed = document.at("seed").get<std::string>();
    draw.count = document.at("count").get<std::size_t>();
    for (const Json& item : document.at("openings")) {
      const auto voter = VoterId::parse(item.at("voter").get<std::string>());
      const auto citizen = CitizenId::parse(item.at("citizen").get<std::string>());
      OpenedDraw::Entry entry;
      if (!voter || !citizen || !from_base64url(item.at("number").get<std::string>(), entry.number))
        return std::unexpected("an opening has no voter, no citizen or no number");
      entry.voter = *voter;
      entry.citizen = *citizen;
      draw.entries.push_back(entry);
    }
    return draw;
  } catch (const Json::exception& error) {
    return std::unexpected(std::string("it is not what `roll open` writes: ") + error.what());
  }
}

void RollEvidence::add(std::string source, const checkpoints::Statement& statement) {
  statements_.push_back({std::move(source), statement, false});
}

void RollEvidence::add(std::string source, OpenedDraw draw) {
  draws_.push_back({std::move(source), std::move(draw), false});
}

std::size_t RollEvidence::drawn() const {
  std::size_t drawn = 0;
  for (const auto& draw : draws_) drawn += draw.what.entries.size();
  return drawn;
}

std::vector<CitizenId> RollEvidence::drawn_citizens() const {
  std::vector<CitizenId> citizens;
  for (const auto& draw : draws_) {
    for (const auto& entry : draw.what.entries) citizens.push_back(entry.citizen);
  }
  return citizens;
}

bool RollEvidence::concerns(const PollId& poll) const {
  const auto is_about = [&](const auto& one) { return one.what.poll == poll; };
  return std::ranges::any_of(statements_, is_about) || std::ranges::any_of(draws_, is_about);
}

void RollEvidence::check(const LedgerId& ledger, const PollId& poll, const poll::RollCompleted& roll,
                         std::span<const roll::Entry> entries, const IsElector& is_elector,
                         const Find& find) {
  for (auto& [source, says, checked] : statements_) {
    if (says.poll != poll) continue;
    checked = true;
    const auto* const entry = entry_of(entries, says.voter);
    const auto binding = vault::roll_binding(ledger, poll, says.citizen, says.voter, says.number);
    if (entry == nullptr) {
      find(false, fmt::format("{}: {} is not on the roll", source, says.voter.text()));
    } else if (entry->binding != binding || says.ledger != ledger) {
      find(false, fmt::format("{}: the entry of {} on the roll is another's", source, says.voter.text()));
    } else if (entry->ballot != says.ballot) {
      find(false,
           fmt::format(
               "{}: the roll says that the ballot of {} stands at {}, the statement says {} (0: nowhere)",
               source, says.voter.text(), number(entry->ballot), number(says.ballot)));
    }
    for (const auto& other : statements_) {
      if (other.what.poll == poll && other.what.voter == says.voter && other.what.citizen < says.citizen)
        find(false, fmt::format("{} and {}: two people were shown one pseudonym, {}", other.source, source,
                                says.voter.text()));
    }
  }
  for (auto& [source, draw, checked] : draws_) {
    if (draw.poll != poll) continue;
    checked = true;
    for (const std::size_t index : drawn_entries(roll.digest, draw.seed, entries.size(), draw.count)) {
      const roll::Entry& entry = entries[index];
      const auto opened = std::ranges::find(draw.entries, entry.voter, &OpenedDraw::Entry::voter);
      if (opened == draw.entries.end()) {
        find(true,
             fmt::format("{}: the drawn entry {}, {}, is not opened", source, index, entry.voter.text()));
      } else if (vault::roll_binding(ledger, poll, opened->citizen, entry.voter, opened->number) !=
                 entry.binding) {
        find(true, fmt::format("{}: the drawn entry {}, {}, does not open to {}", source, index,
                               entry.voter.text(), opened->citizen.text()));
      } else if (!is_elector(opened->citizen)) {
        find(true, fmt::format("{}: the drawn entry {}, {}, is of {}, whom the poll did not admit", source,
                               index, entry.voter.text(), opened->citizen.text()));
      }
    }
  }
}

void RollEvidence::finish(const Find& find) const {
  for (const auto& [source, says, checked] : statements_) {
    if (!checked) find(false, fmt::format("{}: the log has no roll of {}", source, says.poll.text()));
  }
  for (const auto& [source, draw, checked] : draws_) {
    if (!checked) find(true, fmt::format("{}: the log has no roll of {}", source, draw.poll.text()));
  }
}

}  // namespace stimmbuch::program
