#include <csignal>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "cli/duration.hpp"
#include "cli/signals.hpp"
#include "commands/commands.hpp"
#include "news/news_sender.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::program {

namespace {

Result send_news(Session& session) {
  const auto& project = session.given.arguments.at(0);
  if (!is_id(project))
    return failed(ExitCode::usage, fmt::format("'{}' is not the id of a project", project));
  auto receiver = client::parse_url(session.given.arguments.at(1));
  if (!receiver) return failed(ExitCode::usage, receiver.error());
  const auto after = session.given.number("--after", 0);
  if (!after) return std::unexpected(after.error());
  NewsSending sending{.project = project,
                      .receiver = receiver->first,
                      .path = receiver->second.empty() ? "/" : receiver->second,
                      .ca_file = session.settings.values.engine.ca_file,
                      .state = session.given.value("--state").value(),
                      .after = *after,
                      .until_none = session.given.has("--once")};
  for (const auto& [option, member] : {std::pair{"--every", &NewsSending::every},
                                       std::pair{"--give-up-after", &NewsSending::give_up_after}}) {
    const auto text = session.given.value(option);
    if (!text) continue;
    const auto duration = parse_duration(*text);
    if (!duration || duration->count() == 0)
      return failed(ExitCode::usage, fmt::format("{}: '{}' is not a duration such as 30s", option, *text));
    sending.*member = *duration;
  }
  const auto secret_file = session.given.value("--secret-file").value();
  const auto secret = files::read_if_there(secret_file);
  if (!secret) return failed(ExitCode::usage, fmt::format("there is no file {}", secret_file));
  auto signer = WebhookSigner::parse(*secret);
  if (!signer)
    return failed(ExitCode::usage,
                  fmt::format("{} holds no secret: whsec_ and 24 to 64 bytes in base64", secret_file));
  auto engine = client_of(session.settings);
  if (!engine) return std::unexpected(engine.error());
  Signals signals{SIGTERM, SIGINT};
  NewsSender sender(*engine, std::move(sending), *std::move(signer), session.console, signals);
  const auto sent = sender.run();
  if (!sent) return std::unexpected(sent.error());
  session.console.print(fmt::format("{} messages were taken", *sent));
  session.console.summary({{"project", project}, {"messages", *sent}});
  return ExitCode::ok;
}

}  // namespace

Command news_send_command() {
  return {
      .name = "news send",
      .purpose = "Tell another system what is new in a project, by webhook.",
      .details =
          "Asks the server again and again for news of the project, and posts each piece to the URL: "
          "{\"type\", "
          "\"timestamp\", \"data\"}, signed as the Standard Webhooks specification 1.0.0 says (webhook-id, "
          "webhook-timestamp, webhook-signature). They come in order: the next one when the one before was "
          "answered with 2xx. What is not is sent again, after 1 s, 2 s and so on up to 5 minutes, or as "
          "Retry-After says. 410 ends it. A message may come twice, with the same webhook-id. News hold no "
          "text "
          "and no name; the receiver reads what it needs from the server.",
      .arguments = {{"PROJECT", "The project's id."}, {"URL", "Where the messages go: https://HOST/PATH."}},
      .options = with_common_options(
          {{"--secret-file", "FILE", "The secret shared with the receiver: whsec_ and base64.", {}, true},
           {"--state",
            "FILE",
            "Where it says how far everything is delivered; made where it is not there.",
            {},
            true},
           {"--after", "POSITION", "Where to begin while there is no state. Default: 0, all news."},
           {"--every", "DURATION", "Between two looks for news. Default: 5s."},
           {"--give-up-after", "DURATION",
            "How long one message may fail. Default: 1d; then the exit code is 75."},
           {"--once", "", "End when there is nothing new."}}),
      .settings = {"server", "ca_file", "token_file"},
      .examples =
          {{"news send stadt-raum-wir https://app.town.example/hook --secret-file hook.secret --state "
            "hook.state",
            "Until a signal ends it."},
           {"news send stadt-raum-wir http://127.0.0.1:9000/hook --secret-file hook.secret --state "
            "hook.state --once",
            "What is new by now, and no more."}},
      .exits = {ExitCode::not_found, ExitCode::credentials, ExitCode::try_later},
      .run = send_news,
  };
}

}  // namespace stimmbuch::program
