#include "stimmbuch/eventstore/runner/command_tag.hpp"

#include <gtest/gtest.h>

#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::runner {
namespace {

TEST(CommandTag, IsThirtyTwoCharactersThatReadBackTheSame) {
  CommandTag tag{};
  for (std::size_t i = 0; i < tag.id.size(); ++i) tag.id[i] = static_cast<std::byte>(i);
  for (std::size_t i = 0; i < tag.content.size(); ++i) tag.content[i] = static_cast<std::byte>(0xf0 + i);
  EXPECT_EQ(to_text(tag), "AAECAwQFBgcICQoLDA0OD_Dx8vP09fb3");
  EXPECT_EQ(parse_command_tag(to_text(tag)), tag);
}

TEST(CommandTag, IsNotFoundInOtherTexts) {
  EXPECT_FALSE(parse_command_tag(""));
  EXPECT_FALSE(parse_command_tag("AAECAwQFBgcICQoLDA0OD_Dx8vP09fb"));
  EXPECT_FALSE(parse_command_tag("AAECAwQFBgcICQoLDA0OD_Dx8vP09fb3A"));
  EXPECT_FALSE(parse_command_tag("AAECAwQFBgcICQoLDA0OD/Dx8vP09fb3"));
}

TEST(TextRowName, TellsStreamRevisionAndField) {
  EXPECT_EQ(text_row_name("citizen/c1", Revision{0}, "name"), "text/citizen/c1/0/name");
  EXPECT_EQ(text_row_name("ballot/p/v", Revision{12}, "reason"), "text/ballot/p/v/12/reason");
}

}  // namespace
}  // namespace stimmbuch::runner
