// The rules of documents, annotations and marks, held against a log.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/rule_replay.hpp"
#include "support/log_builder.hpp"

namespace stimmbuch::test {
namespace {

using program::RuleReplay;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const auto park = id<ProjectId>("park");
const auto ideas = id<PhaseId>("ideas");
const auto aim = id<ParagraphId>("aim");
const StreamId concept_paper = id<DocumentId>("concept");
const Actor anna = id<OfficialId>("anna");
const Actor cora = id<CitizenId>("cora");

class ConsultationReplay : public testing::Test {
 protected:
  void SetUp() override {
    take(Engine{}, id<LedgerId>("town"),
         ledger::Event{ledger::Created{id<LedgerId>("town"), ledger::Purpose::town, "town.example", {}, 1}});
    const Area area{{0, 0}, {10, 0}, {0, 10}};
    take(anna, park, project::Event{project::Opened{title("Park"), {}, {}, false, area}});
    const Time begin = on_grid(may_third, std::chrono::hours{1});
    project::Phase phase{ideas, title("Ideas"), begin, begin + std::chrono::hours{24}};
    phase.features = {project::Feature::comment, project::Feature::mark};
    phase.categories = {{id<CategoryId>("dark"), title("Dark")}};
    take(anna, park, project::Event{project::PhaseDefined{phase}});
    take(cora, id<CitizenId>("cora"), citizen::Event{citizen::Registered{}});
  }

  template <class... Events>
  void take(const Actor& actor, const StreamId& stream, const Events&... events) {
    std::size_t left = sizeof...(events);
    const auto take_one = [&](const Event& event) {
      rules_.take(stream, event, {Position{++position_}, Revision{0}, time_, actor}, --left > 0);
    };
    (take_one(Event{events}), ...);
    time_ += std::chrono::seconds{1};
  }
  void publish(std::uint32_t announced = 1) {
    take(anna, concept_paper, document::Event{document::Published{park, title("Concept"), {}, announced}},
         document::Event{document::ParagraphsAdded{{{aim, {{"de", "Mehr Grün."}}}}}});
  }
  void revise(std::uint32_t version) {
    take(anna, concept_paper, document::Event{document::Revised{version, title("Concept"), {}, 1}},
         document::Event{document::ParagraphsAdded{{{aim, {{"de", "Viel mehr Grün."}}}}}});
  }
  void contribute(const std::string& name, const contribution::Submitted& submitted) {
    take(cora, id<ContributionId>(name), contribution::Event{submitted});
  }
  static contribution::Submitted annotation(std::uint32_t from, std::uint32_t version = 1) {
    contribution::Submitted one{contribution::Kind::annotation, park, ideas, {}, 0, {}, {}, {{"text", {}}}};
    one.passage = document::Passage{id<DocumentId>("concept"), version, aim, "de", from, from + 4, "Grün"};
    return one;
  }
  static contribution::Submitted mark(std::string_view category) {
    contribution::Submitted one{contribution::Kind::mark,     park, ideas, {}, 0, {}, {},
                                {{"place", {}}, {"text", {}}}};
    one.category = id<CategoryId>(category);
    return one;
  }

  std::vector<std::string> found_;

 private:
  Time time_ = may_third;
  std::uint64_t position_ = 0;
  RuleReplay rules_{
      [this](RuleReplay::Check, Position, const std::string& detail) { found_.push_back(detail); }};
};

TEST_F(ConsultationReplay, AgreesWithALogThatTheRulesWrote) {
  publish();
  contribute("green", annotation(5));
  revise(2);
  contribute("more", annotation(10, 2));
  contribute("lamp", mark("dark"));
  take(cora, id<ContributionId>("lamp"),
       contribution::Event{contribution::Revised{2, {{"place", {}}, {"text", {}}}, false}});
  EXPECT_THAT(found_, IsEmpty());
}

TEST_F(ConsultationReplay, FindsWhatTheRulesDoNotWrite) {
  publish(2);
  revise(3);
  contribute("shifted", annotation(4));
  contribute("old", annotation(5));
  contribute("lamp", mark("wet"));
  take(cora, concept_paper, document::Event{document::ParagraphsAdded{{{aim, {{"de", "Meins."}}}}}});
  EXPECT_THAT(
      found_,
      ElementsAre(HasSubstr("the rules write something else"), HasSubstr("the rules write something else"),
                  HasSubstr("version_replaced"), HasSubstr("version_replaced"), HasSubstr("category_unknown"),
                  HasSubstr("citizen/cora may not do this"), HasSubstr("no command writes such records")));
}

}  // namespace
}  // namespace stimmbuch::test
