#include "stimmbuch/adapters/http/server/problem.hpp"

#include "text.hpp"

namespace stimmbuch::http {

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out.push_back('"');
  while (!text.empty()) {
    const auto length = text::utf8_sequence(text);
    const char c = text.front();
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out.push_back(hex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(hex[static_cast<unsigned char>(c) & 15]);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out.push_back('"');
}

Response problem(const Problem& problem) {
  std::string body = R"({"type":)";
  append_json_string(body, std::string("/problems/").append(problem.type));
  body += R"(,"title":)";
  append_json_string(body, problem.title);
  body += R"(,"status":)" + std::to_string(problem.status);
  body += R"(,"detail":)";
  append_json_string(body, problem.detail);
  body += R"(,"code":)";
  append_json_string(body, problem.code);
  if (!problem.more_members.empty()) body.append(",").append(problem.more_members);
  body += "}";

  Response response;
  response.status = problem.status;
  response.content_type = "application/problem+json";
  response.body = std::move(body);
  return response;
}

Response problem(Refusal refusal) {
  const RefusalText& text = describe(refusal);
  Response response = problem(Problem{text.status, text.type, text.code, text.title, text.detail});
  if (refusal == Refusal::overloaded) response.headers.push_back({"Retry-After", "1"});
  return response;
}

}  // namespace stimmbuch::http
