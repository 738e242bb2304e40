#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>
#include <sys/mman.h>

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

// Memory of large tables in pages of 2 MiB where the system has them: a look-up of somebody at random then
// costs one miss less.
template <class T>
struct HugePageAllocator {
  using value_type = T;  // NOLINT(readability-identifier-naming): as allocators name it

  HugePageAllocator() = default;
  template <class Other>
  HugePageAllocator(const HugePageAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    void* const memory = ::operator new(bytes, alignment(bytes));
    if (bytes >= huge_page) ::madvise(memory, bytes, MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) { ::operator delete(memory, alignment(count * sizeof(T))); }

  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }

 private:
  static constexpr std::size_t huge_page = std::size_t{2} << 20;

  static std::align_val_t alignment(std::size_t bytes) {
    return std::align_val_t{bytes >= huge_page ? huge_page : alignof(std::max_align_t)};
  }
};

template <class Value>
using PersonMap = boost::unordered_flat_map<PersonKey, Value, PersonKeyHash, std::equal_to<>,
                                            HugePageAllocator<std::pair<const PersonKey, Value>>>;

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
  // Of one writing only: else two ids would be one person.
  static bool is_key(std::string_view id, PersonKey& key) { return from_base64url(id, key); }

  PersonMap<Value> by_key_;
  std::map<std::string, Value, std::less<>> by_text_;
};

}  // namespace stimmbuch::program
