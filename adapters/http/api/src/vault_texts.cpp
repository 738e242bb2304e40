#include "vault_texts.hpp"

#include "stimmbuch/adapters/http/server/problem.hpp"
#include "stimmbuch/eventstore/runner/submission.hpp"

namespace stimmbuch::http::api {

namespace {

// Views write references in exactly this way; names of rows hold nothing to escape.
constexpr std::string_view begin_mark = R"({"$text":")";
constexpr std::string_view end_mark = R"("})";

}  // namespace

bool refers_to_texts(std::string_view document) {
  return document.find(begin_mark) != std::string_view::npos;
}

std::string with_texts(std::string_view document, const runner::Vault& vault) {
  std::string filled;
  for (auto begin = document.find(begin_mark); begin != std::string_view::npos;
       begin = document.find(begin_mark)) {
    filled.append(document.substr(0, begin));
    document.remove_prefix(begin + begin_mark.size());
    const auto end = document.find(end_mark);
    const auto row = vault.read(runner::RowClass::texts, document.substr(0, end));
    if (row) {
      append_json_string(filled, runner::text_of_row(*row));
    } else {
      filled.append("null");
    }
    document.remove_prefix(end + end_mark.size());
  }
  return filled.append(document);
}

}  // namespace stimmbuch::http::api
