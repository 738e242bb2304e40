// What is signed, when, and what is held against it.

#include "stimmbuch/eventstore/checkpoints/checkpoints.hpp"

#include <atomic>
#include <fstream>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/eventstore/checkpoints/log_files.hpp"
#include "stimmbuch/eventstore/checkpoints/receipt.hpp"
#include "stimmbuch/eventstore/checkpoints/signer.hpp"
#include "stimmbuch/eventstore/ledger/memory_ledger.hpp"
#include "support/ledger_testing.hpp"

namespace stimmbuch::checkpoints {
namespace {

using eventstore::MemoryLedger;
using eventstore::Position;
using eventstore::testing::append;
using eventstore::testing::eventually;
using eventstore::testing::TemporaryDirectory;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::string origin = "votes.example";

class SignedLog : public ::testing::Test {
 protected:
  static KeysOfLog keys_of(const crypto::Secret& seed) {
    return [keys = tlog::KeyChain(key_of(seed))] { return keys; };
  }
  static tlog::VerifierKey key_of(const crypto::Secret& seed) {
    return {tlog::VerifierKey::Kind::signer, origin, crypto::public_key(seed)};
  }
  std::string note_of(const eventstore::Ledger& log, std::uint64_t size, const crypto::Secret& seed) const {
    const auto text = to_text(tlog::Checkpoint{origin, size, tlog::Tree(log.tiles(), size).root()});
    return to_text(tlog::Note{text, {tlog::sign_note(text, origin, seed)}});
  }
  void take(Checkpoints& checkpoints, const std::string& note) {
    checkpoints.take(note, log_.tiles(), number(log_.head()));
  }
  static std::uint64_t size_of(const Checkpoints& checkpoints) {
    const auto latest = checkpoints.latest();
    return latest ? latest->checkpoint.size : 0;
  }
  std::string fault_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const CheckpointFault& fault) {
      return fault.what();
    }
    return "none";
  }

  TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "checkpoint";
  crypto::Secret seed_ = crypto::Secret::random();
  MemoryLedger log_;
};

TEST_F(SignedLog, KeepsTheNewestInAFile) {
  append(log_, {"a|1", "a|2", "a|3", "a|4", "a|5"});
  Checkpoints checkpoints(file_, keys_of(seed_));
  EXPECT_EQ(checkpoints.latest(), nullptr);
  take(checkpoints, note_of(log_, 2, seed_));
  EXPECT_EQ(size_of(checkpoints), 2);
  const auto newest = note_of(log_, 5, seed_);
  take(checkpoints, newest);
  take(checkpoints, note_of(log_, 3, seed_));
  EXPECT_EQ(size_of(checkpoints), 5);
  const Checkpoints opened(file_, keys_of(seed_));
  EXPECT_EQ(opened.latest()->note, newest);
  EXPECT_NO_THROW(opened.require_agreement(log_.tiles(), 5));
}

TEST_F(SignedLog, TakesFurtherSignaturesOfTheSame) {
  append(log_, {"a|1", "a|2"});
  Checkpoints checkpoints(file_, keys_of(seed_));
  auto note = note_of(log_, 2, seed_);
  take(checkpoints, note);
  const auto text = tlog::parse_note(note)->text;
  note += to_text(tlog::cosign_note(text, "witness.example", crypto::Secret::random(), 1'700'000'000));
  take(checkpoints, note);
  EXPECT_EQ(Checkpoints(file_, keys_of(seed_)).latest()->note, note);
}

TEST_F(SignedLog, IsNotOneWithOtherRecords) {
  append(log_, {"a|1", "a|2", "a|3"});
  MemoryLedger other;
  append(other, {"a|1", "a|x", "a|3"});
  Checkpoints checkpoints(file_, keys_of(seed_));
  const auto foreign = note_of(other, 3, seed_);
  EXPECT_THAT(fault_of([&] { take(checkpoints, foreign); }),
              HasSubstr("records up to position 3 are not those that the log signed"));
  EXPECT_EQ(checkpoints.latest(), nullptr);
  EXPECT_FALSE(std::filesystem::exists(file_));
  take(checkpoints, note_of(log_, 3, seed_));
  EXPECT_EQ(fault_of([&] { checkpoints.require_agreement(log_.tiles(), 3); }), "none");
  EXPECT_THAT(fault_of([&] { checkpoints.require_agreement(other.tiles(), 3); }), HasSubstr("another root"));
}

TEST_F(SignedLog, IsNotOneThatHasLostRecords) {
  append(log_, {"a|1", "a|2", "a|3"});
  Checkpoints checkpoints(file_, keys_of(seed_));
  take(checkpoints, note_of(log_, 3, seed_));
  EXPECT_THAT(fault_of([&] { checkpoints.require_agreement(log_.tiles(), 2); }),
              HasSubstr("ends at position 2, but it has signed 3 records"));
}

TEST_F(SignedLog, TakesNoSignatureButItsOwn) {
  append(log_, {"a|1"});
  Checkpoints checkpoints(file_, keys_of(seed_));
  const auto by_another = note_of(log_, 1, crypto::Secret::random());
  EXPECT_THAT(fault_of([&] { take(checkpoints, by_another); }), HasSubstr("not signed by votes.example"));
  auto altered = note_of(log_, 1, seed_);
  altered[altered.size() - 10] ^= 1;
  EXPECT_NE(fault_of([&] { take(checkpoints, altered); }), "none");
  EXPECT_EQ(checkpoints.latest(), nullptr);
}

TEST_F(SignedLog, WithADamagedFileIsNotOpened) {
  append(log_, {"a|1"});
  {
    Checkpoints checkpoints(file_, keys_of(seed_));
    take(checkpoints, note_of(log_, 1, seed_));
  }
  std::filesystem::resize_file(file_, std::filesystem::file_size(file_) - 1);
  EXPECT_THAT(fault_of([&] { Checkpoints(file_, keys_of(seed_)); }), HasSubstr(file_.string()));
}

// Up to the record that says so the key before signs, from it on the next one.
TEST_F(SignedLog, IsSignedByTheKeyOfItsSize) {
  append(log_, {"a|1", "a|2", "a|3"});
  const auto next = crypto::Secret::random();
  tlog::KeyChain keys(key_of(seed_));
  const tlog::NextKey change{key_of(next), Time{std::chrono::seconds{1'000}}};
  ASSERT_TRUE(keys.add(change, tlog::sign_next_key(change, seed_), 3));
  Checkpoints checkpoints(file_, [&] { return keys; });
  const LogFiles files(log_, checkpoints);
  EXPECT_NE(fault_of([&] { take(checkpoints, note_of(log_, 2, next)); }), "none");
  take(checkpoints, note_of(log_, 2, seed_));
  EXPECT_EQ(files.read("log.vkey")->bytes, key_of(seed_).text() + "\n");
  EXPECT_EQ(files.read("log.keys"), std::nullopt);
  EXPECT_NE(fault_of([&] { take(checkpoints, note_of(log_, 3, seed_)); }), "none");
  take(checkpoints, note_of(log_, 3, next));
  EXPECT_EQ(files.read("log.vkey")->bytes, key_of(next).text() + "\n");
  const auto served = tlog::parse_key_chain(files.read("log.keys")->bytes).value();
  EXPECT_EQ(served.first().text(), key_of(seed_).text());
  EXPECT_EQ(served.newest().text(), key_of(next).text());
}

class Signing : public SignedLog {
 protected:
  Signer::Parts parts() {
    return {log_.tiles(),
            checkpoints_,
            [this](std::uint64_t) { return std::vector{seed_}; },
            [this] { return Position{signable_.load()}; },
            [this](const Published& published) {
              const std::lock_guard lock(mutex_);
              signed_.push_back(published.checkpoint.size);
            },
            [this](std::string_view) { failed_ = true; }};
  }
  std::vector<std::uint64_t> signed_sizes() {
    const std::lock_guard lock(mutex_);
    return signed_;
  }

  Checkpoints checkpoints_{file_, keys_of(seed_)};
  std::atomic<std::uint64_t> signable_ = 0;
  std::mutex mutex_;
  std::vector<std::uint64_t> signed_;
  std::atomic<bool> failed_ = false;
};

TEST_F(Signing, CoversWhatIsSignableWithinAnInterval) {
  append(log_, {"a|1", "a|2", "a|3"});
  const Signer signer(parts(), 1ms);
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(checkpoints_.latest(), nullptr);
  signable_ = 2;
  EXPECT_TRUE(eventually([&] { return size_of(checkpoints_) == 2; }));
  signable_ = 3;
  EXPECT_TRUE(eventually([&] { return size_of(checkpoints_) == 3; }));
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(signed_sizes(), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(checkpoints_.latest()->note, note_of(log_, 3, seed_));
}

TEST_F(Signing, HappensOnceAnIntervalAndAtTheEnd) {
  append(log_, {"a|1", "a|2", "a|3"});
  signable_ = 1;
  {
    const Signer signer(parts(), 1h);
    EXPECT_TRUE(eventually([&] { return size_of(checkpoints_) == 1; }));
    signable_ = 3;
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(size_of(checkpoints_), 1);
  }
  EXPECT_EQ(signed_sizes(), (std::vector<std::uint64_t>{1, 3}));
}

// A node that was put back to an earlier state must not sign again for less, or for something else.
TEST_F(Signing, NeverGoesBack) {
  append(log_, {"a|1", "a|2", "a|3"});
  take(checkpoints_, note_of(log_, 3, seed_));
  signable_ = 2;
  {
    const Signer signer(parts(), 1ms);
  }
  EXPECT_TRUE(signed_sizes().empty());
}

TEST_F(Signing, EndsWhereNothingCanBeWritten) {
  append(log_, {"a|1"});
  signable_ = 1;
  std::filesystem::create_directory(file_.string() + ".new");
  const Signer signer(parts(), 1ms);
  EXPECT_TRUE(eventually([&] { return failed_.load(); }));
  EXPECT_EQ(checkpoints_.latest(), nullptr);
}

TEST_F(SignedLog, AsFilesIsWhatItsCheckpointPromises) {
  std::vector<std::string> records;
  for (int i = 0; i < 700; ++i) records.push_back("a|" + std::to_string(i));
  append(log_, records);
  Checkpoints checkpoints(file_, keys_of(seed_));
  const LogFiles files(log_, checkpoints);
  EXPECT_EQ(files.read("checkpoint"), std::nullopt);
  EXPECT_EQ(files.read("tile/0/000"), std::nullopt);
  EXPECT_EQ(files.read("log.vkey")->bytes, key_of(seed_).text() + "\n");
  take(checkpoints, note_of(log_, 600, seed_));
  EXPECT_EQ(files.read("checkpoint")->bytes, note_of(log_, 600, seed_));
  std::vector<std::string> paths;
  for_each_path(600, [&](const std::string& path) { paths.push_back(path); });
  EXPECT_THAT(paths, ::testing::ElementsAre("tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
                                            "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"));
  for (const auto& path : paths) {
    const auto file = files.read(path);
    ASSERT_TRUE(file) << path;
    EXPECT_TRUE(file->never_changes);
  }
  const auto bundle = files.read("tile/entries/002.p/88")->bytes;
  const auto entries = tlog::entries_of(bundle).value();
  EXPECT_EQ(entries.size(), 88);
  EXPECT_EQ(entries.back(), "a|599");
  const auto tile = tlog::hashes_of(files.read("tile/0/002.p/88")->bytes, 88).value();
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(tlog::leaf_hash(entries[i]), tile[i]);
  EXPECT_TRUE(files.read("tile/0/002.p/87"));
  for (const auto* const path : {"tile/0/002.p/89", "tile/entries/002.p/89", "tile/0/002", "tile/0/003.p/1",
                                 "tile/1/000.p/3", "tile/2/000.p/1", "tile/entries/003.p/1", "other", ""}) {
    EXPECT_EQ(files.read(path), std::nullopt) << path;
  }
}

TEST_F(SignedLog, ProvesItsRecordsWhenTheyAreSigned) {
  std::vector<std::string> records;
  for (int i = 0; i < 700; ++i) records.push_back("a|" + std::to_string(i));
  append(log_, records);
  Checkpoints checkpoints(file_, keys_of(seed_));
  const LogFiles files(log_, checkpoints);
  EXPECT_FALSE(files.proof_of(Position{1}));
  take(checkpoints, note_of(log_, 600, seed_));
  EXPECT_FALSE(files.proof_of(Position{601}));
  for (const std::uint64_t position : {1, 256, 257, 600}) {
    const auto leaf = tlog::leaf_hash(records[position - 1]);
    EXPECT_EQ(files.leaf_of(Position{position}), leaf);
    const auto proof = files.proof_of(Position{position}).value();
    EXPECT_EQ(check_proof(proof, leaf, key_of(seed_)).value().checkpoint.size, 600);
    EXPECT_EQ(proof.extra, crypto::text_of(leaf));
  }
}

TEST_F(SignedLog, PromisesRecordsUnderANameOfItsOwn) {
  const auto leaf = tlog::leaf_hash("a|1");
  const auto note = to_text(receipt(origin, Position{7}, leaf, {&seed_, 1}));
  const auto opened = open_receipt(note, key_of(seed_)).value();
  EXPECT_EQ(opened.position, Position{7});
  EXPECT_EQ(opened.leaf, leaf);
  EXPECT_FALSE(open_receipt(note, key_of(crypto::Secret::random())));
  // Neither is taken for the other.
  EXPECT_FALSE(tlog::open_checkpoint(note, key_of(seed_)));
  append(log_, {"a|1"});
  EXPECT_FALSE(open_receipt(note_of(log_, 1, seed_), key_of(seed_)));
}

}  // namespace
}  // namespace stimmbuch::checkpoints
