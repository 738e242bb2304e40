#include "stimmbuch/eventstore/files/durable_file.hpp"

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace stimmbuch::files {

namespace {

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) fail();
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(descriptor_); }

  void append(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0) fail();
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  void sync() const {
    if (::fsync(descriptor_) != 0) fail();
  }
  void sync_file_system() const {
    if (::syncfs(descriptor_) != 0) fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw std::runtime_error(path_.string() + ": " + std::generic_category().message(errno));
  }

  const std::filesystem::path path_;
  const int descriptor_;
};

std::filesystem::path fresh_name(std::filesystem::path file) {
  return file += ".new";
}

}  // namespace

void write_durably(const std::filesystem::path& file, const std::function<void(const Append&)>& write) {
  const Descriptor descriptor(file, O_WRONLY | O_CREAT | O_TRUNC);
  write([&](std::string_view bytes) { descriptor.append(bytes); });
  descriptor.sync();
}

void sync_directory(const std::filesystem::path& directory) {
  Descriptor(directory, O_RDONLY | O_DIRECTORY).sync();
}

void replace_durably(const std::filesystem::path& file, std::string_view content) {
  const auto fresh = fresh_name(file);
  write_durably(fresh, [&](const Append& append) { append(content); });
  std::filesystem::rename(fresh, file);
  sync_directory(std::filesystem::absolute(file).parent_path());
}

void replace_whole(const std::filesystem::path& file, std::string_view content) {
  const auto fresh = fresh_name(file);
  Descriptor(fresh, O_WRONLY | O_CREAT | O_TRUNC).append(content);
  std::filesystem::rename(fresh, file);
}

void sync_file_system(const std::filesystem::path& directory) {
  Descriptor(directory, O_RDONLY | O_DIRECTORY).sync_file_system();
}

std::optional<std::string> read_if_there(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  std::string content(std::filesystem::file_size(file), '\0');
  if (!in.is_open() || !in.read(content.data(), static_cast<std::streamsize>(content.size())))
    throw std::runtime_error(file.string() + " cannot be read");
  return content;
}

}  // namespace stimmbuch::files
