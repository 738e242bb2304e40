#pragma once

#include <string>

#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/projections/folds/audit_trail.hpp"

namespace stimmbuch::projections {

// One sentence in both languages of the house.
struct Sentence {
  std::string de;
  std::string en;
};

// What an event says, in words; the record's own members (who, when) are not repeated in it. `stream` is the
// event's.
Sentence sentence_of(const Event& event, const StreamId& stream, const OptionTitle& option_title);

}  // namespace stimmbuch::projections
