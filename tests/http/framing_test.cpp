// The corpus: bytes that a client may send, and what the server must make of them.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "running_server.hpp"

namespace stimmbuch::test {
namespace {

struct Case {
  std::string name;
  std::string bytes;
  // The status of each answer in order, each 200 with what the handler saw; then whether the server keeps the
  // connection open or closes it.
  std::string expected;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class Framing : public testing::TestWithParam<Case> {
 protected:
  static std::string answers_to(const std::string& bytes) {
    RunningServer server;
    HttpClient client = server.connect();
    // Ends what came before, if the server still listens; answered only on an open connection.
    client.send(bytes + "GET /probe HTTP/1.1\r\nHost: h\r\n\r\n");
    std::string answers;
    while (const auto reply = client.receive(bytes.starts_with("HEAD "))) {
      if (reply->body == "GET /probe") return answers + "open";
      answers += std::to_string(reply->status) + " ";
      if (reply->status == 200) {
        answers += "[" + reply->body + "] ";
      } else if (reply->status >= 400) {
        EXPECT_EQ(reply->field("Content-Type"), "application/problem+json");
        EXPECT_EQ(reply->field("Connection"), "close");
        EXPECT_EQ(reply->field("Cache-Control"), "no-store");
      }
    }
    return answers + "closed";
  }
};

TEST_P(Framing, IsAnsweredAsTheCorpusSays) {
  EXPECT_EQ(answers_to(GetParam().bytes), GetParam().expected) << GetParam().bytes;
}

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

std::string post(const std::string& header_lines, const std::string& body = {}) {
  return "POST /p HTTP/1.1\r\nHost: h\r\n" + header_lines + "\r\n" + body;
}

std::string with_fields(const std::string& header_lines) {
  return "GET / HTTP/1.1\r\n" + header_lines + "\r\n";
}

std::vector<Case> good_requests() {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  return {
      {"get", get("/a/b?c=d"), "200 [GET /a/b?c=d] open"},
      {"three_pipelined", get("/1") + get("/2") + get("/3"), "200 [GET /1] 200 [GET /2] 200 [GET /3] open"},
      {"pipelined_behind_a_body", post("Content-Length: 2\r\n", "ab") + get("/2"),
       "200 [POST /p|ab] 200 [GET /2] open"},
      {"pipelined_behind_chunks", post(chunked, "2\r\nab\r\n0\r\n\r\n") + get("/2"),
       "200 [POST /p|ab] 200 [GET /2] open"},
      {"empty_body", post("Content-Length: 0\r\n"), "200 [POST /p] open"},
      {"no_length_is_no_body", post(""), "200 [POST /p] open"},
      {"zero_length_on_get", with_fields("Host: h\r\nContent-Length: 0\r\n"), "200 [GET /] open"},
      {"chunked_in_any_case", post("transfer-ENCODING: ChUnKeD\r\n", "1;x=y\r\na\r\n0\r\nT: t\r\n\r\n"),
       "200 [POST /p|a] open"},
      {"white_space_around_values", with_fields("Host: \t h \t\r\nX:\r\n"), "200 [GET /] open"},
      {"utf8_in_values", with_fields("Host: h\r\nX: \xc3\xa4\r\n"), "200 [GET /] open"},
      {"host_with_port", with_fields("Host: example.org:8443\r\n"), "200 [GET /] open"},
      {"host_v6", with_fields("Host: [::1]:80\r\n"), "200 [GET /] open"},
      {"absolute_own_authority", "GET http://H:80/a?b HTTP/1.1\r\nHost: h:80\r\n\r\n", "200 [GET /a?b] open"},
      {"absolute_without_path", "GET https://h HTTP/1.1\r\nHost: h\r\n\r\n", "200 [GET /] open"},
      {"options_asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "200 [OPTIONS *] open"},
      {"escapes", get("/%C3%A4%20b?q=%2e%2e/"), "200 [GET /\xc3\xa4 b?q=%2e%2e/] open"},
      {"query_keeps_dots", get("/a?../.."), "200 [GET /a?../..] open"},
      {"connection_close", with_fields("Host: h\r\nConnection: foo, Close\r\n") + get("/2"),
       "200 [GET /] closed"},
      {"http_1_0", "GET /a HTTP/1.0\r\n\r\n", "200 [GET /a] closed"},
      {"http_1_0_keep_alive", "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "200 [GET /a] open"},
      {"http_1_2_is_1_1", "GET /a HTTP/1.2\r\nHost: h\r\n\r\n", "200 [GET /a] open"},
      {"one_empty_line_before", "\r\n" + get("/"), "200 [GET /] open"},
      {"upgrade_is_ignored",
       with_fields("Host: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"), "200 [GET /] open"},
      {"expect_with_body_in_one_packet", post("Expect: 100-continue\r\nContent-Length: 2\r\n", "ab"),
       "200 [POST /p|ab] open"},
      {"expect_without_body", with_fields("Host: h\r\nExpect: 100-continue\r\n"), "200 [GET /] open"},
  };
}

// Every way known of making two servers disagree where a request ends.
std::vector<Case> smuggling() {
  const std::string hidden = get("/hidden");
  const std::string length = "Content-Length: " + std::to_string(hidden.size()) + "\r\n";
  return {
      {"te_and_cl", post("Transfer-Encoding: chunked\r\n" + length, "0\r\n\r\n" + hidden), "400 closed"},
      {"cl_and_te", post(length + "Transfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden), "400 closed"},
      {"te_gzip_and_cl", post("Transfer-Encoding: gzip\r\n" + length, hidden), "400 closed"},
      {"te_gzip", post("Transfer-Encoding: gzip\r\n", hidden), "501 closed"},
      {"te_identity", post("Transfer-Encoding: identity\r\n", hidden), "501 closed"},
      {"te_chunked_identity", post("Transfer-Encoding: chunked, identity\r\n", hidden), "501 closed"},
      {"te_gzip_chunked", post("Transfer-Encoding: gzip, chunked\r\n", hidden), "501 closed"},
      {"te_xchunked", post("Transfer-Encoding: xchunked\r\n", hidden), "501 closed"},
      {"te_chunked_twice", post("Transfer-Encoding: chunked, chunked\r\n", hidden), "501 closed"},
      {"te_with_parameter", post("Transfer-Encoding: chunked;q=1\r\n", hidden), "501 closed"},
      {"te_quoted", post("Transfer-Encoding: \"chunked\"\r\n", hidden), "501 closed"},
      {"te_empty", post("Transfer-Encoding:\r\n", hidden), "501 closed"},
      {"te_vertical_tab",
       post("Transfer-Encoding: \x0b"
            "chunked\r\n",
            hidden),
       "400 closed"},
      {"te_two_fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", hidden),
       "400 closed"},
      {"te_two_fields_differ", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", hidden),
       "400 closed"},
      {"te_in_http_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
       "400 closed"},
      {"te_folded", post("Transfer-Encoding:\r\n chunked\r\n", hidden), "400 closed"},
      {"te_space_before_colon", post("Transfer-Encoding : chunked\r\n", hidden), "400 closed"},
      {"te_on_get", with_fields("Host: h\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n" + hidden,
       "400 closed"},
      {"cl_repeated", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), "400 closed"},
      {"cl_repeated_differs", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), "400 closed"},
      {"cl_list", post("Content-Length: 5, 5\r\n", "hello"), "400 closed"},
      {"cl_plus", post("Content-Length: +5\r\n", "hello"), "400 closed"},
      {"cl_minus", post("Content-Length: -5\r\n", "hello"), "400 closed"},
      {"cl_hexadecimal", post("Content-Length: 0x5\r\n", "hello"), "400 closed"},
      {"cl_fraction", post("Content-Length: 5.0\r\n", "hello"), "400 closed"},
      {"cl_inner_space", post("Content-Length: 5 5\r\n", "hello"), "400 closed"},
      {"cl_empty", post("Content-Length:\r\n", "hello"), "400 closed"},
      {"cl_overflow", post("Content-Length: 18446744073709551621\r\n", "hello"), "400 closed"},
      {"cl_on_get", with_fields("Host: h\r\n" + length) + hidden, "400 closed"},
      {"cl_on_head", "HEAD / HTTP/1.1\r\nHost: h\r\n" + length + "\r\n" + hidden, "400 closed"},
      {"cl_on_delete", "DELETE / HTTP/1.1\r\nHost: h\r\n" + length + "\r\n" + hidden, "400 closed"},
      {"cl_on_options", "OPTIONS / HTTP/1.1\r\nHost: h\r\n" + length + "\r\n" + hidden, "400 closed"},
      {"chunk_size_space", post("Transfer-Encoding: chunked\r\n", "1 \r\na\r\n0\r\n\r\n"), "400 closed"},
      {"chunk_size_prefix", post("Transfer-Encoding: chunked\r\n", "0x1\r\na\r\n0\r\n\r\n"), "400 closed"},
      {"chunk_size_sign", post("Transfer-Encoding: chunked\r\n", "+1\r\na\r\n0\r\n\r\n"), "400 closed"},
      {"chunk_size_empty", post("Transfer-Encoding: chunked\r\n", "\r\na\r\n0\r\n\r\n"), "400 closed"},
      {"chunk_size_overflow", post("Transfer-Encoding: chunked\r\n", "10000000000000001\r\na\r\n0\r\n\r\n"),
       "400 closed"},
      {"chunk_bare_lf", post("Transfer-Encoding: chunked\r\n", "1\na\r\n0\r\n\r\n"), "400 closed"},
      {"chunk_longer_than_said", post("Transfer-Encoding: chunked\r\n", "1\r\nabc\r\n0\r\n\r\n"),
       "400 closed"},
      {"chunk_extension_bare_lf", post("Transfer-Encoding: chunked\r\n", "1;a\nb\r\na\r\n0\r\n\r\n"),
       "400 closed"},
      {"trailer_folded", post("Transfer-Encoding: chunked\r\n", "0\r\n x\r\n\r\n"), "400 closed"},
  };
}

std::vector<Case> malformed_heads() {
  using namespace std::string_literals;
  return {
      {"no_host", with_fields("X: y\r\n"), "400 closed"},
      {"two_hosts", with_fields("Host: h\r\nHost: h\r\n"), "400 closed"},
      {"two_hosts_http_1_0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400 closed"},
      {"empty_host", with_fields("Host:\r\n"), "400 closed"},
      {"host_with_path", with_fields("Host: h/x\r\n"), "400 closed"},
      {"host_with_user", with_fields("Host: a@h\r\n"), "400 closed"},
      {"host_list", with_fields("Host: a, b\r\n"), "400 closed"},
      {"host_bad_port", with_fields("Host: h:8x\r\n"), "400 closed"},
      {"host_bad_v6", with_fields("Host: [::1\r\n"), "400 closed"},
      {"absolute_foreign_authority", "GET http://other/ HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"absolute_other_port", "GET http://h:81/ HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"absolute_other_scheme", "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"absolute_with_user", "GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"authority_form", "GET h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", "400 closed"},
      {"asterisk_on_get", get("*"), "400 closed"},
      {"relative_target", get("a/b"), "400 closed"},
      {"fragment", get("/a#b"), "400 closed"},
      {"target_quote", get("/\"a\""), "400 closed"},
      {"target_backslash", get("/a\\..\\b"), "400 closed"},
      {"target_not_ascii", get("/\xc3\xa4"), "400 closed"},
      {"escape_broken", get("/a%zz"), "400 closed"},
      {"escape_cut_off", get("/a%2"), "400 closed"},
      {"escape_nul", get("/a%00b"), "400 closed"},
      {"escape_slash", get("/a%2fb"), "400 closed"},
      {"escape_line_end", get("/a%0d%0aSet-Cookie:x"), "400 closed"},
      {"escape_not_utf8", get("/%c0%af"), "400 closed"},
      {"dots", get("/a/../b"), "400 closed"},
      {"dots_to_the_top", get("/../../../etc/passwd"), "400 closed"},
      {"dots_escaped", get("/%2e%2e/%2e%2e/etc/passwd"), "400 closed"},
      {"dots_escaped_twice_is_a_name", get("/%252e%252e/a"), "200 [GET /%2e%2e/a] open"},
      {"folded_line", with_fields("Host: h\r\nX: a\r\n b\r\n"), "400 closed"},
      {"folded_by_tab", with_fields("Host: h\r\nX: a\r\n\tb\r\n"), "400 closed"},
      {"folded_first_line", with_fields(" Host: h\r\nHost: h\r\n"), "400 closed"},
      {"bare_lf_in_header", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n", "400 closed"},
      {"bare_lf_only", "GET / HTTP/1.1\nHost: h\n\n", "400 closed"},
      {"bare_lf_at_end", "GET / HTTP/1.1\r\nHost: h\r\n\n", "400 closed"},
      {"bare_cr_in_value", with_fields("Host: h\r\nX: a\rb\r\n"), "400 closed"},
      {"bare_cr_in_request_line", "GET /\r HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"cr_cr_lf", "GET / HTTP/1.1\r\nHost: h\r\r\n\r\n", "400 closed"},
      {"nul_in_value", with_fields("Host: h\r\nX: a\0b\r\n"s), "400 closed"},
      {"nul_in_name", with_fields("Host: h\r\nX\0: a\r\n"s), "400 closed"},
      {"nul_in_target", "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s, "400 closed"},
      {"delete_character", with_fields("Host: h\r\nX: \x7f\r\n"), "400 closed"},
      {"no_colon", with_fields("Host: h\r\nX\r\n"), "400 closed"},
      {"empty_name", with_fields("Host: h\r\n: x\r\n"), "400 closed"},
      {"space_in_name", with_fields("Host: h\r\nX Y: z\r\n"), "400 closed"},
      {"space_before_colon", with_fields("Host : h\r\n"), "400 closed"},
      {"two_spaces_in_request_line", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"space_in_target", "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"tab_in_request_line", "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"space_before_method", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"space_behind_version", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", "400 closed"},
      {"http_0_9", "GET /\r\n\r\n", "400 closed"},
      {"version_lower_case", "GET / http/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"version_two_digits", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", "400 closed"},
      {"method_not_a_token", "G=T / HTTP/1.1\r\nHost: h\r\n\r\n", "400 closed"},
      {"two_empty_lines_before", "\r\n\r\n" + get("/"), "400 closed"},
      {"tls_hello", "\x16\x03\x01\x02\x05\x01", "400 closed"},
      {"http_2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 closed"},
      {"http_3", "GET / HTTP/3.0\r\nHost: h\r\n\r\n", "505 closed"},
      {"unknown_method", "BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n", "501 closed"},
      {"method_lower_case", "get / HTTP/1.1\r\nHost: h\r\n\r\n", "501 closed"},
      {"connect", "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", "501 closed"},
      {"trace", "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", "501 closed"},
      {"unknown_expectation", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "a"), "417 closed"},
      {"good_before_bad", get("/1") + "BAD\r\n\r\n", "200 [GET /1] 400 closed"},
  };
}

std::string name_of_case(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(GoodRequests, Framing, testing::ValuesIn(good_requests()), name_of_case);
INSTANTIATE_TEST_SUITE_P(Smuggling, Framing, testing::ValuesIn(smuggling()), name_of_case);
INSTANTIATE_TEST_SUITE_P(MalformedHeads, Framing, testing::ValuesIn(malformed_heads()), name_of_case);

}  // namespace
}  // namespace stimmbuch::test
