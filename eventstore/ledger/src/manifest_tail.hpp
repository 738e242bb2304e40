#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace stimmbuch::eventstore {

// How many of the first bytes of a RocksDB MANIFEST are whole records, where the rest, if any, is what a
// power failure made of an unsynced write: its last. Nothing when sound records follow damage, which is then
// no such tail.
//
// RocksDB itself accepts a MANIFEST that ends early, but none whose last record has its length and not its
// bytes. To drop that record is safe: nothing is built on it, no write-ahead log was removed, before it was
// synced.
std::optional<std::size_t> sound_manifest_bytes(std::string_view manifest);

}  // namespace stimmbuch::eventstore
