#include "followers.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "answers.hpp"
#include "consistency_token.hpp"
#include "query.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "stimmbuch/projections/worker/worker.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::chrono::milliseconds tick{100};
constexpr int ticks_between_polls = 5;  // at most two updates of a poll a second
// What a client's queue takes between two ticks without running over.
constexpr std::size_t records_per_tick = 40;
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

Followers::Followers(const LedgerId& ledger, const eventstore::Ledger& log,
                     const projections::ViewStore& views)
    : ledger_(ledger), log_(log), views_(views), thread_([this] { run(); }) {}

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
  const std::lock_guard lock(mutex_);
  for (const auto& document : documents) {
    if (document.projection != "tally") continue;
    const auto poll = PollId::parse(document.id);
    if (poll && polls_.contains(*poll)) changed_.insert(*poll);
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
  // The follower is listed before it reads, so that no change falls between the two.
  const std::lock_guard lock(mutex_);
  const auto follower = polls_.emplace(*poll, PollFollower{stream, over(*stream)});
  if (!send_tally(*poll, stream)) polls_.erase(follower);
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
  const std::lock_guard lock(mutex_);
  records_.push_back({stream, over(*stream), Position{position}});
}

void Followers::run() {
  int ticks = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, tick);
    forget_gone();
    tell_records();
    if (++ticks % ticks_between_polls == 0) tell_polls();
  }
}

Followers::Over Followers::over(EventStream& stream) {
  const auto over = std::make_shared<std::atomic<bool>>(false);
  stream.on_closed([over] { *over = true; });
  return over;
}

void Followers::forget_gone() {
  std::erase_if(polls_, [](const auto& follower) { return follower.second.over->load(); });
  std::erase_if(records_, [](const RecordFollower& follower) { return follower.over->load(); });
}

void Followers::tell_polls() {
  for (const PollId& poll : std::exchange(changed_, {})) {
    const auto [begin, end] = polls_.equal_range(poll);
    for (auto follower = begin; follower != end;) {
      follower = send_tally(poll, follower->second.stream) ? std::next(follower) : polls_.erase(follower);
    }
  }
}

void Followers::tell_records() {
  std::erase_if(records_, [this](RecordFollower& follower) { return !send_records(follower); });
}

bool Followers::send_tally(const PollId& poll, const Stream& stream) const {
  const auto read = views_.document("tally", poll.text());
  if (!read || !read->document) return true;
  const std::string& tally = read->document->bytes;
  const bool open = stream->send(make_event(to_text({ledger_, 1, read->position}), "tally", tally));
  if (!open || !is_final(tally)) return open;
  stream->close();
  return false;
}

bool Followers::send_records(RecordFollower& follower) const {
  bool open = true;
  follower.cursor = log_.read(
      follower.cursor, follower.cursor + records_per_tick, [&](Position position, std::string_view record) {
        open = follower.stream->send(make_event(std::to_string(number(position)), "record", record));
        return open;
      });
  return open;
}

}  // namespace stimmbuch::http::api
