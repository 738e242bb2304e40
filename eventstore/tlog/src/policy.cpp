#include "stimmbuch/eventstore/tlog/policy.hpp"

#include <algorithm>

#include "decimal.hpp"

namespace stimmbuch::tlog {

namespace {

constexpr std::string_view no_quorum = "none";
constexpr std::size_t members_max = 256;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

}  // namespace

std::expected<Policy, std::string> Policy::parse(std::string_view text) {
  Policy policy;
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (const auto wrong = policy.take_line(line.substr(0, line.find('#'))))
      return std::unexpected("line " + std::to_string(number) + " of the policy: " + *wrong);
  }
  if (!policy.quorum_) return std::unexpected("the policy has no quorum");
  return policy;
}

// What is wrong with it; nothing if it was taken.
std::optional<std::string> Policy::take_line(std::string_view line) {
  const auto words = words_of(line);
  if (words.empty()) return {};
  if (words[0] == "log" && (words.size() == 2 || words.size() == 3)) {
    const auto key = VerifierKey::parse(words[1]);
    if (!key || key->kind() != VerifierKey::Kind::signer) return "the key of the log is none";
    logs_.push_back(*key);
    return {};
  }
  if (words[0] == "witness" && (words.size() == 3 || words.size() == 4)) {
    const auto key = VerifierKey::parse(words[2]);
    if (!key || key->kind() != VerifierKey::Kind::witness)
      return "the key of the witness is none (Ed25519, type 4)";
    if (is_known(words[1]) || words[1] == no_quorum) return "the name " + words[1] + " is taken";
    witnesses_.push_back({words[1], *key, words.size() == 4 ? words[3] : std::string()});
    return {};
  }
  if (words[0] == "group" && words.size() >= 4) {
    Group group{.name = words[1], .needed = 0, .members = {words.begin() + 3, words.end()}};
    if (is_known(group.name) || group.name == no_quorum) return "the name " + group.name + " is taken";
    if (group.members.size() > members_max) return "the group has too many members";
    for (const auto& member : group.members)
      if (!is_known(member)) return "there is no " + member + " before this line";
    const auto needed = parse_decimal(words[2]);
    group.needed = words[2] == "all" ? group.members.size() : words[2] == "any" ? 1 : needed.value_or(0);
    if (group.needed == 0 || group.needed > group.members.size())
      return "the group needs a number that it can have";
    groups_.push_back(std::move(group));
    return {};
  }
  if (words[0] == "quorum" && words.size() == 2) {
    if (quorum_) return "there is a quorum already";
    if (words[1] != no_quorum && !is_known(words[1])) return "there is no " + words[1] + " before this line";
    quorum_ = words[1];
    return {};
  }
  return "this is not understood";
}

bool Policy::is_known(std::string_view name) const {
  return std::ranges::find(witnesses_, name, &Witness::name) != witnesses_.end() ||
         std::ranges::find(groups_, name, &Group::name) != groups_.end();
}

std::expected<std::vector<Cosigned>, std::string> Policy::cosigned(const Note& note) const {
  std::vector<Cosigned> cosigned;
  for (const Witness& witness : witnesses_) {
    const auto signature = signature_by(witness.key, note);
    if (!signature) return std::unexpected(signature.error());
    if (*signature) cosigned.push_back({witness.name, cosigned_at(**signature).value_or(0)});
  }
  return cosigned;
}

bool Policy::is_satisfied(const std::vector<Cosigned>& cosigned) const {
  return *quorum_ == no_quorum || holds(*quorum_, cosigned);
}

bool Policy::holds(std::string_view name, const std::vector<Cosigned>& cosigned) const {
  const auto group = std::ranges::find(groups_, name, &Group::name);
  if (group == groups_.end()) return std::ranges::find(cosigned, name, &Cosigned::name) != cosigned.end();
  const auto holding =
      std::ranges::count_if(group->members, [&](const auto& member) { return holds(member, cosigned); });
  return static_cast<std::size_t>(holding) >= group->needed;
}

}  // namespace stimmbuch::tlog
