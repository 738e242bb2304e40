// Any bytes as the line of a record: no crash, and what is accepted has one writing. The corpus are the
// golden samples.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "stimmbuch/eventstore/codec/record.hpp"

namespace {

using namespace stimmbuch;

void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view record(reinterpret_cast<const char*>(data), size);
  if (record.ends_with('\n')) record.remove_suffix(1);
  const auto event = codec::read_strictly(record);
  if (!event) {
    require(event.error().offset <= record.size());
    return 0;
  }
  // Everything behind the strict reading agrees with it.
  const auto envelope = codec::read_envelope(record);
  require(envelope && envelope->type == codec::type_of(*event) &&
          codec::subject_of(record) == envelope->subject);
  const auto recorded = codec::recorded(*envelope);
  require(recorded && actor_text(recorded->actor) == envelope->actor);
  const auto again = codec::read_event(*envelope);
  require(again && *again == *event);
  return 0;
}
