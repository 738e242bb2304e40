#include "followers.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <pthread.h>

#include "answers.hpp"
#include "consistency_token.hpp"
#include "query.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "stimmbuch/projections/worker/worker.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::chrono::milliseconds tick{100};              // how soon new records are looked for
constexpr std::chrono::milliseconds between_polls{500};     // at most two updates of a poll a second
constexpr std::size_t frame_bytes = std::size_t{64} << 10;  // of records; the last may reach beyond
constexpr std::chrono::milliseconds retry{3000};

bool is_final(std::string_view tally) {
  return tally.find(R"("status":"certified")") != std::string_view::npos ||
         tally.find(R"("status":"cancelled")") != std::string_view::npos ||
         tally.find(R"("status":"annulled")") != std::string_view::npos;
}

std::string last_event_id(const Request& request) {
  const auto field = request.fields.find("Last-Event-ID");
  return field ? std::string(*field) : query_parameter(request.query, "last_event_id").value_or("");
}

}  // namespace

Followers::Followers(TokensOf tokens, const eventstore::Records& log, const projections::ViewStore& views)
    : tokens_(std::move(tokens)), log_(log), views_(views), thread_([this] { run(); }) {}

Followers::~Followers() {
  stop();
}

void Followers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Followers::changed(std::span<const projections::ChangedDocument> documents) {
  // Waking nobody: polls have their own times.
  const std::lock_guard lock(mutex_);
  for (const auto& document : documents) {
    if (document.projection != "tally") continue;
    if (const auto poll = PollId::parse(document.id)) news_.changed.insert(*poll);
  }
}

void Followers::follow_poll(Call call) {
  const auto poll = id_parameter<PollId>(call, 0);
  if (!poll) return std::move(call).send(not_found());
  const auto read = views_.document("tally", poll->text());
  if (!read) return std::move(call).send(rebuilding());
  if (!read->document) return std::move(call).send(not_found());
  const auto seen = parse_consistency_token(last_event_id(*call.request));
  if (is_final(read->document->bytes) && seen && seen->position <= read->position) {
    // A browser takes 204 as the end and does not come back.
    return std::move(call).send({.status = 204, .content_type = {}, .headers = {}, .body = {}});
  }
  const Stream stream = std::move(call.responder).open_events(retry);
  leave([&](News& news) {
    news.poll_followers.emplace_back(*poll, PollFollower{stream, signals_of(*stream), {}});
  });
}

void Followers::follow_records(Call call) {
  const std::string seen = last_event_id(*call.request);
  const Position head = log_.head();
  std::uint64_t position = number(head);
  if (!seen.empty()) {
    const auto [end, error] = std::from_chars(seen.data(), seen.data() + seen.size(), position);
    if (error != std::errc{} || end != seen.data() + seen.size()) {
      return std::move(call).send(invalid_header("Last-Event-ID is a position."));
    }
  }
  if (Position{position} > head) return std::move(call).send(position_ahead());
  const Stream stream = std::move(call.responder).open_events(retry);
  leave([&](News& news) {
    news.record_followers.push_back({stream, signals_of(*stream), Position{position}});
  });
}

template <class Change>
void Followers::leave(Change&& change) {
  {
    const std::lock_guard lock(mutex_);
    change(news_);
    woken_ = true;
  }
  wake_.notify_one();
}

void Followers::run() {
  pthread_setname_np(pthread_self(), "followers");
  auto polls_due = std::chrono::steady_clock::now();
  while (auto news = next_news()) {
    welcome(std::move(*news));
    forget_gone();
    tell_records();
    const auto now = std::chrono::steady_clock::now();
    if (now < polls_due) continue;
    tell_polls();
    polls_due = now + between_polls;
  }
}

std::optional<Followers::News> Followers::next_news() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, tick, [this] { return stopping_ || woken_; });
  if (stopping_) return std::nullopt;
  woken_ = false;
  return std::exchange(news_, {});
}

// Followers are listed before they read, so that no change falls between the two.
void Followers::welcome(News news) {
  changed_.merge(news.changed);
  std::ranges::move(news.record_followers, std::back_inserter(records_));
  for (auto& [poll, follower] : news.poll_followers) {
    if (send_tally(poll, follower)) polls_.emplace(poll, std::move(follower));
  }
}

std::shared_ptr<Followers::Signals> Followers::signals_of(EventStream& stream) {
  auto signals = std::make_shared<Signals>();
  stream.on_closed([signals] { signals->over = true; });
  return signals;
}

void Followers::forget_gone() {
  std::erase_if(polls_, [](const auto& follower) { return follower.second.signals->over.load(); });
  std::erase_if(records_, [](const RecordFollower& follower) { return follower.signals->over.load(); });
}

void Followers::tell_polls() {
  for (const PollId& poll : std::exchange(changed_, {})) {
    const auto [begin, end] = polls_.equal_range(poll);
    for (auto follower = begin; follower != end;) {
      follower = send_tally(poll, follower->second) ? std::next(follower) : polls_.erase(follower);
    }
  }
}

void Followers::tell_records() {
  std::erase_if(records_, [this](RecordFollower& follower) { return !send_records(follower); });
}

bool Followers::send_tally(const PollId& poll, PollFollower& follower) const {
  const auto read = views_.document("tally", poll.text());
  if (!read || !read->document || read->document->etag == follower.shown) return true;
  follower.shown = read->document->etag;
  const std::string& tally = read->document->bytes;
  const bool open = follower.stream->send(make_event(tokens_.at(read->position), "tally", tally));
  if (!open || !is_final(tally)) return open;
  follower.stream->close();
  return false;
}

bool Followers::send_records(RecordFollower& follower) {
  if (!follower.signals->idle || follower.cursor == log_.head()) return true;
  std::string frame;
  follower.cursor = log_.read(follower.cursor, log_.head(), [&](Position position, std::string_view record) {
    append_event(frame, std::to_string(number(position)), "record", record);
    return frame.size() < frame_bytes;
  });
  follower.signals->idle = false;
  if (!follower.stream->send(std::make_shared<const std::string>(std::move(frame)))) return false;
  follower.stream->on_sent([this, signals = follower.signals] {
    signals->idle = true;
    leave([](News&) {});
  });
  return true;
}

}  // namespace stimmbuch::http::api
