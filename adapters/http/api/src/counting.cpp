#include "counting.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

#include "json_input.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "stimmbuch/projections/worker/worker.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::chrono::seconds settling_wait_max{8};
constexpr std::chrono::seconds tally_wait_max{8};

bool tally_has_seen(projections::Worker& worker, Position position) {
  // Shared, because the worker may call back after this has given up.
  const auto seen = std::make_shared<std::promise<bool>>();
  auto waiting = seen->get_future();
  const auto deadline = std::chrono::steady_clock::now() + tally_wait_max;
  const auto ticket = worker.wait_until("tally", position, deadline, [seen](projections::Waited waited) {
    seen->set_value(waited == projections::Waited::reached);
  });
  return ticket && waiting.get();
}

// A closed poll's document holds its tally as it was counted, exactly.
poll::Tally tally_in(const Json& tally) {
  const Json& figures = tally.at("figures");
  poll::Tally counted;
  counted.figures = {.cast = figures.at("cast"),
                     .replaced = figures.at("replaced"),
                     .withdrawn = figures.at("withdrawn"),
                     .blank = figures.at("blank"),
                     .online = figures.at("online"),
                     .paper = figures.at("paper"),
                     .invalid = figures.value("invalid", std::int64_t{0})};
  for (const Json& option : tally.at("options"))
    counted.options.push_back({option.at("votes"), option.at("score")});
  return counted;
}

// What follows the closing comes by itself, mostly within a second; who counts need not ask twice.
poll::State settled_poll(const PollId& id, const eventstore::Records& log) {
  const auto deadline = std::chrono::steady_clock::now() + settling_wait_max;
  while (true) {
    const Position seen = log.head();
    auto poll = runner::read_state<poll::State>(log, id);
    const bool waits = poll.status == poll::Status::closed && !poll.settled();
    if (!waits || std::chrono::steady_clock::now() >= deadline) return poll;
    log.wait_beyond(seen, deadline);
  }
}

}  // namespace

std::expected<poll::CountPoll, CountTrouble> count_command(const PollId& id, const eventstore::Records& log,
                                                           const projections::ViewStore& views,
                                                           projections::Worker& worker,
                                                           std::string_view engine_version) {
  const auto poll = settled_poll(id, log);
  if (poll.status == poll::Status::unknown) return std::unexpected(Rejection{Refusal::poll_unknown, {}});
  // A poll that was cancelled lacks these for ever. A certified one goes on: the command may be a repeated
  // one.
  const auto refused_for = [&](Refusal lacking) {
    return std::unexpected(Rejection{poll.final_since ? Refusal::poll_final : lacking, {}});
  };
  if (!poll.closed) return refused_for(Refusal::poll_not_closed);
  if (!poll.settled()) return refused_for(Refusal::poll_not_settled);
  if (!tally_has_seen(worker, log.head())) return std::unexpected(TallyTrouble::behind);
  const auto read = views.document("tally", id.text());
  if (!read || !read->document) return std::unexpected(TallyTrouble::behind);
  const Json document = Json::parse(read->document->bytes);
  if (document.value("provisional", false)) return std::unexpected(TallyTrouble::provisional);
  const poll::Tally tally = tally_in(document);
  if (tally.options.size() != poll.options.size()) return std::unexpected(TallyTrouble::behind);
  return poll::CountPoll{.revision = *poll.revision,
                         .figures = tally.figures,
                         .count = poll::count(poll, tally),
                         .engine = std::string(engine_version),
                         .first = *poll.opened,
                         .last = *poll.closed};
}

}  // namespace stimmbuch::http::api
