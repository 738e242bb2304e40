#pragma once

#include <tuple>

#include "stimmbuch/domain/document.hpp"
#include "stimmbuch/eventstore/codec/described.hpp"

// How documents are written; see domain_members.hpp.
namespace stimmbuch::codec {

// ---- values

template <>
inline constexpr auto members<document::Paragraph> =
    std::tuple{required("id", &document::Paragraph::id), required("text", &document::Paragraph::text)};
template <>
inline constexpr auto members<document::Passage> = std::tuple{
    required("document", &document::Passage::document),   required("version", &document::Passage::version),
    required("paragraph", &document::Passage::paragraph), required("language", &document::Passage::language),
    required("from", &document::Passage::from),           required("to", &document::Passage::to),
    required("quote", &document::Passage::quote)};

// ---- events

template <>
inline constexpr auto members<document::Published> = std::tuple{
    required("project", &document::Published::project), required("title", &document::Published::title),
    if_any("machine_translated", &document::Published::machine_translated),
    required("paragraphs", &document::Published::paragraphs)};
template <>
inline constexpr auto members<document::Revised> =
    std::tuple{required("version", &document::Revised::version), required("title", &document::Revised::title),
               if_any("machine_translated", &document::Revised::machine_translated),
               required("paragraphs", &document::Revised::paragraphs)};
template <>
inline constexpr auto members<document::ParagraphsAdded> =
    std::tuple{required("paragraphs", &document::ParagraphsAdded::paragraphs)};

}  // namespace stimmbuch::codec
