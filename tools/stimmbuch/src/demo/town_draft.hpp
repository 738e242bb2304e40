#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cli/console.hpp"

// The draft on which the town of the demo consults its citizens, in the project for dialogue. As all texts of
// the demo it is made up.
namespace stimmbuch::program {

inline constexpr std::string_view draft_id = "leitlinien";

struct Paragraph {
  std::string_view id;
  std::string_view de;
  std::string_view en;
};

// What people say to a passage, in German.
struct Objection {
  std::string_view paragraph;
  std::string_view quote;
  std::string_view text;
  std::uint32_t weight;  // how many say so, relative to the others
};

struct Edition {
  std::span<const Paragraph> paragraphs;
  std::span<const Objection> objections;
};

// What the town publishes first, and what it makes of that.
std::span<const Edition, 2> draft_editions();

// German words of an edition; nothing if it has no such paragraph.
std::optional<std::string_view> words_of(const Edition& edition, std::string_view paragraph);

// Bodies of commands: a document or its next version, and the passage of an annotation to an edition.
Json draft_body(const Edition& edition);
Json passage_body(std::size_t edition, const Objection& objection);

// The code points [from, to) of a text in UTF-8.
std::string_view cut(std::string_view text, std::size_t from, std::size_t to);

}  // namespace stimmbuch::program
