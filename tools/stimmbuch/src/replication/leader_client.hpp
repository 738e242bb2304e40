#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "stimmbuch/adapters/http/api/leader_link.hpp"
#include "stimmbuch/tools/client/http_client.hpp"

namespace stimmbuch::program {

// Sends requests to the leader over HTTP or https. Connections are kept and used again, as many as requests
// were once under way together.
class LeaderClient final : public http::api::LeaderLink {
 public:
  // `ca_file` is as in client::ClientOptions.
  LeaderClient(client::ServerUrl leader, std::filesystem::path ca_file)
      : leader_(std::move(leader)), ca_file_(std::move(ca_file)) {}

  std::expected<http::Response, http::api::LinkTrouble> send(const http::Request& request) override;

 private:
  client::HttpClient take_client();
  void give_back(client::HttpClient client);
  // For the operator, who alone can help; each trouble once until it is over.
  void tell_distrust(const std::string& why);

  const client::ServerUrl leader_;
  const std::filesystem::path ca_file_;
  std::mutex mutex_;  // guards the rest
  std::vector<client::HttpClient> idle_;
  std::string distrust_;
};

}  // namespace stimmbuch::program
