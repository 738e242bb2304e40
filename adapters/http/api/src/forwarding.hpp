#pragma once

#include <string>

#include "call.hpp"
#include "stimmbuch/adapters/http/api/leader_link.hpp"
#include "stimmbuch/adapters/http/server/blocking_pool.hpp"

namespace stimmbuch::http::api {

// What becomes, on a node that follows, of requests that only the leader can answer: they are sent on to it,
// on threads of their own, or answered with its address.
class Forwarding {
 public:
  // `leader` is the address to name, if it is known; without a link nothing is sent on. The link must outlive
  // this.
  Forwarding(std::string leader, LeaderLink* link);

  void take(Call call);

 private:
  const std::string leader_;
  LeaderLink* const link_;
  BlockingPool pool_;
};

}  // namespace stimmbuch::http::api
