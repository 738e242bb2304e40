#pragma once

#include <filesystem>

#include "stimmbuch/eventstore/checkpoints/witness_feeder.hpp"

namespace stimmbuch::program {

// Over HTTP, in 5 seconds for each step at most. `ca_file` is as in client::ClientOptions.
checkpoints::PostToWitness post_to_witness(std::filesystem::path ca_file);

}  // namespace stimmbuch::program
