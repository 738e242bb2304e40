#pragma once
#include <expected>
#include <string>
#include <vector>

#include "stimmbuch/domain/count.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/tools/import/pabulib_reader.hpp"

namespace stimmbuch::import {

// The engine's poll for a Pabulib file. Its form is never narrower than what the file allows.
struct PabulibPoll {
  poll::BallotForm form;
  poll::Rule rule;
  // Why the engine cannot select as the file's rule does, such as "unsupported: equalshares"; `rule` then
  // counts votes and scores and its selection means nothing. Empty where the rules agree.
  std::string rule_unsupported;
};

// What poll takes the file's ballots and counts them as the file's rule does. An error says why there is
// none.
std::expected<PabulibPoll, std::string> poll_for(const PabulibHead& head);

// An option id for each project, in order, all different. A project id that may stand as one stays as it is;
// in others each foreign byte becomes `-`, and a number makes equal ones different. The same projects give
// the same ids, so that an import that was cut off finds its options again.
std::vector<OptionId> option_ids(const std::vector<PabulibProject>& projects);

}  // namespace stimmbuch::import
