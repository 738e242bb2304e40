#include "stimmbuch/eventstore/tlog/key_chain.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>

#include "decimal.hpp"
#include "lines.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"

namespace stimmbuch::tlog {

namespace {

constexpr std::string_view restart_mark = "restored ";
constexpr std::size_t keys_max = 1'000;
constexpr std::uint64_t seconds_max = std::uint64_t{1} << 40;

std::string seconds_text(Time time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

std::string to_text(const NextKey& next) {
  return next.key.name() + "/next-key\n" + next.key.text() + "\n" + seconds_text(next.both_until) + "\n";
}

Signature sign_next_key(const NextKey& next, const crypto::Secret& seed) {
  return crypto::sign(seed, crypto::bytes_of(to_text(next)));
}

bool KeyChain::add(const NextKey& next, const Signature& signature, std::uint64_t from) {
  if (next.key.name() != newest().name()) return false;
  if (!crypto::verify(newest().key(), crypto::bytes_of(to_text(next)), signature)) return false;
  changes_.push_back({next, signature, from, false});
  return true;
}

std::vector<VerifierKey> KeyChain::all() const {
  std::vector<VerifierKey> keys{first_};
  for (const Change& change : changes_) keys.push_back(change.next.key);
  return keys;
}

const VerifierKey& KeyChain::at(std::uint64_t size) const {
  const VerifierKey* key = &first_;
  for (const Change& change : changes_)
    if (change.from <= size) key = &change.next.key;
  return *key;
}

std::vector<VerifierKey> KeyChain::signing(std::uint64_t size, Time now) const {
  std::vector<VerifierKey> keys{at(size)};
  const VerifierKey* before = &first_;
  for (const Change& change : changes_) {
    if (change.from <= size && change.restarts) keys = {at(size)};
    if (change.from <= size && now < change.next.both_until) keys.push_back(*before);
    before = &change.next.key;
  }
  return keys;
}

KeyChain KeyChain::up_to(std::uint64_t size) const {
  KeyChain keys(*this);
  std::erase_if(keys.changes_, [&](const Change& change) { return change.from > size; });
  return keys;
}

std::string to_text(const KeyChain& keys) {
  std::string text = keys.first_.text() + "\n";
  for (const auto& [next, signature, from, restarts] : keys.changes_) {
    text += restarts
                ? std::string(restart_mark) + next.key.text() + "\n"
                : to_base64(signature) + " " + seconds_text(next.both_until) + " " + next.key.text() + "\n";
  }
  return text;
}

std::expected<KeyChain, std::string> parse_key_chain(std::string_view text) {
  const auto first_line = take_line(text);
  const auto first = first_line ? VerifierKey::parse(*first_line) : std::nullopt;
  if (!first) return std::unexpected("the first key is no verifier key");
  KeyChain keys(*first);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = take_line(text);
    if (line && line->starts_with(restart_mark)) {
      auto key = VerifierKey::parse(line->substr(restart_mark.size()));
      if (!key || number > keys_max) return std::unexpected("a line is malformed");
      keys.restart(std::move(*key), 0);
      continue;
    }
    const auto one = line ? line->find(' ') : std::string_view::npos;
    const auto two = one == std::string_view::npos ? one : line->find(' ', one + 1);
    if (two == std::string_view::npos || number > keys_max) return std::unexpected("a line is malformed");
    const auto bytes = from_base64(line->substr(0, one));
    const auto seconds = parse_decimal(line->substr(one + 1, two - one - 1));
    const auto key = VerifierKey::parse(line->substr(two + 1));
    Signature signature;
    if (!bytes || bytes->size() != signature.size() || !seconds || *seconds > seconds_max || !key)
      return std::unexpected("a line is malformed");
    std::ranges::copy(crypto::bytes_of(*bytes), signature.begin());
    const NextKey next{*key, Time{std::chrono::seconds{*seconds}}};
    if (!keys.add(next, signature, 0))
      return std::unexpected("key " + std::to_string(number + 1) + " is not signed by the one before");
  }
  return keys;
}

std::expected<SignedCheckpoint, std::string> open_checkpoint(std::string_view bytes, const KeyChain& keys) {
  const auto note = parse_note(bytes);
  if (!note) return std::unexpected(note.error());
  const auto checkpoint = parse_checkpoint(note->text);
  if (!checkpoint) return std::unexpected(checkpoint.error());
  return open_checkpoint(bytes, keys.at(checkpoint->size));
}

std::expected<SignedCheckpoint, std::string> open_checkpoint_of_any(std::string_view note,
                                                                    const KeyChain& keys) {
  auto opened = open_checkpoint(note, keys.newest());
  for (const auto& key : keys.all() | std::views::reverse) {
    if (opened) break;
    if (auto older = open_checkpoint(note, key)) opened = std::move(older);
  }
  return opened;
}

}  // namespace stimmbuch::tlog
