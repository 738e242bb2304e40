#include "client.hpp"

#include <array>

namespace stimmbuch::kafka {

namespace {

using Kind = BrokerError::Kind;

constexpr int warning_level = 4;  // of syslog, as librdkafka counts

struct ConfDestroyer {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDestroyer>;

void set(const Conf& conf, std::string_view name, std::string_view value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf.get(), std::string(name).c_str(), std::string(value).c_str(), why.data(),
                        why.size()) != RD_KAFKA_CONF_OK) {
    throw BrokerError(Kind::unusable, std::string("kafka.").append(name).append(": ").append(why.data()));
  }
}

// What was not delivered comes out when the transaction is committed.
void ignore_report(rd_kafka_t*, const rd_kafka_message_t*, void*) {}

Kind kind_of(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return Kind::unreachable;
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
      return Kind::fenced;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return Kind::unusable;
    default:
      return Kind::failed;
  }
}

}  // namespace

Client::Client(rd_kafka_type_t type, const Settings& settings, std::span<const Property> own, int events)
    : log_(settings.log) {
  Conf conf(rd_kafka_conf_new());
  set(conf, "client.id", "stimmbuch");
  set(conf, "socket.nagle.disable", "true");
  for (const auto& [name, value] : settings.properties) {
    if (is_reserved(name))
      throw BrokerError(Kind::unusable, "kafka." + name + " is the engine's to set; leave it out");
    set(conf, name, value);
  }
  set(conf, "bootstrap.servers", settings.brokers);
  for (const auto& [name, value] : own) set(conf, name, value);
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_log_cb(conf.get(), &Client::write_log);
  rd_kafka_conf_set_events(conf.get(), events);
  // Only reports of delivery wake a commit that waits for its messages: without anybody who takes them it
  // would look every 10 ms.
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf.get(), &ignore_report);

  std::array<char, 512> why{};
  auto* const settled = conf.release();  // the handle's, if there will be one
  handle_ = rd_kafka_new(type, settled, why.data(), why.size());
  if (handle_ == nullptr) {
    rd_kafka_conf_destroy(settled);
    throw BrokerError(Kind::unusable, std::string("the Kafka client cannot start: ").append(why.data()));
  }
}

Client::~Client() {
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
}

void Client::write_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  if (level > warning_level) return;
  const auto* const self = static_cast<const Client*>(rd_kafka_opaque(handle));
  self->log_(std::string("kafka: ").append(facility).append(": ").append(text));
}

BrokerError broker_error(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail) {
  const std::string_view said = detail.empty() ? std::string_view(rd_kafka_err2str(code)) : detail;
  return {kind_of(code), std::string(what).append(": ").append(said)};
}

}  // namespace stimmbuch::kafka
