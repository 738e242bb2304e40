#include <chrono>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "cli/duration.hpp"
#include "commands/commands.hpp"
#include "stimmbuch/adapters/identity/roles.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::string_view usual_ttl = "12h";

std::vector<std::string> role_names() {
  std::vector<std::string> names;
  for (const auto& row : identity::role_table) names.emplace_back(row.name);
  return names;
}

Result mint(Session& session) {
  const std::string role = *session.given.value("--role");
  const std::string ttl_text = session.given.value("--ttl").value_or(std::string(usual_ttl));
  const auto ttl = parse_duration(ttl_text);
  if (!ttl || *ttl < std::chrono::seconds{1}) {
    return failed(ExitCode::usage, fmt::format("--ttl: '{}' is not a duration such as 8h or 30d", ttl_text));
  }
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    auto minted = mint_token(data.engine, role, session.given.value("--subject").value_or(role),
                             std::chrono::floor<std::chrono::seconds>(*ttl));
    if (!minted) return std::unexpected(std::move(minted.error()));
    session.console.print(minted->value("token", ""));
    session.console.summary(*minted);
    return ExitCode::ok;
  });
}

}  // namespace

Command token_command() {
  return {
      .name = "token",
      .purpose = "Make a token for one role, signed with a key of the ledger.",
      .details =
          "Prints the token and nothing else. Whoever holds it acts as the subject until it expires. In a "
          "town's ledger no token is made for citizens: nobody can act for them.",
      .options = with_common_options(
          {{"--role", "ROLE", "What the holder may do.", role_names(), true},
           {"--subject", "NAME",
            "Whom the token is for; the same subject is the same person. Default: the role's name."},
           {"--ttl", "TIME",
            fmt::format("How long it is valid, such as 8h or 30d; at most 366d. Default: {}.", usual_ttl)}}),
      .settings = with_data_settings(),
      .examples = {{"token --data /var/lib/stimmbuch --role staff --subject anna",
                    "For a day's work of one official."},
                   {"token --data D --role operator --ttl 1h > operator.token", "For an import."}},
      .exits = {ExitCode::store_missing, ExitCode::credentials, ExitCode::try_later},
      .run = mint,
  };
}

}  // namespace stimmbuch::program
