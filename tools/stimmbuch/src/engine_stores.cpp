// Opening what is on the disk.
#include <filesystem>

#include <spdlog/spdlog.h>

#include "engine_parts.hpp"
#include "stimmbuch/adapters/vault/wrapping_keys.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t contests_cached = 1'000;

ExitCode exit_code_of(vault::VaultError::Kind kind) {
  using enum vault::VaultError::Kind;
  switch (kind) {
    case locked:
      return ExitCode::store_locked;
    case absent:
      return ExitCode::store_missing;
    case wrong_key:
    case keys_exposed:
    case keys_withheld:
      return ExitCode::credentials;
    case exists:
    case damaged:
    case io:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

StartError start_error(const vault::VaultError& error) {
  return {exit_code_of(error.kind), error.text};
}

ExitCode exit_code_of(eventstore::OpenError::Kind kind) {
  return kind == eventstore::OpenError::Kind::locked ? ExitCode::store_locked : ExitCode::failed;
}

// The vault of a node that has none.
class NoVault final : public runner::Vault {
 public:
  void write(Position, std::span<const runner::VaultRow>) override {
    throw std::logic_error("this node has no vault to write to");
  }
  std::optional<std::string> read(runner::RowClass, std::string_view) const override { return std::nullopt; }
  void recover(Position) override {}
};

}  // namespace

const runner::Vault& Engine::Parts::any_vault() const {
  static const NoVault none;
  if (vault) return *vault;
  return none;
}

const vault::Secrets& Engine::Parts::any_secrets() const {
  return vault ? vault->secrets() : *nobodys_secrets;
}

Engine::Parts::Started Engine::Parts::open_stores() {
  if (options.origin && !ledger::is_origin(*options.origin)) {
    return std::unexpected(
        StartError{ExitCode::usage,
                   "an origin is up to 240 visible ASCII characters without +, such as votes.town.example"});
  }
  std::filesystem::create_directories(options.data);
  std::filesystem::permissions(options.data, std::filesystem::perms::owner_all);
  for (const auto step : {&Parts::open_vault, &Parts::open_views, &Parts::open_log}) {
    if (auto opened = (this->*step)(); !opened) return opened;
  }
  contests = std::make_unique<vault::ContestSecrets>(any_vault(), contests_cached);
  if (options.role == Role::leader) vault->recover(log->synced().head());
  return {};
}

Engine::Parts::Started Engine::Parts::open_vault() {
  using Start = vault::RocksVault::Start;
  if (options.wrapping_key && !options.wrapping_key_command.empty())
    return std::unexpected(
        StartError{ExitCode::usage, "the wrapping key comes from a file or a command, not from both"});
  const bool asks_command = !options.wrapping_key_command.empty();
  if (!asks_command) key_file = options.wrapping_key.value_or(vault::default_key_file(options.data));
  const bool has_key = options.wrapping_key || asks_command || std::filesystem::exists(key_file);
  const bool may_lack_it = options.role == Role::follower ||
                           (options.role == Role::reader && !std::filesystem::exists(options.data / "vault"));
  if (!has_key && may_lack_it) {
    nobodys_secrets = std::make_unique<vault::Secrets>(vault::Secrets::random());
    return {};
  }
  auto start = std::filesystem::exists(options.data / "log") ? Start::later : Start::first;
  if (options.role == Role::follower || options.role == Role::promoted) start = Start::copy;
  const bool makes_them = start == Start::first && !asks_command && !std::filesystem::exists(key_file);
  auto keys = asks_command ? vault::ask_for_wrapping_keys(options.wrapping_key_command)
              : makes_them ? vault::create_wrapping_keys(key_file, options.data)
                           : vault::load_wrapping_keys(key_file, options.data);
  if (!keys) return std::unexpected(start_error(keys.error()));
  if (!keys->secrets && leads()) {
    return std::unexpected(StartError{
        ExitCode::credentials,
        "the wrapping key is that of texts alone, with which a node can only follow; this needs both"});
  }
  auto opened = vault::RocksVault::open(options.data, *keys, start);
  if (!opened) return std::unexpected(start_error(opened.error()));
  vault = std::move(*opened);
  if (auto apart = look_at_rotation_backups(); !apart) return apart;
  vault->on_destruction([this] {
    if (auto* const listener = listening_api.load()) listener->forget_people();
  });
  return {};
}

// Whoever has these backups must not have the keys with them, and the loss of the data must not take them
// along.
Engine::Parts::Started Engine::Parts::look_at_rotation_backups() const {
  const auto& directory = options.rotation_backup;
  if (directory.empty() || !leads()) return {};
  const auto refused = [&](std::string_view why) {
    return std::unexpected(
        StartError{ExitCode::usage, "rotation_backup: " + directory.string() + std::string(why)});
  };
  if (!std::filesystem::is_directory(directory)) return refused(" is no directory: mount or make it");
  if (vault::lies_in(directory, options.data)) return refused(" lies in the data directory");
  if (!key_file.empty() && vault::lies_in(key_file, directory))
    return refused(" has the key file, " + key_file.string() + ", in it: keep the two apart");
  return {};
}

// What was destroyed stays destroyed, whatever was put back from a copy; before anything is read of the
// vault.
Engine::Parts::Started Engine::Parts::open_erasures(const LedgerId& id) {
  const auto file = options.erasures.value_or(vault::ErasureList::default_file(options.data));
  const bool is_lost = !std::filesystem::exists(file) && log->synced().head() > before_first;
  auto list = vault::ErasureList::open(file, id);
  if (!list) return std::unexpected(start_error(list.error()));
  erasures = std::move(*list);
  if (is_lost) {
    spdlog::info("there is no {}; it is made from the log", file.string());
    erasures->append(destroyed_by(log->synced(), *vault));
    vault->destroy(erasures->all());
    vault->set_erasures_mark(erasures->mark());
    return {};
  }
  const auto applied = vault::apply_erasures(*vault, *erasures);
  if (!applied) return std::unexpected(start_error(applied.error()));
  if (*applied && !erasures->all().empty())
    spdlog::info("the vault was older than {}; what that lists is destroyed", file.string());
  return {};
}

Engine::Parts::Started Engine::Parts::open_views() {
  auto opened = projections::ViewStore::open({.directory = options.data / "views"});
  if (!opened) return std::unexpected(StartError{ExitCode::failed, opened.error()});
  views = std::move(*opened);
  return {};
}

Engine::Parts::Started Engine::Parts::open_log() {
  eventstore::OpenOptions log_options;
  log_options.directory = options.data;
  log_options.subject_of = codec::subject_of;
  log_options.floors = {{"the views", views->floor()}};
  log_options.recover_tail = options.recover_tail;
  if (leads() && replicates()) log_options.visibility = eventstore::Visibility::when_shown;
  log_options.cache_bytes = options.cache_mib << 20;
  log_options.disk_floor_bytes = options.disk_floor_mib << 20;
  log_options.log = [](std::string_view message) { spdlog::info("{}", message); };
  auto opened = eventstore::RocksLedger::open(log_options);
  if (!opened) return std::unexpected(StartError{exit_code_of(opened.error().kind), opened.error().detail});
  log = std::move(*opened);
  return {};
}

}  // namespace stimmbuch::program
