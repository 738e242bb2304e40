#include "replication/tail.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "stimmbuch/adapters/kafka/event_topic.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::program {

namespace {

codec::Envelope envelope_of(Position position, std::string_view record) {
  const auto envelope = codec::read_envelope(record);
  if (!envelope) throw std::runtime_error(fmt::format("record {} cannot be read", number(position)));
  return *envelope;
}

// The last position up to which both are equal. They are equal to some position and differ from there on, so
// it lies between two looks; and mostly near the end, so the looks begin there.
Position fork_of(const eventstore::Records& log, kafka::EventTopic& topic) {
  const auto last = topic.last();
  auto differs = next(std::min(log.head(), last ? last->position : before_first));
  const auto is_equal = [&](Position position) {
    if (position == before_first) return true;
    const auto published = topic.at(position);
    return published && log.at(position) == published->bytes;
  };
  std::uint64_t step = 1;
  auto equal = Position{number(differs) - 1};
  for (; !is_equal(equal); step *= 2) {
    differs = equal;
    equal = Position{number(differs) - std::min(step, number(differs))};
  }
  while (next(equal) != differs) {
    const auto middle = equal + (differs - equal) / 2;
    (is_equal(middle) ? equal : differs) = middle;
  }
  return equal;
}

}  // namespace

LedgerId ledger_of(const eventstore::Records& log) {
  const auto first = log.at(Position{1});
  if (!first) throw std::runtime_error("the ledger has no record");
  return LedgerId::parse(envelope_of(Position{1}, *first).ledger).value();
}

Tail find_tail(const eventstore::Records& log, const kafka::Settings& settings) {
  kafka::EventTopic topic(settings, kafka::topics_of(ledger_of(log)).events);
  Tail tail{.fork = fork_of(log, topic), .head = log.head(), .commands = {}};
  if (tail.fork == before_first)
    throw std::runtime_error(
        "the topic and this ledger have no record in common: they are not the same ledger");
  log.read(tail.fork, tail.head, [&](Position position, std::string_view record) {
    const auto envelope = envelope_of(position, record);
    if (tail.commands.empty() || tail.commands.back().command != envelope.command) {
      tail.commands.push_back({.first = position,
                               .records = 0,
                               .type = std::string(envelope.type),
                               .subject = std::string(envelope.subject),
                               .time = std::string(codec::TimeText(envelope.time).view()),
                               .command = std::string(envelope.command)});
    }
    ++tail.commands.back().records;
    return true;
  });
  return tail;
}

std::filesystem::path keep_tail(const eventstore::Records& log, const Tail& tail,
                                const std::filesystem::path& directory) {
  const auto path =
      directory / fmt::format("unpublished-{}-{}.ndjson", number(next(tail.fork)), number(tail.head));
  files::write_durably(path, [&](const files::Append& append) {
    log.read(tail.fork, tail.head, [&](Position, std::string_view record) {
      append(std::string(record) + '\n');
      return true;
    });
  });
  files::sync_directory(directory);
  return path;
}

}  // namespace stimmbuch::program
