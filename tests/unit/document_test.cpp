#include <string>

#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

using contribution::Kind;
using contribution::Submit;
using contribution::Submitted;
using document::Edition;
using document::Paragraph;
using document::ParagraphsAdded;
using document::Passage;
using document::PublishDocument;
using document::Published;
using document::Revised;
using document::ReviseDocument;
using project::Feature;
using std::chrono::hours;

const auto the_document = id<DocumentId>("concept");
const auto ideas = id<PhaseId>("ideas");
const auto the_annotation = id<ContributionId>("note");

Paragraph paragraph(std::string_view name, std::string_view text) {
  return {id<ParagraphId>(name), words(text)};
}

Edition edition(std::vector<Paragraph> paragraphs) {
  return {words("Concept"), {}, std::move(paragraphs)};
}
Edition edition() {
  return edition({paragraph("aim", "Mehr Grün für alle."), paragraph("way", "Über Plätze.")});
}

World town() {
  World world;
  auto open = phase("ideas", noon - hours{1}, noon + hours{1});
  open.features = {Feature::comment};
  world.given(the_ledger, created(), cells())
      .given(the_project, project_opened(), project::PhaseDefined{open})
      .given(the_citizen, citizen::Registered{});
  return world;
}

// With one version of a document.
World with_document() {
  auto world = town();
  world.given(the_document, Published{the_project, words("Concept"), {}, 2},
              ParagraphsAdded{edition().paragraphs});
  return world;
}

// ---- publishing

TEST(PublishDocument, RecordsTheFirstVersionWithItsParagraphs) {
  town()
      .when(the_document, PublishDocument{the_project, edition()})
      .then(Published{the_project, words("Concept"), {}, 2}, ParagraphsAdded{edition().paragraphs});
}

TEST(PublishDocument, HappensOnceInAProjectThatIsOpen) {
  with_document()
      .when(the_document, PublishDocument{the_project, edition()})
      .then_refused(Refusal::document_exists);
  town()
      .when(the_document, PublishDocument{id<ProjectId>("pool"), edition()})
      .then_refused(Refusal::project_unknown);
  auto closed = town();
  closed.given(the_project, project::Closed{})
      .when(the_document, PublishDocument{the_project, edition()})
      .then_refused(Refusal::project_closed);
}

TEST(PublishDocument, KeepsToTheBounds) {
  const auto refused_at = [](Edition given, std::string_view where) {
    town().when(the_document, PublishDocument{the_project, given}).then_refused(Refusal::invalid, where);
    with_document().when(the_document, ReviseDocument{given}).then_refused(Refusal::invalid, where);
  };
  auto untitled = edition();
  untitled.title = {};
  refused_at(untitled, "/title");
  refused_at(edition({}), "/paragraphs");
  std::vector<Paragraph> many(501, paragraph("x", "x"));
  for (std::size_t i = 0; i < many.size(); ++i) many[i].id = id<ParagraphId>("p" + std::to_string(i));
  refused_at(edition(many), "/paragraphs");
  many.pop_back();
  town().when(the_document, PublishDocument{the_project, edition(many)}).accepted();
  // Each within its bound, and too much in all.
  for (Paragraph& each : many) each.text = {{"de", std::string(3000, 'x')}};
  refused_at(edition(many), "/paragraphs");
  refused_at(edition({paragraph("aim", "x"), paragraph("way", "")}), "/paragraphs/1/text");
  refused_at(edition({paragraph("aim", std::string(3001, 'x'))}), "/paragraphs/0/text");
  refused_at(edition({paragraph("aim", "x"), paragraph("aim", "y")}), "/paragraphs/1/id");
  auto translated = edition();
  translated.machine_translated = {"en"};
  refused_at(translated, "/machine_translated");
  translated.paragraphs[1].text["en"] = "By squares.";
  town().when(the_document, PublishDocument{the_project, translated}).accepted();
}

TEST(PublishDocument, WritesAsManyRecordsAsItsParagraphsNeed) {
  std::vector<Paragraph> long_ones;
  for (int i = 0; i < 25; ++i)
    long_ones.push_back(paragraph("p" + std::to_string(i), std::string(3000, 'x')));
  auto world = town();
  const auto decided = world.decided(the_document, PublishDocument{the_project, edition(long_ones)});
  ASSERT_TRUE(decided);
  EXPECT_EQ(decided->size(), 4U);
  world.take_all(the_document, *decided);
  const auto& state = world.state<document::State>(the_document);
  EXPECT_TRUE(state.is_whole());
  EXPECT_EQ(state.paragraphs, long_ones);
}

TEST(ReviseDocument, ReplacesAllParagraphs) {
  const auto next = edition({paragraph("way", "Über Wege.")});
  auto world = with_document()
                   .when(the_document, ReviseDocument{next})
                   .then(Revised{2, words("Concept"), {}, 1}, ParagraphsAdded{next.paragraphs});
  EXPECT_EQ(world.state<document::State>(the_document).paragraphs, next.paragraphs);
  EXPECT_EQ(world.state<document::State>(the_document).version, 2U);
}

TEST(ReviseDocument, NeedsADocumentOfAProjectThatIsOpen) {
  town().when(the_document, ReviseDocument{edition()}).then_refused(Refusal::document_unknown);
  auto closed = with_document();
  closed.given(the_project, project::Closed{})
      .when(the_document, ReviseDocument{edition()})
      .then_refused(Refusal::project_closed);
}

TEST(ReviseDocument, EndsWithTheHundredthVersion) {
  auto world = with_document();
  for (std::uint32_t version = 2; version <= document::versions_max; ++version)
    world.given(the_document, Revised{version, words("Concept"), {}, 1},
                ParagraphsAdded{{paragraph("aim", "x")}});
  world.when(the_document, ReviseDocument{edition()}).then_refused(Refusal::stream_full);
}

// ---- annotations

// "für" of the first paragraph.
Passage passage() {
  return {the_document, 1, id<ParagraphId>("aim"), "de", 10, 13, "für"};
}
Submit annotation(const Passage& passage) {
  Submit command{Kind::annotation, the_project, ideas, {}, {}, "de", {{"text", commitment()}}};
  command.passage = passage;
  return command;
}
void expect_refused(const Passage& passage, Refusal refusal, std::string_view where) {
  with_document().by(the_citizen).when(the_annotation, annotation(passage)).then_refused(refusal, where);
}

TEST(Annotate, RecordsThePassageWithItsWords) {
  Submitted expected{Kind::annotation, the_project, ideas, {}, 0, {}, "de", {{"text", commitment()}}};
  expected.passage = passage();
  with_document().by(the_citizen).when(the_annotation, annotation(passage())).then(expected);
}

TEST(Annotate, NeedsADocumentOfTheProject) {
  auto other = passage();
  other.document = id<DocumentId>("plan");
  expect_refused(other, Refusal::document_unknown, "/passage/document");
  auto world = with_document();
  world.given(id<DocumentId>("plan"), Published{id<ProjectId>("pool"), words("Plan"), {}, 1},
              ParagraphsAdded{{paragraph("aim", "x")}});
  world.by(the_citizen)
      .when(the_annotation, annotation(other))
      .then_refused(Refusal::document_unknown, "/passage/document");
}

TEST(Annotate, NeedsTheNewestVersion) {
  auto unwritten = passage();
  unwritten.version = 2;
  expect_refused(unwritten, Refusal::version_unknown, "/passage/version");
  unwritten.version = 0;
  expect_refused(unwritten, Refusal::version_unknown, "/passage/version");
  auto revised = with_document();
  revised
      .given(the_document, Revised{2, words("Concept"), {}, 1},
             ParagraphsAdded{{paragraph("aim", "Mehr Grün für alle.")}})
      .by(the_citizen)
      .when(the_annotation, annotation(passage()))
      .then_refused(Refusal::version_replaced, "/passage/version");
}

TEST(Annotate, QuotesWhatStandsThere) {
  auto elsewhere = passage();
  elsewhere.paragraph = id<ParagraphId>("cost");
  expect_refused(elsewhere, Refusal::paragraph_unknown, "/passage/paragraph");
  auto foreign = passage();
  foreign.language = "en";
  expect_refused(foreign, Refusal::paragraph_unknown, "/passage/paragraph");
  auto shifted = passage();
  shifted.from = 11;
  shifted.to = 14;
  expect_refused(shifted, Refusal::quote_differs, "/passage/quote");
  auto longer = passage();
  longer.to = 14;
  expect_refused(longer, Refusal::quote_differs, "/passage/quote");
  auto beyond = passage();
  beyond.to = 100;
  expect_refused(beyond, Refusal::quote_differs, "/passage/quote");
  auto empty = passage();
  empty.to = empty.from;
  empty.quote = "";
  expect_refused(empty, Refusal::invalid, "/passage/to");
  auto whole = passage();
  whole.from = 0;
  whole.to = 19;
  whole.quote = "Mehr Grün für alle.";
  with_document().by(the_citizen).when(the_annotation, annotation(whole)).accepted();
}

TEST(Annotate, NeedsAPassageAndIsNothingElse) {
  auto without = annotation(passage());
  without.passage.reset();
  auto world = with_document();
  world.by(the_citizen).when(the_annotation, without).then_refused(Refusal::invalid, "/passage");
  auto comment = annotation(passage());
  comment.kind = Kind::comment;
  world.when(the_annotation, comment).then_refused(Refusal::invalid, "/passage");
  auto answering = annotation(passage());
  answering.parent = id<ContributionId>("bench");
  world.when(the_annotation, answering).then_refused(Refusal::invalid, "/parent");
  auto titled = annotation(passage());
  titled.texts = {{"text", commitment()}, {"title", commitment()}};
  world.when(the_annotation, titled).then_refused(Refusal::invalid);
}

TEST(Annotate, IsRepliedToByComments) {
  auto world = with_document().by(the_citizen).when(the_annotation, annotation(passage())).accepted();
  Submit reply{Kind::comment, the_project, ideas, the_annotation, {}, "de", {{"text", commitment()}}};
  world.when(id<ContributionId>("reply"), reply).accepted();
}

// ---- where a passage stands in the next version

std::optional<std::uint32_t> found(std::string_view text, std::string_view quote, std::uint32_t from) {
  document::State next;
  next.paragraphs = {paragraph("aim", text)};
  Passage passage{the_document, 1, id<ParagraphId>("aim"), "de", 0, 1, std::string(quote)};
  return document::find_again(next, passage, from);
}

TEST(APassage, IsFoundAtTheNearestPlaceOfItsWords) {
  EXPECT_EQ(found("ein Baum, noch ein Baum", "Baum", 4), 4U);
  EXPECT_EQ(found("ein Baum, noch ein Baum", "Baum", 19), 19U);
  EXPECT_EQ(found("ein Baum, noch ein Baum", "Baum", 100), 19U);
  EXPECT_EQ(found("x..x", "x", 1), 0U);
  EXPECT_EQ(found("x.x", "x", 1), 0U);  // of two as near the earlier
  EXPECT_EQ(found("ababa", "aba", 2), 2U);
}

TEST(APassage, IsCountedInCodePoints) {
  EXPECT_EQ(found("äöü𝄞x", "x", 0), 4U);
  EXPECT_EQ(found("äöü𝄞x", "ü𝄞", 0), 2U);
}

TEST(APassage, IsLostWithItsWordsItsParagraphOrItsLanguage) {
  EXPECT_EQ(found("ein Strauch", "Baum", 4), std::nullopt);
  document::State next;
  next.paragraphs = {paragraph("way", "ein Baum")};
  Passage passage{the_document, 1, id<ParagraphId>("aim"), "de", 4, 8, "Baum"};
  EXPECT_EQ(document::find_again(next, passage, 4), std::nullopt);
  next.paragraphs = {{id<ParagraphId>("aim"), {{"en", "ein Baum"}}}};
  EXPECT_EQ(document::find_again(next, passage, 4), std::nullopt);
}

}  // namespace
}  // namespace stimmbuch::test
