#include "stimmbuch/tools/import/byte_source.hpp"

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>

namespace stimmbuch::import {
namespace {

struct CloseGz {
  void operator()(gzFile file) const { gzclose_r(file); }
};
using GzHandle = std::unique_ptr<gzFile_s, CloseGz>;

std::string reason(int error_number) {
  return std::generic_category().message(error_number);
}

class FileSource : public ByteSource {
 public:
  FileSource(GzHandle file, std::uint64_t max_bytes)
      : file_(std::move(file)), buffer_(std::size_t{256} << 10), max_bytes_(max_bytes) {}

  std::expected<std::string_view, ReadError> next_block() override {
    const int count = gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
    int status = Z_OK;
    const char* const text = gzerror(file_.get(), &status);
    if (status == Z_BUF_ERROR) return failed("the gzip file is cut off; fetch it again");
    if (status == Z_ERRNO) return failed(fmt::format("cannot read the file: {}", reason(errno)));
    if (count < 0) return failed(fmt::format("the gzip file is damaged: {}", text));
    const auto size = static_cast<std::size_t>(count);
    if (size > max_bytes_ - given_bytes_) {
      return failed(fmt::format("the file unpacks to more than {} bytes", max_bytes_));
    }
    given_bytes_ += size;
    return std::string_view(buffer_.data(), size);
  }

 private:
  static std::unexpected<ReadError> failed(std::string message) {
    return std::unexpected(ReadError{.message = std::move(message)});
  }

  GzHandle file_;
  std::vector<char> buffer_;
  std::uint64_t max_bytes_;
  std::uint64_t given_bytes_ = 0;
};

class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string text) : text_(std::move(text)) {}

  std::expected<std::string_view, ReadError> next_block() override {
    return std::exchange(given_, true) ? std::string_view() : std::string_view(text_);
  }

 private:
  std::string text_;
  bool given_ = false;
};

}  // namespace

std::expected<std::unique_ptr<ByteSource>, ReadError> file_source(const std::filesystem::path& path,
                                                                  std::uint64_t max_bytes) {
  errno = 0;
  GzHandle file(gzopen(path.c_str(), "rb"));
  if (!file)
    return std::unexpected(ReadError{.message = fmt::format("cannot open the file: {}", reason(errno))});
  return std::make_unique<FileSource>(std::move(file), max_bytes);
}

std::unique_ptr<ByteSource> text_source(std::string text) {
  return std::make_unique<TextSource>(std::move(text));
}

}  // namespace stimmbuch::import
