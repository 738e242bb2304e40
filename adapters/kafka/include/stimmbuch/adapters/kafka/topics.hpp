#pragma once

#include <string>
#include <vector>

#include "stimmbuch/adapters/kafka/broker_error.hpp"
#include "stimmbuch/adapters/kafka/settings.hpp"

namespace stimmbuch::kafka {

// What is to be said of a topic.
struct TopicFinding {
  std::string topic;
  enum class Kind {
    created,
    ready,
    missing,
    wrong,  // a setting that loses records, or lets them come twice or out of order
  } kind;
  std::string detail;  // of wrong: what it is and what to do; else empty
};

// Looks at the topics of a ledger and, where told so, makes those that are not there, with the replication
// that the cluster gives new topics. Existing ones are never changed. Throws BrokerError.
enum class Missing { create, report };
std::vector<TopicFinding> check_topics(const Settings& settings, const Topics& topics, Missing missing);

// As check_topics, creating; throws BrokerError (unusable) when anything is wrong.
void require_topics(const Settings& settings, const Topics& topics);

// The same for a topic of events of any name.
void require_events_topic(const Settings& settings, const std::string& topic);

// The ledgers that have a topic of events in the cluster. Throws BrokerError.
std::vector<LedgerId> ledgers_in_cluster(const Settings& settings);

}  // namespace stimmbuch::kafka
