#pragma once

#include <string_view>

#include "stimmbuch/eventstore/crypto/crypto.hpp"

// The hashes of a transparency log: RFC 6962, section 2.1, with SHA-256.
namespace stimmbuch::tlog {

using Hash = crypto::Digest;

// Of an entry: SHA-256(0x00 ‖ entry).
Hash leaf_hash(std::string_view entry);

// Of what lies above two nodes: SHA-256(0x01 ‖ left ‖ right).
Hash node_hash(const Hash& left, const Hash& right);

// The root of the tree without leaves: SHA-256 of nothing.
Hash empty_root();

}  // namespace stimmbuch::tlog
