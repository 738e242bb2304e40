#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/project.hpp"
#include "stimmbuch/domain/refusal.hpp"

// A text of the town within a project, about which citizens are consulted: in versions, each with all its
// paragraphs. A paragraph keeps its id as long as it is the same one, wherever it stands.
namespace stimmbuch::document {

struct Paragraph {
  ParagraphId id;
  LocalizedText text;

  friend bool operator==(const Paragraph&, const Paragraph&) = default;
};

// One version as a whole.
struct Edition {
  LocalizedText title;
  Languages machine_translated = {};  // languages of the title and the paragraphs that no person wrote
  std::vector<Paragraph> paragraphs;
};

// The code points [from, to) of a paragraph in one language, and what stands there.
struct Passage {
  DocumentId document;
  std::uint32_t version = 1;
  ParagraphId paragraph;
  std::string language;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::string quote;

  friend bool operator==(const Passage&, const Passage&) = default;
};

// ---- commands

struct PublishDocument {
  ProjectId project;
  Edition edition;
};

// A new version, which replaces the one before.
struct ReviseDocument {
  Edition edition;
};

using Command = std::variant<PublishDocument, ReviseDocument>;

// ---- events

// The first version. Its paragraphs, here and below so many, come in the records behind it.
struct Published {
  ProjectId project;
  LocalizedText title;
  Languages machine_translated = {};
  std::uint32_t paragraphs = 0;

  friend bool operator==(const Published&, const Published&) = default;
};

struct Revised {
  std::uint32_t version = 2;
  LocalizedText title;
  Languages machine_translated = {};
  std::uint32_t paragraphs = 0;

  friend bool operator==(const Revised&, const Revised&) = default;
};

struct ParagraphsAdded {
  std::vector<Paragraph> paragraphs;

  friend bool operator==(const ParagraphsAdded&, const ParagraphsAdded&) = default;
};

using Event = std::variant<Published, Revised, ParagraphsAdded>;

// ---- state

struct State {
  ProjectId project;
  std::uint32_t version = 0;          // the newest; 0: there is no such document
  std::uint32_t announced = 0;        // paragraphs of it
  std::vector<Paragraph> paragraphs;  // those whose records have come

  bool is_published() const { return version > 0; }
  // Whether all records of the newest version have come.
  bool is_whole() const { return paragraphs.size() == announced; }
  // A paragraph of the newest version in one language; null if it is not there.
  const std::string* text(const ParagraphId& paragraph, std::string_view language) const;
};

constexpr std::size_t paragraphs_max = 500;
constexpr std::size_t paragraph_bytes_max = 3000;  // in each language
constexpr std::uint32_t versions_max = 100;

// Whether the passage stands in the newest version of the document.
std::expected<void, Rejection> check_passage(const State& document, const Passage& passage);

// Where a passage stands in the newest version of its document that stood at `from` in the one before: in the
// same paragraph and language, at the first code point of the same words; where they occur more than once the
// nearest, and of two as near the earlier. Nothing if it stands there no more.
std::optional<std::uint32_t> find_again(const State& document, const Passage& passage, std::uint32_t from);

// What the rules must know from outside the stream.
struct Context {
  project::Status project = project::Status::unknown;  // of the document's project
};

State evolve(State state, const Event& event, const Recorded& recorded);

std::expected<std::vector<Event>, Rejection> decide(const State& state, const Command& command,
                                                    const Context& context);

}  // namespace stimmbuch::document
