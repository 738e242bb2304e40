#include "demo/demo.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "audit/audit.hpp"
#include "cli/tally_view.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t citizens_number = 1'500;
constexpr std::size_t connections = 16;
constexpr milliseconds between_pictures{150};
constexpr std::chrono::hours token_ttl{24};

constexpr std::string_view introduction =
    "Stadt.Raum.Wir., Kaiserslautern 2022. Die Stadt hat nur die Rangfolge veröffentlicht:\n"
    "die Stimmzettel hier sind erzeugt, mit festem Startwert, und die Umfrage zur Ausprobierbox\n"
    "ist erfunden.\n"
    "Stadt.Raum.Wir., Kaiserslautern 2022. The town published only the ranking: the ballots here\n"
    "are generated, with a fixed seed, and the survey on the try-it-out box is made up.\n";

}  // namespace

std::expected<void, Failure> Demo::mint_tokens() {
  for (const auto* const role : {"staff", "certifier", "registrar", "auditor"}) {
    const auto minted = mint_token(admin_, role, role, token_ttl);
    if (!minted) return std::unexpected(minted.error());
    tokens_[role] = minted->value("token", "");
  }
  return {};
}

// A command of an official. Keys follow from the step, so that the demo can run again on a directory.
std::expected<std::uint64_t, Failure> Demo::give(std::string_view role, std::string target,
                                                 std::string_view step, Json body) {
  const auto done = server_.give({.target = std::move(target),
                                  .key = fmt::format("stimmbuch-demo-official-{}", step),
                                  .token = tokens_.find(role)->second,
                                  .body = std::move(body)});
  if (!done) return std::unexpected(done.error());
  return position_of(done->value("position", Json()));
}

std::expected<void, Failure> Demo::prepare() {
  if (auto minted = mint_tokens(); !minted) return minted;
  auto done = give("staff", "/v1/cells", "cells", town_cells());
  for (const Json& project : town_projects()) {
    if (done) done = give("staff", "/v1/projects", "project", project);
  }
  for (const Json& poll : town_polls()) {
    if (done) done = give("staff", "/v1/polls", "draft", poll);
    if (done)
      done = give("staff", fmt::format("/v1/polls/{}/open", poll.at("id").get<std::string>()), "open");
  }
  if (!done) return std::unexpected(done.error());
  return {};
}

std::vector<std::string> Demo::picture(const Json& tally, std::string_view poll) const {
  const auto language = language_of_user();
  std::string title;
  for (const Json& draft : town_polls()) {
    if (draft.at("id") == poll) title = localized(draft.at("title"), language);
  }
  return tally_lines(tally, title, language, console_.width());
}

void Demo::redraw(std::vector<std::string> lines) {
  std::string text = lines_drawn_ > 0 ? fmt::format("\x1b[{}F\x1b[J", lines_drawn_) : "";
  text += fmt::format("{}", fmt::join(lines, "\n"));
  lines_drawn_ = lines.size();
  console_.print(text);
  console_.flush();
}

// Shows the tally as it grows: drawn again and again on a terminal, a bar of progress elsewhere.
std::expected<void, Failure> Demo::watch(Crowd& crowd, std::size_t citizens) {
  std::optional<Meter> meter;
  if (!console_.redraws()) meter.emplace(console_.meter("citizens", citizens));
  while (!crowd.is_over()) {
    if (const auto signal = signals_.wait(between_pictures))
      return failed(ended_by(*signal), "the demo was interrupted");
    if (meter) {
      meter->update(crowd.done());
      continue;
    }
    const auto tally = server_.get(fmt::format("/v1/polls/{}/tally", vote_poll));
    if (!tally) continue;  // not there yet
    auto lines = picture(*tally, vote_poll);
    lines.push_back(fmt::format("{} of {} citizens, {} commands", crowd.done(), citizens, crowd.commands()));
    redraw(std::move(lines));
  }
  if (meter) meter->finish(crowd.done());
  return {};
}

std::expected<std::string, Failure> Demo::vote(const std::vector<TownCitizen>& citizens) {
  const auto begin = std::chrono::steady_clock::now();
  Crowd crowd(citizens, {server_url_, admin_url_, tokens_.at("registrar")}, connections);
  const auto watched = watch(crowd, citizens.size());
  if (!watched) crowd.stop();
  const auto joined = crowd.join();
  if (!watched) return std::unexpected(watched.error());
  if (!joined) return std::unexpected(joined.error());
  const auto time = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
  return fmt::format(
      "{} citizens registered, were verified and voted: {} commands in {} ms, each durable before it was "
      "acknowledged",
      citizens.size(), crowd.commands(), time.count());
}

// Staff close and count, and somebody else certifies.
std::expected<Json, Failure> Demo::decide() {
  const std::string poll = fmt::format("/v1/polls/{}", vote_poll);
  auto done = give("staff", poll + "/close", "close");
  if (done) done = give("staff", poll + "/count", "count");
  if (done) done = give("certifier", poll + "/certify", "certify");
  if (!done) return std::unexpected(done.error());
  return tally_at(server_, vote_poll, *done);
}

// Whether the result is what the citizens voted and what the town published, and a recount of the log agrees.
std::expected<Demo::Outcome, Failure> Demo::check(const Json& tally,
                                                  const std::vector<TownCitizen>& citizens) {
  const auto expected = standing_votes(citizens, vote_poll);
  std::map<std::int64_t, std::string> winners;
  std::map<std::string, std::int64_t> votes;
  for (const Json& option : tally.at("options")) {
    const auto id = option.at("id").get<std::string>();
    if (const auto given = option.at("votes").get<std::int64_t>(); given > 0) votes[id] = given;
    if (option.at("selected").get<bool>()) winners[option.at("rank").get<std::int64_t>()] = id;
  }
  std::vector<std::string> ranking;
  for (const auto& [rank, id] : winners) ranking.push_back(id);
  DataDirectory directory{data_, admin_};
  const auto report = recount_ledger(directory, console_, signals_);
  if (!report) return std::unexpected(report.error());
  console_.print("");
  print(console_, *report);

  const bool as_voted = votes == expected;
  const bool as_published = ranking == published_winners();
  const bool recounted = report->difference_count == 0;
  if (!as_voted) console_.say("the tally is NOT what the citizens voted");
  if (!as_published) console_.say("the ranking is NOT the one that the town published");
  return Outcome{as_voted && as_published && recounted,
                 {{"poll", vote_poll},
                  {"citizens", citizens.size()},
                  {"ballots", tally.at("ballots")},
                  {"winners", ranking},
                  {"as_voted", as_voted},
                  {"as_published", as_published},
                  {"recount_agrees", recounted}}};
}

std::expected<Demo::Outcome, Failure> Demo::run() {
  console_.print(introduction);
  console_.flush();
  if (auto ready = prepare(); !ready) return std::unexpected(std::move(ready.error()));
  const auto citizens = town_citizens(citizens_number);
  const auto voted = vote(citizens);
  if (!voted) return std::unexpected(voted.error());
  const auto tally = decide();
  if (!tally) return std::unexpected(tally.error());
  redraw(picture(*tally, vote_poll));
  console_.print("");
  console_.say(*voted);
  if (const auto survey = server_.get(fmt::format("/v1/polls/{}/tally", survey_poll))) {
    console_.print("");
    for (const auto& line : picture(*survey, survey_poll)) console_.print(line);
  }
  return check(*tally, citizens);
}

// One more citizen, who can vote in the survey.
std::expected<void, Failure> Demo::print_examples() {
  const TownCitizen guest{.subject = "guest", .name = "Gast", .district = "innenstadt", .steps = {}};
  const std::vector<TownCitizen> guests{guest};
  Crowd crowd(guests, {server_url_, admin_url_, tokens_.at("registrar")}, 1);
  if (auto arrived = crowd.join(); !arrived) return arrived;
  const auto token = mint_token(admin_, "citizen", guest.subject, token_ttl);
  if (!token) return std::unexpected(token.error());
  const std::string citizen = token->value("token", "");
  const std::string url = server_url_.text();
  console_.event(
      "serving",
      {{"url", url}, {"data", data_.string()}, {"citizen", citizen}, {"auditor", tokens_.at("auditor")}});
  console_.print(
      fmt::format("\nThe server stays at {0}, its data in {1}. Try in another terminal:\n\n"
                  "  curl {0}/v1/polls/{2}/tally\n"
                  "  curl -N {0}/v1/polls/{3}/events\n"
                  "  curl -X PUT {0}/v1/polls/{3}/ballot -H 'Content-Type: application/json' \\\n"
                  "    -H \"Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)\" \\\n"
                  "    -H 'Authorization: Bearer {4}' \\\n"
                  "    -d '{{\"choices\":[\"kuehlfach\",\"ladepunkt\"]}}'\n"
                  "  curl '{0}/v1/events?after=0&limit=3' -H 'Authorization: Bearer {5}'\n\n"
                  "Ctrl-C ends it.",
                  url, data_.string(), vote_poll, survey_poll, citizen, tokens_.at("auditor")));
  console_.flush();
  return {};
}

}  // namespace stimmbuch::program
