#include "news/news_sender.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr std::size_t page = 50;
constexpr std::size_t answer_bytes_max = 64 << 10;
constexpr unsigned status_gone = 410;

// The name of the log, by which a state is known to be of this engine's news.
std::expected<std::string, Failure> origin_of(ApiClient& engine) {
  const auto checkpoint = engine.get_bytes("/log/checkpoint");
  if (!checkpoint) return std::unexpected(checkpoint.error());
  return checkpoint->substr(0, checkpoint->find('\n'));
}

// What Retry-After asks for, if it is a number of seconds.
milliseconds asked_pause(const client::Response& answer) {
  const auto seconds = position_of(Json(std::string(answer.header("Retry-After"))));
  return milliseconds{std::min<std::uint64_t>(seconds, 86'400) * 1'000};
}

}  // namespace

NewsSender::NewsSender(ApiClient& engine, NewsSending sending, WebhookSigner signer, Console& console,
                       Signals& signals)
    : engine_(engine),
      sending_(std::move(sending)),
      signer_(std::move(signer)),
      console_(console),
      signals_(signals),
      receiver_(sending_.receiver, {},
                {.ca_file = sending_.ca_file, .max_body_bytes = answer_bytes_max, .max_attempts = 1}) {}

std::expected<void, Failure> NewsSender::read_state() {
  const auto origin = origin_of(engine_);
  if (!origin) return std::unexpected(origin.error());
  log_ = *origin;
  after_ = sending_.after;
  const auto text = files::read_if_there(sending_.state);
  if (!text) return {};
  const Json state = Json::parse(*text, nullptr, false);
  const auto name = sending_.state.string();
  if (!state.is_object() || !state.contains("after"))
    return failed(ExitCode::failed, fmt::format("{} is no state of `news send`", name));
  if (state.value("log", "") != log_ || state.value("project", "") != sending_.project)
    return failed(ExitCode::usage, fmt::format("{} is of other news: of the project {} in the log {}", name,
                                               state.value("project", ""), state.value("log", "")));
  after_ = position_of(state.at("after"));
  return {};
}

void NewsSender::write_state() const {
  files::replace_durably(
      sending_.state,
      json_text({{"log", log_}, {"project", sending_.project}, {"after", std::to_string(after_)}}) + "\n");
}

bool NewsSender::pause(milliseconds time) {
  if (signals_.wait(time)) ended_ = true;
  return !ended_;
}

std::expected<void, Failure> NewsSender::deliver(const Json& item) {
  const auto position = item.value("position", "");
  const std::string body =
      json_text({{"type", item.value("type", "")}, {"timestamp", item.value("time", "")}, {"data", item}});
  const std::string id = fmt::format("news-{}-{}", sending_.project, position);
  const auto begin = std::chrono::steady_clock::now();
  for (auto next = sending_.first_pause;; next = std::min(next * 2, sending_.longest_pause)) {
    const auto now = std::chrono::floor<std::chrono::seconds>(system_clock::now()).time_since_epoch().count();
    client::Request request{
        .method = "POST", .target = sending_.path, .headers = signer_.headers(id, now, body), .body = body};
    request.headers.push_back({"Content-Type", "application/json"});
    const auto answer = receiver_.send(request);
    if (answer && answer->status / 100 == 2) return {};
    if (answer && answer->status == status_gone)
      return failed(ExitCode::not_found, "the receiver wants no more news (410)");
    const auto why = answer ? fmt::format("status {}", answer->status) : answer.error().message;
    const auto wait = std::max(next, answer ? asked_pause(*answer) : milliseconds{});
    if (std::chrono::steady_clock::now() - begin + wait > sending_.give_up_after)
      return failed(ExitCode::try_later,
                    fmt::format("the news of position {} are not taken: {}", position, why));
    console_.say(fmt::format("position {}: {}; again in {} s", position, why, (wait.count() + 999) / 1'000));
    if (!pause(wait)) return {};
  }
}

std::expected<std::uint64_t, Failure> NewsSender::run() {
  if (auto read = read_state(); !read) return std::unexpected(std::move(read.error()));
  const std::string path = fmt::format("/v1/projects/{}/news?limit={}&after=", sending_.project, page);
  while (!ended_) {
    const auto news = engine_.get(path + std::to_string(after_));
    if (!news) return std::unexpected(news.error());
    for (const Json& item : news->value("items", Json::array())) {
      auto taken = deliver(item);
      if (!taken) return std::unexpected(std::move(taken.error()));
      if (ended_) return delivered_;
      after_ = position_of(item.value("position", Json()));
      ++delivered_;
      write_state();
    }
    if (news->value("more", false)) continue;
    if (sending_.until_none) break;
    pause(sending_.every);
  }
  return delivered_;
}

}  // namespace stimmbuch::program
