#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace stimmbuch::projections {

// The rows of one projection as its fold sees them: what is stored, beneath what was changed since. Used by
// one thread. Faults of the store are thrown.
class Views {
 public:
  virtual ~Views() = default;

  // The value of a row; nothing if there is no such row.
  virtual std::optional<std::string> get(std::string_view key) = 0;
  virtual void put(std::string_view key, std::string value) = 0;
  virtual void erase(std::string_view key) = 0;
  // Calls the function for each row whose key begins with the prefix, in the order of their keys, with the
  // key behind the prefix. It must not change rows under this prefix.
  virtual void each(std::string_view prefix,
                    const std::function<void(std::string_view key, std::string_view value)>& visit) = 0;
};

// Rows under this prefix are the documents that readers get, as they are sent; all other rows serve the fold
// or lists. Changes of documents are told to listeners.
inline constexpr std::string_view document_prefix = "document/";

// What a row holds that stands for another one, which readers get in its place: so what changes often is
// written once, however many lists have it. No other row may begin like it.
inline std::string reference_to(std::string_view key) {
  return std::string(R"({"$row":")").append(key).append(R"("})");
}

// The key of the row that a value stands for; nothing if it stands for itself.
inline std::optional<std::string_view> referred_row(std::string_view value) {
  constexpr std::string_view begin = R"({"$row":")";
  constexpr std::string_view end = R"("})";
  if (!value.starts_with(begin)) return std::nullopt;
  value.remove_prefix(begin.size());
  value.remove_suffix(end.size());
  return value;
}

}  // namespace stimmbuch::projections
