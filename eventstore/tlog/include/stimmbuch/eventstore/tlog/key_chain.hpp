#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "stimmbuch/eventstore/tlog/note.hpp"

// The keys that a log signs with, one after the other: each signs for the one that comes next. So whoever
// trusts one of them can come to the newest; but not over a place where the log went on as a new one.
namespace stimmbuch::tlog {

// A key that is to come, and until when the one before signs as well; in whole seconds.
struct NextKey {
  VerifierKey key;
  Time both_until;
};

// What the key before signs:
//
//   <origin>/next-key
//   <vkey of the next>
//   <both_until, in seconds since 1970>
//
// Its second line is no number, so that it is never taken for a checkpoint or a receipt.
std::string to_text(const NextKey& next);
Signature sign_next_key(const NextKey& next, const crypto::Secret& seed);

class KeyChain {
 public:
  explicit KeyChain(VerifierKey first) : first_(std::move(first)) {}

  // Adds a key that signs from a size of the log on: that of the record that says so. False, and nothing is
  // changed, if the newest key has not signed for it.
  bool add(const NextKey& next, const Signature& signature, std::uint64_t from);

  // From a size on the log has another name and another key, for which nobody signed: records were lost, and
  // it goes on as a new log.
  void restart(VerifierKey key, std::uint64_t from) {
    changes_.push_back({{std::move(key), Time{}}, {}, from, true});
  }

  const VerifierKey& first() const { return first_; }
  const VerifierKey& newest() const { return changes_.empty() ? first_ : changes_.back().next.key; }
  // The size of the log from which on it signs; 0 for the first.
  std::uint64_t newest_from() const { return changes_.empty() ? 0 : changes_.back().from; }
  bool has_changed() const { return !changes_.empty(); }
  std::vector<VerifierKey> all() const;

  // The key of a checkpoint of that size.
  const VerifierKey& at(std::uint64_t size) const;
  // Those that sign it at a time: its key, and the ones before that sign as well for a while.
  std::vector<VerifierKey> signing(std::uint64_t size, Time now) const;
  // The chain as a log of that size knows it.
  KeyChain up_to(std::uint64_t size) const;

  friend std::string to_text(const KeyChain& keys);

 private:
  struct Change {
    NextKey next;
    Signature signature;
    std::uint64_t from;
    bool restarts = false;
  };

  VerifierKey first_;
  std::vector<Change> changes_;
};

// The first key as a vkey, then a line for each next one: signature in base64, `both_until` in seconds, vkey;
// or `restored` and a vkey, where it goes on as a new log.
std::string to_text(const KeyChain& keys);
// An error says what is wrong, such as a signature. From which size on each signs is not in the text: 0.
std::expected<KeyChain, std::string> parse_key_chain(std::string_view text);

// One that is signed by the key of its size, as open_checkpoint of one key.
std::expected<SignedCheckpoint, std::string> open_checkpoint(std::string_view note, const KeyChain& keys);
// One that any of the keys signed, the newest of them that did.
std::expected<SignedCheckpoint, std::string> open_checkpoint_of_any(std::string_view note,
                                                                    const KeyChain& keys);

}  // namespace stimmbuch::tlog
