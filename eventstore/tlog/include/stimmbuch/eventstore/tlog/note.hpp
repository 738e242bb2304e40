#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/eventstore/crypto/crypto.hpp"

// Signed notes: a text and who signed it. C2SP signed-note, https://c2sp.org/signed-note; cosignatures of
// witnesses: https://c2sp.org/tlog-cosignature.
namespace stimmbuch::tlog {

// One line of a note. The bytes are what the algorithm of the key defines; the name and the id of the key
// say which it is.
struct NoteSignature {
  std::string name;
  std::uint32_t key_id;
  std::string bytes;

  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

struct Note {
  std::string text;  // ends with a newline
  std::vector<NoteSignature> signatures;
};

// An error says what is wrong with the form. At most 100 signatures.
std::expected<Note, std::string> parse_note(std::string_view bytes);

std::string to_text(const Note& note);
// As it stands in a note, with the newline.
std::string to_text(const NoteSignature& signature);
// Lines of signatures and nothing else, as a witness answers. Nothing if they are not.
std::optional<std::vector<NoteSignature>> parse_signatures(std::string_view lines);

// By whom a signature may be.
class VerifierKey {
 public:
  enum class Kind : std::uint8_t {
    signer = 1,   // Ed25519 over the text
    witness = 4,  // Ed25519 over the time and the text: a cosignature
  };

  // The name is of UTF-8 without white space and `+`, and not empty.
  VerifierKey(Kind kind, std::string name, const PublicKey& key);

  // A vkey: <name>+<8 hexadecimal digits>+<base64>. Nothing if it is none, or of a kind unknown here.
  static std::optional<VerifierKey> parse(std::string_view vkey);
  std::string text() const;

  Kind kind() const { return kind_; }
  const std::string& name() const { return name_; }
  std::uint32_t id() const { return id_; }
  const PublicKey& key() const { return key_; }

  bool is_named_by(const NoteSignature& signature) const {
    return signature.name == name_ && signature.key_id == id_;
  }
  // Whether the signature, which names this key, is right for the text.
  bool verifies(std::string_view text, const NoteSignature& signature) const;

 private:
  Kind kind_;
  std::string name_;
  PublicKey key_;
  std::uint32_t id_;
};

// By a signer of that name, whose key pair is the seed.
NoteSignature sign_note(std::string_view text, std::string_view name, const crypto::Secret& seed);

// As a witness of that name, at a time in seconds since 1970.
NoteSignature cosign_note(std::string_view text, std::string_view name, const crypto::Secret& seed,
                          std::uint64_t time);

// When a cosignature says that it was given, in seconds since 1970; nothing if it has not the form of one.
std::optional<std::uint64_t> cosigned_at(const NoteSignature& signature);

// The first signature of a key in a note, if there is one and it is right. An error if it is there and wrong:
// then the note is to be rejected, whoever else signed it.
std::expected<std::optional<NoteSignature>, std::string> signature_by(const VerifierKey& key,
                                                                      const Note& note);

}  // namespace stimmbuch::tlog
