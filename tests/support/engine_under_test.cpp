#include "engine_under_test.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace stimmbuch::test {

EngineUnderTest::EngineUnderTest(ledger::Purpose purpose, std::function<void(program::EngineOptions&)> change)
    : data_(directory_.path() / "data"), purpose_(purpose), change_(std::move(change)) {
  start();
}

void EngineUnderTest::start() {
  program::EngineOptions options;
  options.data = data_;
  options.purpose = purpose_;
  options.listen = program::Address{"127.0.0.1", 0};
  options.limits.requests_per_connection = 1'000'000;
  options.limits.linger_timeout = std::chrono::milliseconds(200);
  options.disk_floor_mib = 1;
  if (change_) change_(options);
  auto started = program::Engine::start(options, [](std::string_view why) {
    throw std::runtime_error("the engine failed: " + std::string(why));
  });
  if (!started) throw std::runtime_error(started.error().text);
  engine_ = std::move(*started);
  endpoints_ = {engine_->port().value(), program::admin_socket(data_)};
  wait_until_ready();
}

// A new engine answers reads with 503 until its views are built for the first time.
void EngineUnderTest::wait_until_ready() const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (endpoints_.connect_admin().get("/readyz").status != 200) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the engine does not get ready");
    std::this_thread::yield();
  }
}

std::string open_poll(Caller& staff, const Json& terms) {
  const auto project = Json::parse(staff.post("/v1/projects", {{"title", {{"de", "Park"}}}}).body);
  Json draft{{"project", project.at("project")},
             {"title", {{"de", "Was zuerst?"}}},
             {"kind", "single"},
             {"rule", {{"kind", "most_votes"}, {"winners", 1}, {"ties", "declared_order"}}},
             {"live_step", 1},
             {"options",
              {{{"id", "a"}, {"title", {{"de", "A"}}}},
               {{"id", "b"}, {"title", {{"de", "B"}}}},
               {{"id", "c"}, {"title", {{"de", "C"}}}}}}};
  draft.update(terms);
  const auto drafted = staff.post("/v1/polls", draft);
  if (drafted.status != 201) throw std::runtime_error("no poll: " + drafted.body);
  const std::string poll = Json::parse(drafted.body).at("poll");
  const auto opened = staff.post("/v1/polls/" + poll + "/open");
  if (opened.status != 200) throw std::runtime_error("the poll does not open: " + opened.body);
  const auto tally =
      staff.get("/v1/polls/" + poll + "/tally",
                "Prefer: wait=30\r\nConsistency-Token: " + opened.field("Consistency-Token") + "\r\n");
  if (tally.status != 200) throw std::runtime_error("no tally: " + tally.body);
  return poll;
}

std::string register_citizen(Caller& citizen, const Json& texts) {
  const auto reply = citizen.post("/v1/citizens", texts);
  if (reply.status != 201) throw std::runtime_error("not registered: " + reply.body);
  return Json::parse(reply.body).at("citizen");
}

Json tally_after(HttpClient& client, const std::string& poll, const HttpReply& command) {
  const auto reply =
      client.request("GET", "/v1/polls/" + poll + "/tally", {},
                     "Prefer: wait=30\r\nConsistency-Token: " + command.field("Consistency-Token") + "\r\n");
  if (reply.status != 200) throw std::runtime_error("no tally: " + reply.body);
  return Json::parse(reply.body);
}

}  // namespace stimmbuch::test
