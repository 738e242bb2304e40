#include "stimmbuch/eventstore/tlog/note.hpp"

#include <algorithm>
#include <array>

#include "stimmbuch/domain/utf8.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"

namespace stimmbuch::tlog {

namespace {

constexpr std::size_t signatures_max = 100;
constexpr std::string_view line_prefix = "\u2014 ";  // an em dash and a space
constexpr std::size_t id_bytes = 4;
constexpr std::size_t time_bytes = 8;
constexpr std::size_t signature_bytes = std::tuple_size_v<crypto::Signature>;

// White space of Unicode beyond ASCII, in UTF-8.
constexpr std::array<std::string_view, 19> wide_spaces{
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20;
}

bool is_name(std::string_view name) {
  return !name.empty() && is_utf8(name) && !name.contains('+') && !name.contains(' ') &&
         std::ranges::none_of(name, is_control) &&
         std::ranges::none_of(wide_spaces, [&](std::string_view space) { return name.contains(space); });
}

template <std::size_t Bytes>
std::string big_endian(std::uint64_t number) {
  std::string bytes;
  for (std::size_t i = Bytes; i-- > 0;) bytes += static_cast<char>(number >> (8 * i) & 255);
  return bytes;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

std::string hexadecimal(std::uint32_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned shift = 32; shift > 0; shift -= 4) text += digits[number >> (shift - 4) & 15];
  return text;
}

// What a key is made of where it is named: its kind and its bytes.
std::string material(VerifierKey::Kind kind, const PublicKey& key) {
  return std::string(1, static_cast<char>(kind)).append(crypto::text_of(key));
}

std::uint32_t key_id(VerifierKey::Kind kind, std::string_view name, const PublicKey& key) {
  const auto named = std::string(name).append("\n").append(material(kind, key));
  const auto digest = crypto::sha256(crypto::bytes_of(named));
  return static_cast<std::uint32_t>(from_big_endian(crypto::text_of(digest).substr(0, id_bytes)));
}

std::string cosigned_text(std::uint64_t time, std::string_view text) {
  return "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text);
}

NoteSignature signed_by(VerifierKey::Kind kind, std::string_view name, const crypto::Secret& seed,
                        std::string_view front, std::string_view message) {
  const auto signature = crypto::sign(seed, crypto::bytes_of(message));
  return {.name = std::string(name),
          .key_id = key_id(kind, name, crypto::public_key(seed)),
          .bytes = std::string(front).append(crypto::text_of(signature))};
}

std::optional<NoteSignature> parse_line(std::string_view line) {
  if (!line.starts_with(line_prefix)) return std::nullopt;
  line.remove_prefix(line_prefix.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto name = line.substr(0, space);
  const auto blob = from_base64(line.substr(space + 1));
  if (!is_name(name) || !blob || blob->size() <= id_bytes) return std::nullopt;
  return NoteSignature{.name = std::string(name),
                       .key_id = static_cast<std::uint32_t>(from_big_endian(blob->substr(0, id_bytes))),
                       .bytes = blob->substr(id_bytes)};
}

}  // namespace

std::optional<std::vector<NoteSignature>> parse_signatures(std::string_view lines) {
  std::vector<NoteSignature> signatures;
  if (lines.empty() || !lines.ends_with('\n')) return std::nullopt;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    auto signature = parse_line(lines.substr(0, end));
    if (!signature || signatures.size() == signatures_max) return std::nullopt;
    signatures.push_back(std::move(*signature));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

std::expected<Note, std::string> parse_note(std::string_view bytes) {
  if (!is_utf8(bytes)) return std::unexpected("the note is not UTF-8");
  if (std::ranges::any_of(bytes, [](char c) { return is_control(c) && c != '\n'; }))
    return std::unexpected("the note has a control character");
  const auto blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos)
    return std::unexpected("the note has no signatures behind a blank line");
  auto signatures = parse_signatures(bytes.substr(blank + 2));
  if (!signatures) return std::unexpected("the signatures of the note are malformed");
  return Note{.text = std::string(bytes.substr(0, blank + 1)), .signatures = std::move(*signatures)};
}

std::string to_text(const NoteSignature& signature) {
  const auto blob = big_endian<id_bytes>(signature.key_id) + signature.bytes;
  return std::string(line_prefix)
      .append(signature.name)
      .append(" ")
      .append(to_base64(crypto::bytes_of(blob)))
      .append("\n");
}

std::string to_text(const Note& note) {
  std::string text = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) text += to_text(signature);
  return text;
}

VerifierKey::VerifierKey(Kind kind, std::string name, const PublicKey& key)
    : kind_(kind), name_(std::move(name)), key_(key), id_(key_id(kind, name_, key)) {}

std::optional<VerifierKey> VerifierKey::parse(std::string_view vkey) {
  if (vkey.ends_with('\n')) vkey.remove_suffix(1);
  const auto first = vkey.find('+');
  const auto second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto name = vkey.substr(0, first);
  const auto decoded = from_base64(vkey.substr(second + 1));
  PublicKey bytes;
  if (!is_name(name) || !decoded || decoded->size() != 1 + bytes.size()) return std::nullopt;
  const auto kind = static_cast<Kind>(decoded->front());
  if (kind != Kind::signer && kind != Kind::witness) return std::nullopt;
  std::ranges::copy(crypto::bytes_of(*decoded).subspan(1), bytes.begin());
  VerifierKey key(kind, std::string(name), bytes);
  if (vkey.substr(first + 1, second - first - 1) != hexadecimal(key.id_)) return std::nullopt;
  return key;
}

std::string VerifierKey::text() const {
  return name_ + "+" + hexadecimal(id_) + "+" + to_base64(crypto::bytes_of(material(kind_, key_)));
}

bool VerifierKey::verifies(std::string_view text, const NoteSignature& signature) const {
  std::string_view bytes = signature.bytes;
  std::string message(text);
  if (kind_ == Kind::witness) {
    const auto time = cosigned_at(signature);
    if (!time) return false;
    message = cosigned_text(*time, text);
    bytes.remove_prefix(time_bytes);
  }
  crypto::Signature signed_bytes;
  if (bytes.size() != signed_bytes.size()) return false;
  std::ranges::copy(crypto::bytes_of(bytes), signed_bytes.begin());
  return crypto::verify(key_, crypto::bytes_of(message), signed_bytes);
}

NoteSignature sign_note(std::string_view text, std::string_view name, const crypto::Secret& seed) {
  return signed_by(VerifierKey::Kind::signer, name, seed, {}, text);
}

NoteSignature cosign_note(std::string_view text, std::string_view name, const crypto::Secret& seed,
                          std::uint64_t time) {
  return signed_by(VerifierKey::Kind::witness, name, seed, big_endian<time_bytes>(time),
                   cosigned_text(time, text));
}

std::optional<std::uint64_t> cosigned_at(const NoteSignature& signature) {
  if (signature.bytes.size() != time_bytes + signature_bytes) return std::nullopt;
  return from_big_endian(std::string_view(signature.bytes).substr(0, time_bytes));
}

std::expected<std::optional<NoteSignature>, std::string> signature_by(const VerifierKey& key,
                                                                      const Note& note) {
  const auto found = std::ranges::find_if(
      note.signatures, [&](const NoteSignature& signature) { return key.is_named_by(signature); });
  if (found == note.signatures.end()) return std::nullopt;
  if (!key.verifies(note.text, *found))
    return std::unexpected("the signature of " + key.name() + " is wrong");
  return *found;
}

}  // namespace stimmbuch::tlog
