#include <string>

#include <gtest/gtest.h>

#include "stimmbuch/domain/basics.hpp"

namespace stimmbuch {
namespace {

TEST(Actor, HasOneTextWhichNamesItAgain) {
  for (const std::string text : {"engine", "citizen/c1", "official/o-1", "voter/V8wRsziRqOLAw3fwW5BL3w"}) {
    const auto actor = parse_actor(text);
    ASSERT_TRUE(actor) << text;
    EXPECT_EQ(actor_text(*actor), text);
  }
}

TEST(Actor, IsOfTheKindThatItsTextSays) {
  EXPECT_EQ(parse_actor("engine"), Actor{Engine{}});
  EXPECT_EQ(parse_actor("citizen/x"), Actor{CitizenId::parse("x").value()});
  EXPECT_EQ(parse_actor("official/x"), Actor{OfficialId::parse("x").value()});
  EXPECT_EQ(parse_actor("voter/x"), Actor{VoterId::parse("x").value()});
}

TEST(Actor, IsNotFoundInOtherTexts) {
  for (const std::string text :
       {"", "engine/", "Engine", "citizen", "citizen/", "citizen/a/b", "citizen/ä", "admin/x"}) {
    EXPECT_FALSE(parse_actor(text)) << text;
  }
}

}  // namespace
}  // namespace stimmbuch
