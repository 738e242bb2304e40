// Where the projection says that annotations stand, against a naive search at every position of the log.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "stimmbuch/projections/folds/contributions.hpp"
#include "stimmbuch/projections/folds/documents.hpp"
#include "support/memory_views.hpp"
#include "support/random.hpp"

namespace stimmbuch::test {
namespace {

using nlohmann::json;

// One code point each, in as many bytes as there may be.
const std::vector<std::string> letters{"a", "b", "ä", "€", "𝄞"};

using Letters = std::vector<std::string>;

std::string joined(const Letters& text) {
  std::string all;
  for (const auto& letter : text) all += letter;
  return all;
}

// A document in random versions and what people annotate in them.
class Consultation {
 public:
  explicit Consultation(Random& random) : random_(random) {
    log.create_ledger();
    log.open_project("park");
    publish();
  }

  void step() {
    if (random_.chance(25)) return publish();
    if (!texts().empty()) annotate();
  }

  // The versions in which an annotation is looked for, and where it is found in each.
  json expected(const std::string& annotation) const {
    const Made& made = annotations.at(annotation);
    json places = json::array();
    std::size_t last = made.from;
    for (std::size_t version = made.version + 1; version <= versions.size(); ++version) {
      json place{{"version", version}, {"state", "lost"}};
      const auto& paragraphs = versions[version - 1];
      const auto text = paragraphs.find(made.paragraph);
      std::optional<std::size_t> nearest;
      for (std::size_t at = 0; text != paragraphs.end() && at + made.quote.size() <= text->second.size();
           ++at) {
        const auto begin = text->second.begin() + static_cast<std::ptrdiff_t>(at);
        if (!std::equal(made.quote.begin(), made.quote.end(), begin)) continue;
        const auto distance = [&](std::size_t from) { return from < last ? last - from : from - last; };
        if (!nearest || distance(at) < distance(*nearest)) nearest = at;
      }
      if (nearest) {
        place["state"] = "carried";
        place["from"] = last = *nearest;
        place["to"] = *nearest + made.quote.size();
      }
      places.push_back(place);
    }
    return places;
  }

  struct Made {
    std::size_t version = 0;
    std::string paragraph;
    std::size_t from = 0;
    Letters quote;
  };

  LogBuilder log;
  std::vector<std::map<std::string, Letters>> versions;
  std::map<std::string, Made> annotations;

 private:
  const std::map<std::string, Letters>& texts() const { return versions.back(); }

  Letters words() {
    Letters text(static_cast<std::size_t>(random_.between(1, 8)));
    for (auto& letter : text) letter = random_.pick(letters);
    return text;
  }

  // Most paragraphs stay as they are or change a little.
  Letters changed(Letters text) {
    if (random_.chance(40)) return text;
    if (random_.chance(20)) return words();
    const auto more = words();
    text.insert(text.begin() + static_cast<std::ptrdiff_t>(random_.index(text.size() + 1)), more.begin(),
                more.end());
    return text;
  }

  void publish() {
    std::map<std::string, Letters> next;
    for (const std::string name : {"p", "q", "r"}) {
      if (random_.chance(20)) continue;
      const auto earlier = versions.empty() ? next.end() : versions.back().find(name);
      const bool is_new = versions.empty() || earlier == versions.back().end();
      next[name] = is_new ? words() : changed(earlier->second);
    }
    if (next.empty()) next["p"] = words();
    versions.push_back(next);
    std::vector<document::Paragraph> paragraphs;
    for (const auto& [name, text] : next)
      paragraphs.push_back({id<ParagraphId>(name), {{"de", joined(text)}}});
    const auto count = static_cast<std::uint32_t>(paragraphs.size());
    const auto version = static_cast<std::uint32_t>(versions.size());
    const auto document = id<DocumentId>("concept");
    // In one record or in two, as the size may need.
    std::vector<document::Paragraph> rest(paragraphs.begin() + 1, paragraphs.end());
    paragraphs.resize(1);
    const document::ParagraphsAdded first{paragraphs}, second{rest};
    const auto add = [&](const auto& begin) {
      if (rest.empty())
        log.add(document, begin, first);
      else
        log.add(document, begin, first, second);
    };
    if (version == 1)
      add(document::Published{id<ProjectId>("park"), title("Concept"), {}, count});
    else
      add(document::Revised{version, title("Concept"), {}, count});
  }

  void annotate() {
    const auto paragraph =
        std::next(texts().begin(), static_cast<std::ptrdiff_t>(random_.index(texts().size())));
    const Letters& text = paragraph->second;
    const std::size_t from = random_.index(text.size());
    const std::size_t to = random_.between<std::size_t>(from + 1, text.size());
    const Letters quote(text.begin() + static_cast<std::ptrdiff_t>(from),
                        text.begin() + static_cast<std::ptrdiff_t>(to));
    const std::string name = "a" + std::to_string(annotations.size());
    annotations[name] = {versions.size(), paragraph->first, from, quote};
    contribution::Submitted submitted;
    submitted.kind = contribution::Kind::annotation;
    submitted.project = id<ProjectId>("park");
    submitted.phase = id<PhaseId>("ideas");
    submitted.texts = {{"text", {}}};
    submitted.passage = document::Passage{id<DocumentId>("concept"),
                                          static_cast<std::uint32_t>(versions.size()),
                                          id<ParagraphId>(paragraph->first),
                                          "de",
                                          static_cast<std::uint32_t>(from),
                                          static_cast<std::uint32_t>(to),
                                          joined(quote)};
    log.by(Actor{id<CitizenId>("cora")}).add(id<ContributionId>(name), submitted);
  }

  Random& random_;
};

json document_of(Folding& folding, const std::string& name) {
  return json::parse(folding.views.document(name));
}

TEST(Annotations, StandWhereANaiveSearchFindsThemAtEveryPosition) {
  for_seeds(40, [](Random& random) {
    Consultation people(random);
    Folding folding(projections::contributions_projection());
    for (int steps = 0; steps < 40; ++steps) {
      people.step();
      folding.catch_up(people.log, random.between<std::size_t>(1, 3));
      for (const auto& [name, made] : people.annotations)
        ASSERT_EQ(document_of(folding, name).at("later_versions"), people.expected(name)) << name;
    }
  });
}

TEST(Documents, AreShownInEveryVersionHoweverTheRecordsAreCut) {
  for_seeds(20, [](Random& random) {
    Consultation people(random);
    for (int steps = 0; steps < 20; ++steps) people.step();
    Folding whole(projections::documents_projection());
    whole.catch_up(people.log);
    Folding piecemeal(projections::documents_projection());
    piecemeal.catch_up(people.log, 1);
    EXPECT_EQ(whole.views.rows(), piecemeal.views.rows());
    for (std::size_t version = 1; version <= people.versions.size(); ++version) {
      const auto shown = document_of(whole, "concept/" + std::to_string(version));
      ASSERT_EQ(shown.at("paragraphs").size(), people.versions[version - 1].size());
      for (const json& paragraph : shown.at("paragraphs"))
        EXPECT_EQ(paragraph.at("text").at("de"),
                  joined(people.versions[version - 1].at(paragraph.at("id").get<std::string>())));
    }
    EXPECT_EQ(document_of(whole, "concept").at("version"), people.versions.size());
  });
}

}  // namespace
}  // namespace stimmbuch::test
