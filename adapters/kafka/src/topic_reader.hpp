#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "client.hpp"

namespace stimmbuch::kafka {

// A message that was read. Its bytes live as long as it does.
class Message {
 public:
  Message() = default;
  explicit Message(Owned<rd_kafka_message_t> message) : message_(std::move(message)) {}

  std::int64_t offset() const { return message_->offset; }
  std::string_view topic() const { return rd_kafka_topic_name(message_->rkt); }
  std::string_view key() const { return {static_cast<const char*>(message_->key), message_->key_len}; }
  bool is_tombstone() const { return message_->payload == nullptr; }
  std::string_view value() const { return {static_cast<const char*>(message_->payload), message_->len}; }
  std::int64_t timestamp_ms() const { return rd_kafka_message_timestamp(message_.get(), nullptr); }
  // The last header of this name.
  std::optional<std::string_view> header(const char* name) const;

 private:
  Owned<rd_kafka_message_t> message_;
};

// Reads the one partition of some topics, committed messages only. Offsets are the caller's to know. Used by
// one thread. Throws BrokerError; after `unreachable` it can go on, since the client reconnects by itself.
class TopicReader {
 public:
  explicit TopicReader(const Settings& settings);
  ~TopicReader();

  static constexpr std::int64_t from_the_beginning = RD_KAFKA_OFFSET_BEGINNING;
  // So many offsets before the end, or from the beginning.
  static constexpr std::int64_t before_the_end(std::int64_t offsets) { return RD_KAFKA_OFFSET_TAIL(offsets); }

  // Reads the topic from this offset on, from now. Asks no broker itself: so nothing here waits longer than
  // it is told to.
  void start(const std::string& topic, std::int64_t offset);
  // Fetches no more of it.
  void stop(const std::string& topic);

  struct Step {
    enum class What {
      message,
      end,      // all was read that a topic had committed at some time since the start; more may come
      nothing,  // in the time given
    };
    What what = What::nothing;
    Message message;
    std::string_view topic;   // whose message or end it is
    std::int64_t offset = 0;  // of that end
  };
  Step next(std::chrono::milliseconds timeout);

  // When the broker that leads a topic, which is being read, last answered anything: it answers some twenty
  // times a second, also while nothing new comes. So this tells an idle topic from a broker that hangs, which
  // nothing else does; known to about a second.
  std::chrono::steady_clock::time_point heard_at(const std::string& topic) const;

 private:
  struct Reading {
    Owned<rd_kafka_topic_t> handle;
    bool started = false;
    bool end_told = false;                     // since the start
    std::optional<std::int64_t> end_at_start;  // of what was there then, committed or not
    std::chrono::steady_clock::time_point heard_at;
  };

  void take_statistics();
  void look_for_end(const std::string& topic, Reading& reading, std::int64_t offset);

  Client client_;
  Owned<rd_kafka_queue_t> queue_;       // what is read
  Owned<rd_kafka_queue_t> main_queue_;  // what the client says of itself
  std::map<std::string, Reading, std::less<>> topics_;
  std::optional<Step> passed_end_;  // is the next step
};

}  // namespace stimmbuch::kafka
