#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"

namespace stimmbuch::runner {

// Which leader wrote which records: the epochs of the ledger. Any thread.
class Epochs {
 public:
  // Reads them from the ledger's own stream; without a record there is epoch 1. Throws std::runtime_error if
  // it cannot be read.
  Epochs(const eventstore::Records& log, const LedgerId& ledger);

  // A record says that another leader begins an epoch there; before it is visible.
  void begin(std::uint32_t epoch, Position first);

  std::uint32_t last() const;

  // The epoch of the record at a position, or of the next one there.
  std::uint32_t of(Position position) const;

  // Whether an epoch that is known here reaches to a position. If not, who saw that record in that epoch saw
  // one that was lost.
  bool reaches(std::uint32_t epoch, Position position) const;

 private:
  struct Epoch {
    std::uint32_t number;
    Position first;
  };

  mutable std::mutex mutex_;   // guards the next one
  std::vector<Epoch> epochs_;  // in order
};

}  // namespace stimmbuch::runner
