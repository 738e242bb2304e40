#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <stdlib.h>

#include "audit/audit.hpp"
#include "cli/address.hpp"
#include "commands/commands.hpp"
#include "commands/tally_view.hpp"
#include "demo/crowd.hpp"
#include "demo/town_vote.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t citizens_number = 1'500;
constexpr std::size_t connections = 16;
constexpr milliseconds between_pictures{150};
constexpr std::chrono::hours token_ttl{24};

// The directory that the demo runs in: the named one, or a temporary one that is removed at the end.
class Place {
 public:
  explicit Place(const std::optional<std::string>& named) {
    if (named) {
      data_ = std::filesystem::absolute(*named).lexically_normal();
      return;
    }
    std::string name = (std::filesystem::temp_directory_path() / "stimmbuch-demo-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    temporary_ = name;
    data_ = temporary_ / "data";  // its key lies beside it
  }
  ~Place() {
    std::error_code ignored;
    if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const std::filesystem::path& data() const { return data_; }
  bool is_temporary() const { return !temporary_.empty(); }

 private:
  std::filesystem::path temporary_;
  std::filesystem::path data_;
};

class Demo {
 public:
  Demo(Session& session, Signals& signals, const std::filesystem::path& data, client::ServerUrl server)
      : console_(session.console),
        signals_(signals),
        data_(data),
        server_url_(std::move(server)),
        admin_url_(operator_url(data)),
        server_(server_url_, {}),
        admin_(admin_url_, {}) {}

  // The whole vote; whether everything came out as it must.
  std::expected<bool, Failure> run();
  // What a newcomer may try while the server stays.
  std::expected<void, Failure> print_examples();

 private:
  std::expected<void, Failure> mint_tokens();
  std::expected<std::uint64_t, Failure> give(std::string_view role, std::string target, std::string_view step,
                                             Json body = {});
  std::expected<void, Failure> prepare();
  std::expected<void, Failure> vote(const std::vector<TownCitizen>& citizens);
  std::expected<void, Failure> watch(Crowd& crowd, std::size_t citizens);
  std::expected<Json, Failure> decide();
  std::expected<bool, Failure> check(const Json& tally, const std::vector<TownCitizen>& citizens);
  std::vector<std::string> picture(const Json& tally, std::string_view poll) const;
  void redraw(std::vector<std::string> lines);

  Console& console_;
  Signals& signals_;
  std::filesystem::path data_;
  client::ServerUrl server_url_;
  client::ServerUrl admin_url_;
  ApiClient server_;
  ApiClient admin_;
  std::map<std::string, std::string, std::less<>> tokens_;  // by role
  std::size_t lines_drawn_ = 0;
};

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

std::expected<void, Failure> Demo::vote(const std::vector<TownCitizen>& citizens) {
  const auto begin = std::chrono::steady_clock::now();
  Crowd crowd(citizens, {server_url_, admin_url_, tokens_.at("registrar")}, connections);
  const auto watched = watch(crowd, citizens.size());
  if (!watched) crowd.stop();
  const auto joined = crowd.join();
  if (!watched) return watched;
  if (!joined) return joined;
  const auto time = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
  console_.say(fmt::format(
      "{} citizens registered, were verified and voted: {} commands in {} ms, each durable before it was "
      "acknowledged",
      citizens.size(), crowd.commands(), time.count()));
  return {};
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
std::expected<bool, Failure> Demo::check(const Json& tally, const std::vector<TownCitizen>& citizens) {
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
  console_.summary({{"poll", vote_poll},
                    {"citizens", citizens.size()},
                    {"ballots", tally.at("ballots")},
                    {"winners", ranking},
                    {"as_voted", as_voted},
                    {"as_published", as_published},
                    {"recount_agrees", recounted}});
  return as_voted && as_published && recounted;
}

std::expected<bool, Failure> Demo::run() {
  console_.print(
      "Stadt.Raum.Wir., Kaiserslautern 2022. Die Stadt hat nur die Rangfolge veröffentlicht: die Stimmzettel "
      "hier sind\n"
      "erzeugt, mit festem Startwert, und die Umfrage zur Ausprobierbox ist erfunden.\n"
      "Stadt.Raum.Wir., Kaiserslautern 2022. The town published only the ranking: the ballots here are "
      "generated,\n"
      "with a fixed seed, and the survey on the try-it-out box is made up.\n");
  console_.flush();
  if (auto ready = prepare(); !ready) return std::unexpected(std::move(ready.error()));
  const auto citizens = town_citizens(citizens_number);
  if (auto voted = vote(citizens); !voted) return std::unexpected(std::move(voted.error()));
  const auto tally = decide();
  if (!tally) return std::unexpected(tally.error());
  redraw(picture(*tally, vote_poll));
  if (const auto survey = server_.get(fmt::format("/v1/polls/{}/tally", survey_poll))) {
    lines_drawn_ = 0;
    console_.print("");
    redraw(picture(*survey, survey_poll));
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
  const std::string url = server_url_.text();
  console_.print(fmt::format(
      "\nThe server stays at {0}, its data in {1}. Try in another terminal:\n\n"
      "  curl {0}/v1/polls/{2}/tally\n"
      "  curl -N {0}/v1/polls/{3}/events\n"
      "  curl -X PUT {0}/v1/polls/{3}/ballot -H 'Content-Type: application/json' \\\n"
      "    -H \"Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)\" \\\n"
      "    -H 'Authorization: Bearer {4}' \\\n"
      "    -d '{{\"choices\":[\"kuehlfach\",\"ladepunkt\"]}}'\n"
      "  curl '{0}/v1/events?after=0&limit=3' -H 'Authorization: Bearer {5}'\n\n"
      "Ctrl-C ends it.",
      url, data_.string(), vote_poll, survey_poll, token->value("token", ""), tokens_.at("auditor")));
  console_.flush();
  return {};
}

Result demo(Session& session) {
  const bool once = session.given.has("--once");
  const std::string listen_text = session.given.value("--listen").value_or("127.0.0.1:0");
  const auto listen = parse_address(listen_text);
  if (!listen) return failed(ExitCode::usage, fmt::format("--listen: '{}' is not ADDRESS:PORT", listen_text));
  Signals signals{SIGTERM, SIGINT};
  const Place place(session.given.value("--data"));
  EngineOptions options;
  options.data = place.data();
  options.purpose = ledger::Purpose::demo;
  options.listen = listen;
  options.disk_floor_mib = 0;
  spdlog::set_level(spdlog::level::warn);
  const auto engine = Engine::start(options, [&](std::string_view) { signals.wake(); });
  if (!engine) return failed(engine.error().code, engine.error().text);

  Demo run(session, signals, place.data(), {.host = listen->host, .port = (*engine)->port().value()});
  const auto agrees = run.run();
  if (!agrees) return std::unexpected(agrees.error());
  if (!once) {
    if (auto printed = run.print_examples(); !printed) return std::unexpected(std::move(printed.error()));
    if (place.is_temporary()) session.console.say("The data are removed at the end; --data DIR keeps them.");
    if (!signals.wait()) return failed(ExitCode::failed, "the ledger could not be written");
    (*engine)->drain();
  }
  return *agrees ? ExitCode::ok : ExitCode::differences;
}

}  // namespace

Command demo_command() {
  return {
      .name = "demo",
      .purpose = "Show the engine at work: Kaiserslautern's first vote, \"Stadt.Raum.Wir.\" (2022).",
      .details =
          "Starts an engine on a ledger of purpose demo, lets citizens register, be verified and vote over "
          "HTTP, "
          "shows the tally as it grows, closes, counts and certifies the vote, and recounts it from the log. "
          "The "
          "town published only the ranking, so the ballots are generated. Then the server stays, to be "
          "tried.",
      .options = with_common_options(
          {{"--once", "", "End with the result instead of serving on."},
           {"--listen", "ADDR:PORT", "Where the server listens. Default: 127.0.0.1 at a free port."},
           {"--data", "DIR", "Where the ledger lies. Default: a temporary directory."}}),
      .examples = {{"demo", "Stays until Ctrl-C, with examples to try."},
                   {"demo --once --json", "The result as one line."},
                   {"demo --listen 127.0.0.1:8080 --data /tmp/demo", "At a place of your own, and kept."}},
      .exits = {ExitCode::differences, ExitCode::store_locked},
      .run = demo,
  };
}

}  // namespace stimmbuch::program
