#include "commands/log_source.hpp"

#include "access/data_directory.hpp"
#include "export/log_directory.hpp"

namespace stimmbuch::program {

Result with_log_files(Session& session,
                      const std::function<Result(const FetchLogFile& fetch, ApiClient* engine)>& work) {
  if (const auto named = session.given.value("--export")) {
    const LogDirectory directory(*named);
    return work(fetch_from(directory), nullptr);
  }
  if (names_server(session.settings)) {
    auto client = client_of(session.settings);
    if (!client) return std::unexpected(client.error());
    return work(fetch_from(*client, "/log/"), &*client);
  }
  return with_data_directory(session.settings, [&](DataDirectory& data) {
    return work(fetch_from(data.engine, "/admin/log/"), &data.engine);
  });
}

}  // namespace stimmbuch::program
