#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "stimmbuch/domain/ballot_event.hpp"
#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/place.hpp"
#include "stimmbuch/domain/roll.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

// Writes and reads structures by a description of their members, so that writer and reader cannot disagree. A
// description is a specialisation of `members`:
//
//   template <>
//   inline constexpr auto members<poll::Outage> = std::tuple{required("from", &poll::Outage::from),
//                                                            required("to", &poll::Outage::to)};
//
// and one of `names` for an enumeration, in the order of its enumerators.
namespace stimmbuch::codec {

template <class T>
inline constexpr std::nullptr_t members = nullptr;

template <class T>
inline constexpr std::nullptr_t names = nullptr;

template <class T>
concept Described = !std::same_as<std::remove_cvref_t<decltype(members<T>)>, std::nullptr_t>;

template <class T>
concept Named = std::is_enum_v<T> && !std::same_as<std::remove_cvref_t<decltype(names<T>)>, std::nullptr_t>;

// A member that is always written.
template <class Owner, class Value>
struct Required {
  std::string_view name;
  Value Owner::* value;
};

// A member that is absent when it has its ordinary value; absent and ordinary are one thing, so that value is
// never written.
template <class Owner, class Value>
struct Unless {
  std::string_view name;
  Value Owner::* value;
  Value ordinary;
};

// The members of a structure inside this one, as if they were its own.
template <class Owner, class Value>
struct Inlined {
  Value Owner::* value;
};

template <class Owner, class Value>
constexpr auto required(std::string_view name, Value Owner::* value) {
  return Required<Owner, Value>{name, value};
}

template <class Owner, class Value>
constexpr auto unless(std::string_view name, Value Owner::* value, std::type_identity_t<Value> ordinary) {
  return Unless<Owner, Value>{name, value, ordinary};
}

// A member that is absent when it is empty: an optional, a text, a list or a map.
template <class Owner, class Value>
struct IfAny {
  std::string_view name;
  Value Owner::* value;
};

template <class Owner, class Value>
constexpr auto if_any(std::string_view name, Value Owner::* value) {
  return IfAny<Owner, Value>{name, value};
}

template <class Owner, class Value>
constexpr auto inlined(Value Owner::* value) {
  return Inlined<Owner, Value>{value};
}

// ---- values: each kind has one `write` and one `read`

template <Described T>
void write(Writer& out, const T& value);
template <Described T>
bool read(Reader& in, T& value);

inline void write(Writer& out, const std::string& text) {
  out.string(text);
}
inline bool read(Reader& in, std::string& text) {
  return in.string(text);
}

inline void write(Writer& out, bool value) {
  out.boolean(value);
}
inline bool read(Reader& in, bool& value) {
  return in.boolean(value);
}

template <std::integral T>
void write(Writer& out, T value) {
  out.integer(static_cast<std::int64_t>(value));
}
template <std::integral T>
bool read(Reader& in, T& value) {
  std::int64_t wide = 0;
  if (!in.integer(wide)) return false;
  if (!std::in_range<T>(wide)) return in.fail();
  value = static_cast<T>(wide);
  return true;
}

template <class Tag>
void write(Writer& out, const Id<Tag>& id) {
  out.plain(id.text());
}
template <class Tag>
bool read(Reader& in, Id<Tag>& id) {
  std::string_view text;
  if (!in.plain(text)) return false;
  const auto parsed = Id<Tag>::parse(text);
  if (!parsed) return in.fail();
  id = *parsed;
  return true;
}

// Positions are strings, since they may outgrow what a JSON reader keeps exact.
inline void write(Writer& out, Position position) {
  out.plain(std::to_string(number(position)));
}
bool read(Reader& in, Position& position);

inline void write(Writer& out, Revision revision) {
  out.integer(number(revision));
}
inline bool read(Reader& in, Revision& revision) {
  std::uint32_t value = 0;
  if (!read(in, value)) return false;
  revision = Revision{value};
  return true;
}

inline void write(Writer& out, Time time) {
  out.plain(TimeText(time).view());
}
bool read(Reader& in, Time& time);

inline void write(Writer& out, Day day) {
  out.plain(DayText(day).view());
}
bool read(Reader& in, Day& day);

template <std::size_t N>
void write(Writer& out, const std::array<std::byte, N>& bytes) {
  out.base64url(bytes);
}
template <std::size_t N>
bool read(Reader& in, std::array<std::byte, N>& bytes) {
  return in.base64url(bytes);
}

template <Named T>
void write(Writer& out, T value) {
  out.plain(names<T>[static_cast<std::size_t>(value)]);
}
template <Named T>
bool read(Reader& in, T& value) {
  std::string_view text;
  if (!in.plain(text)) return false;
  const auto name = std::ranges::find(names<T>, text);
  if (name == names<T>.end()) return in.fail();
  value = static_cast<T>(name - names<T>.begin());
  return true;
}

template <class T>
void write(Writer& out, const std::vector<T>& values) {
  out.begin_array();
  for (const T& value : values) write(out, value);
  out.end_array();
}

template <class T>
bool read(Reader& in, std::vector<T>& values) {
  values.clear();
  if (!in.begin_array()) return false;
  while (in.ok() && !in.at(']')) {
    if (!read(in, values.emplace_back())) return false;
  }
  return in.end_array();
}

// Members with free names, sorted by their bytes: std::map keeps them so. Names hold nothing to escape.
template <class T>
void write(Writer& out, const std::map<std::string, T, std::less<>>& values) {
  out.begin_object();
  for (const auto& [name, value] : values) {
    out.name(name);
    write(out, value);
  }
  out.end_object();
}
template <class T>
bool read(Reader& in, std::map<std::string, T, std::less<>>& values) {
  values.clear();
  if (!in.begin_object()) return false;
  while (in.ok() && !in.at('}')) {
    std::string_view name;
    if (!in.any_name(name)) return false;
    if (!values.empty() && name <= values.rbegin()->first) return in.fail();
    if (!read(in, values.emplace_hint(values.end(), name, T{})->second)) return false;
  }
  return in.end_object();
}

// The same by ids.
template <class Tag, class T>
void write(Writer& out, const std::map<Id<Tag>, T>& values) {
  out.begin_object();
  for (const auto& [id, value] : values) {
    out.name(id.text());
    write(out, value);
  }
  out.end_object();
}
template <class Tag, class T>
bool read(Reader& in, std::map<Id<Tag>, T>& values) {
  values.clear();
  if (!in.begin_object()) return false;
  while (in.ok() && !in.at('}')) {
    std::string_view name;
    if (!in.any_name(name)) return false;
    const auto id = Id<Tag>::parse(name);
    if (!id || (!values.empty() && *id <= values.rbegin()->first)) return in.fail();
    if (!read(in, values.emplace_hint(values.end(), *id, T{})->second)) return false;
  }
  return in.end_object();
}

inline void write(Writer& out, const Commitments& texts) {
  if (out.vault_texts() == Writer::VaultTexts::committed) return write<Commitment>(out, texts);
  out.begin_array();
  for (const auto& text : texts) out.plain(text.first);
  out.end_array();
}

// As base64url, however many they are.
inline void write(Writer& out, const std::vector<std::byte>& bytes) {
  out.base64url(bytes);
}
bool read(Reader& in, std::vector<std::byte>& bytes);

// [<longitude>,<latitude>], in units of 1e-7 degree.
void write(Writer& out, const Place& place);
bool read(Reader& in, Place& place);

// ["<pseudonym>","<binding>","<position>"]: there may be a million of them.
void write(Writer& out, const roll::Entry& entry);
bool read(Reader& in, roll::Entry& entry);

// ["a","b"], or with points {"a":3,"b":1} sorted by option; a blank ballot is [].
void write(Writer& out, const ballot::Choices& choices);
bool read(Reader& in, ballot::Choices& choices);

template <class T>
void write(Writer& out, const std::optional<T>& value) {
  write(out, *value);
}
template <class T>
bool read(Reader& in, std::optional<T>& value) {
  return read(in, value.emplace());
}

// ---- members

template <class T>
bool is_empty(const std::optional<T>& value) {
  return !value.has_value();
}
template <class T>
bool is_empty(const T& value) {
  return value.empty();
}

template <class Owner, class Value>
void write_member(Writer& out, const Owner& owner, const Required<Owner, Value>& member) {
  out.name(member.name);
  write(out, owner.*member.value);
}
template <class Owner, class Value>
void write_member(Writer& out, const Owner& owner, const Unless<Owner, Value>& member) {
  if (owner.*member.value == member.ordinary) return;
  out.name(member.name);
  write(out, owner.*member.value);
}
template <class Owner, class Value>
void write_member(Writer& out, const Owner& owner, const IfAny<Owner, Value>& member) {
  if (is_empty(owner.*member.value)) return;
  out.name(member.name);
  write(out, owner.*member.value);
}
template <class Owner, class Value>
void write_member(Writer& out, const Owner& owner, const Inlined<Owner, Value>& member) {
  write_members(out, owner.*member.value);
}

template <class Owner, class Value>
bool read_member(Reader& in, Owner& owner, const Required<Owner, Value>& member) {
  return in.name(member.name) && read(in, owner.*member.value);
}
template <class Owner, class Value>
bool read_member(Reader& in, Owner& owner, const Unless<Owner, Value>& member) {
  owner.*member.value = member.ordinary;
  if (!in.next_is(member.name)) return in.ok();
  return read(in, owner.*member.value) && (owner.*member.value != member.ordinary || in.fail());
}
template <class Owner, class Value>
bool read_member(Reader& in, Owner& owner, const IfAny<Owner, Value>& member) {
  owner.*member.value = Value{};
  if (!in.next_is(member.name)) return in.ok();
  return read(in, owner.*member.value) && (!is_empty(owner.*member.value) || in.fail());
}
template <class Owner, class Value>
bool read_member(Reader& in, Owner& owner, const Inlined<Owner, Value>& member) {
  return read_members(in, owner.*member.value);
}

template <Described T>
void write_members(Writer& out, const T& value) {
  std::apply([&](const auto&... member) { (write_member(out, value, member), ...); }, members<T>);
}
template <Described T>
bool read_members(Reader& in, T& value) {
  return std::apply([&](const auto&... member) { return (read_member(in, value, member) && ...); },
                    members<T>);
}

template <Described T>
void write(Writer& out, const T& value) {
  out.begin_object();
  write_members(out, value);
  out.end_object();
}
template <Described T>
bool read(Reader& in, T& value) {
  return in.begin_object() && read_members(in, value) && in.end_object();
}

}  // namespace stimmbuch::codec
