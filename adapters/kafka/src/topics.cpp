#include "stimmbuch/adapters/kafka/topics.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "client.hpp"

namespace stimmbuch::kafka {

namespace {

using Kind = TopicFinding::Kind;

constexpr int timeout_ms = 10'000;
constexpr int appearance_looks_max = 100;
constexpr std::chrono::milliseconds between_looks{100};
constexpr int largest_message_bytes = 70'000;  // a record of 65 535 bytes with its key and headers

using Configuration = std::map<std::string, std::string, std::less<>>;

// What a topic must be told when it is made, and must still be when it is used.
Configuration configuration_of(bool compacted) {
  Configuration wanted{{"cleanup.policy", compacted ? "compact" : "delete"},
                       {"message.timestamp.type", "CreateTime"},
                       {"unclean.leader.election.enable", "false"}};
  if (!compacted) {
    wanted.emplace("retention.ms", "-1");
    wanted.emplace("retention.bytes", "-1");
  }
  return wanted;
}

struct Wanted {
  std::string name;
  Configuration configuration;
};

std::array<Wanted, 3> wanted_of(const Topics& topics) {
  return {Wanted{topics.events, configuration_of(false)}, Wanted{topics.checkpoints, configuration_of(false)},
          Wanted{topics.vault, configuration_of(true)}};
}

Owned<const rd_kafka_metadata_t> metadata_of(const Client& client) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client.get(), /*all_topics=*/1, nullptr, &metadata, timeout_ms);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw broker_error(code, "asking for the cluster's topics");
  return Owned<const rd_kafka_metadata_t>(metadata);
}

// Of a topic that is there.
struct Shape {
  int partitions;
  int replicas;
};

std::optional<Shape> shape_of(const rd_kafka_metadata_t& metadata, const std::string& topic) {
  for (const auto& one : std::span(metadata.topics, static_cast<std::size_t>(metadata.topic_cnt))) {
    if (topic != one.topic || one.err != RD_KAFKA_RESP_ERR_NO_ERROR || one.partition_cnt == 0) continue;
    return Shape{one.partition_cnt, one.partitions[0].replica_cnt};
  }
  return std::nullopt;
}

Owned<rd_kafka_event_t> answer_of(const Owned<rd_kafka_queue_t>& queue, std::string_view what) {
  Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), timeout_ms));
  if (!event) throw BrokerError(BrokerError::Kind::unreachable, std::string(what) + ": no broker answers");
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw broker_error(code, what, rd_kafka_event_error_string(event.get()));
  return event;
}

void create(const Client& client, const Wanted& wanted) {
  std::array<char, 512> why{};
  const Owned<rd_kafka_NewTopic_t> topic(rd_kafka_NewTopic_new(
      wanted.name.c_str(), /*num_partitions=*/1, /*replication_factor=*/-1, why.data(), why.size()));
  if (!topic) throw BrokerError(BrokerError::Kind::unusable, wanted.name + ": " + why.data());
  for (const auto& [name, value] : wanted.configuration)
    rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());

  const std::string what = "making the topic " + wanted.name;
  const Owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client.get()));
  auto* one = topic.get();
  rd_kafka_CreateTopics(client.get(), &one, 1, nullptr, queue.get());
  const auto event = answer_of(queue, what);
  std::size_t count = 0;
  const auto* const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (const auto* const result : std::span(results, count)) {
    const auto code = rd_kafka_topic_result_error(result);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
      throw broker_error(code, what, rd_kafka_topic_result_error_string(result));
  }
}

// Nothing: the broker that was asked does not know the topic.
std::optional<Configuration> look_at_configuration(const Client& client, const std::string& topic) {
  const std::string what = "reading the settings of the topic " + topic;
  const Owned<rd_kafka_ConfigResource_t> resource(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  const Owned<rd_kafka_queue_t> queue(rd_kafka_queue_new(client.get()));
  auto* one = resource.get();
  rd_kafka_DescribeConfigs(client.get(), &one, 1, nullptr, queue.get());
  const auto event = answer_of(queue, what);
  std::size_t count = 0;
  const auto* const resources =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  Configuration read;
  for (const auto* const described : std::span(resources, count)) {
    const auto code = rd_kafka_ConfigResource_error(described);
    if (code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::nullopt;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw broker_error(code, what, rd_kafka_ConfigResource_error_string(described));
    std::size_t entries = 0;
    const auto* const configs = rd_kafka_ConfigResource_configs(described, &entries);
    for (const auto* const entry : std::span(configs, entries)) {
      const char* const value = rd_kafka_ConfigEntry_value(entry);
      read.emplace(rd_kafka_ConfigEntry_name(entry), value == nullptr ? "" : value);
    }
  }
  return read;
}

// A topic that was just made is not known to every broker at once, and each question may go to another one.
template <class Look>
auto wait_for(const std::string& topic, Look&& look) {
  for (int looks = 0; looks < appearance_looks_max; ++looks) {
    if (auto seen = look()) return *std::move(seen);
    std::this_thread::sleep_for(between_looks);
  }
  throw BrokerError(BrokerError::Kind::unreachable,
                    "the topic " + topic + " does not appear at every broker");
}

int number_of(const Configuration& configuration, std::string_view name) {
  const auto found = configuration.find(name);
  return found == configuration.end() ? 0 : std::atoi(found->second.c_str());
}

// What is wrong with a topic; empty: nothing.
std::string fault_of(const Client& client, const Wanted& wanted, const Shape& shape) {
  if (shape.partitions != 1) {
    return "it has " + std::to_string(shape.partitions) +
           " partitions, and a ledger's order needs exactly one: delete it and let `stimmbuch kafka init` "
           "make it";
  }
  const auto configuration =
      wait_for(wanted.name, [&] { return look_at_configuration(client, wanted.name); });
  for (const auto& [name, value] : wanted.configuration) {
    const auto found = configuration.find(name);
    if (found == configuration.end() || found->second == value) continue;
    return name + " is " + found->second + ", which may lose or change records: set it to " + value +
           " with kafka-configs.sh --alter --entity-type topics --entity-name " + wanted.name +
           " --add-config " + name + "=" + value;
  }
  if (const int bytes = number_of(configuration, "max.message.bytes"); bytes < largest_message_bytes) {
    return "max.message.bytes is " + std::to_string(bytes) + ", and a record with its headers may have " +
           std::to_string(largest_message_bytes) + ": set it to at least that";
  }
  if (const int replicas = number_of(configuration, "min.insync.replicas");
      shape.replicas > 2 && replicas < 2) {
    return "min.insync.replicas is " + std::to_string(replicas) + " of " + std::to_string(shape.replicas) +
           " replicas, so one broker alone may acknowledge and take records with it: set it to 2";
  }
  return {};
}

TopicFinding check(const Client& client, const rd_kafka_metadata_t& metadata, const Wanted& wanted,
                   Missing missing) {
  auto shape = shape_of(metadata, wanted.name);
  auto kind = Kind::ready;
  if (!shape) {
    if (missing == Missing::report) return {wanted.name, Kind::missing, {}};
    create(client, wanted);
    shape = wait_for(wanted.name, [&] { return shape_of(*metadata_of(client), wanted.name); });
    kind = Kind::created;
  }
  auto fault = fault_of(client, wanted, *shape);
  if (!fault.empty()) kind = Kind::wrong;
  return {wanted.name, kind, std::move(fault)};
}

void require_usable(const TopicFinding& finding) {
  if (finding.kind == Kind::wrong)
    throw BrokerError(BrokerError::Kind::unusable,
                      "the topic " + finding.topic + " cannot be used: " + finding.detail);
}

}  // namespace

std::vector<TopicFinding> check_topics(const Settings& settings, const Topics& topics, Missing missing) {
  const Client client(RD_KAFKA_PRODUCER, settings, {});
  const auto metadata = metadata_of(client);
  std::vector<TopicFinding> findings;
  for (const auto& wanted : wanted_of(topics)) findings.push_back(check(client, *metadata, wanted, missing));
  return findings;
}

void require_topics(const Settings& settings, const Topics& topics) {
  for (const auto& finding : check_topics(settings, topics, Missing::create)) require_usable(finding);
}

void require_events_topic(const Settings& settings, const std::string& topic) {
  const Client client(RD_KAFKA_PRODUCER, settings, {});
  require_usable(check(client, *metadata_of(client), {topic, configuration_of(false)}, Missing::create));
}

std::vector<LedgerId> ledgers_in_cluster(const Settings& settings) {
  const Client client(RD_KAFKA_PRODUCER, settings, {});
  const auto metadata = metadata_of(client);
  std::vector<LedgerId> ledgers;
  for (const auto& one : std::span(metadata->topics, static_cast<std::size_t>(metadata->topic_cnt))) {
    if (auto ledger = ledger_of_events_topic(one.topic)) ledgers.push_back(*std::move(ledger));
  }
  return ledgers;
}

}  // namespace stimmbuch::kafka
