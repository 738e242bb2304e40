#include <chrono>
#include <filesystem>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "commands/commands.hpp"
#include "import/bulk_sender.hpp"
#include "import/import_server.hpp"
#include "import/polis_plan.hpp"
#include "import/total.hpp"

namespace stimmbuch::program {

namespace {

using import::PolisConversation;

class PolisImport {
 public:
  PolisImport(Session& session, ApiClient& client, const PolisConversation& conversation,
              std::string_view name)
      : session_(session),
        client_(client),
        sender_(client),
        conversation_(conversation),
        plan_(plan_polis(conversation, name)) {}

  // Imports the conversation and compares; the members of its summary.
  std::expected<Json, Failure> run();

 private:
  std::expected<void, Failure> send_votes();
  std::expected<void, Failure> close_and_count();
  std::expected<bool, Failure> matches_published();

  Session& session_;
  ApiClient& client_;
  BulkSender sender_;
  const PolisConversation& conversation_;
  PolisPlan plan_;
};

// A later vote on the same comment by the same voter changes the earlier one, so two of them never share a
// request.
std::expected<void, Failure> PolisImport::send_votes() {
  Meter meter = session_.console.meter("votes", conversation_.votes.size());
  std::set<std::pair<std::uint32_t, std::uint32_t>> in_request;
  std::uint64_t row = 0;
  for (const auto& vote : conversation_.votes) {
    if (!in_request.emplace(vote.comment, vote.voter).second) {
      if (auto sent = sender_.flush(); !sent) return sent;
      in_request = {{vote.comment, vote.voter}};
    }
    if (auto added = sender_.add(vote_command(plan_, vote, ++row)); !added) return added;
    meter.update(row);
  }
  auto sent = sender_.flush();
  meter.finish(row);
  return sent;
}

std::expected<void, Failure> PolisImport::close_and_count() {
  if (conversation_.comments.empty()) return {};
  const std::string last_poll = poll_of(plan_, conversation_.comments.back().id);
  for (const auto* const commands : {&plan_.close, &plan_.count}) {
    const auto done = sender_.require(*commands);
    if (!done) return std::unexpected(done.error());
    // What the tally shows of the last poll it shows of all others.
    if (auto seen = tally_at(client_, last_poll, *done); !seen)
      return std::unexpected(std::move(seen.error()));
  }
  return {};
}

std::expected<bool, Failure> PolisImport::matches_published() {
  bool match = true;
  for (const auto& [comment, published] : published_stances(conversation_)) {
    const auto tally = client_.get(fmt::format("/v1/polls/{}/tally", poll_of(plan_, comment)));
    if (!tally) return std::unexpected(tally.error());
    const Stances counted = counted_stances(*tally);
    if (counted == published) continue;
    match = false;
    session_.console.say(fmt::format("comment {}: {} agree, {} disagree, {} pass; published {}, {}, {}",
                                     comment, counted.agree, counted.disagree, counted.pass, published.agree,
                                     published.disagree, published.pass));
  }
  return match;
}

std::expected<Json, Failure> PolisImport::run() {
  session_.console.say(fmt::format("{} comments become polls of the project {}",
                                   conversation_.comments.size(), plan_.project));
  const auto begin = std::chrono::steady_clock::now();
  if (auto ready = sender_.require(plan_.setup); !ready) return std::unexpected(std::move(ready.error()));
  if (auto sent = send_votes(); !sent) return std::unexpected(std::move(sent.error()));
  const auto time = std::chrono::steady_clock::now() - begin;
  if (auto counted = close_and_count(); !counted) return std::unexpected(std::move(counted.error()));
  const auto match = matches_published();
  if (!match) return std::unexpected(match.error());
  Json members = {{"project", plan_.project},
                  {"comments", conversation_.comments.size()},
                  {"votes", conversation_.votes.size()},
                  {"accepted", sender_.accepted()},
                  {"refused", Json::object()},
                  {"tallies_match", *match},
                  {"commands_per_second", per_second(sender_.accepted() + plan_.setup.size(), time)}};
  for (const auto& [code, count] : sender_.refused()) members["refused"][code] = count;
  return members;
}

void print(Console& console, const Json& summary) {
  console.print(
      fmt::format("{}: {} comments, {} of {} votes accepted, {} commands a second",
                  summary.at("project").get<std::string>(), summary.at("comments").get<std::uint64_t>(),
                  summary.at("accepted").get<std::uint64_t>(), summary.at("votes").get<std::uint64_t>(),
                  summary.at("commands_per_second").get<std::uint64_t>()));
  for (const auto& [code, count] : summary.at("refused").items()) {
    console.print(fmt::format("  refused: {} ({})", count.get<std::uint64_t>(), code));
  }
  console.print(summary.at("tallies_match").get<bool>() ? "  every tally is as published"
                                                        : "  tallies are DIFFERENT from what was published");
}

std::string name_of_folder(const std::filesystem::path& folder) {
  const auto path = std::filesystem::absolute(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

Result import_folders(Session& session) {
  auto client = import_server(session);
  if (!client) return std::unexpected(std::move(client.error()));
  ExitCode code = ExitCode::ok;
  Json items = Json::array();
  for (const std::string& folder : session.given.arguments) {
    const auto conversation = import::read_polis(folder);
    if (!conversation) {
      const auto& error = conversation.error();
      return failed(ExitCode::failed, error.line > 0
                                          ? fmt::format("{}, line {}: {}", folder, error.line, error.message)
                                          : fmt::format("{}: {}", folder, error.message));
    }
    auto summary = PolisImport(session, *client, *conversation, name_of_folder(folder)).run();
    if (!summary) return std::unexpected(std::move(summary.error()));
    print(session.console, *summary);
    if (!summary->at("tallies_match").get<bool>()) code = ExitCode::differences;
    if (code == ExitCode::ok && !summary->at("refused").empty()) code = ExitCode::partly_done;
    if (session.given.arguments.size() > 1) session.console.item(*summary);
    items.push_back(std::move(*summary));
  }
  const bool one_folder = items.size() == 1;
  session.console.summary(one_folder ? items.front()
                                     : total_of(items, {"comments", "votes", "accepted"}, {"tallies_match"}));
  return code;
}

}  // namespace

Command import_polis_command() {
  return {
      .name = "import polis",
      .purpose = "Import conversations exported by Polis and compare the tallies with what was published.",
      .details =
          "Each conversation becomes a project, and each comment in it an imported poll with the options "
          "agree, disagree and pass; the comment itself is a text of the vault. Votes keep their times; a "
          "later vote of the same voter changes the earlier one. An import that was cut off goes on when "
          "it is started again.",
      .arguments =
          {{"DIR",
            "Folders with summary.csv, comments.csv, votes.csv and participants-votes.csv, plain or .gz.",
            true, true}},
      .options = with_common_options(),
      .settings = {"server", "ca_file", "token_file"},
      .examples = {{"import polis 15-per-hour-seattle --token-file operator.token",
                    "The token is one of the role operator."},
                   {"import polis */ --token-file operator.token --json",
                    "An item a conversation, then a summary."}},
      .exits = {ExitCode::partly_done, ExitCode::differences, ExitCode::credentials, ExitCode::try_later},
      .run = import_folders,
  };
}

}  // namespace stimmbuch::program
