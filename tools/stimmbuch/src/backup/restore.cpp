#include "backup/restore.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "backup/ledger_check.hpp"
#include "export/new_directory.hpp"
#include "first_record.hpp"
#include "import/content_hash.hpp"
#include "stimmbuch/adapters/vault/erasure_list.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

namespace stimmbuch::program {

namespace {

constexpr auto checkpoint_name = "checkpoint";
constexpr auto lost_checkpoint_name = "checkpoint.lost";

// Copies what the manifest names, each file as it was written.
std::expected<void, Failure> copy_files(const std::filesystem::path& backup, const NewDirectory& to) {
  const auto text = files::read_if_there(backup / "manifest.json");
  if (!text) return failed(ExitCode::not_found, fmt::format("there is no backup in {}", backup.string()));
  const Json manifest = Json::parse(*text, nullptr, false);
  const Json named = manifest.is_object() ? manifest.value("files", Json()) : Json();
  if (!named.is_object() || named.empty())
    return failed(ExitCode::differences, fmt::format("{}/manifest.json is damaged", backup.string()));
  for (const auto& [name, promised] : named.items()) {
    const std::filesystem::path relative(name);
    if (relative.is_absolute() || relative != relative.lexically_normal() || name.starts_with(".."))
      return failed(ExitCode::differences, fmt::format("the manifest names a file outside: {}", name));
    const auto copy = to.path() / relative;
    if (!std::filesystem::exists(backup / relative))
      return failed(ExitCode::differences, fmt::format("{}/{} is not there", backup.string(), name));
    std::filesystem::create_directories(copy.parent_path());
    std::filesystem::copy_file(backup / relative, copy);
    if (!promised.is_object() || promised.value("sha256", "") != content_hash_of(copy)) {
      return failed(ExitCode::differences,
                    fmt::format("{}/{} is not what was backed up: it is damaged", backup.string(), name));
    }
  }
  return {};
}

struct Known {
  std::string from;  // whoever says so
  std::string note;
  tlog::SignedCheckpoint checkpoint;
};

std::expected<Known, Failure> read_known(std::string from, const std::string& text) {
  auto note = tlog::parse_note(text);
  auto checkpoint = note ? tlog::parse_checkpoint(note->text) : std::unexpected(note.error());
  if (!checkpoint)
    return failed(ExitCode::usage, fmt::format("{} is no checkpoint: {}", from, checkpoint.error()));
  return Known{std::move(from), text, {std::move(*checkpoint), std::move(*note)}};
}

std::expected<void, Failure> require_empty(const std::filesystem::path& data) {
  if (!std::filesystem::exists(data)) return {};
  for (const auto& entry : std::filesystem::directory_iterator(data)) {
    if (entry.path().filename() == checkpoint_name) continue;
    return failed(
        ExitCode::usage,
        fmt::format("{} is not empty: move it away first, but leave its file `{}`, which says how far "
                    "the log was signed",
                    data.string(), checkpoint_name));
  }
  return {};
}

class Restore {
 public:
  Restore(const EngineOptions& options, const RestoreWishes& wishes, Console& console)
      : options_(options), wishes_(wishes), console_(console), directory_(options.data) {}

  std::expected<RestoredLedger, Failure> from(const std::filesystem::path& backup) {
    if (auto copied = copy_files(backup, directory_); !copied) return std::unexpected(copied.error());
    if (auto known = gather_known(); !known) return std::unexpected(known.error());
    if (auto sound = look_at_ledger(); !sound) return std::unexpected(sound.error());
    if (result_.lost > 0 && !wishes_.accept_loss) {
      return failed(
          ExitCode::differences,
          fmt::format(
              "the backup ends at position {}, and {} says that the log has signed {} records: {} are "
              "missing. Look for a newer backup, another node, or the topic. If there is none, "
              "--accept-loss goes on as a new log, which everybody will see",
              number(result_.head), newest_->from, result_.known_to, result_.lost));
    }
    if (wishes_.accept_loss) {
      if (auto begun = begin_new_log(); !begun) return std::unexpected(begun.error());
    } else if (newest_) {
      directory_.put(checkpoint_name, newest_->note);
    }
    std::filesystem::permissions(directory_.path(), std::filesystem::perms::owner_all);
    for (const auto* const name : {"log.vkey", "log.keys"})  // which the log knows itself
      std::filesystem::remove(directory_.path() / name);
    directory_.replace();
    return result_;
  }

 private:
  std::expected<void, Failure> gather_known() {
    std::vector<std::pair<std::string, std::optional<std::string>>> sources{
        {"the backup", files::read_if_there(directory_.path() / checkpoint_name)},
        {(options_.data / checkpoint_name).string(), files::read_if_there(options_.data / checkpoint_name)},
        {"--checkpoint", wishes_.checkpoint}};
    for (const auto& [from, text] : sources) {
      if (!text) continue;
      auto one = read_known(from, *text);
      if (!one) return std::unexpected(one.error());
      known_.push_back(std::move(*one));
    }
    std::filesystem::remove(directory_.path() / checkpoint_name);
    return {};
  }

  std::expected<void, Failure> look_at_ledger() {
    const auto log = open_ledger(directory_.path());
    if (!log) return std::unexpected(log.error());
    if (auto sound = check_records(**log, console_); !sound) return sound;
    result_.head = (*log)->head();
    const auto origin = log_keys(**log).newest().name();
    for (const Known& known : known_) {
      const auto size = known.checkpoint.checkpoint.size;
      if (size > number(result_.head)) {
        // Its key may be one that the backup does not know yet.
        if (known.checkpoint.checkpoint.origin != origin)
          return failed(ExitCode::differences, fmt::format("{} is of {}, and the backup is of {}", known.from,
                                                           known.checkpoint.checkpoint.origin, origin));
      } else if (auto own = check_checkpoint(**log, known.checkpoint); !own) {
        return failed(own.error().code, fmt::format("{} does not go together with the backup: {}", known.from,
                                                    own.error().text));
      }
      if (newest_ == nullptr || size >= newest_->checkpoint.checkpoint.size) newest_ = &known;
    }
    if (newest_ == nullptr) return {};
    result_.known_to = newest_->checkpoint.checkpoint.size;
    result_.lost = result_.known_to - std::min(result_.known_to, number(result_.head));
    return {};
  }

  // An engine writes the record, and signs under the new name before it ends.
  std::expected<void, Failure> begin_new_log() {
    EngineOptions options = options_;
    options.role = Role::leader;
    options.data = directory_.path();
    options.kafka = {};
    options.durability = kafka::Durability::local;
    options.listen.reset();
    options.admin.reset();
    options.origin.reset();
    if (!options.wrapping_key && options.wrapping_key_command.empty())
      options.wrapping_key = vault::default_key_file(options_.data);
    options.erasures = vault::ErasureList::default_file(options_.data);
    {
      const auto log = open_ledger(directory_.path());
      if (!log) return std::unexpected(log.error());
      result_.new_origin = wishes_.origin.value_or(
          fmt::format("{}/restored-{}", log_keys(**log).first().name(), number(result_.head) + 1));
    }
    options.restored_as = NewLog{.origin = result_.new_origin, .signed_to = {}};
    if (result_.lost > 0) options.restored_as->signed_to = Position{result_.known_to};
    if (newest_ != nullptr) directory_.put(lost_checkpoint_name, newest_->note);
    auto engine = Engine::start(options, [](std::string_view) {});
    if (!engine) return failed(engine.error().code, std::move(engine.error().text));
    (*engine)->drain();
    return {};
  }

  const EngineOptions& options_;
  const RestoreWishes& wishes_;
  Console& console_;
  NewDirectory directory_;
  std::vector<Known> known_;
  const Known* newest_ = nullptr;
  RestoredLedger result_{};
};

}  // namespace

std::expected<RestoredLedger, Failure> restore_backup(const std::filesystem::path& backup,
                                                      const EngineOptions& options,
                                                      const RestoreWishes& wishes, Console& console) try {
  if (auto empty = require_empty(options.data); !empty) return std::unexpected(empty.error());
  return Restore(options, wishes, console).from(backup);
} catch (const std::exception& error) {
  return failed(ExitCode::failed, error.what());
}

}  // namespace stimmbuch::program
