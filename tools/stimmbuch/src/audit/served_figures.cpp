#include "audit/served_figures.hpp"

#include <fmt/format.h>

namespace stimmbuch::program {

namespace {

// The ids in all pages of a list; `target` has a query.
template <class AnyId>
std::expected<std::vector<AnyId>, Failure> all_listed(ApiClient& engine, const std::string& target,
                                                      std::string_view member) {
  std::vector<AnyId> ids;
  std::string page_target = target;
  while (true) {
    const auto page = engine.get(page_target);
    if (!page) return std::unexpected(page.error());
    for (const Json& item : page->value("items", Json::array())) {
      if (const auto id = AnyId::parse(item.value(member, ""))) ids.push_back(*id);
    }
    const auto next = page->find("next");
    if (next == page->end() || !next->is_string()) return ids;
    page_target = fmt::format("{}&cursor={}", target, next->get<std::string>());
  }
}

std::expected<void, Failure> read_tallies(ApiClient& engine, ServedFigures& served) {
  const auto polls = all_listed<PollId>(engine, "/v1/polls?limit=500", "poll");
  if (!polls) return std::unexpected(polls.error());
  for (const PollId& poll : *polls) {
    const auto document = engine.get(fmt::format("/v1/polls/{}/tally", poll.text()));
    if (!document && document.error().code == ExitCode::not_found) continue;  // never opened
    if (!document) return std::unexpected(document.error());
    if (auto claim = read_tally_claim(*document)) {
      served.tallies.push_back(std::move(*claim));
    } else {
      served.malformed_tallies.push_back(poll);
    }
  }
  return {};
}

std::expected<void, Failure> read_surveys(ApiClient& engine, ServedFigures& served) {
  const auto projects = all_listed<ProjectId>(engine, "/v1/projects?limit=500", "project");
  if (!projects) return std::unexpected(projects.error());
  for (const ProjectId& project : *projects) {
    const auto surveys = all_listed<SurveyId>(
        engine, fmt::format("/v1/surveys?limit=500&project={}", project.text()), "survey");
    if (!surveys) return std::unexpected(surveys.error());
    for (const SurveyId& survey : *surveys) {
      const auto document = engine.get(fmt::format("/v1/surveys/{}/results", survey.text()));
      if (!document) return std::unexpected(document.error());
      if (auto claim = read_survey_claim(*document)) {
        served.surveys.push_back(std::move(*claim));
      } else {
        served.malformed_surveys.push_back(survey);
      }
    }
  }
  return {};
}

}  // namespace

std::expected<ServedFigures, Failure> read_served_figures(ApiClient& engine) {
  ServedFigures served;
  if (auto read = read_tallies(engine, served); !read) return std::unexpected(read.error());
  if (auto read = read_surveys(engine, served); !read) return std::unexpected(read.error());
  return served;
}

}  // namespace stimmbuch::program
