#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <librdkafka/rdkafka.h>

#include "stimmbuch/adapters/kafka/broker_error.hpp"
#include "stimmbuch/adapters/kafka/settings.hpp"

namespace stimmbuch::kafka {

struct Destroyer {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_ConfigResource_t* config) const { rd_kafka_ConfigResource_destroy(config); }
  void operator()(rd_kafka_AdminOptions_t* options) const { rd_kafka_AdminOptions_destroy(options); }
};

// A thing of librdkafka with its one owner.
template <class Thing>
using Owned = std::unique_ptr<Thing, Destroyer>;

using Property = std::pair<std::string_view, std::string_view>;

// A connection to the cluster: librdkafka's handle with our settings over the operator's. Used by one thread;
// destruction waits for its threads.
class Client {
 public:
  // `own` are the properties that the role needs, `events` what it polls librdkafka's main queue for
  // (RD_KAFKA_EVENT_…). Throws BrokerError (unusable) when a property is wrong.
  Client(rd_kafka_type_t type, const Settings& settings, std::span<const Property> own, int events = 0);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  rd_kafka_t* get() const { return handle_; }

 private:
  static void write_log(const rd_kafka_t* handle, int level, const char* facility, const char* text);

  const std::function<void(std::string_view)> log_;
  rd_kafka_t* handle_ = nullptr;
};

// What an error of librdkafka means to us, as an exception to throw. `what` says what was tried.
BrokerError broker_error(rd_kafka_resp_err_t code, std::string_view what, std::string_view detail = {});

}  // namespace stimmbuch::kafka
