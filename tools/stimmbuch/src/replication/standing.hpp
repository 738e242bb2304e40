#pragma once

#include <filesystem>

namespace stimmbuch::program {

// How a data directory stands to the topic of its ledger, as far as the next start must know it without
// asking a broker. A file `standing` says so; without one it is a leader's.
enum class Standing {
  leader,
  follower,       // serving it as a leader would make two of them: it must be promoted
  former_leader,  // another node leads, and knows nothing of what this one wrote last: it must rejoin
};

// Throws std::runtime_error for a file that says something else.
Standing read_standing(const std::filesystem::path& data);

// Durable on return. Throws std::runtime_error.
void write_standing(const std::filesystem::path& data, Standing standing);

}  // namespace stimmbuch::program
