#include "stimmbuch/adapters/vault/wrapping_keys.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_directory.hpp"

namespace stimmbuch::vault {
namespace {

namespace fs = std::filesystem;
using Kind = VaultError::Kind;

class WrappingKeysTest : public testing::Test {
 protected:
  WrappingKeysTest() { fs::create_directory(data); }

  std::string content() const {
    std::ifstream stream{file};
    return {std::istreambuf_iterator<char>{stream}, {}};
  }

  void replace_content(std::string_view text) const { std::ofstream{file} << text; }

  Kind refusal_of_load() const {
    const auto keys = load_wrapping_keys(file, data);
    EXPECT_FALSE(keys.has_value());
    return keys ? Kind{} : keys.error().kind;
  }

  test::TemporaryDirectory place;
  fs::path data = place.path() / "data";
  fs::path file = place.path() / "data.keys";
};

TEST_F(WrappingKeysTest, AreLoadedAsTheyWereMade) {
  const auto made = create_wrapping_keys(file, data);
  ASSERT_TRUE(made) << made.error().text;
  const auto loaded = load_wrapping_keys(file, data);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->texts, made->texts);
  EXPECT_EQ(loaded->secrets, made->secrets);
  EXPECT_FALSE(made->texts == made->secrets);
}

TEST_F(WrappingKeysTest, AreInAFileForTheOwnerOnlyAndNothingElseIsLeft) {
  ASSERT_TRUE(create_wrapping_keys(file, data));
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator{place.path()}, {}), 2);  // the data directory and the keys
}

TEST_F(WrappingKeysTest, AreNeverOverwritten) {
  ASSERT_TRUE(create_wrapping_keys(file, data));
  const auto before = content();
  const auto again = create_wrapping_keys(file, data);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, Kind::exists);
  EXPECT_EQ(content(), before);
}

TEST_F(WrappingKeysTest, AreMadeByOneOfThoseWhoTryAtOnce) {
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] { made += create_wrapping_keys(file, data).has_value(); });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_TRUE(load_wrapping_keys(file, data));
}

TEST_F(WrappingKeysTest, AreReportedAbsentWithTheNameOfTheFile) {
  const auto keys = load_wrapping_keys(file, data);
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().kind, Kind::absent);
  EXPECT_NE(keys.error().text.find(file.string()), std::string::npos);
}

TEST_F(WrappingKeysTest, MayBeThatOfTextsAlone) {
  const auto made = create_wrapping_keys(file, data);
  ASSERT_TRUE(made);
  const auto whole = content();
  replace_content(whole.substr(0, whole.find("secrets ")));
  const auto loaded = load_wrapping_keys(file, data);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->texts, made->texts);
  EXPECT_FALSE(loaded->secrets);
}

TEST_F(WrappingKeysTest, AreWhatACommandWrites) {
  const auto made = create_wrapping_keys(file, data);
  ASSERT_TRUE(made);
  const auto asked = ask_for_wrapping_keys("cat " + file.string());
  ASSERT_TRUE(asked) << asked.error().text;
  EXPECT_EQ(asked->texts, made->texts);
  EXPECT_EQ(asked->secrets, made->secrets);
  const auto alone = ask_for_wrapping_keys("grep -v secrets " + file.string());
  ASSERT_TRUE(alone) << alone.error().text;
  EXPECT_FALSE(alone->secrets);
}

TEST_F(WrappingKeysTest, AreNotTakenFromACommandThatFailsOrWritesSomethingElse) {
  ASSERT_TRUE(create_wrapping_keys(file, data));
  const auto refusal = [](const std::string& command) {
    const auto keys = ask_for_wrapping_keys(command);
    return keys ? std::string{} : keys.error().text;
  };
  EXPECT_THAT(refusal("cat " + file.string() + "; exit 3"), testing::HasSubstr("ended with exit code 3"));
  EXPECT_THAT(refusal("cat " + file.string() + "; kill -9 $$"), testing::HasSubstr("ended by a signal"));
  EXPECT_THAT(refusal("cat " + file.string() + "; echo"), testing::HasSubstr("writes something else"));
  EXPECT_THAT(refusal("yes"), testing::HasSubstr("writes something else"));
  EXPECT_THAT(refusal("true"), testing::HasSubstr("writes something else"));
  EXPECT_THAT(refusal("/nowhere/keys 2>/dev/null"), testing::HasSubstr("ended with exit code 127"));
}

TEST_F(WrappingKeysTest, AreRefusedWhenOthersMayUseTheFile) {
  ASSERT_TRUE(create_wrapping_keys(file, data));
  for (const auto exposed : {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write | exposed);
    EXPECT_EQ(refusal_of_load(), Kind::keys_exposed);
  }
  fs::permissions(file, fs::perms::owner_read);
  EXPECT_TRUE(load_wrapping_keys(file, data));
}

TEST_F(WrappingKeysTest, AreRefusedInsideTheDataDirectory) {
  for (const auto& inside : {data / "keys", data / "a" / ".." / "keys", data}) {
    const auto made = create_wrapping_keys(inside, data);
    ASSERT_FALSE(made) << inside;
    EXPECT_EQ(made.error().kind, Kind::keys_exposed);
  }
  fs::create_directory_symlink(data, place.path() / "link");
  EXPECT_FALSE(create_wrapping_keys(place.path() / "link" / "keys", data));
  EXPECT_TRUE(create_wrapping_keys(place.path() / "data-keys", data))
      << "only its name begins like the directory's";
}

TEST_F(WrappingKeysTest, AreRefusedInAnyOtherForm) {
  ASSERT_TRUE(create_wrapping_keys(file, data));
  const auto good = content();
  replace_content(good);
  ASSERT_TRUE(load_wrapping_keys(file, data));
  auto upper = good;
  upper[0] = 'S';
  auto foreign = good;
  foreign[foreign.size() - 2] = '=';
  for (const auto& bad : {std::string{}, good + "\n", good.substr(0, good.size() - 1), upper, foreign,
                          std::string(good.size(), 'A')}) {
    replace_content(bad);
    EXPECT_EQ(refusal_of_load(), Kind::damaged) << bad;
  }
}

// ---- new keys in the place of old ones

TEST_F(WrappingKeysTest, HaveNewOnesBesideThemWhileTheyChange) {
  const auto made = *create_wrapping_keys(file, data);
  const auto changing = made.with_next();
  ASSERT_TRUE(replace_wrapping_keys(file, data, changing));
  const auto loaded = load_wrapping_keys(file, data);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_TRUE(loaded->is_changing());
  EXPECT_EQ(loaded->texts, made.texts);
  EXPECT_EQ(loaded->secrets, made.secrets);
  EXPECT_EQ(loaded->next_texts, changing.next_texts);
  EXPECT_EQ(loaded->next_secrets, changing.next_secrets);
  ASSERT_TRUE(replace_wrapping_keys(file, data, loaded->only_next()));
  const auto after = load_wrapping_keys(file, data);
  EXPECT_EQ(after->texts, *changing.next_texts);
  EXPECT_EQ(after->secrets, changing.next_secrets);
  EXPECT_FALSE(after->is_changing());
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(WrappingKeysTest, LeaveNoByteOfTheFormerFile) {
  const auto made = *create_wrapping_keys(file, data);
  // Another name for what the file was.
  fs::create_hard_link(file, place.path() / "former");
  ASSERT_TRUE(replace_wrapping_keys(file, data, made.with_next().only_next()));
  std::ifstream former(place.path() / "former", std::ios::binary);
  const std::string left{std::istreambuf_iterator<char>(former), {}};
  EXPECT_EQ(left.find_first_not_of('\0'), std::string::npos);
  EXPECT_FALSE(left.empty());
  EXPECT_FALSE(fs::exists(file.string() + ".next"));
}

TEST_F(WrappingKeysTest, AreReplacedThoughAnAttemptWasCutShort) {
  const auto made = *create_wrapping_keys(file, data);
  std::ofstream(file.string() + ".next") << std::string(500, 'x');
  const auto changing = made.with_next();
  ASSERT_TRUE(replace_wrapping_keys(file, data, changing));
  EXPECT_EQ(load_wrapping_keys(file, data)->next_texts, changing.next_texts);
}

TEST_F(WrappingKeysTest, AreReplacedWhereALinkLeads) {
  const auto made = *create_wrapping_keys(file, data);
  const auto link = place.path() / "link.keys";
  fs::create_symlink(file, link);
  ASSERT_TRUE(replace_wrapping_keys(link, data, made.with_next()));
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_TRUE(load_wrapping_keys(file, data)->is_changing());
}

TEST_F(WrappingKeysTest, ReplaceNothingThatIsNoKeyFile) {
  const auto keys = WrappingKeys::random();
  EXPECT_EQ(replace_wrapping_keys(file, data, keys).error().kind, Kind::absent);
  ASSERT_TRUE(create_wrapping_keys(file, data));
  replace_content("something else");
  EXPECT_EQ(replace_wrapping_keys(file, data, keys).error().kind, Kind::damaged);
}

TEST_F(WrappingKeysTest, HaveNewOnesForTheSameClassesOnly) {
  const auto made = *create_wrapping_keys(file, data);
  ASSERT_TRUE(replace_wrapping_keys(file, data, made.with_next()));
  const auto whole = content();
  const auto without = [&](const std::string& label) {
    auto text = whole;
    const auto begin = text.find("\n" + label) + 1;
    return text.erase(begin, text.find('\n', begin) + 1 - begin);
  };
  for (const auto* const label : {"texts ", "next-texts ", "next-secrets ", "secrets "}) {
    replace_content(without(label));
    EXPECT_EQ(refusal_of_load(), Kind::damaged) << label;
  }
  replace_content(whole + whole.substr(whole.find("next-secrets ")));
  EXPECT_EQ(refusal_of_load(), Kind::damaged);
}

TEST_F(WrappingKeysTest, AreRefusedInWhatIsNoFile) {
  fs::create_directory(file);
  fs::permissions(file, fs::perms::owner_all);
  EXPECT_EQ(refusal_of_load(), Kind::damaged);
}

TEST_F(WrappingKeysTest, LieBesideTheDataDirectoryByDefault) {
  EXPECT_EQ(default_key_file(data), file);
  EXPECT_EQ(default_key_file(data / ""), file);
  EXPECT_EQ(default_key_file(data / "." / ""), file);
  EXPECT_EQ(default_key_file(place.path() / "new" / ""), place.path() / "new.keys");
}

}  // namespace
}  // namespace stimmbuch::vault
