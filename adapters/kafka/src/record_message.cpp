#include "record_message.hpp"

#include <algorithm>
#include <charconv>

namespace stimmbuch::kafka {

namespace {

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::ranges::equal(text.substr(0, start.size()), start, {}, [](char c) {
           return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
         });
}

[[noreturn]] void refuse(const Message& message, std::string_view what) {
  throw BrokerError(BrokerError::Kind::unusable, std::string(message.topic())
                                                     .append(" has at offset ")
                                                     .append(std::to_string(message.offset()))
                                                     .append(" what is nothing of a ledger: ")
                                                     .append(what));
}

}  // namespace

Position position_of(const Message& message) {
  const auto type = message.header(content_type_header);
  if (!type || (!starts_with_ignoring_case(*type, "application/cloudevents") && *type != checkpoint_type))
    refuse(message, "its content-type is not application/cloudevents+json");
  if (message.is_tombstone()) refuse(message, "it has no value");
  const auto text = message.header(position_header).value_or("");
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value == 0)
    refuse(message, "its header position is not a number");
  return Position{value};
}

}  // namespace stimmbuch::kafka
