#pragma once

#include <cstdint>
#include <span>

#include "stimmbuch/eventstore/tlog/hash.hpp"

// Proofs, checked by those who have no more of a log than its roots. For any input: false is the answer to
// what makes no sense. RFC 9162, sections 2.1.3.2 and 2.1.4.2.
namespace stimmbuch::tlog {

// Whether a leaf lies at an index of the tree with that size and root.
bool proves_inclusion(std::span<const Hash> proof, std::uint64_t index, const Hash& leaf, std::uint64_t size,
                      const Hash& root);

// Whether the tree of `old_size` and `old_root` is what the tree of `size` and `root` began with. Everything
// began with nothing.
bool proves_consistency(std::span<const Hash> proof, std::uint64_t old_size, const Hash& old_root,
                        std::uint64_t size, const Hash& root);

}  // namespace stimmbuch::tlog
