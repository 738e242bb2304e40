#include "stimmbuch/adapters/http/server/head_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "stimmbuch/adapters/http/server/target.hpp"
#include "text.hpp"

namespace stimmbuch::http {

namespace {

using Outcome = std::expected<void, Refusal>;

std::unexpected<Refusal> refuse(Refusal refusal) {
  return std::unexpected(refusal);
}

// Cuts the first line off, without its CRLF.
std::string_view take_line(std::string_view& bytes) {
  const auto end = bytes.find("\r\n");
  const auto line = bytes.substr(0, end);
  bytes.remove_prefix(std::min(bytes.size(), line.size() + 2));
  return line;
}

std::string_view trim(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::optional<Method> find_method(std::string_view name) {
  for (const Method method : {Method::get, Method::post, Method::put, Method::delete_, Method::head,
                              Method::options, Method::patch}) {
    if (name == name_of(method)) return method;
  }
  return std::nullopt;
}

// The host of "host", "host:port", "[v6]" or "[v6]:port"; absent if it is none of these.
std::optional<std::string_view> host_of(std::string_view authority) {
  std::string_view host = authority.substr(0, authority.find(':'));
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = authority.substr(0, end + 1);
    const auto is_address = [](char c) { return text::hex_digit(c) >= 0 || c == ':' || c == '.'; };
    if (host.size() < 4 || !std::ranges::all_of(host.substr(1, host.size() - 2), is_address))
      return std::nullopt;
  } else if (host.empty() || !text::all(host, text::host)) {
    return std::nullopt;
  }
  std::string_view port = authority.substr(host.size());
  if (port.empty()) return host;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  port.remove_prefix(1);
  if (authority[host.size()] != ':' || port.size() > 5 || !std::ranges::all_of(port, is_digit))
    return std::nullopt;
  return host;
}

Outcome parse_request_line(std::string_view line, Head& head) {
  const auto method_end = line.find(' ');
  const auto target_end = line.rfind(' ');
  if (method_end == target_end) return refuse(Refusal::bad_request_line);
  const auto method = line.substr(0, method_end);
  const auto target = line.substr(method_end + 1, target_end - method_end - 1);
  const auto version = line.substr(target_end + 1);
  if (method.empty() || !text::all(method, text::token)) return refuse(Refusal::bad_request_line);
  if (target.empty() || target.contains(' ')) return refuse(Refusal::bad_request_line);

  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' || !is_digit(version[5]) ||
      !is_digit(version[7])) {
    return refuse(Refusal::bad_request_line);
  }
  if (version[5] != '1') return refuse(Refusal::unsupported_version);
  head.http_1_0 = version[7] == '0';

  const auto known = find_method(method);
  if (!known) return refuse(Refusal::unknown_method);
  head.method = *known;
  head.target = target;
  return {};
}

struct SplitTarget {
  std::string_view authority;  // empty unless the target is absolute
  std::string_view path;
  std::string_view query;
};

std::optional<SplitTarget> split_target(std::string_view target) {
  SplitTarget split;
  if (!target.starts_with('/')) {
    const auto scheme_end = target.find("://");
    if (!starts_with_ignoring_case(target, "http://") && !starts_with_ignoring_case(target, "https://")) {
      return std::nullopt;
    }
    target.remove_prefix(scheme_end + 3);
    split.authority = target.substr(0, target.find_first_of("/?"));
    if (!host_of(split.authority)) return std::nullopt;
    target.remove_prefix(split.authority.size());
  }
  if (!text::all(target, text::target)) return std::nullopt;
  const auto path_end = std::min(target.find('?'), target.size());
  split.path = target.substr(0, path_end);
  if (split.path.empty()) split.path = "/";
  split.query = target.substr(std::min(path_end + 1, target.size()));
  return split;
}

Outcome parse_fields(std::string_view bytes, std::size_t max_fields, std::vector<Field>& fields) {
  while (true) {
    const auto line = take_line(bytes);
    if (line.empty()) return {};
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    // A folded line begins with a blank, which no name does.
    if (colon == std::string_view::npos || name.empty() || !text::all(name, text::token)) {
      return refuse(Refusal::bad_field);
    }
    const auto value = trim(line.substr(colon + 1));
    if (!text::all(value, text::field_value)) return refuse(Refusal::bad_field);
    if (fields.size() == max_fields) return refuse(Refusal::headers_too_large);
    fields.push_back({name, value});
  }
}

// The fields that say where the request ends, where it goes and whether another may follow.
struct Control {
  std::size_t hosts = 0;
  std::size_t content_lengths = 0;
  std::size_t transfer_encodings = 0;
  std::string_view host;
  std::string_view content_length;
  std::string_view transfer_encoding;
  std::string_view expect;
  bool close = false;
  bool keep_alive = false;
};

void read_connection_options(std::string_view value, Control& control) {
  while (!value.empty()) {
    const auto end = std::min(value.find(','), value.size());
    const auto option = trim(value.substr(0, end));
    if (equal_ignoring_case(option, "close")) control.close = true;
    if (equal_ignoring_case(option, "keep-alive")) control.keep_alive = true;
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

Control find_control_fields(const std::vector<Field>& fields) {
  Control control;
  for (const auto& [name, value] : fields) {
    if (equal_ignoring_case(name, "host")) {
      ++control.hosts;
      control.host = value;
    } else if (equal_ignoring_case(name, "content-length")) {
      ++control.content_lengths;
      control.content_length = value;
    } else if (equal_ignoring_case(name, "transfer-encoding")) {
      ++control.transfer_encodings;
      control.transfer_encoding = value;
    } else if (equal_ignoring_case(name, "expect")) {
      control.expect = value;
    } else if (equal_ignoring_case(name, "connection")) {
      read_connection_options(value, control);
    }
  }
  return control;
}

Outcome check_framing(const Control& control, Head& head) {
  if (control.transfer_encodings > 0) {
    if (control.transfer_encodings > 1 || head.http_1_0) return refuse(Refusal::bad_transfer_encoding);
    if (control.content_lengths > 0) return refuse(Refusal::bad_content_length);
    if (!equal_ignoring_case(control.transfer_encoding, "chunked")) {
      return refuse(Refusal::unknown_transfer_coding);
    }
    head.chunked = true;
  }
  if (control.content_lengths > 0) {
    const auto text = control.content_length;
    // from_chars alone would stop at the first foreign character, and does not know a sign here.
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), head.content_length);
    if (control.content_lengths > 1 || error != std::errc{} || end != text.data() + text.size()) {
      return refuse(Refusal::bad_content_length);
    }
  }
  const bool may_have_body =
      head.method == Method::post || head.method == Method::put || head.method == Method::patch;
  if (head.has_body() && !may_have_body) return refuse(Refusal::body_not_allowed);
  return {};
}

Outcome check_target(const Control& control, Head& head) {
  if (control.hosts > 1 || (control.hosts == 0 && !head.http_1_0)) return refuse(Refusal::bad_host);
  if (control.hosts == 1) {
    const auto host = host_of(control.host);
    if (!host) return refuse(Refusal::bad_host);
    head.host = *host;
  }
  if (head.target == "*") {
    if (head.method != Method::options) return refuse(Refusal::bad_target);
    head.path = head.target;
    return {};
  }
  const auto split = split_target(head.target);
  if (!split) return refuse(Refusal::bad_target);
  if (!split->authority.empty() && !equal_ignoring_case(split->authority, control.host)) {
    return refuse(Refusal::bad_host);
  }
  const auto path = decode_path(split->path, head.decoded_path);
  if (!path) return refuse(Refusal::bad_target);
  head.path = *path;
  head.query = split->query;
  return {};
}

}  // namespace

Outcome parse_head(std::string_view bytes, std::size_t max_fields, Head& head) {
  head.query = {};
  head.host = {};
  head.fields.clear();
  head.content_length = 0;
  head.chunked = false;

  if (const auto line = parse_request_line(take_line(bytes), head); !line) return line;
  if (const auto fields = parse_fields(bytes, max_fields, head.fields); !fields) return fields;
  const Control control = find_control_fields(head.fields);
  if (const auto target = check_target(control, head); !target) return target;
  if (const auto framing = check_framing(control, head); !framing) return framing;

  head.keep_alive = !control.close && (!head.http_1_0 || control.keep_alive);
  head.expects_continue = false;
  if (!control.expect.empty() && !head.http_1_0) {
    if (!equal_ignoring_case(control.expect, "100-continue")) return refuse(Refusal::unsupported_expectation);
    head.expects_continue = head.has_body();
  }
  return {};
}

}  // namespace stimmbuch::http
