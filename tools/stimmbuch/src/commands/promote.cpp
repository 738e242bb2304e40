#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "access/data_directory.hpp"
#include "commands/commands.hpp"

namespace stimmbuch::program {

namespace {

using namespace std::chrono_literals;

constexpr auto switch_patience = 120s;
constexpr auto between_looks = 200ms;

bool answers(const std::filesystem::path& data) {
  client::HttpClient probe(operator_url(data), {}, {.max_attempts = 1});
  return probe.send({.target = "/livez"}).has_value();
}

Result told(Session& session, std::uint64_t epoch, std::string_view how_to_go_on) {
  session.console.print(fmt::format("this node leads, in epoch {}{}", epoch, how_to_go_on));
  session.console.summary({{"epoch", epoch}});
  return ExitCode::ok;
}

// Whoever asks for a durability must get it: a running follower leads with the one that it was started with.
std::expected<void, Failure> check_durability(Session& session, ApiClient& client) {
  const auto& settings = session.settings;
  if (settings.origins.at("durability") == Origin::built_in) return {};
  const auto state = client.get("/admin/replication");
  if (!state) return std::unexpected(state.error());
  const auto wanted = kafka::name_of(settings.values.engine.durability);
  const auto present = state->value("durability", "");
  if (present == wanted) return {};
  return failed(ExitCode::usage,
                fmt::format("the follower that runs here would lead with durability {0}: start it anew with "
                            "--durability {1} and promote it then, or promote it with --durability {0}",
                            present, wanted));
}

// The follower ends and starts as the leader, within its process; its socket is away for that while.
Result promote_served(Session& session, const std::filesystem::path& data) {
  ApiClient client(operator_url(data), {}, {.max_attempts = 1});
  if (auto checked = check_durability(session, client); !checked)
    return std::unexpected(std::move(checked.error()));
  if (const auto asked = client.send({.method = "POST", .target = "/admin/promote"}); !asked)
    return std::unexpected(asked.error());
  session.console.say("the follower becomes the leader …");
  const auto deadline = std::chrono::steady_clock::now() + switch_patience;
  bool was_away = false;
  while (std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(between_looks);
    ApiClient look(operator_url(data), {}, {.max_attempts = 1});
    const auto state = look.get("/admin/replication");
    if (!state) {
      was_away = true;
      continue;
    }
    const std::string role = state->value("role", "");
    if (role == "leader") {
      const auto ledger = look.get("/admin/ledger");
      if (ledger) return told(session, ledger->value("epoch", std::uint64_t{0}), "");
    } else if (was_away) {
      return failed(ExitCode::failed, "it still follows: its messages say why it could not lead");
    }
  }
  return failed(ExitCode::try_later, "it does not lead yet; `stimmbuch kafka status` tells more");
}

Result promote(Session& session) {
  auto options = session.settings.engine();
  if (!options) return std::unexpected(std::move(options.error()));
  if (answers(options->data)) return promote_served(session, options->data);
  spdlog::set_level(spdlog::level::warn);
  options->role = Role::promoted;
  options->listen.reset();
  options->admin.reset();
  auto engine = Engine::start(*options, [](std::string_view) {});
  if (!engine) return failed(engine.error().code, std::move(engine.error().text));
  ApiClient client(operator_url(options->data), {});
  const auto ledger = client.get("/admin/ledger");
  if (!ledger) return std::unexpected(ledger.error());
  const auto epoch = ledger->value("epoch", std::uint64_t{0});
  (*engine)->drain();
  return told(session, epoch, "; `stimmbuch serve` goes on with it");
}

}  // namespace

Command promote_command() {
  return {
      .name = "promote",
      .purpose = "Make a follower the leader of its ledger.",
      .details =
          "The follower takes what is committed, keeps the former leader from committing more, takes what "
          "came until then, and writes into the ledger that another node leads from there on; only then are "
          "commands taken. A follower that is running becomes the leader as it is, at its address and with "
          "the durability that it was started with; its service must then start `serve`. What the former "
          "leader had acknowledged with durability local and not yet published is not part of the ledger any "
          "more: `stimmbuch rejoin` there reports it.",
      .options = with_common_options(),
      .settings = with_data_settings({"kafka.", "durability"}),
      .examples = {{"promote --data /var/lib/stimmbuch --kafka k1:9092", "When the leader is lost."},
                   {"promote --data D --kafka k1:9092 --durability replicated",
                    "A follower that does not run; `serve` then goes on with the same settings."}},
      .exits = {ExitCode::store_missing, ExitCode::credentials, ExitCode::broker_unreachable,
                ExitCode::try_later},
      .run = promote,
  };
}

}  // namespace stimmbuch::program
