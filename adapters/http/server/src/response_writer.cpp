#include "response_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "stimmbuch/adapters/http/server/request.hpp"

namespace stimmbuch::http {

namespace {

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";  // the phrase is optional
  }
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

bool is_unsafe(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool has_header(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers,
                             [&](const Header& header) { return equal_ignoring_case(header.name, name); });
}

}  // namespace

bool has_unsafe_header(const Response& response) {
  return std::ranges::any_of(response.headers, [](const Header& header) {
    return is_unsafe(header.name) || is_unsafe(header.value);
  });
}

void append_head(std::string& out, const Response& response, const HeadContext& context) {
  out += "HTTP/1.1 ";
  append_number(out, response.status);
  out.append(" ").append(reason_of(response.status));
  out.append("\r\nDate: ").append(context.date).append("\r\n");
  if (!response.content_type.empty() && status_has_body(response.status)) {
    out.append("Content-Type: ").append(response.content_type).append("\r\n");
  }
  if (status_has_body(response.status)) {
    if (context.framing == BodyFraming::sized) {
      out += "Content-Length: ";
      append_number(out, body_of(response).size());
      out += "\r\n";
    } else if (context.framing == BodyFraming::chunked) {
      out += "Transfer-Encoding: chunked\r\n";
    }
  }
  for (const auto& [name, value] : response.headers) {
    out.append(name).append(": ").append(value).append("\r\n");
  }
  out += "X-Content-Type-Options: nosniff\r\n";
  if (!has_header(response, "Content-Security-Policy")) {
    out += "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
  }
  if (response.status >= 400 && !has_header(response, "Cache-Control")) out += "Cache-Control: no-store\r\n";
  if (context.close) {
    out += "Connection: close\r\n";
  } else if (context.http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

// Not strftime: its names follow the locale.
std::string_view DateText::at(std::time_t now) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (now != formatted_) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 64> text;
    const int length = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                                     months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                                     utc.tm_hour, utc.tm_min, utc.tm_sec);
    text_.assign(text.data(), static_cast<std::size_t>(length));
    formatted_ = now;
  }
  return text_;
}

}  // namespace stimmbuch::http
