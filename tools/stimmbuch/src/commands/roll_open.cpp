#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "commands/commands.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::program {

namespace {

std::expected<Json, Failure> read_draw(const std::string& name) {
  const auto text = files::read_if_there(name);
  if (!text) return failed(ExitCode::usage, fmt::format("there is no file {}", name));
  Json draw = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const bool is_draw =
      draw.is_object() && draw.value("poll", Json()).is_string() && draw.value("seed", Json()).is_string() &&
      draw.value("count", Json()).is_number_unsigned() && draw.value("entries", Json()).is_array();
  if (!is_draw)
    return failed(ExitCode::usage, fmt::format("{} is not what `audit draw --json` writes", name));
  return draw;
}

Result open_drawn(Session& session) {
  const auto draw = read_draw(session.given.arguments.front());
  if (!draw) return std::unexpected(draw.error());
  Json voters = Json::array();
  for (const Json& entry : draw->at("entries")) voters.push_back(entry.value("voter", ""));
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    auto opened = data.engine.send({.method = "POST",
                                    .target = "/admin/rolls",
                                    .body = Json{{"poll", draw->at("poll")}, {"voters", voters}}.dump()});
    if (!opened) return std::unexpected(std::move(opened.error()));
    const Json& openings = opened->at("openings");
    for (const Json& opening : openings)
      session.console.print(fmt::format("{} {}", opening.value("voter", ""), opening.value("citizen", "")));
    session.console.summary({{"poll", draw->at("poll")},
                             {"seed", draw->at("seed")},
                             {"count", draw->at("count")},
                             {"openings", openings}});
    if (openings.size() == voters.size()) return ExitCode::ok;
    return failed(ExitCode::differences, fmt::format("{} of {} entries open to no citizen",
                                                     voters.size() - openings.size(), voters.size()));
  });
}

}  // namespace

Command roll_open_command() {
  return {
      .name = "roll open",
      .purpose = "Tell who the drawn entries of a poll's roll are.",
      .details =
          "Takes what `audit draw --json` writes, and gives for each entry the citizen's id and the number "
          "by which anybody can check it. Hand the output to the auditor, for `audit verify --draw`. It "
          "works only while the poll's secret exists.",
      .arguments = {{"FILE", "The draw."}},
      .options = with_common_options(),
      .settings = with_data_settings(),
      .examples = {{"roll open draw.json --data /var/lib/stimmbuch --json > opened.json", "For the auditor."},
                   {"roll open draw.json --data /var/lib/stimmbuch", "Pseudonyms and citizens, for people."}},
      .exits = {ExitCode::differences, ExitCode::not_found, ExitCode::store_missing, ExitCode::store_locked},
      .run = open_drawn,
  };
}

}  // namespace stimmbuch::program
