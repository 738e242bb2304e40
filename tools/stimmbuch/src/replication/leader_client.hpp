#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include "stimmbuch/adapters/http/api/leader_link.hpp"
#include "stimmbuch/tools/client/http_client.hpp"

namespace stimmbuch::program {

// Sends requests to the leader over HTTP. Connections are kept and used again, as many as requests were once
// under way together.
class LeaderClient final : public http::api::LeaderLink {
 public:
  explicit LeaderClient(client::ServerUrl leader) : leader_(std::move(leader)) {}

  std::expected<http::Response, http::api::LinkTrouble> send(const http::Request& request) override;

 private:
  client::HttpClient take_client();
  void give_back(client::HttpClient client);

  const client::ServerUrl leader_;
  std::mutex mutex_;
  std::vector<client::HttpClient> idle_;
};

}  // namespace stimmbuch::program
