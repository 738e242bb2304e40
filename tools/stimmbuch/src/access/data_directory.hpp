#pragma once

#include <filesystem>
#include <functional>

#include "access/api_client.hpp"
#include "cli/command.hpp"
#include "engine.hpp"

namespace stimmbuch::program {

// A data directory, spoken to through its engine's operator interface.
struct DataDirectory {
  std::filesystem::path path;
  ApiClient& engine;
};

// Whether a server was named rather than a data directory, where a command takes either.
bool names_server(const Settings& settings);

// A client of the settings' server, with the token, if one is named.
std::expected<ApiClient, Failure> client_of(const Settings& settings);

// Where the engine of a data directory listens for its operator.
client::ServerUrl operator_url(const std::filesystem::path& data);

// Does the work on the data directory of the settings, whether it is being served or not: through the socket
// of the engine that serves it, or of one that is started for the work, without a public interface.
Result with_data_directory(const Settings& settings, const std::function<Result(DataDirectory&)>& work);

// The same for work that writes: the engine that is started for it is a leader, as `serve` with these
// settings starts one.
Result with_writing_engine(const Settings& settings, const std::function<Result(DataDirectory&)>& work);

}  // namespace stimmbuch::program
