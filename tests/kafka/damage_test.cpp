// A topic whose records are not those that were published: a follower stops, and says where.
#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nodes.hpp"

namespace stimmbuch::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

struct Message {
  std::string position;
  std::string record;
};

class DamagedTopic : public Nodes {
 protected:
  void SetUp() override {
    Node& one = leader("local", {"--checkpoint-interval", "200ms"});
    ledger_ = one.ledger();
    import_into(one, 12);
    expect_all_equal();
    one.stop();  // signs for everything
    const auto consumed = consume(ledger_);
    const auto records = Ran{0, consumed.values, {}}.lines();
    for (std::size_t i = 0; i < records.size(); ++i)
      messages_.push_back({std::to_string(consumed.positions[i]), records[i]});
  }

  std::string topic() const { return "stimmbuch." + ledger_ + ".events"; }

  // Somebody deletes the topic, and makes one of that name with other messages.
  void replace_topic(const std::vector<Message>& messages) const {
    Broker::delete_topic(topic());
    Broker::make_topic(topic(),
                       {"--partitions", "1", "--replication-factor", "1", "--config", "retention.ms=-1"});
    for (const auto& [position, record] : messages) {
      const std::string key = nlohmann::json::parse(record, nullptr, false).value("subject", "none");
      const auto file = directory_.path() / "message";
      std::ofstream(file, std::ios::binary) << record;
      ChildProcess producer({"/usr/bin/kcat", "-b", Broker::address(), "-P", "-t", topic(), "-k", key, "-H",
                             "position=" + position, "-H", "content-type=application/cloudevents+json",
                             file.string()});
      ASSERT_EQ(producer.wait(std::chrono::seconds{60}), 0) << producer.err();
    }
  }
  Ran follow() {
    const auto data = directory_.path() / "follower";
    std::filesystem::remove_all(data);
    return Node(data, {"follow", "--ledger", ledger_}).run_to_end();
  }

  std::string ledger_;
  std::vector<Message> messages_;
};

TEST_F(DamagedTopic, StopsAFollowerThatNamesThePosition) {
  std::mt19937 random(12);
  for (int i = 0; i < 5; ++i) {
    auto messages = messages_;
    const auto at = 1 + random() % (messages.size() - 3);
    auto& message = messages[at];
    switch (i) {
      case 0:  // a bit
        message.record[random() % message.record.size()] ^= 1;
        break;
      case 1:
        messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 2:
        std::swap(message, messages[at + 1]);
        break;
      case 3:
        messages.insert(messages.begin() + static_cast<std::ptrdiff_t>(at), message);
        break;
      default: {  // another vote, canonically written
        const std::string for_a = R"("choices":["a"])";
        const auto ballot =
            std::ranges::find_if(messages, [&](const Message& one) { return one.record.contains(for_a); });
        ASSERT_NE(ballot, messages.end());
        ballot->record.replace(ballot->record.find(for_a), for_a.size(), R"("choices":["b"])");
        break;
      }
    }
    replace_topic(messages);
    SCOPED_TRACE("damage " + std::to_string(i) + " at " + messages_[at].position);
    const Ran ran = follow();
    EXPECT_NE(ran.code, 0) << ran.err;
    if (i == 4) {
      // Only what was signed tells.
      EXPECT_THAT(ran.err, HasSubstr("records up to position"));
    } else {
      EXPECT_THAT(ran.err, AnyOf(HasSubstr("position " + messages_[at].position),
                                 HasSubstr("position " + messages_[at + 1].position)));
    }
  }
}

}  // namespace
}  // namespace stimmbuch::test
