// What the town asks its citizens.
#include <utility>

#include <fmt/format.h>

#include "demo/deeds.hpp"
#include "demo/town.hpp"
#include "demo/town_year.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t words_released = 3;

}  // namespace

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
