#include "stimmbuch/adapters/identity/roles.hpp"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace stimmbuch::identity {
namespace {

TEST(Roles, HaveOneRowAndOneNameEach) {
  std::set<Role> roles;
  std::set<std::string_view> names;
  for (const auto& row : role_table) {
    roles.insert(row.role);
    names.insert(row.name);
    EXPECT_EQ(name_of(row.role), row.name);
    EXPECT_EQ(parse_role(row.name), row.role);
  }
  EXPECT_EQ(roles.size(), role_table.size());
  EXPECT_EQ(names.size(), role_table.size());
  EXPECT_FALSE(parse_role("admin"));
  EXPECT_FALSE(parse_role(""));
  EXPECT_FALSE(parse_role("Citizen"));
}

TEST(Roles, LetNobodyButACitizenVote) {
  for (const auto& row : role_table) {
    EXPECT_EQ(rights_of({row.role}).contains(Right::vote), row.role == Role::citizen) << row.name;
  }
}

TEST(Roles, LetNoRegistrarCertify) {
  EXPECT_FALSE(may_be_held_together({Role::certifier, Role::registrar}));
  EXPECT_FALSE(may_be_held_together({Role::staff, Role::certifier, Role::registrar}));
  EXPECT_TRUE(may_be_held_together({Role::certifier, Role::staff}));
  EXPECT_TRUE(may_be_held_together({}));
  EXPECT_FALSE(rights_of({Role::certifier}).contains(Right::verify_citizens));
  EXPECT_FALSE(rights_of({Role::registrar}).contains(Right::certify));
}

TEST(Roles, LetCountAndCertifyBeDifferentRights) {
  for (const auto& row : role_table) {
    EXPECT_FALSE(row.rights.contains(Right::count) && row.rights.contains(Right::certify)) << row.name;
  }
}

TEST(Roles, AddUp) {
  EXPECT_EQ(rights_of({}), Rights{});
  const auto both = rights_of({Role::auditor, Role::registrar});
  EXPECT_EQ(both, (Rights{Right::read_audit, Right::verify_citizens, Right::block_citizens,
                          Right::erase_citizens}));
}

}  // namespace
}  // namespace stimmbuch::identity
