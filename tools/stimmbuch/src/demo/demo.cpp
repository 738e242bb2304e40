#include "demo/demo.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "access/data_directory.hpp"
#include "audit/audit.hpp"
#include "cli/tally_view.hpp"
#include "demo/pictures.hpp"
#include "demo/town.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_looks{50};
constexpr std::size_t erased_of = 100;  // one of so many asks for it
constexpr std::size_t page = 500;

constexpr std::string_view introduction =
    "Ein Jahr Bürgerbeteiligung nach Kaiserslautern, „Stadt.Raum.Wir.“ 2022. Die Stadt hat nur die\n"
    "Rangfolge der Abstimmung veröffentlicht: die Stimmzettel hier sind erzeugt, mit festem Startwert,\n"
    "und Beiträge, Umfrage und Projekttexte sind erfunden.\n"
    "A year of participation after Kaiserslautern, “Stadt.Raum.Wir.” 2022. The town published only the\n"
    "ranking of the vote: the ballots here are generated, with a fixed seed, and contributions, survey\n"
    "and texts of projects are made up.\n";

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

// Every item of a list, page by page.
std::expected<void, Failure> each_item(ApiClient& server, const std::string& list,
                                       const std::function<void(const Json&)>& take) {
  std::string cursor;
  do {
    const auto items = server.get(fmt::format("{}&limit={}{}", list, page, cursor));
    if (!items) return std::unexpected(items.error());
    for (const Json& item : items->at("items")) take(item);
    const Json& next = items->at("next");
    cursor = next.is_string() ? "&cursor=" + next.get<std::string>() : std::string();
  } while (!cursor.empty());
  return {};
}

std::string tally_path() {
  return fmt::format("/v1/polls/{}/tally", vote_poll);
}

}  // namespace

Demo::Demo(Console& console, Signals& signals, const std::filesystem::path& data, client::ServerUrl server,
           DemoOptions options)
    : console_(console),
      signals_(signals),
      data_(data),
      place_{std::move(server), operator_url(data)},
      options_(options),
      people_(options.citizens),
      year_(people_, place_, console, signals),
      server_(place_.server, {}),
      admin_(place_.admin, {}) {}

void Demo::redraw(std::vector<std::string> lines) {
  std::string text = lines_drawn_ > 0 ? fmt::format("\x1b[{}F\x1b[J", lines_drawn_) : "";
  text += fmt::format("{}", fmt::join(lines, "\n"));
  lines_drawn_ = lines.size();
  console_.print(text);
  console_.flush();
}

void Demo::print(std::string_view heading, const std::vector<std::string>& lines) {
  console_.print(fmt::format("\n{}\n", heading));
  for (const std::string& line : lines) console_.print(line);
}

std::expected<void, Failure> Demo::live() {
  // The tally as it grows, where the terminal can draw it again and again.
  const auto picture = [&] {
    if (const auto tally = server_.get(tally_path()))
      redraw(tally_lines(*tally, "", language_of_user(), console_.width()));
  };
  auto done = year_.register_all();
  if (done) done = year_.contest();
  if (done) done = year_.moderate();
  if (done) done = year_.ask();
  if (done) done = year_.vote(console_.redraws() ? picture : std::function<void()>{});
  if (done) done = year_.decide();
  if (done) done = year_.realise();
  if (done)
    done = year_.forget(options_.erase_everybody ? people_.citizens() : people_.citizens() / erased_of);
  if (done) done = year_.end();
  return done;
}

// Until every view shows all that has happened.
std::expected<void, Failure> Demo::await_views() {
  const auto ledger = admin_.get("/admin/ledger");
  if (!ledger) return std::unexpected(ledger.error());
  const auto head = position_of(ledger->value("head", Json()));
  for (;;) {
    const auto position = projected_position(admin_);
    if (!position) return std::unexpected(position.error());
    if (*position >= head) return {};
    if (const auto signal = signals_.wait(between_looks))
      return failed(ended_by(*signal), "the demo was interrupted");
  }
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
  const auto survey = survey_agrees(expected);
  if (!survey) return std::unexpected(survey.error());
  DataDirectory directory{data_, admin_};
  const auto report = recount_ledger(directory, console_, signals_);
  if (!report) return std::unexpected(report.error());
  console_.print("");
  ::stimmbuch::program::print(console_, *report);

  const bool as_voted = votes == expected.votes;
  const bool as_published = ranking == published_winners();
  const bool recounted = report->difference_count == 0;
  if (!as_voted) console_.say("the tally is NOT what the citizens voted");
  if (!as_published) console_.say("the ranking is NOT the one that the town published");
  if (!*contributions) console_.say("supports and ratings are NOT those that the citizens gave");
  if (!*survey) console_.say("the survey's figures are NOT what the citizens answered");
  return Outcome{as_voted && as_published && recounted && *contributions && *survey,
                 {{"poll", vote_poll},
                  {"citizens", people_.citizens()},
                  {"contributions", people_.proposals() + people_.comments()},
                  {"ballots", tally->at("ballots")},
                  {"winners", ranking},
                  {"as_voted", as_voted},
                  {"as_published", as_published},
                  {"opinions_as_given", *contributions},
                  {"survey_as_answered", *survey},
                  {"recount_agrees", recounted}}};
}

std::expected<Demo::Outcome, Failure> Demo::run() {
  console_.print(introduction);
  console_.flush();
  const auto begin = std::chrono::steady_clock::now();
  const auto over = year_.is_over();
  if (!over) return std::unexpected(over.error());
  auto done = year_.begin();
  if (done && !*over) done = live();
  if (done) done = await_views();
  if (!done) return std::unexpected(std::move(done.error()));
  const auto time = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
  if (auto shown = show(); !shown) return std::unexpected(std::move(shown.error()));
  console_.say(fmt::format("{} citizens: {} commands in {} ms, each durable before it was acknowledged",
                           people_.citizens(), year_.commands(), time.count()));
  return check();
}

// One more citizen, who has not done anything yet.
std::expected<void, Failure> Demo::print_examples() {
  Visitor guest(place_);
  const auto token = guest.token("citizen", "guest");
  if (!token) return std::unexpected(token.error());
  const auto registered = guest.give(
      {.target = "/v1/citizens", .key = "stimmbuch-demo-guest", .token = *token, .body = {{"name", "Gast"}}});
  if (!registered) return std::unexpected(registered.error());
  const std::string url = place_.server.text();
  const std::string& auditor = year_.token_of("ada");
  console_.event("serving",
                 {{"url", url}, {"data", data_.string()}, {"citizen", *token}, {"auditor", auditor}});
  console_.print(fmt::format(
      "\nThe server stays at {0}, its data in {1}. Try in another terminal:\n\n"
      "  curl {0}/v1/polls/{2}/tally\n"
      "  curl '{0}/v1/contributions?project={3}&sort=supported&limit=3'\n"
      "  curl -X POST {0}/v1/contributions -H 'Content-Type: application/json' \\\n"
      "    -H \"Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)\" \\\n"
      "    -H 'Authorization: Bearer {4}' \\\n"
      "    -d '{{\"kind\":\"comment\",\"project\":\"{6}\",\"phase\":\"{7}\",\"text\":\"Was nun?\"}}'\n"
      "  curl '{0}/v1/events?after=0&limit=3' -H 'Authorization: Bearer {5}'\n\n"
      "Ctrl-C ends it.",
      url, data_.string(), vote_poll, contest_project, *token, auditor, dialogue_project, dialogue_phase));
  console_.flush();
  return {};
}

}  // namespace stimmbuch::program
