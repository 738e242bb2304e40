#pragma once

#include <array>
#include <string_view>
#include <tuple>

#include "stimmbuch/domain/contribution.hpp"
#include "stimmbuch/domain/rating.hpp"
#include "stimmbuch/domain/report.hpp"
#include "stimmbuch/domain/support.hpp"
#include "stimmbuch/eventstore/codec/described.hpp"
#include "stimmbuch/eventstore/codec/document_members.hpp"

// How contributions and what people think of them are written; see domain_members.hpp.
namespace stimmbuch::codec {

// ---- values

template <>
inline constexpr auto names<contribution::Kind> =
    std::to_array<std::string_view>({"proposal", "comment", "annotation", "mark"});
template <>
inline constexpr auto names<contribution::Status> =
    std::to_array<std::string_view>({"received", "in_review", "accepted", "rejected", "realised"});
template <>
inline constexpr auto names<contribution::Manner> = std::to_array<std::string_view>({"removed", "blocked"});
template <>
inline constexpr auto names<contribution::HidingReason> = std::to_array<std::string_view>(
    {"spam", "off_topic", "insulting", "discriminating", "personal_data", "illegal", "duplicate", "other"});

template <>
inline constexpr auto members<contribution::Amendment> =
    std::tuple{required("proposal", &contribution::Amendment::proposal),
               required("version", &contribution::Amendment::version)};

template <>
inline constexpr auto names<Rating> =
    std::to_array<std::string_view>({"up", "down", "agree", "disagree", "pass"});

// ---- events

template <>
inline constexpr auto members<contribution::Submitted> =
    std::tuple{required("kind", &contribution::Submitted::kind),
               required("project", &contribution::Submitted::project),
               required("phase", &contribution::Submitted::phase),
               if_any("parent", &contribution::Submitted::parent),
               unless("depth", &contribution::Submitted::depth, 0U),
               if_any("amends", &contribution::Submitted::amends),
               if_any("language", &contribution::Submitted::language),
               required("texts", &contribution::Submitted::texts),
               unless("pending", &contribution::Submitted::pending, false),
               if_any("survey", &contribution::Submitted::survey),
               if_any("passage", &contribution::Submitted::passage),
               if_any("category", &contribution::Submitted::category)};
template <>
inline constexpr auto members<contribution::Revised> = std::tuple{
    required("version", &contribution::Revised::version), required("texts", &contribution::Revised::texts),
    unless("pending", &contribution::Revised::pending, false)};
template <>
inline constexpr auto members<contribution::Released> =
    std::tuple{required("version", &contribution::Released::version)};
template <>
inline constexpr auto members<contribution::Withdrawn> =
    std::tuple{if_any("successor", &contribution::Withdrawn::successor),
               required("texts", &contribution::Withdrawn::texts)};
template <>
inline constexpr auto members<contribution::Merged> = std::tuple{
    required("into", &contribution::Merged::into), required("reason", &contribution::Merged::reason)};
template <>
inline constexpr auto members<contribution::Answered> = std::tuple{
    required("status", &contribution::Answered::status), if_any("texts", &contribution::Answered::texts)};
template <>
inline constexpr auto members<contribution::Removed> = std::tuple{};
template <>
inline constexpr auto members<contribution::Hidden> = std::tuple{
    required("manner", &contribution::Hidden::manner), required("reason", &contribution::Hidden::reason),
    if_any("texts", &contribution::Hidden::texts)};
template <>
inline constexpr auto members<contribution::Restored> =
    std::tuple{required("hiding", &contribution::Restored::hiding)};
template <>
inline constexpr auto members<contribution::Appealed> = std::tuple{
    required("hiding", &contribution::Appealed::hiding), required("texts", &contribution::Appealed::texts)};
template <>
inline constexpr auto members<contribution::AppealDecided> =
    std::tuple{required("appeal", &contribution::AppealDecided::appeal),
               required("granted", &contribution::AppealDecided::granted),
               required("texts", &contribution::AppealDecided::texts)};
template <>
inline constexpr auto members<contribution::TextDestructionRequested> =
    std::tuple{inlined(&contribution::TextDestructionRequested::text)};
template <>
inline constexpr auto members<contribution::TextDestroyed> =
    std::tuple{inlined(&contribution::TextDestroyed::text)};
template <>
inline constexpr auto members<contribution::TextsDestroyed> = std::tuple{};
template <>
inline constexpr auto members<contribution::ReportsDismissed> = std::tuple{};

template <>
inline constexpr auto members<support::Given> =
    std::tuple{required("proposal", &support::Given::proposal), required("version", &support::Given::version),
               if_any("begin", &support::Given::begin)};
template <>
inline constexpr auto members<support::Renewed> = std::tuple{
    required("proposal", &support::Renewed::proposal), required("version", &support::Renewed::version)};
template <>
inline constexpr auto members<support::Withdrawn> = std::tuple{
    required("proposal", &support::Withdrawn::proposal), if_any("cease", &support::Withdrawn::cease)};

template <>
inline constexpr auto members<rating::Given> = std::tuple{
    required("contribution", &rating::Given::contribution), required("rating", &rating::Given::rating)};
template <>
inline constexpr auto members<rating::Changed> = std::tuple{
    required("contribution", &rating::Changed::contribution), required("rating", &rating::Changed::rating),
    required("replaced", &rating::Changed::replaced)};
template <>
inline constexpr auto members<rating::Withdrawn> =
    std::tuple{required("contribution", &rating::Withdrawn::contribution),
               required("replaced", &rating::Withdrawn::replaced)};

template <>
inline constexpr auto members<report::Made> = std::tuple{
    required("contribution", &report::Made::contribution), required("reason", &report::Made::reason)};

}  // namespace stimmbuch::codec
