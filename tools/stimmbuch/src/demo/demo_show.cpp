// What everybody may read when the year is over.
#include <fmt/format.h>

#include "cli/tally_view.hpp"
#include "demo/demo.hpp"
#include "demo/pictures.hpp"
#include "demo/reading.hpp"
#include "demo/town.hpp"
#include "demo/town_draft.hpp"

namespace stimmbuch::program {

void Demo::print(std::string_view heading, const std::vector<std::string>& lines) {
  console_.print(fmt::format("\n{}\n", heading));
  for (const std::string& line : lines) console_.print(line);
}

std::expected<void, Failure> Demo::show_discussion(std::string_view heading, const std::string& id) {
  const auto contribution = server_.get(fmt::format("/v1/contributions/{}", id));
  if (!contribution) return std::unexpected(contribution.error());
  const auto replies = server_.get(fmt::format("/v1/contributions/{}/replies?limit={}", id, page));
  if (!replies) return std::unexpected(replies.error());
  print(heading, discussion_lines(*contribution, *replies, console_.width()));
  return {};
}

std::expected<void, Failure> Demo::show_map() {
  const auto project = server_.get(fmt::format("/v1/projects/{}", map_project));
  if (!project) return std::unexpected(project.error());
  MapPicture picture;
  const auto listed = each_item(server_, marks_path(), [&](const Json& feature) { picture.add(feature); });
  if (!listed) return listed;
  print("A map", picture.lines(*project, language_of_user(), console_.width()));
  return {};
}

std::expected<void, Failure> Demo::show_draft() {
  const auto document = server_.get(fmt::format("/v1/documents/{}", draft_id));
  if (!document) return std::unexpected(document.error());
  DraftPicture picture;
  const auto listed =
      each_item(server_, annotations_path(), [&](const Json& annotation) { picture.add(annotation); });
  if (!listed) return listed;
  print("A draft, and what is said to it", picture.lines(*document, language_of_user(), console_.width()));
  // What most people agree with.
  const auto first = server_.get(annotations_path() + "sort=supported&limit=1");
  if (!first) return std::unexpected(first.error());
  if (first->at("items").empty()) return {};
  return show_discussion("What is said to a passage", first->at("items").front().value("contribution", ""));
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
  if (auto shown =
          show_discussion("A discussion", poll->at("options").at(0).at("origin").value("proposal", ""));
      !shown)
    return shown;
  if (auto shown = show_map(); !shown) return shown;
  if (auto shown = show_draft(); !shown) return shown;

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
