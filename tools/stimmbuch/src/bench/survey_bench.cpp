#include "bench/survey_bench.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "access/api_client.hpp"
#include "access/data_directory.hpp"
#include "bench/ballot_desk.hpp"
#include "bench/bench_engine.hpp"
#include "bench/resources.hpp"
#include "bench/served_engine.hpp"
#include "bench/submission_flow.hpp"
#include "engine_command.hpp"
#include "stimmbuch/adapters/identity/local_tokens.hpp"
#include "stimmbuch/adapters/vault/contest_secrets.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t in_flight = 4'096;
constexpr std::uint64_t answers_between_looks = 1'024;
constexpr std::chrono::hours staff_ttl{24};
constexpr std::string_view survey_name = "bench";
constexpr auto views_patience = std::chrono::seconds{120};

const Json& project() {
  static const Json body = {{"id", survey_name}, {"title", {{"en", "Benchmark"}}}};
  return body;
}

const Json& phase() {
  static const Json body = {{"id", survey_name},
                            {"title", {{"en", "Questions"}}},
                            {"opens", "2020-01-01T00:00:00Z"},
                            {"closes", "2100-01-01T00:00:00Z"},
                            {"features", {"answer"}}};
  return body;
}

const Json& draft() {
  static const Json body = Json::parse(R"({"id":"bench","project":"bench","phase":"bench",
    "title":{"en":"How do you get about?"},"least":2,"questions":[
    {"id":"age","kind":"scale","title":{"en":"Your age group"},"background":true,"from":0,"to":9},
    {"id":"way","kind":"single","title":{"en":"By what?"},"options":[
      {"id":"foot","title":{"en":"On foot"}},{"id":"bike","title":{"en":"By bike"}}]},
    {"id":"why","kind":"long_text","title":{"en":"Why?"}},
    {"id":"where","kind":"point","title":{"en":"Where?"}}]})");
  return body;
}

Commitment keep(std::string field, std::string text, std::vector<runner::VaultText>& texts) {
  auto& kept = texts.emplace_back(std::move(field), std::move(text), runner::Salt{});
  crypto::random_bytes(kept.salt);
  return crypto::commit(kept.text, kept.salt);
}

// What somebody answers follows from their number.
answers::AnswerSurvey answers_of(std::uint64_t number, std::vector<runner::VaultText>& texts) {
  answers::AnswerSurvey command;
  command.answers.emplace(*QuestionId::parse("age"), static_cast<std::int64_t>(number % 10));
  command.answers.emplace(*QuestionId::parse("way"),
                          std::vector{*OptionId::parse(number % 3 == 0 ? "foot" : "bike")});
  command.texts.emplace(
      "why", keep("why",
                  fmt::format("Because of what I told you {} times already: there is no other way from "
                              "where I live to where I work, and it takes me half an hour.",
                              number),
                  texts));
  command.texts.emplace("where", keep("where",
                                      fmt::format(R"({{"coordinates":[13.{:05},52.{:05}],"type":"Point"}})",
                                                  number * 7919 % 100'000, number * 104'729 % 100'000),
                                      texts));
  return command;
}

}  // namespace

std::expected<void, Failure> SurveyBench::open_survey(Engine& engine) {
  ApiClient admin(operator_url(data_), {});
  const auto token = mint_token(admin, "staff", "bench", staff_ttl);
  if (!token) return std::unexpected(token.error());
  ApiClient staff({.host = "127.0.0.1", .port = engine.port().value()}, token->value("token", ""));
  const auto give = [&](std::string target, std::string_view step, const Json& body) {
    return staff.give({.target = std::move(target),
                       .key = fmt::format("bench-survey-{}", step),
                       .token = {},
                       .body = body});
  };
  for (const auto& done :
       {give("/v1/projects", "project", project()), give("/v1/projects/bench/phases", "phase", phase()),
        give("/v1/surveys", "draft", draft()), give("/v1/surveys/bench/open", "open-it", {})}) {
    if (!done) return std::unexpected(done.error());
  }
  return {};
}

std::expected<void, Failure> SurveyBench::answer(Engine& engine) {
  const auto intake = engine.intake();
  const SurveyId survey = *SurveyId::parse(survey_name);
  const auto contest = intake.contests.get(survey);
  const crypto::Mac idempotency(intake.secrets.idempotency);
  const crypto::Mac derivation(intake.secrets.derivation);
  const crypto::Mac subject_key(intake.secrets.subject);
  SubmissionFlow flow(intake.runner, in_flight);
  Meter meter = console_.meter("answers", answers_);
  for (std::uint64_t number = 0; number < answers_; ++number) {
    const CitizenId citizen = bench_citizen_id(derivation, number);
    auto registration =
        submission_of(idempotency, citizen, citizen, fmt::format("bench-citizen-{:012}", number),
                      citizen::Command{citizen::RegisterCitizen{}});
    registration.identity_row =
        vault::identity_row_name(subject_key, identity::local_issuer, fmt::format("citizen-{}", number));
    flow.submit(std::move(registration));
    const VoterId voter = vault::voter_pseudonym(*contest, citizen);
    std::vector<runner::VaultText> texts;
    auto command = answers_of(number, texts);
    auto answer =
        submission_of(*contest, AnswersId{survey, voter}, voter, fmt::format("bench-answer-{:012}", number),
                      answers::Command{std::move(command)});
    answer.citizen = citizen;
    answer.texts = std::move(texts);
    answer.text_owners = {subject(citizen), subject(survey)};
    flow.submit(std::move(answer));
    if (number % answers_between_looks != 0) continue;
    meter.update(number);
    if (const auto signal = signals_.wait(std::chrono::milliseconds{0}))
      return failed(ended_by(*signal), "the benchmark was interrupted");
  }
  auto finished = flow.finish();
  meter.finish(answers_);
  return finished;
}

std::expected<Json, Failure> SurveyBench::export_rows() {
  const auto engine = ServedEngine::start(data_);
  if (!engine) return std::unexpected(engine.error());
  ApiClient admin(operator_url(data_), {});
  const auto token = mint_token(admin, "staff", "bench", staff_ttl);
  if (!token) return std::unexpected(token.error());
  ApiClient staff(engine->url(), token->value("token", ""));
  client::HttpClient files(engine->url(), token->value("token", ""));
  const auto deadline = std::chrono::steady_clock::now() + views_patience;
  while (true) {
    const auto results = staff.get("/v1/surveys/bench/results");
    if (!results) return std::unexpected(results.error());
    if (results->at("respondents") == answers_) break;
    if (std::chrono::steady_clock::now() > deadline)
      return failed(ExitCode::differences, "the results have not the answers that were given");
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  Json summary = {
      {"bench", "survey"}, {"answers", answers_}, {"server_rss_before_bytes", engine->max_rss_bytes()}};
  std::uint64_t number = 0;
  const auto asked = [&](std::string_view rows) {
    return staff.give({.target = "/v1/surveys/bench/exports",
                       .key = fmt::format("bench-survey-export-{}", ++number),
                       .token = {},
                       .body = {{"rows", rows}, {"reason", "To measure."}}});
  };
  const auto read = [&](std::string_view rows, std::string_view format) -> std::expected<void, Failure> {
    const auto position = asked(rows);
    if (!position) return std::unexpected(position.error());
    const Stopwatch time;
    std::uint64_t lines = 0;
    std::uint64_t bytes = 0;
    const auto sent = files.send_for_lines({.target = fmt::format("/v1/surveys/bench/exports/{}?format={}",
                                                                  position->value("position", ""), format)},
                                           [&](std::string_view line) {
                                             ++lines;
                                             bytes += line.size() + 1;
                                             return true;
                                           });
    if (!sent) return failed(ExitCode::failed, sent.error().message);
    const std::uint64_t heading = format == "csv" ? 1 : 0;
    if (lines != answers_ + heading)
      return failed(ExitCode::differences,
                    fmt::format("{} lines of {} for {} answers", lines, format, answers_));
    const auto name = fmt::format("{}_{}", rows, format);
    summary[name + "_seconds"] = time.seconds();
    summary[name + "_bytes"] = bytes;
    summary[name + "_server_max_rss_bytes"] = engine->max_rss_bytes();
    return {};
  };
  for (const std::string_view format : {"csv", "json", "geojson"})
    if (auto done = read("all", format); !done) return std::unexpected(done.error());
  const auto closed = staff.give({.target = "/v1/surveys/bench/close",
                                  .key = "bench-survey-close",
                                  .token = {},
                                  .body = {{"reason", "Measured."}}});
  if (!closed) return std::unexpected(closed.error());
  for (const std::string_view format : {"csv", "geojson"})
    if (auto done = read("publishable", format); !done) return std::unexpected(done.error());
  return summary;
}

std::expected<Json, Failure> SurveyBench::run() {
  {
    const auto engine = start_bench_engine(bench_engine_options(data_));
    if (!engine) return std::unexpected(engine.error());
    if (auto opened = open_survey(**engine); !opened) return std::unexpected(opened.error());
    if (auto answered = answer(**engine); !answered) return std::unexpected(answered.error());
  }
  return export_rows();
}

}  // namespace stimmbuch::program
