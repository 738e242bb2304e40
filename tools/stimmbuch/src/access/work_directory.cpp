#include "access/work_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include <fmt/format.h>

namespace stimmbuch::program {

WorkDirectory::WorkDirectory(std::string_view purpose, const std::optional<std::string>& named) {
  if (named) {
    data_ = std::filesystem::absolute(*named).lexically_normal();
    return;
  }
  std::string name =
      (std::filesystem::temp_directory_path() / fmt::format("stimmbuch-{}-XXXXXX", purpose)).string();
  if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  temporary_ = name;
  data_ = temporary_ / "data";  // its key lies beside it
}

WorkDirectory::~WorkDirectory() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
}

}  // namespace stimmbuch::program
