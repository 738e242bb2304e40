#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace stimmbuch::http {

// The methods that the server hands on; every other method is answered with 501.
enum class Method : std::uint8_t {
  get,
  head,
  post,
  put,
  patch,
  delete_,  // NOLINT(readability-identifier-naming): delete is a keyword
  options,
};

// The name as it stands on the wire, e.g. "DELETE".
std::string_view name_of(Method method);

// Compares ASCII without regard to case, as HTTP does with field names and tokens.
bool equal_ignoring_case(std::string_view a, std::string_view b);

struct Field {
  std::string_view name;
  std::string_view value;  // without the white space around it
};

// The header fields of a request in the order of the wire. Names are compared without regard to case. Points
// to fields kept elsewhere.
class Fields {
 public:
  Fields() = default;
  explicit Fields(std::span<const Field> fields) : fields_(fields) {}

  // The value of the first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::span<const Field> fields_;
};

// A whole, checked request. It and everything that it points to live as long as its Responder, whatever
// becomes of the connection, and do not change in that time: any thread may read it until it answers.
struct Request {
  Method method = Method::get;
  std::string_view target;  // as sent
  std::string_view path;    // begins with '/' (or is "*"), percent-decoded once, UTF-8, without dot segments
  std::string_view query;   // as sent, without the '?'
  Fields fields;
  std::string_view body;
  std::string_view remote_address;  // without port; empty on a Unix socket
  // When the server stops waiting and answers 504 `outcome-unknown` itself.
  std::chrono::steady_clock::time_point deadline;
};

}  // namespace stimmbuch::http
