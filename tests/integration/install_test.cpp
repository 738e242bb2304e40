// What `cmake --install` leaves on a machine.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::StartsWith;

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

class Install : public testing::Test {
 protected:
  Install() {
    ChildProcess install({STIMMBUCH_CMAKE, "--install", STIMMBUCH_BUILD_DIR, "--prefix", root().string()});
    EXPECT_EQ(install.wait(), 0) << install.err();
  }

  const std::filesystem::path& root() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

TEST_F(Install, BringsAProgramThatRunsOutsideTheBuild) {
  ChildProcess program({(root() / "bin/stimmbuch").string(), "version"});
  EXPECT_EQ(program.wait(), 0) << program.err();
  EXPECT_THAT(program.out(), HasSubstr(STIMMBUCH_VERSION));
}

TEST_F(Install, BringsTheCompletionsThatTheProgramPrints) {
  for (const auto& [shell, file] : {std::pair{"bash", "share/bash-completion/completions/stimmbuch"},
                                    std::pair{"fish", "share/fish/vendor_completions.d/stimmbuch.fish"}}) {
    ChildProcess program({(root() / "bin/stimmbuch").string(), "completion", shell});
    EXPECT_EQ(program.wait(), 0) << program.err();
    EXPECT_EQ(content_of(root() / file), program.out());
  }
}

TEST_F(Install, BringsAUnitThatStartsTheProgram) {
  EXPECT_THAT(content_of(root() / "lib/systemd/system/stimmbuch.service"),
              HasSubstr("\nExecStart=stimmbuch serve "));
  EXPECT_THAT(content_of(root() / "lib/sysusers.d/stimmbuch.conf"), StartsWith("u stimmbuch "));
}

TEST_F(Install, BringsLicenceAndDocumentsAndNothingForDevelopers) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root())) {
    if (entry.is_regular_file()) files.insert(entry.path().lexically_relative(root()).string());
  }
  EXPECT_THAT(files,
              IsSupersetOf({"share/doc/stimmbuch/LICENSE", "share/doc/stimmbuch/CHANGELOG.md",
                            "share/doc/stimmbuch/operations.md", "share/doc/stimmbuch/formats/records.md"}));
  for (const std::string& file : files) {
    EXPECT_FALSE(file.ends_with(".a") || file.ends_with(".hpp")) << file;
  }
}

}  // namespace
}  // namespace stimmbuch::test
