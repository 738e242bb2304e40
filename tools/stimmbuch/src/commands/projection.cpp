// projection list, projection rebuild and projection verify.
#include <optional>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "cli/table.hpp"
#include "commands/commands.hpp"
#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::program {

namespace {

// A member of a document as it is shown, whatever its type.
std::string shown(const Json& document, std::string_view member) {
  const auto found = document.find(member);
  if (found == document.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : json_text(*found);
}

Result list(Session& session) {
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    const auto document = data.engine.get("/admin/projections");
    if (!document) return std::unexpected(document.error());
    using enum Table::Align;
    Table table({{"name"},
                 {"version", right},
                 {"generation", right},
                 {"position", right},
                 {"lag", right},
                 {"parked", right},
                 {"state"}});
    const Json items = document->value("items", Json::array());
    for (const Json& item : items) {
      session.console.item(item);
      std::vector<std::string> cells;
      for (const auto* const member :
           {"name", "version", "generation", "position", "lag", "parked", "state"}) {
        cells.push_back(shown(item, member));
      }
      table.add(std::move(cells));
    }
    for (const auto& line : table.lines(session.console.width())) session.console.print(line);
    session.console.summary({{"projections", items.size()}});
    return ExitCode::ok;
  });
}

// Asks the engine for long work on a projection and tells of its progress; returns the summary that it ends
// with.
std::expected<Json, Failure> work_on(Session& session, ApiClient& engine, std::string_view work) {
  const std::string& name = session.given.arguments.front();
  if (!is_id(name)) return failed(ExitCode::usage, fmt::format("'{}' is not the name of a projection", name));
  std::optional<Meter> meter;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  Json last;
  const auto sent =
      engine.send_for_lines({.method = "POST", .target = fmt::format("/admin/projections/{}/{}", name, work)},
                            [&](std::string_view line) {
                              Json message = Json::parse(line, nullptr, false);
                              if (!message.is_object()) return true;
                              if (message.value("type", "") != "progress") {
                                last = std::move(message);
                                return true;
                              }
                              done = message.value("done", std::uint64_t{0});
                              total = message.value("total", std::uint64_t{0});
                              if (!meter) meter.emplace(session.console.meter("records", total));
                              meter->update(done);
                              return true;
                            });
  if (meter) meter->finish(last.is_object() ? total : done);
  if (!sent) return std::unexpected(sent.error());
  const std::string type = last.is_object() ? last.value("type", "") : "";
  if (type == "error") return failed(ExitCode::failed, last.value("detail", "the engine gave up"));
  if (type != "summary") return failed(ExitCode::failed, "the engine's answer was cut off");
  last.erase("type");
  last.erase("schema");
  return last;
}

Result rebuild(Session& session) {
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    const auto summary = work_on(session, data.engine, "rebuild");
    if (!summary) return std::unexpected(summary.error());
    session.console.print(fmt::format("{} is rebuilt and in use", session.given.arguments.front()));
    session.console.summary(*summary);
    return ExitCode::ok;
  });
}

Result verify(Session& session) {
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    const auto summary = work_on(session, data.engine, "verify");
    if (!summary) return std::unexpected(summary.error());
    const bool equal = summary->value("equal", false);
    session.console.print(fmt::format("{} {} a fresh fold of the log", session.given.arguments.front(),
                                      equal ? "equals" : "DIFFERS from"));
    for (const Json& difference : summary->value("differences", Json::array())) {
      session.console.print("  " +
                            (difference.is_string() ? difference.get<std::string>() : json_text(difference)));
    }
    session.console.summary(*summary);
    return equal ? ExitCode::ok : ExitCode::differences;
  });
}

}  // namespace

Command projection_list_command() {
  return {
      .name = "projection list",
      .purpose = "List the projections and how far each has come.",
      .options = with_common_options(),
      .settings = with_data_settings(),
      .examples = {{"projection list --data /var/lib/stimmbuch", "A lag that stays above 0 is worth a look."},
                   {"projection list --data D --json", "An item a projection, for programs."}},
      .exits = {ExitCode::store_missing, ExitCode::store_locked},
      .run = list,
  };
}

Command projection_rebuild_command() {
  return {
      .name = "projection rebuild",
      .purpose = "Build a projection anew from the log and put it into use in one step.",
      .details = "The old one answers until the new one is ready.",
      .arguments = {{"NAME", "As `projection list` shows it."}},
      .options = with_common_options(),
      .settings = with_data_settings(),
      .examples = {{"projection rebuild tally --data /var/lib/stimmbuch", "While the directory is served."},
                   {"projection rebuild tally --data D --progress plain", "For a log file of the work."}},
      .exits = {ExitCode::not_found, ExitCode::store_missing, ExitCode::store_locked},
      .run = rebuild,
  };
}

Command projection_verify_command() {
  return {
      .name = "projection verify",
      .purpose = "Compare a projection with a fresh fold of the log.",
      .arguments = {{"NAME", "As `projection list` shows it."}},
      .options = with_common_options(),
      .settings = with_data_settings(),
      .examples = {{"projection verify tally --data /var/lib/stimmbuch", "Exits with 4 if they differ."},
                   {"projection verify tally --data D --json", "The differences, for programs."}},
      .exits = {ExitCode::differences, ExitCode::not_found, ExitCode::store_missing, ExitCode::store_locked},
      .run = verify,
  };
}

}  // namespace stimmbuch::program
