#pragma once

#include <functional>

#include "access/api_client.hpp"
#include "cli/command.hpp"
#include "export/log_export.hpp"

namespace stimmbuch::program {

// Gives `work` the files of the log that the options name: an exported directory (--export), a server, or a
// data directory. The client speaks to the engine behind them; null for exported files.
Result with_log_files(Session& session,
                      const std::function<Result(const FetchLogFile& fetch, ApiClient* engine)>& work);

}  // namespace stimmbuch::program
