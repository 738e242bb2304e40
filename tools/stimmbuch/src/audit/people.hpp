#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::program {

// The people, citizens and voters, whom one pass over a log looks at: passes over all portions look at
// everybody once, with the memory that a portion takes.
struct Portion {
  std::uint32_t number = 0;
  std::uint32_t of = 1;

  bool is_first() const { return number == 0; }
  bool is_last() const { return number + 1 == of; }
  bool holds(std::string_view id) const {
    return of == 1 || std::hash<std::string_view>{}(id) % of == number;
  }
};

// The 16 bytes of a random id or a pseudonym.
using PersonKey = std::array<std::byte, 16>;

struct PersonKeyHash {
  // They are hashes already.
  std::size_t operator()(const PersonKey& key) const {
    std::size_t hash = 0;
    std::memcpy(&hash, key.data(), sizeof hash);
    return hash;
  }
};

// A value for each of many people. Ids as the engine makes them take 16 bytes; any other is kept as text.
template <class Value>
class PeopleTable {
 public:
  // The value of a person, a new one for whoever has none. Valid until the next call.
  Value& operator[](std::string_view id) {
    PersonKey key;
    return is_key(id, key) ? by_key_[key] : by_text_.try_emplace(std::string(id)).first->second;
  }
  // Null for whoever has none.
  const Value* find(std::string_view id) const {
    PersonKey key;
    if (!is_key(id, key)) {
      const auto found = by_text_.find(id);
      return found == by_text_.end() ? nullptr : &found->second;
    }
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second;
  }

  std::size_t size() const { return by_key_.size() + by_text_.size(); }

  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [key, value] : by_key_) visit(value);
    for (const auto& [text, value] : by_text_) visit(value);
  }

 private:
  // One writing only: else two ids would be one person.
  static bool is_key(std::string_view id, PersonKey& key) {
    return id.size() == base64url_size(key.size()) && from_base64url(id, key);
  }

  boost::unordered_flat_map<PersonKey, Value, PersonKeyHash> by_key_;
  std::map<std::string, Value, std::less<>> by_text_;
};

}  // namespace stimmbuch::program
