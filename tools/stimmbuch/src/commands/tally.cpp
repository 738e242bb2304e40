#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "cli/tally_view.hpp"
#include "commands/commands.hpp"
#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::program {

namespace {

bool is_tally(const Json& document, std::string_view poll) {
  return document.is_object() && document.value("poll", Json()) == poll &&
         document.value("options", Json()).is_array();
}

Result print_tally(Session& session) {
  const std::string& poll = session.given.arguments.front();
  if (!is_id(poll)) return failed(ExitCode::usage, fmt::format("'{}' is not the id of a poll", poll));
  auto client = client_of(session.settings);
  if (!client) return std::unexpected(client.error());
  const auto tally = client->get(fmt::format("/v1/polls/{}/tally", poll));
  if (!tally) return std::unexpected(tally.error());
  if (!is_tally(*tally, poll)) return no_engine(session.settings.values.server);
  if (session.console.json()) {
    session.console.summary(*tally);
    return ExitCode::ok;
  }
  const auto document = client->get(fmt::format("/v1/polls/{}", poll));
  if (!document) return std::unexpected(document.error());
  const auto language = language_of_user();
  const std::string title = localized(document->value("title", Json::object()), language);
  for (const auto& line : tally_lines(*tally, title, language, session.console.width()))
    session.console.print(line);
  return ExitCode::ok;
}

}  // namespace

Command tally_command() {
  return {
      .name = "tally",
      .purpose = "Print the tally of a poll: a table with bars, or the document.",
      .details =
          "A check mark stands behind what is selected by the poll's rule as the ballots are now, or was "
          "when it was counted.",
      .arguments = {{"POLL", "The poll's id."}},
      .options = with_common_options(),
      .settings = {"server", "ca_file", "token_file"},
      .examples = {{"tally stadt-raum-wir --server http://127.0.0.1:8080",
                    "For people; as wide as the terminal."},
                   {"tally stadt-raum-wir --json", "The server's document, with type and schema in front."}},
      .exits = {ExitCode::not_found, ExitCode::credentials, ExitCode::try_later},
      .run = print_tally,
  };
}

}  // namespace stimmbuch::program
