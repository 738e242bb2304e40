#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace stimmbuch::program {

// A data directory for an engine that is not there to stay: the named one, which is kept, or a temporary one,
// which is removed at the end.
class WorkDirectory {
 public:
  // `purpose` becomes a part of a temporary name.
  WorkDirectory(std::string_view purpose, const std::optional<std::string>& named);
  ~WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;

  const std::filesystem::path& data() const { return data_; }
  bool is_temporary() const { return !temporary_.empty(); }

 private:
  std::filesystem::path temporary_;
  std::filesystem::path data_;
};

}  // namespace stimmbuch::program
