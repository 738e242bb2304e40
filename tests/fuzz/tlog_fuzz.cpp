// Any bytes as what others send of a log: no crash, and what is accepted has one writing. The first byte
// chooses what it is.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <variant>

#include "stimmbuch/eventstore/tlog/key_chain.hpp"
#include "stimmbuch/eventstore/tlog/policy.hpp"
#include "stimmbuch/eventstore/tlog/proof_file.hpp"
#include "stimmbuch/eventstore/tlog/tile.hpp"

namespace {

using namespace stimmbuch;

void require(bool promise) {
  if (!promise) std::abort();
}

void read_note(std::string_view bytes) {
  const auto note = tlog::parse_note(bytes);
  if (!note) return;
  require(to_text(*note) == bytes);
  if (const auto checkpoint = tlog::parse_checkpoint(note->text))
    require(note->text.starts_with(to_text(*checkpoint)));
}

void read_proof(std::string_view bytes) {
  if (const auto proof = tlog::parse_proof_file(bytes)) require(to_text(*proof) == bytes);
}

void read_path(std::string_view bytes) {
  const auto path = tlog::parse_path(bytes);
  if (path) require(std::visit([](const auto& named) { return path_of(named); }, *path) == bytes);
}

void read_key(std::string_view bytes) {
  const auto key = tlog::VerifierKey::parse(bytes);
  if (key) require(key->text() == bytes || key->text() + "\n" == bytes);
}

void read_bundle(std::string_view bytes) {
  const auto entries = tlog::entries_of(bytes);
  if (!entries) return;
  std::string again;
  for (const auto entry : *entries) tlog::append_entry(again, entry);
  require(again == bytes);
}

void read_policy(std::string_view bytes) {
  if (const auto policy = tlog::Policy::parse(bytes)) policy->is_satisfied({});
}

void read_keys(std::string_view bytes) {
  if (const auto keys = tlog::parse_key_chain(bytes)) require(to_text(*keys) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr void (*readers[])(std::string_view){read_note,   read_proof,  read_path, read_key,
                                                read_bundle, read_policy, read_keys};
  if (size == 0) return 0;
  readers[data[0] % std::size(readers)]({reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
