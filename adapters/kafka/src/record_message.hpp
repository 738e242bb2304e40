#pragma once

#include <string>

#include "stimmbuch/domain/position.hpp"
#include "topic_reader.hpp"

// How a record stands on the topic of events: value = its bytes, key = its subject, timestamp = its time, and
// the headers below.
namespace stimmbuch::kafka {

inline constexpr const char* content_type_header = "content-type";
inline constexpr std::string_view content_type = "application/cloudevents+json";
inline constexpr const char* position_header = "position";

// The position that a message of the topic of events says to carry. Throws BrokerError (unusable) for a
// message that is no record's: nothing else belongs there.
Position position_of(const Message& message);

}  // namespace stimmbuch::kafka
