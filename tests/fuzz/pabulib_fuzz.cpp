// Any bytes as a Pabulib file: no crash, no endless loop, and what is delivered keeps its promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <unordered_set>

#include "stimmbuch/tools/import/pabulib_poll.hpp"
#include "stimmbuch/tools/import/pabulib_reader.hpp"

namespace {

using namespace stimmbuch::import;

void require(bool promise) {
  if (!promise) std::abort();
}

void check_head(const PabulibHead& head) {
  require(head.budget >= 0 && head.money_decimals >= 2 && head.money_decimals <= 6);
  for (const PabulibProject& project : head.projects) require(!project.id.empty() && project.cost >= 0);

  std::unordered_set<stimmbuch::OptionId> ids;
  for (const stimmbuch::OptionId& id : option_ids(head.projects)) require(ids.insert(id).second);

  const auto poll = poll_for(head);
  require(!poll || (poll->form.min >= 1 && poll->form.max <= 1000));
}

void check_ballot(const PabulibBallot& ballot, const PabulibHead& head) {
  std::unordered_set<std::uint32_t> projects;
  for (const auto& [project, points] : ballot.choices) {
    require(project < head.projects.size() && projects.insert(project).second);
    require(points >= -1'000'000'000 && points <= 1'000'000'000);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto reader = PabulibReader::open(text_source(std::string(data, data + size)));
  if (!reader) {
    require(!reader.error().message.empty());
    return 0;
  }
  check_head(reader->head());
  std::uint64_t last_line = 0;
  for (;;) {
    const auto ballot = reader->next_ballot();
    if (!ballot || !*ballot) return 0;
    require((*ballot)->line > last_line);
    last_line = (*ballot)->line;
    check_ballot(**ballot, reader->head());
  }
}
