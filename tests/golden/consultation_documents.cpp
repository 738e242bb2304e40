#include "golden.hpp"
#include "stimmbuch/projections/folds/contributions.hpp"
#include "stimmbuch/projections/folds/documents.hpp"
#include "stimmbuch/projections/folds/projects.hpp"

namespace stimmbuch::test {
namespace {

contribution::Submitted submitted(contribution::Kind kind, const Commitments& texts) {
  contribution::Submitted one;
  one.kind = kind;
  one.project = id<ProjectId>("park");
  one.phase = id<PhaseId>("ideas");
  one.texts = texts;
  return one;
}

// A document in three versions, in which one annotation is carried and lost, another lost and found again; a
// comment on a survey; marks within an area, one of them hidden.
LogBuilder consultation() {
  LogBuilder log;
  log.create_ledger();
  const auto park = id<ProjectId>("park");
  const Area area{{134'000'000, 525'000'000}, {135'000'000, 525'000'000}, {134'500'000, 526'000'000}};
  log.add(park, project::Opened{title("Park"), {}, {}, false, area});
  project::Phase phase{id<PhaseId>("ideas"), title("Ideas"), may_third, may_third + std::chrono::hours{24}};
  phase.features = {project::Feature::comment, project::Feature::mark};
  phase.categories = {{id<CategoryId>("dark"), title("Dark")}};
  log.add(park, project::PhaseDefined{phase});
  const auto concept_paper = id<DocumentId>("concept");
  const auto aim = id<ParagraphId>("aim");
  const document::Paragraph way{id<ParagraphId>("way"), {{"de", "Über Plätze."}}};
  log.add(concept_paper, document::Published{park, title("Concept"), {"en"}, 2},
          document::ParagraphsAdded{{{aim, {{"de", "Mehr Grün für alle."}}}, way}});

  const auto author = id<CitizenId>("c1");
  log.by(author).add(author, citizen::Registered{{{"name", {}}}});
  auto annotation = submitted(contribution::Kind::annotation, {{"text", {}}});
  annotation.passage = document::Passage{concept_paper, 1, aim, "de", 5, 9, "Grün"};
  log.add(id<ContributionId>("green"), annotation);
  annotation.passage = document::Passage{concept_paper, 1, way.id, "de", 0, 4, "Über"};
  log.add(id<ContributionId>("over"), annotation);
  log.by("anna").add(concept_paper, document::Revised{2, title("Concept"), {}, 1},
                     document::ParagraphsAdded{{{aim, {{"de", "Viel mehr Grün für alle."}}}}});
  log.add(concept_paper, document::Revised{3, title("Concept"), {}, 2},
          document::ParagraphsAdded{{{aim, {{"de", "Mehr Schatten."}}}}}, document::ParagraphsAdded{{way}});

  log.by(author);
  auto comment = submitted(contribution::Kind::comment, {{"text", {}}});
  comment.survey = id<SurveyId>("traffic");
  log.add(id<ContributionId>("well"), comment);
  auto mark = submitted(contribution::Kind::mark, {{"place", {}}, {"text", {}}, {"photo", {}}});
  mark.category = id<CategoryId>("dark");
  log.add(id<ContributionId>("lamp"), mark);
  log.add(id<ContributionId>("home"), mark);
  log.add(id<ContributionId>("lamp"), contribution::Revised{2, {{"place", {}}, {"text", {}}}, false});
  log.by("mona").add(
      id<ContributionId>("home"),
      contribution::Hidden{contribution::Manner::blocked, contribution::HidingReason::personal_data, {}});
  return log;
}

Golden document_row(const std::string& name, const std::string& key) {
  return {"documents-" + name,
          [key] { return row(projections::documents_projection(), consultation(), key); }};
}

Golden contribution_row(const std::string& name, const std::string& key) {
  return {"contributions-" + name,
          [key] { return row(projections::contributions_projection(), consultation(), key); }};
}

}  // namespace

std::vector<Golden> goldens_of_consultation() {
  return {
      document_row("newest", "document/concept"),
      document_row("first", "document/concept/1"),
      document_row("third", "document/concept/3"),
      document_row("summary", "project/park/18446744073709551611"),
      contribution_row("annotation", "document/green"),
      contribution_row("annotation-lost", "annotations/concept/00000000000000000008"),
      contribution_row("on-survey", "survey/traffic/00000000000000000014"),
      contribution_row("mark", "document/lamp"),
      contribution_row("mark-for-moderators", "document/moderation/lamp"),
      contribution_row("mark-on-map", "marks/phase/park/ideas/mark/18446744073709551600"),
      {"projects-with-area",
       [] { return row(projections::projects_projection(), consultation(), "document/park"); }},
      {"news-of-consultation", [] { return news_of(consultation()); }},
      {"trail-document", [] { return trail(consultation(), "document/concept"); }},
      {"trail-annotation", [] { return trail(consultation(), "contribution/green"); }},
      {"trail-mark", [] { return trail(consultation(), "contribution/lamp"); }},
  };
}

}  // namespace stimmbuch::test
