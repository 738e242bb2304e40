#pragma once

#include <filesystem>
#include <string_view>

namespace stimmbuch::program {

// A directory that is made under another name beside its own, and put into its place when all of it is there:
// so it is there whole or not at all, after a crash too. What a run that was cut off left is removed by the
// next one. Everything throws std::runtime_error. One run for one directory at a time.
class NewDirectory {
 public:
  explicit NewDirectory(std::filesystem::path target);
  // Removes what was not put in place.
  ~NewDirectory();
  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;

  // Where it is while it is made.
  const std::filesystem::path& path() const { return path_; }

  void put(std::string_view name, std::string_view bytes) const;

  // `manifest.json`: the bytes and the SHA-256 of each file that is there, by name.
  void put_manifest() const;

  // Puts it where nothing is. Durable on return.
  void put_in_place();
  // Puts it in the place of one that may be there; whoever looks sees the one or the other. Durable on
  // return.
  void replace();

 private:
  const std::filesystem::path target_;
  const std::filesystem::path path_;
};

}  // namespace stimmbuch::program
