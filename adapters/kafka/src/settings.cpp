#include "stimmbuch/adapters/kafka/settings.hpp"

#include <algorithm>
#include <array>

namespace stimmbuch::kafka {

namespace {

constexpr std::string_view prefix = "stimmbuch.";
constexpr std::string_view events_suffix = ".events";

// What "each record exactly once and in order" rests on.
constexpr auto reserved = std::to_array<std::string_view>({
    "acks",
    "auto.offset.reset",
    "bootstrap.servers",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "isolation.level",
    "max.in.flight.requests.per.connection",
    "message.timeout.ms",
    "metadata.broker.list",
    "request.required.acks",
    "transaction.timeout.ms",
    "transactional.id",
});

}  // namespace

bool is_reserved(std::string_view property) {
  return std::ranges::binary_search(reserved, property);
}

Topics topics_of(const LedgerId& ledger) {
  const std::string base = std::string(prefix).append(ledger.text());
  return {base + std::string(events_suffix), base + ".checkpoints", base + ".vault"};
}

std::optional<LedgerId> ledger_of_events_topic(std::string_view topic) {
  if (!topic.starts_with(prefix) || !topic.ends_with(events_suffix)) return std::nullopt;
  topic.remove_prefix(prefix.size());
  if (topic.size() <= events_suffix.size()) return std::nullopt;
  topic.remove_suffix(events_suffix.size());
  return LedgerId::parse(topic);
}

}  // namespace stimmbuch::kafka
