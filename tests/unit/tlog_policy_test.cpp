// Policies: which witnesses are enough.
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/eventstore/tlog/policy.hpp"

namespace stimmbuch::tlog {
namespace {

using testing::HasSubstr;

crypto::Secret seed_of(char letter) {
  std::array<std::byte, 32> bytes;
  bytes.fill(static_cast<std::byte>(letter));
  return crypto::Secret(bytes);
}

std::string vkey(char letter, VerifierKey::Kind kind = VerifierKey::Kind::witness) {
  return VerifierKey(kind, std::string("witness.example/") + letter, crypto::public_key(seed_of(letter)))
      .text();
}

std::string witnesses(std::string_view letters) {
  std::string lines;
  for (const char letter : letters) lines += std::string("witness ") + letter + " " + vkey(letter) + "\n";
  return lines;
}

const std::string text = "log.example\n1\n" + std::string(43, 'A') + "=\n";

// Whether a note cosigned by these satisfies the policy.
bool satisfies(const std::string& policy, std::string_view letters) {
  const auto parsed = Policy::parse(policy);
  EXPECT_TRUE(parsed) << parsed.error();
  Note note{text, {}};
  for (const char letter : letters)
    note.signatures.push_back(
        cosign_note(text, std::string("witness.example/") + letter, seed_of(letter), 1'700'000'000));
  return parsed->is_satisfied(parsed->cosigned(note).value());
}

std::string error_of(const std::string& policy) {
  const auto parsed = Policy::parse(policy);
  return parsed ? "none" : parsed.error();
}

TEST(Policies, CountWitnessesAndGroups) {
  const auto three = witnesses("abc");
  EXPECT_TRUE(satisfies(three + "quorum none\n", ""));
  EXPECT_TRUE(satisfies(three + "quorum b\n", "b"));
  EXPECT_FALSE(satisfies(three + "quorum b\n", "ac"));
  EXPECT_TRUE(satisfies(three + "group g any a b\nquorum g\n", "b"));
  EXPECT_FALSE(satisfies(three + "group g any a b\nquorum g\n", "c"));
  EXPECT_FALSE(satisfies(three + "group g all a b\nquorum g\n", "bc"));
  EXPECT_TRUE(satisfies(three + "group g 2 a b c\nquorum g\n", "ac"));
  EXPECT_FALSE(satisfies(three + "group g 2 a b c\nquorum g\n", "c"));
  EXPECT_TRUE(satisfies(three + "group g all a b\ngroup h any g c\nquorum h\n", "c"));
  EXPECT_TRUE(satisfies(three + "group g all a b\ngroup h any g c\nquorum h\n", "ab"));
  EXPECT_FALSE(satisfies(three + "group g all a b\ngroup h any g c\nquorum h\n", "a"));
}

TEST(Policies, HaveCommentsAndUrls) {
  const auto policy =
      Policy::parse("# ours\n\nlog " + vkey('l', VerifierKey::Kind::signer) + "  # the town's\n" +
                    "witness a " + vkey('a') + "\thttp://127.0.0.1:7380 \nquorum\ta\n")
          .value();
  EXPECT_EQ(policy.logs().size(), 1);
  EXPECT_EQ(policy.witnesses().at(0).url, "http://127.0.0.1:7380");
}

TEST(Policies, RejectANoteWithAWrongSignature) {
  const auto policy = Policy::parse(witnesses("ab") + "quorum a\n").value();
  Note note{text, {cosign_note(text, "witness.example/a", seed_of('a'), 1)}};
  EXPECT_EQ(policy.cosigned(note).value().at(0).time, 1);
  note.signatures[0].bytes[20] ^= 1;
  EXPECT_FALSE(policy.cosigned(note));
}

TEST(Policies, AreRefusedWithTheLineThatIsWrong) {
  const auto one = witnesses("a");
  for (const auto& [policy, why] : std::map<std::string, std::string>{
           {one, "no quorum"},
           {one + "quorum b\n", "line 2"},
           {one + "quorum a\nquorum a\n", "line 3"},
           {one + one + "quorum a\n", "line 2"},
           {"witness a " + vkey('a', VerifierKey::Kind::signer) + "\nquorum a\n", "line 1"},
           {"log " + vkey('a') + "\nquorum none\n", "line 1"},
           {"witness none " + vkey('a') + "\nquorum none\n", "line 1"},
           {one + "group g 2 a\nquorum g\n", "line 2"},
           {one + "group g 0 a\nquorum g\n", "line 2"},
           {one + "group g some a\nquorum g\n", "line 2"},
           {one + "group g any b\nquorum g\n", "line 2"},
           {one + "group g any\nquorum g\n", "line 2"},
           {one + "anything\nquorum a\n", "line 2"}}) {
    EXPECT_THAT(error_of(policy), HasSubstr(why)) << policy;
  }
}

}  // namespace
}  // namespace stimmbuch::tlog
