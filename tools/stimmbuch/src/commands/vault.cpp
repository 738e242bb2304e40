// vault sweep and vault rotate.
#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

// Asks for the work; returns the summary that it ends with.
std::expected<Json, Failure> ask(ApiClient& engine, std::string_view what, const Json& body) {
  Json last;
  const auto sent = engine.send_for_lines({.method = "POST",
                                           .target = fmt::format("/admin/vault/{}", what),
                                           .headers = {{"Content-Type", "application/json"}},
                                           .body = json_text(body)},
                                          [&](std::string_view line) {
                                            Json message = Json::parse(line, nullptr, false);
                                            if (message.is_object()) last = std::move(message);
                                            return true;
                                          });
  if (!sent) return std::unexpected(sent.error());
  const std::string type = last.is_object() ? last.value("type", "") : "";
  if (type == "error") return failed(ExitCode::failed, last.value("detail", "the engine gave up"));
  if (type != "summary") return failed(ExitCode::failed, "the engine's answer was cut off");
  last.erase("type");
  last.erase("schema");
  return last;
}

void print(Session& session, const Json& summary) {
  const auto number = [&](std::string_view member) { return summary.value(member, std::uint64_t{0}); };
  session.console.print(
      fmt::format("destroyed: {} people, {} texts, {} secrets of polls; {} identities free again",
                  number("people"), number("texts"), number("secrets"), number("released")));
  if (summary.value("rotated", false)) {
    const auto backup = summary.value("backup", "");
    session.console.print("everything is sealed under new wrapping keys, and opens with them alone");
    session.console.print(backup.empty() ? "no older backup opens any more: make a new one now"
                                         : "no older backup opens any more, but this one: " + backup);
  }
  if (number("waiting") > 0) {
    session.console.print(fmt::format(
        "{} are deleted and not over before the wrapping keys are rotated: `stimmbuch vault rotate`",
        number("waiting")));
  }
}

Result sweep(Session& session) {
  return with_writing_engine(session.settings, [&](DataDirectory& data) -> Result {
    const auto summary = ask(data.engine, "sweep", Json::object());
    if (!summary) return std::unexpected(summary.error());
    print(session, *summary);
    session.console.summary(*summary);
    return ExitCode::ok;
  });
}

Result rotate_wrapping_keys(Session& session) {
  const auto confirmed = session.given.value("--confirmed");
  const auto struck_off = session.given.value("--struck-off");
  return with_writing_engine(session.settings, [&](DataDirectory& data) -> Result {
    const auto summary =
        ask(data.engine, "rotate", {{"nodes", confirmed.has_value() || struck_off.has_value()}});
    if (!summary) return std::unexpected(summary.error());
    if (summary->value("prepared", false)) {
      session.console.print(
          "The key file has the new keys beside the present ones. Now, on every other node that has a "
          "key file:");
      session.console.print(
          "  1. put a copy of it there, mode 0600, and on a node that shows texts only "
          "the copy that `grep -v secrets FILE` writes;");
      session.console.print("  2. start the node anew.");
      session.console.print(
          "Then here: stimmbuch vault rotate --confirmed NODE,... [--struck-off NODE,...]. Do not start "
          "this node anew before that.");
    } else {
      print(session, *summary);
      if (confirmed) {
        session.console.print(
            fmt::format("On {}: put a copy of the key file there again, without the old keys now, and start "
                        "it anew; destroy every other copy of the old keys.",
                        *confirmed));
      }
      if (struck_off) {
        session.console.print(
            fmt::format("{} cannot open anything any more: destroy its data and its key file.", *struck_off));
      }
    }
    session.console.summary(*summary);
    return ExitCode::ok;
  });
}

}  // namespace

Command vault_sweep_command() {
  return {
      .name = "vault sweep",
      .purpose = "Destroy now what is to be erased, and not only at night.",
      .details =
          "People who asked to be erased, single texts, and the secrets of polls whose objection period is "
          "over: their rows are deleted and written out of the vault's files, everything else is sealed "
          "under new wrapping keys, which is read from the disk before the old ones are destroyed, and the "
          "log "
          "says that it is done. Where other nodes hold the keys, or "
          "they come from a command, the last two steps wait for `vault rotate`.",
      .options = with_common_options(),
      .settings = with_data_settings({"kafka.", "durability", "rotation_backup"}),
      .examples = {{"vault sweep --data /var/lib/stimmbuch", "While the directory is served, or not."},
                   {"vault sweep --data D --json", "Counts, for programs."}},
      .exits = {ExitCode::store_missing, ExitCode::store_locked, ExitCode::credentials},
      .run = sweep,
  };
}

Command vault_rotate_command() {
  return {
      .name = "vault rotate",
      .purpose = "Seal the vault under new wrapping keys and destroy the old ones.",
      .details =
          "Whatever was destroyed cannot be opened any more from then on, in no old file, backup or topic. "
          "Before that everything is opened with the new keys alone, in a backup that this makes in "
          "--rotation-backup (of `serve`, while the directory is served), or in the vault. "
          "Where this node alone holds the keys, it does all at once. Where the vault is published, it first "
          "puts the new keys beside the present ones and says what every other node has to do; when it is "
          "given the names of those that have them, and of those that will not get them, it goes on. Keys "
          "that come from a command are not rotated: put them into a file for that.",
      .options = with_common_options({{"--confirmed", "NODE,...", "Other nodes that have the new keys."},
                                      {"--struck-off", "NODE,...",
                                       "Other nodes that will not get them, and are to read nothing more."}}),
      .settings = with_data_settings({"kafka.", "durability", "rotation_backup"}),
      .examples = {{"vault rotate --data /var/lib/stimmbuch", "One node: done when it returns."},
                   {"vault rotate --data D --confirmed reader1,candidate --struck-off old",
                    "The second step, where other nodes hold the keys."}},
      .exits = {ExitCode::store_missing, ExitCode::store_locked, ExitCode::credentials},
      .run = rotate_wrapping_keys,
  };
}

}  // namespace stimmbuch::program
