#include "demo/demo.hpp"

#include <chrono>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "access/data_directory.hpp"
#include "cli/tally_view.hpp"
#include "demo/reading.hpp"
#include "demo/town.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_looks{50};

constexpr std::string_view introduction =
    "Ein Jahr Bürgerbeteiligung nach Kaiserslautern, „Stadt.Raum.Wir.“ 2022. Die Stadt hat nur die\n"
    "Rangfolge der Abstimmung veröffentlicht: die Stimmzettel hier sind erzeugt, mit festem Startwert,\n"
    "und Beiträge, Umfrage, Entwurf und Projekttexte sind erfunden.\n"
    "A year of participation after Kaiserslautern, “Stadt.Raum.Wir.” 2022. The town published only the\n"
    "ranking of the vote: the ballots here are generated, with a fixed seed, and contributions, survey,\n"
    "draft and texts of projects are made up.\n";

}  // namespace

Demo::Demo(Console& console, Signals& signals, const std::filesystem::path& data, client::ServerUrl server,
           DemoOptions options)
    : console_(console),
      signals_(signals),
      data_(data),
      place_{std::move(server), operator_url(data)},
      people_(options.citizens, options.erase_everybody),
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

std::expected<void, Failure> Demo::live() {
  // The tally as it grows, where the terminal can draw it again and again.
  const auto picture = [&] {
    if (const auto tally = server_.get(tally_path()))
      redraw(tally_lines(*tally, "", language_of_user(), console_.width()));
  };
  auto done = year_.register_all();
  if (done) done = year_.contest();
  if (done) done = year_.draw_map();
  if (done) done = year_.consult();
  if (done) done = year_.moderate();
  if (done) done = year_.ask();
  if (done) done = year_.vote(console_.redraws() ? picture : std::function<void()>{});
  if (done) done = year_.decide();
  if (done) done = year_.realise();
  if (done) done = year_.forget();
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
      "  curl '{0}{8}&limit=3'\n"
      "  curl '{0}{9}sort=supported&limit=3'\n"
      "  curl -X POST {0}/v1/contributions -H 'Content-Type: application/json' \\\n"
      "    -H \"Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)\" \\\n"
      "    -H 'Authorization: Bearer {4}' \\\n"
      "    -d '{{\"kind\":\"comment\",\"project\":\"{6}\",\"phase\":\"{7}\",\"text\":\"Was nun?\"}}'\n"
      "  curl '{0}/v1/events?after=0&limit=3' -H 'Authorization: Bearer {5}'\n\n"
      "Ctrl-C ends it.",
      url, data_.string(), vote_poll, contest_project, *token, auditor, dialogue_project, dialogue_phase,
      marks_path(), annotations_path()));
  console_.flush();
  return {};
}

}  // namespace stimmbuch::program
