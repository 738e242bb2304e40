#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

// Who may do what, in one place.
namespace stimmbuch::identity {

// A set of enumerators, at most 32.
template <class Enum>
class SetOf {
 public:
  constexpr SetOf() = default;
  constexpr SetOf(std::initializer_list<Enum> members) {
    for (const auto member : members) insert(member);
  }

  constexpr void insert(Enum member) { bits_ |= bit(member); }
  constexpr void insert(SetOf others) { bits_ |= others.bits_; }
  constexpr bool contains(Enum member) const { return (bits_ & bit(member)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

  friend constexpr bool operator==(SetOf, SetOf) = default;

 private:
  static constexpr std::uint32_t bit(Enum member) {
    return std::uint32_t{1} << static_cast<unsigned>(member);
  }

  std::uint32_t bits_ = 0;
};

enum class Role { citizen, registrar, staff, certifier, moderator, auditor, system_operator };
using Roles = SetOf<Role>;

enum class Right {
  register_self,    // as a citizen
  vote,             // cast, change and withdraw the own ballot
  contribute,       // propose, comment, annotate, mark, and what follows of it; support, rate; answer surveys
  verify_citizens,  // into a cell
  block_citizens,   // and unblock
  erase_citizens,   // who asked for it other than by their own account
  declare_cells,    // levels, districts, age bands
  manage_projects,  // and what belongs to them: phases, milestones, surveys, documents
  manage_polls,     // draft, open, extend, close; propose what needs two officials
  count,
  certify,
  confirm,     // as the second official: cancel, annul, lot
  moderate,    // release and hide contributions, decide appeals, destroy texts of others
  read_audit,  // all records, and the trail of each subject
  bulk,        // the bulk route
};
using Rights = SetOf<Right>;

struct RoleRow {
  Role role;
  std::string_view name;
  Rights rights;
};

inline constexpr std::array role_table{
    RoleRow{Role::citizen, "citizen", {Right::register_self, Right::vote, Right::contribute}},
    RoleRow{
        Role::registrar, "registrar", {Right::verify_citizens, Right::block_citizens, Right::erase_citizens}},
    RoleRow{Role::staff,
            "staff",
            {Right::declare_cells, Right::manage_projects, Right::manage_polls, Right::count, Right::confirm,
             Right::moderate}},
    RoleRow{Role::certifier, "certifier", {Right::certify, Right::confirm}},
    RoleRow{Role::moderator, "moderator", {Right::moderate}},
    RoleRow{Role::auditor, "auditor", {Right::read_audit}},
    RoleRow{Role::system_operator, "operator", {Right::bulk}},
};

constexpr std::string_view name_of(Role role) {
  return std::ranges::find(role_table, role, &RoleRow::role)->name;
}

constexpr std::optional<Role> parse_role(std::string_view name) {
  const auto row = std::ranges::find(role_table, name, &RoleRow::name);
  if (row == role_table.end()) return std::nullopt;
  return row->role;
}

constexpr Rights rights_of(Roles roles) {
  Rights rights;
  for (const auto& row : role_table) {
    if (roles.contains(row.role)) rights.insert(row.rights);
  }
  return rights;
}

// Whether one person may hold all these roles: who decides who may vote does not certify what came of it.
constexpr bool may_be_held_together(Roles roles) {
  return !(roles.contains(Role::certifier) && roles.contains(Role::registrar));
}

// Nobody but a citizen votes or registers, and a citizen's role gives nothing else.
static_assert(std::ranges::all_of(role_table, [](const RoleRow& row) {
  const bool citizen = row.role == Role::citizen;
  return std::ranges::all_of(std::array{Right::vote, Right::register_self, Right::contribute},
                             [&](Right right) { return row.rights.contains(right) == citizen; });
}));
static_assert(rights_of({Role::citizen}) == Rights{Right::register_self, Right::vote, Right::contribute});

}  // namespace stimmbuch::identity
