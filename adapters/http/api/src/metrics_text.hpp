#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stimmbuch::http::api {

// Writes metrics in the text format of Prometheus, version 0.0.4: each family once, with its help and type,
// its samples behind it. Labels are bounded sets of our own words, never a person, a poll or a path.
class MetricsText {
 public:
  enum class Type { counter, gauge };

  // Begins a family; the samples that follow belong to it.
  void family(std::string_view name, Type type, std::string_view help);

  void sample(std::uint64_t value) { sample({}, value); }
  // `labels` as they stand between the braces: role="a",code="b".
  void sample(std::string_view labels, std::uint64_t value);
  // A duration that was measured in microseconds, written in seconds.
  void seconds_sample(std::uint64_t microseconds);

  std::string take() && { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

}  // namespace stimmbuch::http::api
