#pragma once

#include <tuple>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/codec/described.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

// How the domain's states stand in rows. Rows are derived data: a change here needs nothing but a new version
// of the projections that keep them.
namespace stimmbuch::codec {

inline void write(Writer& out, const Actor& actor) {
  out.plain(actor_text(actor));
}
inline bool read(Reader& in, Actor& actor) {
  std::string_view text;
  if (!in.plain(text)) return false;
  const auto parsed = parse_actor(text);
  if (!parsed) return in.fail();
  actor = *parsed;
  return true;
}

template <>
inline constexpr auto members<ledger::State> =
    std::tuple{if_any("created", &ledger::State::created), unless("epoch", &ledger::State::epoch, 1U),
               if_any("levels", &ledger::State::levels), if_any("districts", &ledger::State::districts),
               if_any("age_bands", &ledger::State::age_bands)};

template <>
inline constexpr auto names<citizen::Erasure> =
    std::to_array<std::string_view>({"none", "requested", "completed"});
template <>
inline constexpr auto members<citizen::State> =
    std::tuple{unless("registered", &citizen::State::registered, false),
               unless("blocked", &citizen::State::blocked, false),
               unless("erasure", &citizen::State::erasure, citizen::Erasure::none),
               if_any("cell", &citizen::State::cell)};

template <>
inline constexpr auto members<project::MilestoneState> = std::tuple{
    required("id", &project::MilestoneState::id), if_any("reported", &project::MilestoneState::reported)};
// Without its contests, which only the end of their secrets depends on.
template <>
inline constexpr auto members<project::State> = std::tuple{
    required("status", &project::State::status), if_any("phases", &project::State::phases),
    if_any("milestones", &project::State::milestones),
    unless("premoderated", &project::State::premoderated, false), if_any("area", &project::State::area)};

template <>
inline constexpr auto members<contribution::Hiding> =
    std::tuple{required("position", &contribution::Hiding::position),
               required("by", &contribution::Hiding::by),
               required("manner", &contribution::Hiding::manner),
               unless("lifted", &contribution::Hiding::lifted, false),
               if_any("appeal", &contribution::Hiding::appeal),
               unless("appeal_decided", &contribution::Hiding::appeal_decided, false)};
template <>
inline constexpr auto members<contribution::State> =
    std::tuple{unless("submitted", &contribution::State::submitted, false),
               required("kind", &contribution::State::kind),
               required("project", &contribution::State::project),
               required("phase", &contribution::State::phase),
               if_any("author", &contribution::State::author),
               required("version", &contribution::State::version),
               required("released", &contribution::State::released),
               unless("depth", &contribution::State::depth, 0U),
               required("status", &contribution::State::status),
               unless("withdrawn", &contribution::State::withdrawn, false),
               unless("merged", &contribution::State::merged, false),
               unless("removed", &contribution::State::removed, false),
               unless("texts_destroyed", &contribution::State::texts_destroyed, false),
               if_any("hidings", &contribution::State::hidings)};

template <>
inline constexpr auto members<document::State> = std::tuple{
    required("project", &document::State::project), required("version", &document::State::version),
    required("announced", &document::State::announced), if_any("paragraphs", &document::State::paragraphs)};

// Without what only the end of its secret depends on, and without what was released.
template <>
inline constexpr auto members<survey::State> =
    std::tuple{required("status", &survey::State::status), if_any("terms", &survey::State::terms),
               if_any("questions", &survey::State::questions)};

template <>
inline constexpr auto names<poll::Proposal::Kind> =
    std::to_array<std::string_view>({"cancellation", "annulment", "lot"});
template <>
inline constexpr auto members<poll::Proposal> =
    std::tuple{required("kind", &poll::Proposal::kind), required("position", &poll::Proposal::position),
               required("by", &poll::Proposal::by), if_any("order", &poll::Proposal::order)};
template <>
inline constexpr auto members<poll::Result> =
    std::tuple{required("position", &poll::Result::position),
               unless("outdated", &poll::Result::outdated, false), required("by", &poll::Result::by),
               if_any("ties", &poll::Result::ties), if_any("options", &poll::Result::options)};
// Without what only the end of its secrets depends on, which no view shows.
template <>
inline constexpr auto members<poll::State> =
    std::tuple{required("status", &poll::State::status),
               if_any("terms", &poll::State::terms),
               if_any("options", &poll::State::options),
               if_any("withdrawn", &poll::State::withdrawn),
               if_any("opened", &poll::State::opened),
               if_any("closed", &poll::State::closed),
               if_any("revision", &poll::State::revision),
               if_any("result", &poll::State::result),
               if_any("proposal", &poll::State::proposal),
               if_any("lot", &poll::State::lot),
               unless("roll", &poll::State::roll, false),
               unless("sealed", &poll::State::sealed, false),
               if_any("roll_completed", &poll::State::roll_completed),
               if_any("openings_completed", &poll::State::openings_completed),
               if_any("unsealed", &poll::State::unsealed)};

template <>
inline constexpr auto members<poll::OptionTally> =
    std::tuple{required("votes", &poll::OptionTally::votes), required("score", &poll::OptionTally::score)};
template <>
inline constexpr auto members<poll::Tally> =
    std::tuple{required("figures", &poll::Tally::figures), if_any("options", &poll::Tally::options)};

}  // namespace stimmbuch::codec
