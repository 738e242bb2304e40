#include <chrono>
#include <string>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "access/data_directory.hpp"
#include "cli/duration.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::string_view usual_overlap = "30d";
constexpr auto overlap_max = std::chrono::hours{24 * 365};

Result rotate(Session& session) {
  const auto text = session.given.value("--both-for").value_or(std::string(usual_overlap));
  const auto both_for = parse_duration(text);
  if (!both_for || *both_for > overlap_max) {
    return failed(ExitCode::usage,
                  fmt::format("--both-for: '{}' is not a duration up to 365d, such as 30d or 0s", text));
  }
  const auto ask = [&](DataDirectory& data) -> Result {
    const auto both_s = std::chrono::floor<std::chrono::seconds>(*both_for).count();
    const auto changed = data.engine.send({.method = "POST",
                                           .target = "/admin/log/rotate-key",
                                           .headers = {{"Content-Type", "application/json"}},
                                           .body = json_text({{"both_s", both_s}})});
    if (!changed) return std::unexpected(changed.error());
    session.console.print(changed->value("vkey", ""));
    session.console.say(
        fmt::format("From position {} on this key signs; until {} the one before does, too. Publish it where "
                    "the old one is.",
                    changed->value("position", ""), changed->value("both_until", "")));
    session.console.summary(*changed);
    return ExitCode::ok;
  };
  return with_writing_engine(session.settings, ask);
}

}  // namespace

Command log_rotate_key_command() {
  return {
      .name = "log rotate-key",
      .purpose = "Let the log sign with a new key, for which the old one vouches.",
      .details =
          "Makes a key in the vault, and a record that names it and bears the old key's signature. "
          "Checkpoints "
          "from that record on are signed with the new key; for a while with both, so that whoever knows "
          "only "
          "the old one has time to come to the new one. Prints the new key. The log's name stays. While the "
          "directory is served this is done by the engine that serves it; else with the same settings as "
          "`serve`, brokers included.",
      .options = with_common_options(
          {{"--both-for", "TIME",
            fmt::format("How long the old key signs, too; at most 365d. Default: {}.", usual_overlap)}}),
      .settings = with_data_settings({"kafka.", "durability", "disk_floor_mib"}),
      .examples = {{"log rotate-key --data /var/lib/stimmbuch", "Once in a while."},
                   {"log rotate-key --data D --both-for 0s", "When the old key may be in other hands."}},
      .exits = {ExitCode::store_missing, ExitCode::store_locked, ExitCode::credentials},
      .run = rotate,
  };
}

}  // namespace stimmbuch::program
