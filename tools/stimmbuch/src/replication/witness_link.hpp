#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "stimmbuch/eventstore/checkpoints/witness_feeder.hpp"
#include "stimmbuch/tools/client/server_url.hpp"

namespace stimmbuch::program {

// The server of a witness, and the path below it. An error is a sentence that says what to write instead.
std::expected<std::pair<client::ServerUrl, std::string>, std::string> parse_witness_url(std::string_view url);

// Over HTTP, in 5 seconds for each step at most. `ca_file` is as in client::ClientOptions.
checkpoints::PostToWitness post_to_witness(std::filesystem::path ca_file);

}  // namespace stimmbuch::program
