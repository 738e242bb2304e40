// kafka init, kafka status, kafka verify and kafka replay.
#include <algorithm>

#include <fmt/format.h>

#include "access/data_directory.hpp"
#include "commands/commands.hpp"
#include "stimmbuch/adapters/kafka/event_topic.hpp"
#include "stimmbuch/adapters/kafka/replayer.hpp"
#include "stimmbuch/adapters/kafka/topics.hpp"

namespace stimmbuch::program {

namespace {

using kafka::TopicFinding;

// What the commands of this group work with.
struct Place {
  DataDirectory& data;
  const kafka::Settings& kafka;
  LedgerId ledger;
  Position head;
};

// Does the work on the ledger of the data directory; what goes wrong at the broker becomes a failure.
Result with_place(Session& session, const std::function<Result(Place&)>& work) {
  const kafka::Settings& kafka = session.settings.values.engine.kafka;
  if (kafka.brokers.empty()) return failed(ExitCode::usage, "name the brokers by --kafka");
  return with_data_directory(session.settings, [&](DataDirectory& data) -> Result {
    const auto ledger = data.engine.get("/admin/ledger");
    if (!ledger) return std::unexpected(ledger.error());
    const auto id = LedgerId::parse(ledger->value("ledger", ""));
    if (!id) return failed(ExitCode::failed, "the engine does not say which ledger it has");
    Place place{data, kafka, *id, Position{position_of(ledger->value("head", Json()))}};
    try {
      return work(place);
    } catch (const kafka::BrokerError& error) {
      return failed(ExitCode::broker_unreachable, error.what());
    }
  });
}

std::string_view name_of(TopicFinding::Kind kind) {
  using enum TopicFinding::Kind;
  switch (kind) {
    case created:
      return "created";
    case ready:
      return "ready";
    case missing:
      return "missing";
    case wrong:
      return "wrong";
  }
  return "";
}

// Shows what is to be said of the topics; whether all can be used.
bool show(Session& session, const std::vector<TopicFinding>& findings) {
  for (const auto& finding : findings) {
    session.console.print(fmt::format("{:<8} {}{}{}", name_of(finding.kind), finding.topic,
                                      finding.detail.empty() ? "" : ": ", finding.detail));
    Json item{{"topic", finding.topic}, {"state", name_of(finding.kind)}};
    if (!finding.detail.empty()) item["detail"] = finding.detail;
    session.console.item(item);
  }
  return std::ranges::none_of(findings, [](const TopicFinding& finding) {
    return finding.kind == TopicFinding::Kind::wrong || finding.kind == TopicFinding::Kind::missing;
  });
}

Result init(Session& session) {
  return with_place(session, [&](Place& place) -> Result {
    const auto findings =
        kafka::check_topics(place.kafka, kafka::topics_of(place.ledger), kafka::Missing::create);
    const bool usable = show(session, findings);
    session.console.summary({{"topics", findings.size()}, {"usable", usable}});
    return usable ? ExitCode::ok : ExitCode::differences;
  });
}

Result status(Session& session) {
  return with_place(session, [&](Place& place) -> Result {
    const auto topics = kafka::topics_of(place.ledger);
    const bool usable = show(session, kafka::check_topics(place.kafka, topics, kafka::Missing::report));
    auto replication = place.data.engine.get("/admin/replication");
    if (!replication) return std::unexpected(replication.error());
    Json summary = std::move(*replication);
    summary["usable"] = usable;
    summary["head"] = std::to_string(number(place.head));
    std::optional<Position> last;
    if (usable) {
      const auto record = kafka::EventTopic(place.kafka, topics.events).last();
      last = record ? record->position : before_first;
      summary["topic_head"] = std::to_string(number(*last));
    }
    session.console.print(fmt::format("role     {}", summary.value("role", "")));
    session.console.print(fmt::format("ledger   {}", number(place.head)));
    if (last) {
      session.console.print(fmt::format("topic    {}", number(*last)));
      const auto lag = *last > place.head ? *last - place.head : place.head - *last;
      if (lag > 0)
        session.console.print(
            fmt::format("         {} records {}", lag, *last > place.head ? "to follow" : "to publish"));
    }
    for (const auto* const member : {"trouble", "not_promotable_because"}) {
      if (summary.contains(member))
        session.console.print(fmt::format("{}: {}", member, summary.value(member, "")));
    }
    session.console.summary(summary);
    return usable ? ExitCode::ok : ExitCode::differences;
  });
}

Result verify(Session& session) {
  const auto after = session.given.number("--after", 0);
  if (!after) return std::unexpected(after.error());
  return with_place(session, [&](Place& place) -> Result {
    kafka::EventTopic topic(place.kafka, kafka::topics_of(place.ledger).events);
    const auto last = topic.last();
    const auto end = std::min(last ? number(last->position) : 0, number(place.head));
    topic.start(Position{*after + 1});
    Meter meter = session.console.meter("records", end - std::min(*after, end));
    std::uint64_t position = *after;
    std::optional<std::string> difference;
    const auto sent = place.data.engine.send_for_lines(
        {.target = fmt::format("/admin/records?after={}&limit={}", *after, end - std::min(*after, end))},
        [&](std::string_view record) {
          ++position;
          const auto published = topic.next();
          if (!published) {
            difference = fmt::format("the topic ends before position {}", position);
          } else if (number(published->position) != position) {
            difference = fmt::format("the topic has position {} where {} comes next",
                                     number(published->position), position);
          } else if (published->bytes != record) {
            difference = fmt::format("the records at position {} differ", position);
          }
          if (position % 4096 == 0) meter.update(position - *after);
          return !difference.has_value();
        });
    meter.finish(position - *after);
    if (!sent && !difference) return std::unexpected(sent.error());
    session.console.print(difference ? *difference
                                     : fmt::format("topic and ledger are equal up to position {}", position));
    Json summary{{"after", std::to_string(*after)},
                 {"position", std::to_string(position)},
                 {"head", std::to_string(number(place.head))},
                 {"equal", !difference}};
    if (difference) summary["difference"] = *difference;
    session.console.summary(summary);
    return difference ? ExitCode::differences : ExitCode::ok;
  });
}

Result replay(Session& session) {
  const auto after = session.given.number("--after", 0);
  if (!after) return std::unexpected(after.error());
  const auto limit = session.given.number("--limit", UINT64_MAX);
  if (!limit) return std::unexpected(limit.error());
  const std::string topic = *session.given.value("--topic");
  return with_place(session, [&](Place& place) -> Result {
    if (topic == kafka::topics_of(place.ledger).events)
      return failed(ExitCode::usage, "the ledger's own topic is written by its leader alone; name another");
    kafka::Replayer replayer(place.kafka, place.ledger, topic);
    const auto first = std::max(*after, number(replayer.progress()));
    const auto end =
        std::min(number(place.head), *limit > UINT64_MAX - *after ? UINT64_MAX : *after + *limit);
    const auto records = end - std::min(first, end);
    Meter meter = session.console.meter("records", records);
    std::uint64_t done = 0;
    if (records > 0) {
      const auto sent = place.data.engine.send_for_lines(
          {.target = fmt::format("/admin/records?after={}&limit={}", first, records)},
          [&](std::string_view record) {
            replayer.add(Position{first + ++done}, record);
            if (done % 4096 == 0) meter.update(done);
            return true;
          });
      if (!sent) return std::unexpected(sent.error());
      replayer.finish();
    }
    meter.finish(done);
    session.console.print(fmt::format("{} has the records up to position {}", topic, first + done));
    session.console.summary(
        {{"topic", topic}, {"records", done}, {"position", std::to_string(first + done)}});
    return ExitCode::ok;
  });
}

Command kafka_command(std::string name, std::string purpose, std::string details, std::vector<Option> options,
                      std::vector<Example> examples, Result (*run)(Session&)) {
  return {
      .name = std::move(name),
      .purpose = std::move(purpose),
      .details = std::move(details),
      .options = with_common_options(std::move(options)),
      .settings = with_data_settings({"kafka."}),
      .examples = std::move(examples),
      .exits = {ExitCode::differences, ExitCode::store_missing, ExitCode::broker_unreachable},
      .run = run,
  };
}

}  // namespace

Command kafka_init_command() {
  return kafka_command(
      "kafka init", "Make the topics of the ledger, or check those that are there.",
      "Three topics of one partition each, kept for ever: events, checkpoints, and vault (compacted). "
      "Existing "
      "ones are not changed; what is wrong with them is said with the remedy.",
      {},
      {{"kafka init --data /var/lib/stimmbuch --kafka k1:9092", "`serve --kafka` does it by itself, too."},
       {"kafka init --data D --kafka k1:9092 --json", "An item a topic; exit 4 if one cannot be used."}},
      init);
}

Command kafka_status_command() {
  return kafka_command(
      "kafka status", "Show how this node and the topic stand to each other.",
      "A follower also says whether it could be promoted, and why not.", {},
      {{"kafka status --data /var/lib/stimmbuch --kafka k1:9092", "While the node runs or not."},
       {"kafka status --data D --kafka k1:9092 --json", "For programs."}},
      status);
}

Command kafka_verify_command() {
  return kafka_command(
      "kafka verify", "Compare the topic with the ledger, byte by byte.",
      "Ends at the first difference and names its position.",
      {{"--after", "POSITION", "Compare what is behind it; goes on where another run ended."}},
      {{"kafka verify --data D --kafka k1:9092", "Everything."},
       {"kafka verify --data D --kafka k1:9092 --after 1000000", "What came since."}},
      verify);
}

Command kafka_replay_command() {
  return kafka_command(
      "kafka replay", "Publish a range of the ledger again, into another topic.",
      "For a consumer who wants to begin anew without the others noticing. The topic is made if it is not "
      "there. A replay that was cut off goes on where the topic ends.",
      {{"--topic", "NAME", "Where to.", {}, true},
       {"--after", "POSITION", "What is behind it. Default: 0, everything."},
       {"--limit", "N", "At most so many records."}},
      {{"kafka replay --data D --kafka k1:9092 --topic town.again", "Everything."},
       {"kafka replay --data D --kafka k1:9092 --topic town.again --after 1000 --limit 500",
        "Positions 1001 to 1500."}},
      replay);
}

}  // namespace stimmbuch::program
