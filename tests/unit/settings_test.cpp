#include "cli/settings.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace stimmbuch::program {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class SettingsTest : public testing::Test {
 protected:
  std::filesystem::path file(std::string_view content) {
    const auto path = directory_.path() / "config.toml";
    std::ofstream(path) << content;
    return path;
  }

  std::expected<Settings, Failure> resolve() { return resolve_settings(sources_); }

  std::string error_of(std::string_view content) {
    sources_.file = file(content);
    const auto settings = resolve();
    EXPECT_FALSE(settings);
    return settings ? "" : settings.error().text;
  }

  test::TemporaryDirectory directory_;
  std::map<std::string, std::string> environment_;
  Sources sources_{.flags = {},
                   .environment = [this](const std::string& name) -> std::optional<std::string> {
                     const auto found = environment_.find(name);
                     return found == environment_.end() ? std::nullopt : std::optional(found->second);
                   },
                   .file = {}};
};

TEST_F(SettingsTest, HaveSafeDefaults) {
  sources_.file = file("");
  const auto settings = resolve().value();
  EXPECT_EQ(settings.values.engine.listen->host, "127.0.0.1");
  EXPECT_FALSE(settings.values.engine.purpose);
  EXPECT_EQ(settings.origins.at("listen"), Origin::built_in);
}

TEST_F(SettingsTest, ComeFromFlagsThenEnvironmentThenFile) {
  sources_.file = file("listen = \"127.0.0.1:1\"\nio_threads = 2\ncache_mib = 3\n");
  environment_["STIMMBUCH_LISTEN"] = "127.0.0.1:4";
  environment_["STIMMBUCH_IO_THREADS"] = "5";
  sources_.flags["listen"] = "127.0.0.1:6";
  const auto settings = resolve().value();
  EXPECT_EQ(settings.values.engine.listen->port, 6);
  EXPECT_EQ(settings.values.engine.io_threads, 5U);
  EXPECT_EQ(settings.values.engine.cache_mib, 3U);
  EXPECT_EQ(settings.origins.at("listen"), Origin::flag);
  EXPECT_EQ(settings.origins.at("io_threads"), Origin::environment);
  EXPECT_EQ(settings.origins.at("cache_mib"), Origin::file);
}

TEST_F(SettingsTest, OfSectionsHaveTwoUnderscoresInTheEnvironment) {
  sources_.file = file("[limits]\nbody_bytes = 1000\n");
  environment_["STIMMBUCH_LIMITS__IDLE_TIMEOUT"] = "2m";
  const auto settings = resolve().value();
  EXPECT_EQ(settings.values.engine.limits.body_bytes, 1000U);
  EXPECT_EQ(settings.values.engine.limits.idle_timeout, std::chrono::minutes{2});
}

TEST_F(SettingsTest, NameTheFileByEnvironmentToo) {
  environment_["STIMMBUCH_CONFIG"] = file("cache_mib = 7").string();
  EXPECT_EQ(resolve().value().values.engine.cache_mib, 7U);
}

TEST_F(SettingsTest, FindTheUsersFile) {
  std::filesystem::create_directories(directory_.path() / ".config/stimmbuch");
  std::ofstream(directory_.path() / ".config/stimmbuch/config.toml") << "cache_mib = 8";
  environment_["HOME"] = directory_.path().string();
  EXPECT_EQ(resolve().value().values.engine.cache_mib, 8U);
}

TEST_F(SettingsTest, NeedTheFileThatIsNamed) {
  sources_.file = directory_.path() / "absent.toml";
  EXPECT_EQ(resolve().error().code, ExitCode::usage);
}

TEST_F(SettingsTest, RefuseAnUnknownKeyAndNameTheNearest) {
  EXPECT_THAT(error_of("\nlistn = \"127.0.0.1:1\""),
              AllOf(HasSubstr(":2: "), HasSubstr("Did you mean listen?")));
  EXPECT_THAT(error_of("[limits]\nbody_byte = 1"), HasSubstr("Did you mean limits.body_bytes?"));
  EXPECT_THAT(error_of("[[issuer]]\nissur = \"x\""), HasSubstr("Did you mean issuer?"));
}

TEST_F(SettingsTest, RefuseWhatIsNotTheirKindAndSayWhatIs) {
  EXPECT_THAT(error_of("listen = \"8080\""), HasSubstr("is not ADDRESS:PORT"));
  EXPECT_THAT(error_of("cache_mib = \"much\""), HasSubstr("is not a whole number"));
  EXPECT_THAT(error_of("purpose = \"city\""), HasSubstr("is not town or demo"));
  EXPECT_THAT(error_of("recover_tail = 1"), HasSubstr("is not true or false"));
  EXPECT_THAT(error_of("cache_mib = 1.5"), HasSubstr("neither a text"));
  EXPECT_THAT(error_of("cache_mib = "), HasSubstr("config.toml:1"));
  sources_.file = file("");
  environment_["STIMMBUCH_LIMITS__IDLE_TIMEOUT"] = "long";
  EXPECT_THAT(resolve().error().text, HasSubstr("STIMMBUCH_LIMITS__IDLE_TIMEOUT: 'long' is not a duration"));
}

TEST_F(SettingsTest, ReadIssuersFromTheFile) {
  sources_.file = file(R"(
[[issuer]]
issuer = "https://login.example"
audience = "stimmbuch"
keys_file = "/etc/stimmbuch/keys.json"
roles_of_all = ["citizen"]
role_claim = "/groups"
roles = { rathaus = "staff" }
acr = ["substantial", "high"]
)");
  const auto issuers = resolve().value().values.engine.issuers;
  ASSERT_EQ(issuers.size(), 1U);
  EXPECT_EQ(issuers[0].issuer, "https://login.example");
  EXPECT_TRUE(issuers[0].roles_of_all.contains(identity::Role::citizen));
  EXPECT_EQ(issuers[0].roles.at("rathaus"), identity::Role::staff);
  EXPECT_EQ(issuers[0].acr.size(), 2U);
  EXPECT_THAT(error_of("[[issuer]]\nissuer = \"https://login.example\""),
              HasSubstr("needs issuer, audience and keys_file"));
  EXPECT_THAT(error_of("[[issuer]]\nroles_of_all = [\"citzen\"]"), HasSubstr("Did you mean citizen?"));
}

TEST_F(SettingsTest, TakeCertificateAndKeyTogether) {
  sources_.file = file("data = \"/d\"\n[tls]\ncert = \"c.pem\"");
  EXPECT_EQ(resolve().value().engine().error().code, ExitCode::usage);
  sources_.file = file("data = \"/d\"\n[tls]\ncert = \"c.pem\"\nkey = \"k.pem\"");
  EXPECT_EQ(resolve().value().engine().value().tls->private_key, "k.pem");
}

TEST_F(SettingsTest, ReadTheTokenFromItsFile) {
  sources_.file = file("");
  EXPECT_EQ(resolve().value().token().error().code, ExitCode::usage);
  sources_.flags["token_file"] = (directory_.path() / "token").string();
  EXPECT_EQ(resolve().value().token().error().code, ExitCode::credentials);
  std::ofstream(directory_.path() / "token") << "sb1.abc.def\n";
  EXPECT_EQ(resolve().value().token().value(), "sb1.abc.def");
  std::ofstream(directory_.path() / "token") << "two words";
  EXPECT_EQ(resolve().value().token().error().code, ExitCode::credentials);
}

// What a setting prints it reads, so that `config print` writes a file that says the same.
TEST(SettingsTable, WritesWhatItReads) {
  const Values defaults;
  Values read;
  for (const Setting& setting : all_settings()) {
    const std::string text = setting.text(defaults);
    if (text.empty()) continue;
    EXPECT_FALSE(setting.set(read, text)) << setting.key;
    EXPECT_EQ(setting.text(read), text) << setting.key;
  }
}

TEST(SettingsTable, IsTheOneInTheDocuments) {
  std::ifstream file(STIMMBUCH_SOURCE_DIR "/docs/operations.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  for (const Setting& setting : all_settings()) {
    const std::string value = setting.value.empty() ? "true, false" : setting.value;
    EXPECT_THAT(page, HasSubstr("| `" + setting.key + "` | " + value + " | " + setting.text(Values()) +
                                " | " + setting.help + " |"));
  }
}

TEST(SettingsTable, HasOneFlagAndVariableForEachKey) {
  std::set<std::string> flags;
  std::set<std::string> variables;
  for (const Setting& setting : all_settings()) {
    EXPECT_TRUE(flags.insert(setting.flag()).second) << setting.key;
    EXPECT_TRUE(variables.insert(setting.variable()).second) << setting.key;
    EXPECT_TRUE(setting.help.ends_with('.')) << setting.key;
  }
}

}  // namespace
}  // namespace stimmbuch::program
