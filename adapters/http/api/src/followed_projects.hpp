#pragma once

#include <cstddef>
#include <mutex>
#include <span>
#include <vector>

#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/domain/ids.hpp"

namespace stimmbuch::http::api {

// Which projects citizens want to hear of. It concerns nobody else and no figure, so no record tells of it:
// the vault keeps it, one row for each citizen that goes with the account. From any thread; reads and writes
// wait for the disk and throw std::runtime_error where it fails.
class FollowedProjects {
 public:
  static constexpr std::size_t most = 100;  // of one citizen

  // The vault must outlive this.
  explicit FollowedProjects(vault::RocksVault& vault) : vault_(vault) {}

  // In the order in which the citizen began to follow them.
  std::vector<ProjectId> of(const CitizenId& citizen) const;

  // Durable on return, like all that follows; nothing changes where it is so already. False: the citizen
  // follows as many as one may.
  bool add(const CitizenId& citizen, const ProjectId& project);
  void remove(const CitizenId& citizen, const ProjectId& project);

  // Leaves no row of a citizen whose account has ended.
  void forget(const CitizenId& citizen);

 private:
  void keep(const CitizenId& citizen, std::span<const ProjectId> projects);

  vault::RocksVault& vault_;
  std::mutex changing_;  // held from reading a row to replacing it
};

}  // namespace stimmbuch::http::api
