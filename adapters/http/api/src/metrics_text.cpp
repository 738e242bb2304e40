#include "metrics_text.hpp"

namespace stimmbuch::http::api {

void MetricsText::family(std::string_view name, Type type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(type == Type::counter ? " counter\n" : " gauge\n");
}

void MetricsText::sample(std::string_view labels, std::uint64_t value) {
  text_.append(name_);
  if (!labels.empty()) text_.append("{").append(labels).append("}");
  text_.append(" ").append(std::to_string(value)).append("\n");
}

void MetricsText::seconds_sample(std::uint64_t microseconds) {
  std::string fraction = std::to_string(microseconds % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  text_.append(name_)
      .append(" ")
      .append(std::to_string(microseconds / 1'000'000))
      .append(".")
      .append(fraction)
      .append("\n");
}

}  // namespace stimmbuch::http::api
