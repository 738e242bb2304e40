#include "demo/expected.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

#include "demo/town_draft.hpp"

namespace stimmbuch::program {

namespace {

// What people made of one thing.
struct Reception {
  std::int64_t up = 0;
  std::int64_t down = 0;
  std::int64_t replies = 0;
};

// Of all of a kind, by number.
std::vector<Reception> receptions_of(const Townspeople& people, Said kind) {
  std::vector<Reception> receptions(people.count(kind));
  for (std::size_t citizen = 0; citizen < people.citizens(); ++citizen) {
    for (const auto& [number, up] : people.ratings(kind, citizen))
      ++(up ? receptions[number].up : receptions[number].down);
  }
  for (std::size_t number = 0; number < people.replies(); ++number) {
    if (const auto reply = people.reply(number); reply.to == kind) ++receptions[reply.answers].replies;
  }
  return receptions;
}

Reception reception_as_shown(const Json& contribution) {
  const Json ratings = contribution.value("ratings", Json::object());
  return {.up = ratings.value("up", std::int64_t{0}),
          .down = ratings.value("down", std::int64_t{0}),
          .replies = contribution.value("replies", std::int64_t{0})};
}

// Null once the author is erased; of what is not shown there is no such member.
Json member(const Json& contribution, std::string_view name) {
  const auto found = contribution.find(name);
  return found == contribution.end() ? Json("not there") : *found;
}

// One line, so that many of them can be sorted and compared.
std::string line(const Reception& reception, std::initializer_list<Json> said) {
  Json parts = Json::array({reception.up, reception.down, reception.replies});
  for (const Json& part : said) parts.push_back(part);
  return parts.dump();
}

// What is personal is to be read as long as its author stays.
Json unless_left(bool left, Json said) {
  return left ? Json() : std::move(said);
}

std::vector<std::string> expected_marks(const Townspeople& people) {
  const auto receptions = receptions_of(people, Said::mark);
  std::vector<std::string> marks;
  for (std::size_t number = 0; number < people.marks(); ++number) {
    const auto mark = people.mark(number);
    if (!is_shown(mark.fate)) continue;
    const bool left = people.leaves(mark.author);
    marks.push_back(line(receptions[number],
                         {mark.category, unless_left(left, people.person(mark.author).name),
                          unless_left(left, mark.text), unless_left(left, mark.place.at("coordinates")),
                          mark.photo ? unless_left(left, *mark.photo) : Json("not there")}));
  }
  std::ranges::sort(marks);
  return marks;
}

// Where the quoted words stand in the draft's second edition.
Json expected_place(const Townspeople::Annotation& annotation) {
  if (annotation.edition == 1) return "made to it";
  const auto words = words_of(draft_editions()[1], annotation.objection.paragraph);
  return words && words->contains(annotation.objection.quote) ? Json(annotation.objection.quote) : Json();
}

Json place_as_shown(const Json& annotation) {
  if (annotation.at("later_versions").empty()) return "made to it";
  const Json& stand = annotation.at("later_versions").back();
  if (stand.value("state", "") != "carried") return {};
  const auto words = words_of(draft_editions()[1], annotation.at("passage").value("paragraph", ""));
  return words ? Json(cut(*words, stand.at("from").get<std::size_t>(), stand.at("to").get<std::size_t>()))
               : Json("in no paragraph");
}

std::vector<std::string> expected_annotations(const Townspeople& people) {
  const auto receptions = receptions_of(people, Said::annotation);
  std::vector<std::string> annotations;
  for (std::size_t number = 0; number < people.annotations(); ++number) {
    const auto annotation = people.annotation(number);
    const bool left = people.leaves(annotation.author);
    const auto unless_hidden = [&](std::string said) {
      return is_shown(annotation.fate) ? unless_left(left, std::move(said)) : Json("not there");
    };
    annotations.push_back(
        line(receptions[number],
             {passage_body(annotation.edition, annotation.objection), expected_place(annotation),
              unless_hidden(people.person(annotation.author).name), unless_hidden(annotation.text)}));
  }
  std::ranges::sort(annotations);
  return annotations;
}

}  // namespace

std::string mark_as_shown(const Json& feature) {
  const Json& mark = feature.at("properties");
  const Json& place = feature.at("geometry");
  return line(reception_as_shown(mark),
              {member(mark, "category"), member(mark, "author"), member(mark, "text"),
               place.is_null() ? Json() : place.at("coordinates"), member(mark, "photo")});
}

std::string annotation_as_shown(const Json& annotation) {
  return line(reception_as_shown(annotation), {annotation.at("passage"), place_as_shown(annotation),
                                               member(annotation, "author"), member(annotation, "text")});
}

Expected expected_of(const Townspeople& people) {
  Expected expected;
  expected.supports.resize(people.proposals());
  for (const auto& comment : receptions_of(people, Said::comment))
    expected.ratings.emplace_back(comment.up, comment.down);
  for (std::size_t citizen = 0; citizen < people.citizens(); ++citizen) {
    for (const std::size_t proposal : people.supports(citizen)) ++expected.supports[proposal];
    if (const auto steps = people.ballot(citizen); !steps.empty()) {
      for (const std::string& choice : steps.back()) ++expected.votes[choice];
    }
    const auto answers = people.answers(citizen);
    if (!answers) continue;
    ++expected.respondents;
    for (const auto* const question : {"ausstattung", "nutzung"}) {
      for (const Json& option : answers->at(question))
        ++expected.answers[fmt::format("{}/{}", question, option.get<std::string>())];
    }
    ++expected.answers[fmt::format("wichtigkeit/{}", answers->at("wichtigkeit").get<int>())];
  }
  expected.marks = expected_marks(people);
  expected.annotations = expected_annotations(people);
  return expected;
}

}  // namespace stimmbuch::program
