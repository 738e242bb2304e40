#include "vault_texts.hpp"

#include "stimmbuch/adapters/http/server/problem.hpp"
#include "stimmbuch/eventstore/runner/submission.hpp"

namespace stimmbuch::http::api {

namespace {

// Views write references in exactly these ways; names of rows and ids hold nothing to escape, and what people
// write has no quotation mark that is not escaped.
constexpr std::string_view begin_mark = R"({"$)";
constexpr std::string_view text_mark = R"(text":")";
constexpr std::string_view name_mark = R"(name":")";
constexpr std::string_view json_mark = R"(json":")";  // a text that is JSON already
constexpr std::string_view end_mark = R"("})";

}  // namespace

std::optional<std::string> text_in_vault(const runner::Vault& vault, const StreamId& stream,
                                         Revision revision, std::string_view field) {
  const auto row =
      vault.read(runner::RowClass::texts, runner::text_row_name(subject(stream), revision, field));
  if (!row) return std::nullopt;
  return std::string(runner::text_of_row(*row));
}

bool refers_to_texts(std::string_view document) {
  return document.find(begin_mark) != std::string_view::npos;
}

std::string with_texts(std::string_view document, const runner::Vault& vault, const NameRow& name_row) {
  std::string filled;
  for (auto begin = document.find(begin_mark); begin != std::string_view::npos;
       begin = document.find(begin_mark)) {
    filled.append(document.substr(0, begin));
    document.remove_prefix(begin + begin_mark.size());
    const bool is_name = document.starts_with(name_mark);
    const bool is_json = document.starts_with(json_mark);
    static_assert(name_mark.size() == text_mark.size() && json_mark.size() == text_mark.size());
    document.remove_prefix(text_mark.size());
    const auto end = document.find(end_mark);
    const auto reference = document.substr(0, end);
    const auto row_name = is_name ? name_row(reference) : std::optional(std::string(reference));
    const auto row = row_name ? vault.read(runner::RowClass::texts, *row_name) : std::nullopt;
    if (row && is_json) {
      filled.append(runner::text_of_row(*row));
    } else if (row) {
      append_json_string(filled, runner::text_of_row(*row));
    } else {
      filled.append("null");
    }
    document.remove_prefix(end + end_mark.size());
  }
  return filled.append(document);
}

}  // namespace stimmbuch::http::api
