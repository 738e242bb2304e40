#pragma once

#include <string>

#include "stimmbuch/domain/position.hpp"
#include "topic_reader.hpp"

// How a record stands on the topic of events: value = its bytes, key = its subject, timestamp = its time, and
// the headers below. A checkpoint on its topic: value = the note, and the headers.
namespace stimmbuch::kafka {

inline constexpr const char* content_type_header = "content-type";
inline constexpr std::string_view content_type = "application/cloudevents+json";
inline constexpr std::string_view checkpoint_type = "text/plain; charset=utf-8";
inline constexpr const char* position_header = "position";

// The position that a message says to carry: of its record, or of the last record that its checkpoint covers.
// Throws BrokerError (unusable) for a message that has neither: nothing else belongs on these topics.
Position position_of(const Message& message);

}  // namespace stimmbuch::kafka
