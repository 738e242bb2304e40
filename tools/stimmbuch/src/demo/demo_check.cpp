// Whether the engine shows what the citizens did.
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "audit/audit.hpp"
#include "demo/demo.hpp"
#include "demo/reading.hpp"
#include "demo/town.hpp"

namespace stimmbuch::program {

namespace {

// How often anything is supported, and rated up and down, in no order.
struct Shown {
  std::vector<std::int64_t> supports;
  std::vector<std::pair<std::int64_t, std::int64_t>> ratings;

  bool operator==(const Shown&) const = default;
};

// What nobody supports or rates is not worth comparing: not all of that is shown.
Shown without_zeros(Shown shown) {
  std::erase(shown.supports, 0);
  std::erase(shown.ratings, std::pair<std::int64_t, std::int64_t>{});
  std::ranges::sort(shown.supports);
  std::ranges::sort(shown.ratings);
  return shown;
}

// What must hold, by its name in the summary.
struct Claim {
  std::string_view name;
  bool holds;
  std::string_view otherwise;
};

}  // namespace

// What the engine shows of all proposals, and of everything that is said to them.
std::expected<bool, Failure> Demo::contributions_agree(const Expected& expected) {
  Shown shown;
  std::vector<std::string> answered;
  const auto note = [&](const Json& contribution) {
    const Json ratings = contribution.value("ratings", Json::object());
    shown.supports.push_back(contribution.value("supports", std::int64_t{0}));
    shown.ratings.emplace_back(ratings.value("up", std::int64_t{0}), ratings.value("down", std::int64_t{0}));
    if (contribution.value("replies", std::int64_t{0}) > 0)
      answered.push_back(contribution.value("contribution", ""));
  };
  auto listed = each_item(
      server_,
      fmt::format("/v1/contributions?project={}&phase={}&kind=proposal", contest_project, contest_phase),
      note);
  std::mutex mutex;
  while (listed && !answered.empty()) {
    const auto asked = std::exchange(answered, {});
    listed = year_.all("compared", asked.size(), [&](std::size_t i, Visitor& visitor) {
      return each_item(visitor.server(), fmt::format("/v1/contributions/{}/replies?", asked[i]),
                       [&](const Json& reply) {
                         const std::lock_guard lock(mutex);
                         note(reply);
                       });
    });
  }
  if (!listed) return std::unexpected(std::move(listed.error()));
  return without_zeros(std::move(shown)) == without_zeros({expected.supports, expected.ratings});
}

std::expected<bool, Failure> Demo::survey_agrees(const Expected& expected) {
  const auto results = server_.get(fmt::format("/v1/surveys/{}/results", survey_id));
  if (!results) return std::unexpected(results.error());
  if (results->value("respondents", std::int64_t{0}) != expected.respondents) return false;
  std::map<std::string, std::int64_t> served;
  for (const Json& question : results->value("questions", Json::array())) {
    const auto note = [&](const std::string& what, std::int64_t count) {
      if (count > 0) served[fmt::format("{}/{}", question.value("id", ""), what)] = count;
    };
    for (const Json& option : question.value("options", Json::array()))
      note(option.value("id", ""), option.value("count", std::int64_t{0}));
    for (const Json& value : question.value("values", Json::array()))
      note(value.at("value").dump(), value.value("count", std::int64_t{0}));
  }
  return served == expected.answers;
}

std::expected<bool, Failure> Demo::map_agrees(const Expected& expected) {
  std::vector<std::string> marks;
  const auto listed =
      each_item(server_, marks_path(), [&](const Json& feature) { marks.push_back(mark_as_shown(feature)); });
  if (!listed) return std::unexpected(listed.error());
  std::ranges::sort(marks);
  return marks == expected.marks;
}

std::expected<bool, Failure> Demo::draft_agrees(const Expected& expected) {
  std::vector<std::string> annotations;
  const auto listed = each_item(server_, annotations_path(), [&](const Json& annotation) {
    annotations.push_back(annotation_as_shown(annotation));
  });
  if (!listed) return std::unexpected(listed.error());
  std::ranges::sort(annotations);
  return annotations == expected.annotations;
}

// Whether everything is as the citizens did it and as the town published it, and a recount of the log agrees.
std::expected<Demo::Outcome, Failure> Demo::check() {
  const Expected expected = expected_of(people_);
  const auto tally = server_.get(tally_path());
  if (!tally) return std::unexpected(tally.error());
  std::map<std::int64_t, std::string> winners;
  std::map<std::string, std::int64_t> votes;
  for (const Json& option : tally->at("options")) {
    const auto id = option.at("id").get<std::string>();
    if (const auto given = option.at("votes").get<std::int64_t>(); given > 0) votes[id] = given;
    if (option.at("selected").get<bool>()) winners[option.at("rank").get<std::int64_t>()] = id;
  }
  std::vector<std::string> ranking;
  for (const auto& [rank, id] : winners) ranking.push_back(id);
  const auto contributions = contributions_agree(expected);
  if (!contributions) return std::unexpected(contributions.error());
  const auto map = map_agrees(expected);
  if (!map) return std::unexpected(map.error());
  const auto draft = draft_agrees(expected);
  if (!draft) return std::unexpected(draft.error());
  const auto survey = survey_agrees(expected);
  if (!survey) return std::unexpected(survey.error());
  DataDirectory directory{data_, admin_};
  const auto report = recount_ledger(directory, console_, signals_);
  if (!report) return std::unexpected(report.error());
  console_.print("");
  ::stimmbuch::program::print(console_, *report);

  const std::array claims{
      Claim{"as_voted", votes == expected.votes, "the tally is NOT what the citizens voted"},
      Claim{"as_published", ranking == published_winners(),
            "the ranking is NOT the one that the town published"},
      Claim{"opinions_as_given", *contributions, "supports and ratings are NOT those that the citizens gave"},
      Claim{"map_as_marked", *map, "the map is NOT what the citizens marked, as far as they are still there"},
      Claim{"draft_as_annotated", *draft,
            "the annotations are NOT those that the citizens made, where their passages stand now"},
      Claim{"survey_as_answered", *survey, "the survey's figures are NOT what the citizens answered"},
      Claim{"recount_agrees", report->difference_count == 0, "the recount does NOT agree"}};
  Outcome outcome{.agrees = std::ranges::all_of(claims, &Claim::holds),
                  .summary = {{"poll", vote_poll},
                              {"citizens", people_.citizens()},
                              {"contributions", people_.contributions()},
                              {"ballots", tally->at("ballots")},
                              {"winners", ranking}}};
  for (const Claim& claim : claims) {
    if (!claim.holds) console_.say(claim.otherwise);
    outcome.summary[claim.name] = claim.holds;
  }
  return outcome;
}

}  // namespace stimmbuch::program
