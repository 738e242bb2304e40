#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "stimmbuch/domain/domain.hpp"

// Values of the domain with a default for everything, so that what a test sets is what the test is about.
namespace stimmbuch::test {

template <class AnyId>
AnyId id(std::string_view text) {
  return AnyId::parse(text).value();
}

inline const auto the_ledger = id<LedgerId>("town");
inline const auto the_citizen = id<CitizenId>("cora");
inline const auto the_project = id<ProjectId>("park");
inline const auto the_poll = id<PollId>("trees");
inline const auto the_voter = id<VoterId>("v0");
inline const BallotId the_ballot{the_poll, the_voter};
inline const auto ada = id<OfficialId>("ada");
inline const auto ben = id<OfficialId>("ben");

// The time of everything that needs no other; on the default grid.
constexpr Time noon = std::chrono::sys_days{std::chrono::year{2026} / 5 / 3} + std::chrono::hours{12};

inline LocalizedText words(std::string_view text) {
  return {{"de", std::string(text)}};
}

inline Commitment commitment(std::string_view of = "x") {
  Commitment bytes{};
  for (std::size_t i = 0; i < of.size() && i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(of[i]);
  return bytes;
}

// ---- ledger

inline ledger::Created created() {
  return {the_ledger, ledger::Purpose::town, "town.example/log", PublicKey{}, 1};
}

// Levels low < high (with registry identity), districts north and south, age bands old and young.
inline ledger::CellsDeclared cells() {
  return {{{id<LevelId>("low"), words("Low"), false}, {id<LevelId>("high"), words("High"), true}},
          {{id<DistrictId>("north"), words("North")}, {id<DistrictId>("south"), words("South")}},
          {{id<AgeBandId>("old"), 1900, 1999}, {id<AgeBandId>("young"), 2000, 2010}}};
}

// ---- citizens

inline citizen::Cell cell(std::string_view level) {
  return {id<LevelId>(level), std::nullopt, std::nullopt};
}

inline citizen::Cell cell(std::string_view level, std::string_view district, std::string_view age_band) {
  return {id<LevelId>(level), id<DistrictId>(district), id<AgeBandId>(age_band)};
}

inline citizen::Verified verified(citizen::Cell own) {
  return {std::move(own), "id-card", ada};
}

// ---- projects

inline project::Opened project_opened() {
  return {words("Park"), {}};
}

inline project::Phase phase(std::string_view name, Time opens, Time closes) {
  return {id<PhaseId>(name), words(name), opens, closes};
}

// ---- polls

inline OptionId option(std::string_view name) {
  return id<OptionId>(name);
}

// Options without costs: a title from the id.
template <std::convertible_to<std::string_view>... Names>
std::vector<poll::Option> options(Names... names) {
  return {poll::Option{option(names), words(names), {}, std::nullopt, true}...};
}

inline poll::Option priced(std::string_view name, Money cost) {
  return {option(name), words(name), {}, cost, true};
}

inline std::vector<OptionId> option_ids(const std::vector<poll::Option>& options) {
  std::vector<OptionId> ids;
  for (const poll::Option& each : options) ids.push_back(each.id);
  return ids;
}

inline poll::Rule spends(poll::RuleKind kind, Money budget, std::int64_t threshold = 0) {
  poll::Rule rule;
  rule.kind = kind;
  rule.budget = budget;
  rule.threshold = threshold;
  return rule;
}

// One choice, the option with the most votes wins, open to all, changeable, no announced times.
inline poll::Terms terms(const std::invocable<poll::Terms&> auto& set) {
  poll::Terms terms;
  terms.project = the_project;
  terms.title = words("Which trees?");
  set(terms);
  return terms;
}
inline poll::Terms terms() {
  return terms([](poll::Terms&) {});
}

inline poll::CountPoll count_poll(Revision revision, poll::Count count) {
  return {revision, {}, std::move(count), "test", Position{1}, Position{2}};
}

// ---- ballots

template <std::convertible_to<std::string_view>... Names>
ballot::Choices choose(Names... names) {
  return {ballot::Choice{option(names), 0}...};
}

inline ballot::Choice points(std::string_view name, std::int32_t points) {
  return {option(name), points};
}

template <std::convertible_to<std::string_view>... Names>
ballot::CastVote cast(Names... names) {
  return {choose(names...)};
}

template <std::convertible_to<std::string_view>... Names>
ballot::VoteCast vote_cast(Names... names) {
  return {choose(names...), ballot::Channel::online, std::nullopt};
}

inline ballot::VoteChanged vote_changed(ballot::Choices choices, ballot::Choices replaced) {
  return {std::move(choices), std::move(replaced), ballot::Channel::online, std::nullopt};
}

inline ballot::VoteWithdrawn vote_withdrawn(ballot::Choices replaced) {
  return {std::move(replaced), ballot::Channel::online, std::nullopt};
}

}  // namespace stimmbuch::test
