// What the town asks its citizens.
#include <utility>

#include <fmt/format.h>

#include "demo/deeds.hpp"
#include "demo/town.hpp"
#include "demo/town_draft.hpp"
#include "demo/town_year.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t words_released = 3;

}  // namespace

std::expected<void, Failure> TownYear::draw_map() {
  const auto body = [&](std::size_t number) {
    auto mark = people_.mark(number);
    Json said = contribution_body("mark", map_project, map_phase, mark.text);
    said["category"] = mark.category;
    said["place"] = std::move(mark.place);
    if (mark.photo) said["photo"] = *std::move(mark.photo);
    return said;
  };
  const auto author = [&](std::size_t number) { return people_.mark(number).author; };
  auto done = submit("marks", 0, people_.marks(), body, author, ids_of(Said::mark));
  if (done) done = reply(0, people_.replies_to_annotations());
  if (done) done = rate(Said::mark);
  return done;
}

std::expected<void, Failure> TownYear::consult() {
  const auto body = [&](std::size_t number) {
    const auto annotation = people_.annotation(number);
    Json said = contribution_body("annotation", dialogue_project, dialogue_phase, annotation.text);
    said["passage"] = passage_body(annotation.edition, annotation.objection);
    return said;
  };
  const auto author = [&](std::size_t number) { return people_.annotation(number).author; };
  const auto annotate = [&](std::size_t from, std::size_t to) {
    return submit("annotations", from, to, body, author, ids_of(Said::annotation));
  };
  Json draft = draft_body(draft_editions().front());
  draft["id"] = draft_id;
  draft["project"] = dialogue_project;
  auto done = outcome_of(give("anna", "/v1/documents", "draft", std::move(draft)));
  if (done) done = annotate(0, people_.to_second_edition());
  if (done)
    done = outcome_of(give("anna", fmt::format("/v1/documents/{}/revise", draft_id), "second",
                           draft_body(draft_editions().back())));
  if (done) done = annotate(people_.to_second_edition(), people_.annotations());
  if (done) done = reply(people_.replies_to_annotations(), people_.replies());
  if (done) done = rate(Said::annotation);
  return done;
}

std::expected<void, Failure> TownYear::reply(std::size_t from, std::size_t to) {
  const auto body = [&](std::size_t number) {
    const auto reply = people_.reply(number);
    Json said = reply.to == Said::mark
                    ? contribution_body("comment", map_project, map_phase, reply.text)
                    : contribution_body("comment", dialogue_project, dialogue_phase, reply.text);
    said["parent"] = ids_of(reply.to)[reply.answers];
    return said;
  };
  const auto author = [&](std::size_t number) { return people_.reply(number).author; };
  std::vector<std::string> ids(people_.replies());
  return submit("replies", from, to, body, author, ids);
}

// Staff read what people say in their own words, and publish some of it.
std::expected<Json, Failure> TownYear::release_words(const std::string& survey) {
  const auto said = office_.server().send(
      {.method = "GET",
       .target = fmt::format("{}/texts?question={}&limit={}", survey, words_question, words_released),
       .headers = {{"Authorization", "Bearer " + token_of("anna")}}});
  if (!said) return said;
  Json respondents = Json::array();
  for (const Json& one : said->value("items", Json::array())) respondents.push_back(one.at("respondent"));
  if (respondents.empty()) return Json();
  return give("anna", survey + "/texts/release", "words",
              {{"question", words_question}, {"respondents", std::move(respondents)}});
}

std::expected<void, Failure> TownYear::ask() {
  const std::string survey = fmt::format("/v1/surveys/{}", survey_id);
  const auto answered = all("answers", people_.citizens(),
                            [&](std::size_t i, Visitor& visitor) -> std::expected<void, Failure> {
                              auto answers = people_.answers(i);
                              if (!answers) return {};
                              const auto given = visitor.give({.method = "PUT",
                                                               .target = survey + "/answers",
                                                               .key = key_of("answers", i),
                                                               .token = tokens_[i],
                                                               .body = {{"answers", *std::move(answers)}}});
                              return outcome_of(given);
                            });
  if (!answered) return answered;
  auto done = release_words(survey);
  if (done) done = give("anna", survey + "/close", "close", {{"reason", "Die Umfrage ist zu Ende."}});
  return outcome_of(done);
}

}  // namespace stimmbuch::program
