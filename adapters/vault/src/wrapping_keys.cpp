#include "stimmbuch/adapters/vault/wrapping_keys.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.hpp"
#include "shell.hpp"
#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::vault {

namespace {

namespace fs = std::filesystem;
using Kind = VaultError::Kind;

constexpr std::string_view header = "stimmbuch-keys-v1\n";
constexpr std::string_view texts_label = "texts ";
constexpr std::string_view secrets_label = "secrets ";
constexpr std::size_t key_size = base64url_size(crypto::Secret::size);
constexpr std::string_view next_texts_label = "next-texts ";
constexpr std::string_view next_secrets_label = "next-secrets ";
constexpr std::size_t file_size_max = header.size() + texts_label.size() + secrets_label.size() +
                                      next_texts_label.size() + next_secrets_label.size() +
                                      4 * (base64url_size(crypto::Secret::size) + 1);
constexpr std::chrono::seconds command_patience{30};

std::unexpected<VaultError> error(Kind kind, const fs::path& file, std::string_view what) {
  return std::unexpected(VaultError{kind, "key file " + file.string() + ": " + std::string{what}});
}

std::unexpected<VaultError> io_error(const fs::path& file, int number) {
  return error(Kind::io, file, std::generic_category().message(number));
}

// Absolute, without symbolic links where it exists, without a slash at the end.
fs::path normal(const fs::path& path) {
  const auto full = fs::weakly_canonical(fs::absolute(path));
  return full.has_filename() ? full : full.parent_path();
}

std::unexpected<VaultError> inside(const fs::path& file) {
  return error(
      Kind::keys_exposed, file,
      "keys must not lie in the data directory, whose copies and backups would then be open; keep them "
      "elsewhere");
}

std::string file_text(const WrappingKeys& keys) {
  std::string text;
  text.reserve(file_size_max);
  const auto append = [&](std::string_view label, const std::optional<crypto::Secret>& key) {
    if (!key) return;
    auto encoded = to_base64url(key->bytes());
    text.append(label).append(encoded).append(1, '\n');
    crypto::wipe(encoded);
  };
  text.append(header);
  append(texts_label, keys.texts);
  append(secrets_label, keys.secrets);
  append(next_texts_label, keys.next_texts);
  append(next_secrets_label, keys.next_secrets);
  return text;
}

// Takes `label <key>\n` from the front of the text; leaves it there if the key is none.
std::optional<crypto::Secret> take(std::string_view& text, std::string_view label) {
  if (!text.starts_with(label) || text.size() < label.size() + key_size + 1) return std::nullopt;
  std::array<std::byte, crypto::Secret::size> bytes;
  const bool good =
      from_base64url(text.substr(label.size(), key_size), bytes) && text[label.size() + key_size] == '\n';
  std::optional<crypto::Secret> key;
  if (good) {
    text.remove_prefix(label.size() + key_size + 1);
    key.emplace(bytes);
  }
  crypto::wipe(bytes);
  return key;
}

// Both classes or that of texts alone, and if new keys are to come, they for the same classes.
std::optional<WrappingKeys> parse(std::string_view text) {
  if (!text.starts_with(header)) return std::nullopt;
  text.remove_prefix(header.size());
  const auto texts = take(text, texts_label);
  if (!texts) return std::nullopt;
  WrappingKeys keys{.texts = *texts, .secrets = take(text, secrets_label)};
  keys.next_texts = take(text, next_texts_label);
  keys.next_secrets = take(text, next_secrets_label);
  const bool fits =
      !keys.next_texts ? !keys.next_secrets : keys.next_secrets.has_value() == keys.secrets.has_value();
  if (!text.empty() || !fits) return std::nullopt;
  return keys;
}

// Makes a file of the keys beside another; 0, or why not.
int write_beside(const fs::path& fresh, int flags, const WrappingKeys& keys) {
  const Descriptor created{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0600)};
  // What a crash left there may have been made by somebody else.
  if (!created || ::fchmod(created.get(), 0600) != 0) return errno;
  auto text = file_text(keys);
  const bool written = write_all(created, text) && ::fsync(created.get()) == 0;
  const int failed = written ? 0 : errno;
  crypto::wipe(text);
  return failed;
}

}  // namespace

WrappingKeys WrappingKeys::with_next() const {
  WrappingKeys keys = *this;
  keys.next_texts = crypto::Secret::random();
  if (secrets) keys.next_secrets = crypto::Secret::random();
  return keys;
}

bool lies_in(const fs::path& file, const fs::path& directory) {
  const auto inner = normal(file);
  const auto outer = normal(directory);
  return std::ranges::mismatch(outer, inner).in1 == outer.end();
}

fs::path default_key_file(const fs::path& data_dir) {
  auto path = normal(data_dir);
  return path += ".keys";
}

std::expected<WrappingKeys, VaultError> create_wrapping_keys(const fs::path& file, const fs::path& data_dir) {
  if (lies_in(file, data_dir)) return inside(file);

  // A new name first, linked to the right one when it is durable: a crash leaves either whole keys or none,
  // and of two processes that make them at once only one succeeds.
  auto fresh = file;
  fresh += ".new-" + crypto::random_id();
  auto keys = WrappingKeys::random();
  int failed = write_beside(fresh, O_EXCL, keys);
  if (failed == 0 && ::link(fresh.c_str(), file.c_str()) != 0) failed = errno;
  ::unlink(fresh.c_str());
  if (failed == EEXIST) return error(Kind::exists, file, "is there already and is never overwritten");
  if (failed != 0) return io_error(file, failed);
  if (!sync_directory(file.parent_path())) return io_error(file, errno);
  return keys;
}

std::expected<WrappingKeys, VaultError> load_wrapping_keys(const fs::path& file, const fs::path& data_dir) {
  if (lies_in(file, data_dir)) return inside(file);

  const Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!opened && errno == ENOENT) {
    return error(
        Kind::absent, file,
        "is not there; without it nothing in the vault can be read. Put it back from where you keep it, or "
        "name its place");
  }
  if (!opened) return io_error(file, errno);
  struct stat status{};
  if (::fstat(opened.get(), &status) != 0) return io_error(file, errno);
  if (!S_ISREG(status.st_mode)) return error(Kind::damaged, file, "is not a regular file");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return error(Kind::keys_exposed, file,
                 "others than its owner may use it; run: chmod 600 " + file.string());
  }

  std::string text(file_size_max + 1, '\0');  // one more, to notice a longer file
  const auto size = read_up_to(opened, text);
  if (!size) return io_error(file, errno);
  auto keys = parse(std::string_view{text}.substr(0, *size));
  crypto::wipe(text);
  if (!keys)
    return error(Kind::damaged, file, "does not hold the keys in the form in which they were written");
  return *keys;
}

std::expected<void, VaultError> replace_wrapping_keys(const fs::path& file, const fs::path& data_dir,
                                                      const WrappingKeys& keys) {
  if (const auto present = load_wrapping_keys(file, data_dir); !present)
    return std::unexpected(present.error());
  // The file itself, where it is named by a link.
  const auto place = fs::canonical(file);
  const Descriptor former{::open(place.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!former) {
    return error(Kind::io, file,
                 "new keys cannot be put there: " + std::generic_category().message(errno) +
                     "; make it and its directory writable for this user");
  }
  // Always the same name, so that what a crash leaves there is overwritten by the next attempt.
  auto fresh = place;
  fresh += ".next";
  if (const int failed = write_beside(fresh, O_TRUNC, keys); failed != 0) return io_error(fresh, failed);
  if (::rename(fresh.c_str(), place.c_str()) != 0) return io_error(file, errno);
  if (!sync_directory(place.parent_path())) return io_error(file, errno);
  if (!write_all(former, std::string(file_size_max, '\0')) || ::fsync(former.get()) != 0)
    return io_error(file, errno);
  return {};
}

std::expected<WrappingKeys, VaultError> ask_for_wrapping_keys(const std::string& command) {
  const auto refused = [&](Kind kind, std::string_view what) {
    return std::unexpected(
        VaultError{kind, "the command for the wrapping key, `" + command + "`, " + std::string{what}});
  };
  std::string text(file_size_max + 1, '\0');
  const auto ran = run_shell(command, text, command_patience);
  text.resize(ran.size);
  const auto keys = parse(text);
  crypto::wipe(text);
  if (!ran.trouble.empty()) return refused(Kind::keys_withheld, ran.trouble);
  if (!keys) return refused(Kind::damaged, "writes something else than a key file holds");
  return *keys;
}

}  // namespace stimmbuch::vault
