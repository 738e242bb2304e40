#include "stimmbuch/eventstore/runner/vault.hpp"

#include <charconv>

namespace stimmbuch::runner {

std::string text_row_name(std::string_view subject, Revision revision, std::string_view field) {
  return std::string{"text/"}
      .append(subject)
      .append(1, '/')
      .append(std::to_string(number(revision)))
      .append(1, '/')
      .append(field);
}

namespace {

// The front up to the n-th slash; nothing if there are fewer.
std::optional<std::string_view> take_parts(std::string_view& text, int parts) {
  std::size_t end = std::string_view::npos;
  for (int part = 0; part < parts; ++part) {
    end = text.find('/', part == 0 ? 0 : end + 1);
    if (end == std::string_view::npos) return std::nullopt;
  }
  const auto front = text.substr(0, end);
  text.remove_prefix(end + 1);
  return front;
}

}  // namespace

std::optional<TextRow> parse_text_row_name(std::string_view name) {
  constexpr std::string_view prefix = "text/";
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  const bool is_of_participant = name.starts_with("ballot/") || name.starts_with("answers/");
  const auto subject = take_parts(name, is_of_participant ? 3 : 2);
  const auto revision_text = take_parts(name, 1);
  if (!subject || !revision_text || name.empty()) return std::nullopt;
  const auto stream = parse_subject(*subject);
  std::uint32_t revision = 0;
  const auto [end, error] =
      std::from_chars(revision_text->data(), revision_text->data() + revision_text->size(), revision);
  if (!stream || error != std::errc{} || end != revision_text->data() + revision_text->size())
    return std::nullopt;
  TextRow row{*stream, {Revision{revision}, std::string(name)}};
  return row;
}

}  // namespace stimmbuch::runner
