#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/eventstore/tlog/note.hpp"

// Which logs, and which witnesses, somebody trusts. C2SP tlog-policy, https://c2sp.org/tlog-policy.
namespace stimmbuch::tlog {

// Somebody who cosigns the checkpoints of logs that only grow.
struct Witness {
  std::string name;  // in the policy
  VerifierKey key;
  std::string url;  // to which checkpoints are submitted; empty: to none
};

// A witness's signature on a checkpoint.
struct Cosigned {
  std::string name;
  std::uint64_t time;  // seconds since 1970
};

class Policy {
 public:
  // An error names the line.
  static std::expected<Policy, std::string> parse(std::string_view text);

  const std::vector<VerifierKey>& logs() const { return logs_; }
  const std::vector<Witness>& witnesses() const { return witnesses_; }

  // The witnesses that cosigned a note. An error if a signature under the key of one is wrong.
  std::expected<std::vector<Cosigned>, std::string> cosigned(const Note& note) const;
  // Whether these are enough.
  bool is_satisfied(const std::vector<Cosigned>& cosigned) const;

 private:
  // As many of its members, witnesses or groups before it, as it needs.
  struct Group {
    std::string name;
    std::size_t needed;
    std::vector<std::string> members;
  };

  std::optional<std::string> take_line(std::string_view line);
  bool is_known(std::string_view name) const;
  bool holds(std::string_view name, const std::vector<Cosigned>& cosigned) const;

  std::vector<VerifierKey> logs_;
  std::vector<Witness> witnesses_;
  std::vector<Group> groups_;
  std::optional<std::string> quorum_;  // a witness or a group, or "none"
};

}  // namespace stimmbuch::tlog
