#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/failure.hpp"
#include "stimmbuch/tools/progress/progress.hpp"

namespace stimmbuch::program {

using Json = nlohmann::ordered_json;

// Compact, in one line; bytes that are not UTF-8 are replaced.
std::string json_text(const Json& json);

// Tells on standard error how far a piece of work is.
class Meter {
 public:
  Meter(std::ostream& out, progress::Style style, std::string what, std::optional<std::uint64_t> total);

  // To be called often.
  void update(std::uint64_t done);
  void finish(std::uint64_t done);

 private:
  progress::Reporter reporter_;
};

// Where a command writes: its result to standard output, everything else to standard error. With --json every
// line of the result is JSON, and exactly one final line is a summary or an error. One thread.
class Console {
 public:
  struct Style {
    bool json = false;
    bool quiet = false;
    progress::Style progress = progress::Style::none;
    std::size_t width = 80;  // columns of standard output
    bool redraws = false;    // standard output is a terminal that can rewrite lines
  };

  Console(std::ostream& result, std::ostream& talk, Style style);

  bool json() const { return style_.json; }
  std::size_t width() const { return style_.width; }
  bool redraws() const { return style_.redraws && !style_.json; }

  // A line, or more, of the result for people; nothing with --json.
  void print(std::string_view text);
  // A line of the result whatever the style: records and other JSON of the server.
  void raw(std::string_view line);
  // A line of the result for programs; nothing without --json. Type and schema are put in front.
  void item(const Json& members) { json_line("item", members); }
  void event(std::string_view type, const Json& members) { json_line(type, members); }
  void summary(const Json& members) { json_line("summary", members); }

  // On standard error, unless --quiet.
  void say(std::string_view text);
  // On standard error, and with --json as the final line of the result.
  void fail(const Failure& failure);

  Meter meter(std::string what, std::optional<std::uint64_t> total);

  // False when the result could not be written.
  bool flush();

 private:
  void json_line(std::string_view type, const Json& members);

  std::ostream& result_;
  std::ostream& talk_;
  Style style_;
};

}  // namespace stimmbuch::program
