// Notes, checkpoints and proofs as text, held against published ones.
#include <array>
#include <chrono>

#include <gtest/gtest.h>

#include "stimmbuch/eventstore/tlog/base64.hpp"
#include "stimmbuch/eventstore/tlog/key_chain.hpp"
#include "stimmbuch/eventstore/tlog/proof_file.hpp"
#include "support/tlog_entries.hpp"

namespace stimmbuch::tlog {
namespace {

// The log of the tests of transparency-dev/tessera, with its public test key.
constexpr std::string_view origin = "example.com/log/testdata";
constexpr std::string_view log_vkey =
    "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
const std::vector<std::string> words{"one",  "two", "three",  "four",  "five",     "six",     "seven", "eit",
                                     "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten"};

crypto::Secret log_seed() {
  return crypto::Secret::from(crypto::bytes_of(*from_base64("7KZj9JkBfSNlwnx6dnkVjUPP7BMwvbJZKQr70NIXd6A=")))
      .value();
}

std::string signed_checkpoint(std::uint64_t size) {
  const test::EntryTiles tiles(words);
  const std::string text = to_text(Checkpoint{std::string(origin), size, Tree(tiles, size).root()});
  return to_text(Note{text, {sign_note(text, origin, log_seed())}});
}

const std::string size_3 =
    "example.com/log/testdata\n3\nWqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n\n"
    "— example.com/log/testdata "
    "M9e0lvAQRtH832pk2RTbeSeZMkp4FZSdJYFBUjO5SKxuRbywPUF3cx+HUrb50kjd3rUWW/fj53Wj1dwcwh9bGQnqVAg=\n";

const std::string published_note =
    "This is an example message.\n\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

VerifierKey log_key() {
  return VerifierKey::parse(log_vkey).value();
}

TEST(Notes, OfOthersAreVerified) {
  const auto key =
      VerifierKey::parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").value();
  const auto note = parse_note(published_note).value();
  EXPECT_EQ(note.text, "This is an example message.\n");
  EXPECT_TRUE(signature_by(key, note).value());
  EXPECT_EQ(to_text(note), published_note);
}

TEST(Notes, KeysHaveOneText) {
  EXPECT_EQ(log_key().text(), log_vkey);
  EXPECT_EQ(
      VerifierKey(VerifierKey::Kind::signer, std::string(origin), crypto::public_key(log_seed())).text(),
      log_vkey);
  EXPECT_TRUE(VerifierKey::parse(std::string(log_vkey) + "\n"));
  for (const std::string_view vkey :
       {"", "a", "a+b", "a+530d903a+", "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"}) {
    EXPECT_FALSE(VerifierKey::parse(vkey)) << vkey;
  }
}

TEST(Notes, AreRefusedInAnyOtherForm) {
  const auto changed = [](std::string_view from, std::string_view to) {
    std::string text = published_note;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  ASSERT_TRUE(parse_note(published_note));
  EXPECT_FALSE(parse_note(""));
  EXPECT_FALSE(parse_note("text\n"));
  EXPECT_FALSE(parse_note("text\n\n"));
  EXPECT_FALSE(parse_note(changed("\n\n", "\n")));
  EXPECT_FALSE(parse_note(changed("message.\n", "message.\r\n")));
  EXPECT_FALSE(parse_note(changed("— ", "- ")));
  EXPECT_FALSE(parse_note(changed("— ", "—  ")));
  EXPECT_FALSE(parse_note(changed("com/foo ", "com/foo  ")));
  EXPECT_FALSE(parse_note(changed("com/foo ", "com/f+o ")));
  EXPECT_FALSE(parse_note(changed("com/foo ", "com/f\u00a0oo ")));
  EXPECT_FALSE(parse_note(changed("aQM=", "aQM")));
  EXPECT_FALSE(parse_note(changed("This", "Th\xffs")));
  EXPECT_FALSE(parse_note(published_note.substr(0, published_note.size() - 1)));
  std::string crowded = published_note;
  const std::string line = published_note.substr(published_note.find("—"));
  for (int i = 1; i < 100; ++i) crowded += line;
  EXPECT_TRUE(parse_note(crowded));
  EXPECT_FALSE(parse_note(crowded + line));
}

TEST(Notes, HaveAnyTextBeforeTheLastBlankLine) {
  const std::string text = "one\n\n— two\n";
  const auto note = parse_note(to_text(Note{text, {sign_note(text, origin, log_seed())}})).value();
  EXPECT_EQ(note.text, text);
  EXPECT_TRUE(signature_by(log_key(), note).value());
}

TEST(Notes, CountTheKeysThatAreKnown) {
  const auto note = parse_note(size_3).value();
  const auto as_other = [&](auto change) {
    auto other = note;
    change(other.signatures.front());
    return signature_by(log_key(), other);
  };
  ASSERT_TRUE(as_other([](NoteSignature&) {}).value());
  // Another name or id is another key, whose signature is not looked at.
  EXPECT_EQ(as_other([](NoteSignature& s) { s.name = "example.com/other"; }).value(), std::nullopt);
  EXPECT_EQ(as_other([](NoteSignature& s) { ++s.key_id; }).value(), std::nullopt);
  // One that names a known key and is wrong makes the note worthless.
  EXPECT_FALSE(as_other([](NoteSignature& s) { s.bytes[5] ^= 1; }));
  EXPECT_FALSE(as_other([](NoteSignature& s) { s.bytes.pop_back(); }));
  auto other = note;
  other.text[0] = 'E';
  EXPECT_FALSE(signature_by(log_key(), other));
}

TEST(Checkpoints, AreThePublishedOnesByteForByte) {
  EXPECT_EQ(signed_checkpoint(3), size_3);
  const std::vector<std::pair<std::uint64_t, std::string_view>> signatures{
      {0, "M9e0lhxJACzE1KoUdqKuPa+9p6R7dSW8BlEvrg/noo8FkGg6PbJoRNOcdjqjOq89wVvTA60eubCc4oufo5BvIVEgtQc="},
      {1, "M9e0lhr9kuLxGdAtaUrhm84TQffVsLdcy808sN0a3WyniNlfcr9+bywoiIke1YYciCNjJGkCgIlQ8b16jhsmg/SChAM="},
      {2, "M9e0llH4NKmlf0u7C8tkJioQOmi7l5ELqljXgKRg6R3G5JJ7vx7emDWo5fpqKuA/Dk/jRrI6il+7QCVirNhyUAWGoAk="},
      {8, "M9e0lq1EK37dHtgv9O3UzPxisw5vwIPcJsX9ab0xt4mvVfbdUR1fbMjN6sBFYpBoBEmD4+cWhj/AVgI5MitCO5+mews="},
      {15, "M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI="}};
  for (const auto& [size, signature] : signatures) {
    const auto note = signed_checkpoint(size);
    EXPECT_TRUE(note.ends_with(std::string(signature) + "\n")) << size << note;
    EXPECT_EQ(open_checkpoint(note, log_key()).value().checkpoint.size, size);
  }
}

TEST(Checkpoints, AreRefusedInAnyOtherForm) {
  const std::string root = "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=\n";
  EXPECT_TRUE(parse_checkpoint("log\n3\n" + root));
  EXPECT_TRUE(parse_checkpoint("log\n3\n" + root + "extension\n"));
  for (const std::string& text :
       {std::string(), "\n3\n" + root, "log\n03\n" + root, "log\n-3\n" + root, "log\n\n" + root,
        std::string("log\n3\n"), std::string("log\n3\nWqx3\n"), "log\n3\n" + root + "\n",
        "log\n3\n" + root + "extension", "log\n9223372036854775808\n" + root}) {
    EXPECT_FALSE(parse_checkpoint(text)) << text;
  }
}

TEST(Checkpoints, AreOfOneLog) {
  const std::string text = to_text(Checkpoint{"another/log", 0, empty_root()});
  const auto note = to_text(Note{text, {sign_note(text, origin, log_seed())}});
  EXPECT_EQ(open_checkpoint(note, log_key()).error(),
            "the checkpoint is one of another/log, not of example.com/log/testdata");
  const std::string own = to_text(Checkpoint{std::string(origin), 0, empty_root()});
  EXPECT_FALSE(open_checkpoint(to_text(Note{own, {sign_note(own, "another/log", log_seed())}}), log_key()));
}

TEST(Cosignatures, AreThePublishedOnes) {
  std::array<std::byte, 32> seed_bytes;
  for (std::size_t i = 0; i < seed_bytes.size(); ++i) seed_bytes[i] = static_cast<std::byte>(i);
  const crypto::Secret seed(seed_bytes);
  const std::string name = "witness.example/w1";
  const VerifierKey key(VerifierKey::Kind::witness, name, crypto::public_key(seed));
  EXPECT_EQ(key.text(), "witness.example/w1+e75f6532+BAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
  auto note = parse_note(size_3).value();
  const auto cosignature = cosign_note(note.text, name, seed, 1679315147);
  EXPECT_EQ(to_text(cosignature),
            "— witness.example/w1 519lMgAAAABkGFDLxYQ7dl4YjJoqP8X5f+kVbcrdj9c2hx8G5aqtUgOOLrsZfZdbwnyN/"
            "8XvR2B2YB76Mlj53W7SuPE9QdhJ+Jk7Cg==\n");
  note.signatures.push_back(parse_signatures(to_text(cosignature)).value().front());
  EXPECT_EQ(cosigned_at(signature_by(key, note).value().value()), 1679315147);
  EXPECT_TRUE(signature_by(log_key(), note).value());
  note.signatures.back().bytes[7] ^= 1;  // of the time
  EXPECT_FALSE(signature_by(key, note));
}

TEST(ProofFiles, AreThePublishedOne) {
  const test::EntryTiles tiles(words);
  const std::string published =
      "c2sp.org/tlog-proof@v1\nindex 1\n0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=\n"
      "Zx8UbF5HHooag6PCFM5LqQe486WIjRTMjNPOdbsS75Q=\n\n" +
      size_3;
  const ProofFile proof{.extra = {},
                        .index = 1,
                        .hashes = Tree(tiles, 3).inclusion_proof(1),
                        .checkpoint = signed_checkpoint(3)};
  EXPECT_EQ(to_text(proof), published);
  const auto read = parse_proof_file(published).value();
  EXPECT_EQ(to_text(read), published);
  EXPECT_EQ(check_proof(read, leaf_hash("two"), log_key()).value().checkpoint.size, 3);
  EXPECT_FALSE(check_proof(read, leaf_hash("three"), log_key()));
  auto other = read;
  other.index = 0;
  EXPECT_FALSE(check_proof(other, leaf_hash("two"), log_key()));
  other = read;
  other.checkpoint[0] = 'E';
  EXPECT_FALSE(check_proof(other, leaf_hash("two"), log_key()));
}

TEST(ProofFiles, CarryWhatIsExtra) {
  const ProofFile proof{.extra = "more", .index = 0, .hashes = {}, .checkpoint = signed_checkpoint(1)};
  const auto read = parse_proof_file(to_text(proof)).value();
  EXPECT_EQ(read.extra, "more");
  EXPECT_TRUE(check_proof(read, leaf_hash("one"), log_key()));
}

TEST(ProofFiles, AreRefusedInAnyOtherForm) {
  const std::string hash = "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=\n";
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  ASSERT_TRUE(parse_proof_file(head + "index 1\n" + hash + "\n" + size_3));
  std::string long_proof;
  for (int i = 0; i < 64; ++i) long_proof += hash;
  for (const std::string& text :
       {std::string(), "index 1\n" + hash + "\n" + size_3, head + hash + "\n" + size_3,
        head + "index 01\n\n" + size_3, head + "index 1\nx\n\n" + size_3,
        head + "extra ?\nindex 1\n\n" + size_3, head + "extra \nindex 1\n\n" + size_3,
        head + "index 1\n" + hash, head + "index 1\n" + long_proof + "\n" + size_3}) {
    EXPECT_FALSE(parse_proof_file(text)) << text;
  }
}

TEST(Base64, HasOneTextForBytes) {
  for (const std::string& bytes : {std::string(), std::string("f"), std::string("fo"), std::string("foo"),
                                   std::string("\xff\xfe\xfb\xff", 4)}) {
    EXPECT_EQ(from_base64(to_base64(crypto::bytes_of(bytes))), bytes);
  }
  EXPECT_EQ(to_base64(crypto::bytes_of("\xfb\xff")), "+/8=");
  for (const std::string_view text :
       {"Zg", "Zg=", "Zg===", "Zh==", "Z===", "====", "Zm9-", "Zm9_", "Zm 9", "Zg==\n"})
    EXPECT_FALSE(from_base64(text)) << text;
}

// ---- keys that come one after the other

VerifierKey key_of(const crypto::Secret& seed) {
  return {VerifierKey::Kind::signer, std::string(origin), crypto::public_key(seed)};
}

Time at_second(int second) {
  return Time{std::chrono::seconds{second}};
}

TEST(Keys, FollowOneAnotherByTheSignatureOfTheOneBefore) {
  const auto second = crypto::Secret::random();
  const auto third = crypto::Secret::random();
  KeyChain keys(log_key());
  EXPECT_FALSE(keys.has_changed());
  const NextKey next{key_of(second), at_second(100)};
  EXPECT_FALSE(keys.add(next, sign_next_key(next, second), 5));
  EXPECT_FALSE(keys.add({key_of(second), at_second(101)}, sign_next_key(next, log_seed()), 5));
  ASSERT_TRUE(keys.add(next, sign_next_key(next, log_seed()), 5));
  const NextKey last{key_of(third), at_second(50)};
  EXPECT_FALSE(keys.add(last, sign_next_key(last, log_seed()), 8));
  ASSERT_TRUE(keys.add(last, sign_next_key(last, second), 8));

  const auto texts = [](const std::vector<VerifierKey>& all) {
    std::vector<std::string> names;
    for (const auto& key : all) names.push_back(key.text());
    return names;
  };
  const auto a = log_key().text();
  const auto b = key_of(second).text();
  const auto c = key_of(third).text();
  EXPECT_EQ(keys.at(4).text(), a);
  EXPECT_EQ(keys.at(5).text(), b);
  EXPECT_EQ(keys.at(8).text(), c);
  EXPECT_EQ(texts(keys.signing(4, at_second(0))), (std::vector{a}));
  EXPECT_EQ(texts(keys.signing(8, at_second(0))), (std::vector{c, a, b}));
  EXPECT_EQ(texts(keys.signing(8, at_second(50))), (std::vector{c, a}));
  EXPECT_EQ(texts(keys.signing(8, at_second(100))), (std::vector{c}));
  EXPECT_EQ(texts(keys.up_to(7).all()), (std::vector{a, b}));

  const auto read = parse_key_chain(to_text(keys)).value();
  EXPECT_EQ(to_text(read), to_text(keys));
  EXPECT_EQ(texts(read.all()), (std::vector{a, b, c}));
}

TEST(Keys, AsTextAreWrittenOneWay) {
  KeyChain keys(log_key());
  const auto second = crypto::Secret::random();
  const NextKey next{key_of(second), at_second(100)};
  ASSERT_TRUE(keys.add(next, sign_next_key(next, log_seed()), 5));
  const auto text = to_text(keys);
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(parse_key_chain(damaged)) << at;
  }
  EXPECT_FALSE(parse_key_chain(""));
  EXPECT_FALSE(parse_key_chain(text.substr(0, text.size() - 1)));
}

}  // namespace
}  // namespace stimmbuch::tlog
