#include "api_client.hpp"

#include <atomic>
#include <random>
#include <sstream>
#include <stdexcept>

namespace stimmbuch::test {

std::string mint(const Endpoints& engine, std::string_view role, std::string_view subject,
                 std::int64_t ttl_s) {
  const Json wish{{"role", role}, {"subject", subject}, {"ttl_s", ttl_s}};
  const auto reply = engine.connect_admin().request("POST", "/admin/tokens", wish.dump());
  if (reply.status != 201) throw std::runtime_error("no token: " + reply.body);
  return Json::parse(reply.body).at("token");
}

std::vector<Json> records_of(const Endpoints& engine) {
  return lines_of(engine.connect_admin().get("/admin/records"));
}

std::uint64_t head_of(const Endpoints& engine) {
  const Json about = Json::parse(engine.connect_admin().get("/admin/ledger").body);
  return std::stoull(about.at("head").get<std::string>());
}

std::string fresh_key() {
  static const auto run = std::random_device{}();
  static std::atomic<std::uint64_t> next = 1;
  return "key-" + std::to_string(run) + "-" + std::to_string(1'000'000'000 + next++);
}

std::string key_line(std::string_view key) {
  return std::string("Idempotency-Key: \"").append(key).append("\"\r\n");
}

Caller::Caller(const Endpoints& engine, std::string_view role, std::string_view subject)
    : token_(mint(engine, role, subject)), client_(engine.connect()) {}

HttpReply Caller::request(std::string_view method, std::string_view target, std::string_view body,
                          std::string_view header_lines) {
  return client_.request(method, target, body,
                         "Authorization: Bearer " + token_ + "\r\n" + std::string(header_lines));
}

HttpReply Caller::get(std::string_view target, std::string_view header_lines) {
  return request("GET", target, {}, header_lines);
}

HttpReply Caller::post(std::string_view target, const Json& body) {
  return send("POST", target, body.dump(), fresh_key());
}

HttpReply Caller::put(std::string_view target, const Json& body) {
  return send("PUT", target, body.dump(), fresh_key());
}

HttpReply Caller::remove(std::string_view target) {
  return send("DELETE", target, {}, fresh_key());
}

HttpReply Caller::send(std::string_view method, std::string_view target, std::string_view body,
                       std::string_view key, std::string_view header_lines) {
  std::string lines = key_line(key).append(header_lines);
  if (!body.empty()) lines += "Content-Type: application/json\r\n";
  return request(method, target, body, lines);
}

HttpReply Caller::bulk(std::string_view lines) {
  return request("POST", "/v1/commands", lines, "Content-Type: application/x-ndjson\r\n");
}

std::vector<Json> lines_of(const HttpReply& reply) {
  std::vector<Json> lines;
  std::istringstream in(reply.body);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  return lines;
}

}  // namespace stimmbuch::test
