#include "stimmbuch/adapters/vault/copy_check.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>

#include "files.hpp"
#include "store.hpp"

namespace stimmbuch::vault {

namespace {

namespace fs = std::filesystem;
using Kind = VaultError::Kind;
using runner::RowClass;

// What the system still has of them in memory would be read instead of them.
void forget_cached(const fs::path& directory) {
  for (const auto& entry : fs::directory_iterator{directory}) {
    if (!entry.is_regular_file()) continue;
    const Descriptor file{::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file)
      throw VaultFault(Kind::io, entry.path().string() + ": " + std::generic_category().message(errno));
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  }
}

bool open_all(const fs::path& directory, const Sealing& sealing, const std::function<bool()>& goes_on) {
  const auto db = open_to_read(directory);
  rocksdb::ReadOptions once;
  once.verify_checksums = true;
  once.fill_cache = false;
  bool has_format = false;
  std::string last = "its beginning";
  const std::unique_ptr<rocksdb::Iterator> entries{db->NewIterator(once)};
  for (entries->SeekToFirst(); entries->Valid(); entries->Next()) {
    if (!goes_on()) return false;
    const auto key = entries->key().ToStringView();
    const auto value = entries->value().ToStringView();
    has_format = has_format || (key == format_key && value == format);
    if (const auto row_class = sealed_as(key)) {
      auto plain = sealing.unseal(*row_class, key, value);
      crypto::wipe(plain);
    }
    last = shown(key);
  }
  if (!entries->status().ok())
    throw VaultFault(Kind::damaged, "what follows " + last + ": " + entries->status().ToString());
  if (!has_format) throw VaultFault(Kind::damaged, "it is no vault of this format");
  return true;
}

}  // namespace

std::expected<bool, VaultError> opens_wholly(const fs::path& directory, const WrappingKeys& keys,
                                             const std::function<bool()>& goes_on) try {
  forget_cached(directory);
  return open_all(directory, Sealing{keys}, goes_on);
} catch (const VaultFault& fault) {
  return std::unexpected(VaultError{fault.kind(), directory.string() + ": " + fault.what()});
} catch (const fs::filesystem_error& error) {
  return std::unexpected(VaultError{Kind::io, error.what()});
}

}  // namespace stimmbuch::vault
