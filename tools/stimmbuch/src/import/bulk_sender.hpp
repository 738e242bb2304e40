#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "access/api_client.hpp"
#include "cli/failure.hpp"

namespace stimmbuch::program {

// Sends commands by the bulk route, as many in a request as it takes, and adds up what came of them. Commands
// that the server was too busy for are sent again, so those of one request may take effect in another order;
// requests follow each other. A command that took effect earlier, in this run or another, counts as accepted.
class BulkSender {
 public:
  explicit BulkSender(ApiClient& client) : client_(client) {}

  // Commands that must all be accepted. Returns the last one's position.
  std::expected<std::uint64_t, Failure> require(const std::vector<std::string>& commands);

  // A command that may be refused; it is sent when a request is full or by flush().
  std::expected<void, Failure> add(std::string command);
  std::expected<void, Failure> flush();

  // Of the commands given by add():
  std::uint64_t accepted() const { return accepted_; }
  const std::map<std::string, std::uint64_t>& refused() const { return refused_; }  // by code

 private:
  // One result line of the server.
  struct LineResult {
    unsigned status = 0;
    std::uint64_t position = 0;
    std::string code;  // of a refusal
    std::string detail;

    bool accepted() const { return status == 200 || status == 201; }
    bool busy() const { return status == 429 || status == 503 || status == 504; }
  };
  using OnResult = std::function<void(const std::string& command, const LineResult& result)>;

  bool fits(std::string_view command) const;
  std::expected<void, Failure> deliver(std::vector<std::string> commands, const OnResult& on_result);
  std::expected<std::vector<LineResult>, Failure> request(const std::vector<std::string>& commands);

  ApiClient& client_;
  std::vector<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::uint64_t accepted_ = 0;
  std::map<std::string, std::uint64_t> refused_;
};

}  // namespace stimmbuch::program
