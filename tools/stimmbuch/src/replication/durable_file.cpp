#include "replication/durable_file.hpp"

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace stimmbuch::program {

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

 private:
  [[noreturn]] void fail() const {
    throw std::runtime_error(path_.string() + ": " + std::generic_category().message(errno));
  }

  const std::filesystem::path path_;
  const int descriptor_;
};

}  // namespace

void write_durably(const std::filesystem::path& file, const std::function<void(const Append&)>& write) {
  const Descriptor descriptor(file, O_WRONLY | O_CREAT | O_TRUNC);
  write([&](std::string_view bytes) { descriptor.append(bytes); });
  descriptor.sync();
}

void sync_directory(const std::filesystem::path& directory) {
  Descriptor(directory, O_RDONLY | O_DIRECTORY).sync();
}

}  // namespace stimmbuch::program
