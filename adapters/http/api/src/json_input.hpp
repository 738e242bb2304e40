#pragma once

#include <algorithm>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "stimmbuch/domain/basics.hpp"

// Reading what clients send: JSON without duplicate names, bounded in depth and size, every member of the
// right kind and none that nobody asked for.
namespace stimmbuch::http::api {

using Json = nlohmann::json;

// What is wrong with a member of a body.
struct InputError {
  std::string pointer;  // "#/options/2/cost"
  std::string_view code;
  std::string detail;
};

struct JsonLimits {
  std::size_t depth_max = 32;
  std::size_t values_max = 20'000;
  bool fractions = false;  // whether numbers may be others than whole ones
};

// The text as JSON: an object, or what is wrong with it as one sentence.
std::expected<Json, std::string> parse_object(std::string_view text, JsonLimits limits = {});

// Collects the errors of one body, so that a client sees all of them at once.
using InputErrors = std::vector<InputError>;

// The members of one JSON object. Each member is asked for by name; `finish` reports those that nobody asked
// for. A member of the wrong kind is reported and gives an empty value.
class Members {
 public:
  Members(const Json& object, std::string pointer, InputErrors& errors);

  bool has(std::string_view name) const;

  std::string text(std::string_view name, std::string_view otherwise = {});
  std::string required_text(std::string_view name);
  std::optional<std::string> optional_text(std::string_view name);
  std::int64_t integer(std::string_view name, std::int64_t otherwise);
  std::int32_t small_integer(std::string_view name, std::int32_t otherwise);
  std::optional<std::int64_t> optional_integer(std::string_view name);
  bool boolean(std::string_view name, bool otherwise);
  LocalizedText localized(std::string_view name);
  // Sorted, since their order says nothing.
  Languages languages(std::string_view name);
  std::optional<Time> time(std::string_view name);
  Time required_time(std::string_view name);
  std::optional<Day> day(std::string_view name);
  Day required_day(std::string_view name);
  Position position(std::string_view name);
  // The number of a version, from 1.
  std::uint32_t version(std::string_view name);

  template <class AnyId>
  AnyId id(std::string_view name) {
    const auto parsed = optional_id<AnyId>(name);
    if (!parsed && !has(name)) report(name, "required", "This member is required.");
    return parsed.value_or(AnyId{});
  }

  template <class AnyId>
  std::optional<AnyId> optional_id(std::string_view name) {
    const auto text = optional_text(name);
    if (!text) return std::nullopt;
    const auto parsed = AnyId::parse(*text);
    if (!parsed) report(name, "invalid_id", "An id is 1 to 64 letters, digits, '_' or '-'.");
    return parsed;
  }

  template <class AnyId>
  std::vector<AnyId> ids(std::string_view name) {
    std::vector<AnyId> ids;
    each(name, [&](const Json& value, const std::string& where) {
      const auto parsed =
          value.is_string() ? AnyId::parse(value.get_ref<const std::string&>()) : std::nullopt;
      if (parsed) {
        ids.push_back(*parsed);
      } else {
        errors_.push_back({where, "invalid_id", "An id is 1 to 64 letters, digits, '_' or '-'."});
      }
    });
    return ids;
  }

  // One of the names of an enumeration, in its order.
  template <class Enum, std::size_t N>
  Enum one_of(std::string_view name, const std::array<std::string_view, N>& names,
              std::optional<Enum> otherwise = {}) {
    if (otherwise && !has(name)) return *otherwise;
    const auto text = required_text(name);
    for (std::size_t i = 0; i < N; ++i) {
      if (names[i] == text) return static_cast<Enum>(i);
    }
    if (has(name)) report(name, "unknown_value", "This is none of the values that the member can have.");
    return Enum{};
  }

  // Some of the names of an enumeration, in an array.
  template <class Enum, std::size_t N>
  std::vector<Enum> each_of(std::string_view name, const std::array<std::string_view, N>& names) {
    std::vector<Enum> values;
    each(name, [&](const Json& value, const std::string& where) {
      const auto known =
          value.is_string() ? std::ranges::find(names, value.get_ref<const std::string&>()) : names.end();
      if (known == names.end())
        errors_.push_back({where, "unknown_value", "This is none of the values that the member can have."});
      else
        values.push_back(static_cast<Enum>(known - names.begin()));
    });
    return values;
  }

  // The members of an object inside this one; an empty object if it is absent.
  Members object(std::string_view name);
  std::optional<Members> optional_object(std::string_view name);
  // Calls the function for each value of an array, with the value's pointer.
  void each(std::string_view name, const std::function<void(const Json&, const std::string&)>& visit);
  // A member of any kind.
  const Json* any(std::string_view name);

  void report(std::string_view name, std::string_view code, std::string detail);
  const std::string& pointer() const { return pointer_; }
  InputErrors& errors() { return errors_; }

  // Reports members that were never asked for.
  void finish();

 private:
  const Json* find(std::string_view name);

  const Json* object_;
  std::string pointer_;
  InputErrors& errors_;
  std::set<std::string, std::less<>> asked_;
};

// The objects of an array, each read from its members.
template <class Item, class Read>
std::vector<Item> items(Members& in, std::string_view name, Read&& read) {
  std::vector<Item> items;
  in.each(name, [&](const Json& value, const std::string& where) {
    if (!value.is_object()) {
      in.errors().push_back({where, "wrong_type", "This is an object."});
      return;
    }
    Members members(value, where, in.errors());
    items.push_back(read(members));
    members.finish();
  });
  return items;
}

}  // namespace stimmbuch::http::api
