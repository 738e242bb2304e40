// What everybody may read when the year is over.
#include <fmt/format.h>

#include "cli/tally_view.hpp"
#include "demo/demo.hpp"
#include "demo/pictures.hpp"
#include "demo/reading.hpp"
#include "demo/town.hpp"

namespace stimmbuch::program {

void Demo::print(std::string_view heading, const std::vector<std::string>& lines) {
  console_.print(fmt::format("\n{}\n", heading));
  for (const std::string& line : lines) console_.print(line);
}

std::expected<void, Failure> Demo::show() {
  const auto language = language_of_user();
  const auto project = server_.get(fmt::format("/v1/projects/{}", contest_project));
  if (!project) return std::unexpected(project.error());
  print("Projects", project_lines(*project, language));
  const auto projects = server_.get("/v1/projects");
  if (!projects) return std::unexpected(projects.error());
  for (const Json& other : projects->value("items", Json::array())) {
    if (other.value("project", "") != contest_project)
      console_.print(fmt::format("{}: {}", localized(other.at("title"), language),
                                 localized(other.value("summary", Json::object()), language)));
  }
  const auto proposals =
      server_.get(fmt::format("/v1/contributions?project={}&phase={}&kind=proposal&sort=supported&limit=7",
                              contest_project, contest_phase));
  if (!proposals) return std::unexpected(proposals.error());
  print("Proposals by support", proposal_lines(*proposals, console_.width()));

  const auto poll = server_.get(fmt::format("/v1/polls/{}", vote_poll));
  if (!poll) return std::unexpected(poll.error());
  // What was said to the first idea has a comment that a moderator took away.
  const auto idea =
      fmt::format("/v1/contributions/{}", poll->at("options").at(0).at("origin").value("proposal", ""));
  const auto proposal = server_.get(idea);
  if (!proposal) return std::unexpected(proposal.error());
  const auto replies = server_.get(fmt::format("{}/replies?limit={}", idea, page));
  if (!replies) return std::unexpected(replies.error());
  print("A discussion", discussion_lines(*proposal, *replies, console_.width()));

  const auto survey = server_.get(fmt::format("/v1/surveys/{}", survey_id));
  if (!survey) return std::unexpected(survey.error());
  const auto results = server_.get(fmt::format("/v1/surveys/{}/results", survey_id));
  if (!results) return std::unexpected(results.error());
  print("A survey", survey_lines(*survey, *results, language, console_.width()));

  const auto tally = server_.get(tally_path());
  if (!tally) return std::unexpected(tally.error());
  print("The vote", tally_lines(*tally, localized(poll->at("title"), language), language, console_.width()));
  print("What becomes of it", milestone_lines(*project, language));
  return {};
}

}  // namespace stimmbuch::program
