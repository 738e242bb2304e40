#pragma once

#include <string>
#include <vector>

#include "crowd.hpp"
#include "nodes.hpp"

namespace stimmbuch::test {

inline constexpr int exit_former_leader = 15;

// A leader that is lost, or only seems to be.
class Promotion : public Nodes {
 protected:
  // Has a follower lead, and waits until it does.
  void promote(Node& node) {
    const Ran ran = run({"promote", "--data", node.data().string(), "--kafka", Broker::address(), "--json"});
    ASSERT_EQ(ran.code, 0) << ran.out << ran.err;
    lead_from(node);
  }
  Ran rejoin(const Node& node) {
    return run({"rejoin", "--data", node.data().string(), "--kafka", Broker::address(), "--json"});
  }
  // How a node that has led before follows.
  std::vector<std::string> following() {
    return {"follow",     "--leader",       leader_node().url(), "--durability",
            durability(), "--wrapping-key", key_file().string()};
  }
};

}  // namespace stimmbuch::test
