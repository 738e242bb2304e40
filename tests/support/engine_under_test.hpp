#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "api_client.hpp"
#include "engine.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::test {

// A whole engine in this process on a new directory, with its public interface on a free port.
class EngineUnderTest {
 public:
  // Most tests act for citizens, which a demo ledger lets them.
  explicit EngineUnderTest(ledger::Purpose purpose = ledger::Purpose::demo,
                           std::function<void(program::EngineOptions&)> change = {});

  const Endpoints& endpoints() const { return endpoints_; }
  const std::filesystem::path& data() const { return data_; }

  Caller caller(std::string_view role, std::string_view subject) const { return {endpoints_, role, subject}; }
  HttpClient connect() const { return endpoints_.connect(); }

  void stop() { engine_.reset(); }
  void start();

 private:
  void wait_until_ready() const;
  TemporaryDirectory directory_;
  std::filesystem::path data_;
  ledger::Purpose purpose_;
  std::function<void(program::EngineOptions&)> change_;  // of the usual options
  std::unique_ptr<program::Engine> engine_;
  Endpoints endpoints_;
};

// Declares a project and an open poll of it with the options a, b, c and waits for its tally; members of
// `terms` replace what is here: single choice, one winner, every ballot shown at once, open for every
// registered citizen.
std::string open_poll(Caller& staff, const Json& terms = Json::object());

// Registers who has this subject, and gives the id of the citizen.
std::string register_citizen(Caller& citizen, const Json& texts = Json::object());

// The tally once it shows what this answer did.
Json tally_after(HttpClient& client, const std::string& poll, const HttpReply& command);

}  // namespace stimmbuch::test
