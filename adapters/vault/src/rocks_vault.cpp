#include "stimmbuch/adapters/vault/rocks_vault.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "files.hpp"
#include "store.hpp"
#include "vault_format.hpp"

namespace stimmbuch::vault {

namespace {

namespace fs = std::filesystem;
using Kind = VaultError::Kind;
using runner::RowClass;
using runner::VaultRow;

std::unexpected<VaultError> no_vault(const fs::path& directory) {
  return std::unexpected(VaultError{
      Kind::absent, "vault " + directory.string() +
                        ": is not there, though its ledger is; restore both from the same backup"});
}

}  // namespace

RocksVault::RocksVault(std::unique_ptr<Store> store) : store_{std::move(store)} {}

RocksVault::~RocksVault() = default;

std::expected<std::unique_ptr<RocksVault>, VaultError> RocksVault::open(const fs::path& data_dir,
                                                                        const WrappingKeys& keys,
                                                                        Start start) {
  const auto directory = data_dir / "vault";
  const auto failed = [&](Kind kind, const std::string& what) {
    return std::unexpected(VaultError{kind, "vault " + directory.string() + ": " + what});
  };

  if (start != Start::later) {
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
      return failed(Kind::io, std::generic_category().message(errno));
    }
    if (!sync_directory(data_dir)) return failed(Kind::io, std::generic_category().message(errno));
  } else if (!fs::exists(directory / "CURRENT")) {
    return no_vault(directory);
  }

  try {
    auto store = std::make_unique<Store>(directory, keys, start != Start::later);
    if (start == Start::copy) return std::unique_ptr<RocksVault>{new RocksVault{std::move(store)}};
    if (!store->is_made()) {
      if (start == Start::later) return no_vault(directory);
      store->make();
    }
    store->load();
    return std::unique_ptr<RocksVault>{new RocksVault{std::move(store)}};
  } catch (const VaultFault& fault) {
    return failed(fault.kind(), fault.what());
  }
}

std::expected<void, VaultError> RocksVault::load() {
  try {
    store_->load();
    return {};
  } catch (const VaultFault& fault) {
    return std::unexpected(VaultError{fault.kind(), fault.what()});
  }
}

bool RocksVault::opens_secrets() const {
  return store_->opens(RowClass::secrets);
}

const Secrets& RocksVault::secrets() const {
  return store_->secrets();
}

void RocksVault::write(Position first, std::span<const VaultRow> rows) {
  store_->write(first, rows);
}

std::optional<std::string> RocksVault::read(RowClass row_class, std::string_view name) const {
  auto content = store_->row(key_of(row_class, name), row_class);
  if (!content) return std::nullopt;
  if (row_class == RowClass::texts && store_->is_hidden(name, content->owners)) return std::nullopt;
  return std::move(content->value);
}

void RocksVault::recover(Position head) {
  store_->recover(head);
}

void RocksVault::keep(const VaultRow& row) {
  store_->keep(row);
}

std::vector<RowAddress> RocksVault::rows_of(std::string_view owner) const {
  return store_->rows_of(owner);
}

void RocksVault::each_secret(
    std::string_view name_prefix,
    const std::function<void(std::string_view name, std::string_view value)>& visitor) const {
  store_->each_secret(name_prefix, visitor);
}

void RocksVault::destroy(const Destruction& destruction) {
  store_->destroy(destruction);
  destroyed_();
}

void RocksVault::compact() {
  store_->compact();
}

void RocksVault::begin_rotation(const WrappingKeys& keys) {
  store_->begin_rotation(keys);
}

bool RocksVault::is_rotating() const {
  return store_->is_rotating();
}

bool RocksVault::seal_anew(const std::function<bool()>& goes_on) {
  return store_->seal_anew(goes_on);
}

void RocksVault::end_rotation(const WrappingKeys& keys) {
  store_->end_rotation(keys);
}

std::optional<std::string> RocksVault::erasures_mark() const {
  return store_->erasures_mark();
}

void RocksVault::set_erasures_mark(std::string_view mark) {
  store_->set_erasures_mark(mark);
}

void RocksVault::hard_link_checkpoint(const std::filesystem::path& target) const {
  store_->hard_link_checkpoint(target);
}

bool RocksVault::begin_publishing() {
  return store_->begin_publishing();
}

bool RocksVault::is_published() const {
  return store_->is_published();
}

bool RocksVault::has_unpublished_changes() const {
  return store_->has_unpublished_changes();
}

bool RocksVault::must_publish_all() const {
  return store_->must_publish_all();
}

void RocksVault::all_rows(const std::function<void(const SealedRow&)>& visitor) const {
  store_->all_rows(visitor);
}

void RocksVault::published_all() {
  store_->published_all();
}

std::vector<SealedRow> RocksVault::unpublished(Position up_to) {
  return store_->unpublished(up_to);
}

void RocksVault::confirm_published(Position up_to) {
  store_->confirm_published(up_to);
}

std::optional<std::int64_t> RocksVault::copied_to() const {
  return store_->copied_to();
}

void RocksVault::copy(std::span<const SealedRow> rows, std::int64_t next) {
  store_->copy(rows, next);
  if (std::ranges::any_of(rows, [](const SealedRow& row) { return !row.value; })) destroyed_();
}

}  // namespace stimmbuch::vault
