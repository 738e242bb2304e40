// What the log says to its witnesses, and what it makes of their answers.

#include "stimmbuch/eventstore/checkpoints/witness_feeder.hpp"

#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/eventstore/ledger/memory_ledger.hpp"
#include "stimmbuch/eventstore/tlog/base64.hpp"
#include "stimmbuch/eventstore/tlog/proof.hpp"
#include "support/ledger_testing.hpp"

namespace stimmbuch::checkpoints {
namespace {

using eventstore::MemoryLedger;
using eventstore::testing::append;
using eventstore::testing::eventually;
using eventstore::testing::TemporaryDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string origin = "votes.example";
const std::string name = "witness.example/w";

// A witness as the specification has it, of one log.
class ScriptedWitness {
 public:
  tlog::Witness as_configured() const {
    return {"w", tlog::VerifierKey(tlog::VerifierKey::Kind::witness, name, crypto::public_key(seed_)),
            "http://w"};
  }

  std::expected<WitnessAnswer, std::string> answer(const std::string& body) {
    const std::lock_guard lock(mutex_);
    ++asked_;
    if (away_) return std::unexpected("nobody is there");
    if (says_) return *says_;
    const auto blank = body.find("\n\n");
    const auto note = tlog::parse_note(body.substr(blank + 2)).value();
    const auto checkpoint = tlog::parse_checkpoint(note.text).value();
    const auto old_size = std::stoull(body.substr(4));
    if (old_size != size_) return WitnessAnswer{409, std::to_string(size_) + "\n"};
    std::vector<tlog::Hash> proof;
    for (auto begin = body.find('\n') + 1; begin < blank + 1; begin = body.find('\n', begin) + 1)
      proof.push_back(hash_of(body.substr(begin, body.find('\n', begin) - begin)));
    if (!tlog::proves_consistency(proof, size_, root_, checkpoint.size, checkpoint.root))
      return WitnessAnswer{422, ""};
    size_ = checkpoint.size;
    root_ = checkpoint.root;
    return WitnessAnswer{200, to_text(tlog::cosign_note(note.text, name, seed_, 1'700'000'000 + size_))};
  }

  void be_away(bool away) {
    const std::lock_guard lock(mutex_);
    away_ = away;
  }
  void say(std::optional<WitnessAnswer> answer) {
    const std::lock_guard lock(mutex_);
    says_ = std::move(answer);
  }
  std::uint64_t size() {
    const std::lock_guard lock(mutex_);
    return size_;
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  static tlog::Hash hash_of(const std::string& line) {
    tlog::Hash hash;
    std::ranges::copy(crypto::bytes_of(*tlog::from_base64(line)), hash.begin());
    return hash;
  }

  const crypto::Secret seed_ = crypto::Secret::random();
  std::mutex mutex_;  // guards the rest
  std::uint64_t size_ = 0;
  tlog::Hash root_ = tlog::empty_root();
  bool away_ = false;
  std::optional<WitnessAnswer> says_;
  int asked_ = 0;
};

class Feeding : public ::testing::Test {
 protected:
  void sign() {
    const auto size = number(log_.head());
    const auto text = to_text(tlog::Checkpoint{origin, size, tlog::Tree(log_.tiles(), size).root()});
    checkpoints_.take(to_text(tlog::Note{text, {tlog::sign_note(text, origin, seed_)}}), log_.tiles(), size);
    feeder_->notify();
  }
  void start() {
    feeder_.emplace(WitnessFeeder::Parts{log_.tiles(),
                                         checkpoints_,
                                         {witness_.as_configured()},
                                         [this](const std::string& url, const std::string& body) {
                                           EXPECT_EQ(url, "http://w/add-checkpoint");
                                           return witness_.answer(body);
                                         },
                                         [](const Published&) {},
                                         [this](std::string_view message) {
                                           const std::lock_guard lock(mutex_);
                                           told_.emplace_back(message);
                                         }});
  }
  bool is_cosigned() const {
    const auto note = tlog::parse_note(checkpoints_.latest()->note).value();
    return tlog::signature_by(witness_.as_configured().key, note).value().has_value();
  }
  std::vector<std::string> told() {
    const std::lock_guard lock(mutex_);
    return told_;
  }

  TemporaryDirectory directory_;
  crypto::Secret seed_ = crypto::Secret::random();
  MemoryLedger log_;
  Checkpoints checkpoints_{
      directory_.path() / "checkpoint", [this] {
        return tlog::KeyChain({tlog::VerifierKey::Kind::signer, origin, crypto::public_key(seed_)});
      }};
  ScriptedWitness witness_;
  std::mutex mutex_;
  std::vector<std::string> told_;
  std::optional<WitnessFeeder> feeder_;  // last: it uses all of the above
};

TEST_F(Feeding, BringsEachCheckpointWithItsProof) {
  start();
  for (int i = 0; i < 5; ++i) {
    append(log_, {"a|1", "a|2", "a|3"});
    sign();
    EXPECT_TRUE(eventually([&] { return is_cosigned(); })) << i;
    EXPECT_EQ(witness_.size(), 3 * (i + 1));
  }
  // The file has the cosignature, too, and the log's own is still there.
  const Checkpoints opened(directory_.path() / "checkpoint", [this] { return checkpoints_.keys(); });
  EXPECT_EQ(opened.latest()->note, checkpoints_.latest()->note);
  EXPECT_TRUE(told().empty()) << "only changes are told";
}

TEST_F(Feeding, FindsOutHowFarAWitnessIs) {
  append(log_, {"a|1", "a|2"});
  start();
  sign();
  EXPECT_TRUE(eventually([&] { return is_cosigned(); }));
  // As after a restart: nothing is remembered.
  feeder_.reset();
  append(log_, {"a|3"});
  start();
  sign();
  EXPECT_TRUE(eventually([&] { return is_cosigned(); }));
  EXPECT_EQ(witness_.asked(), 3);
}

TEST_F(Feeding, GoesOnWithoutAWitnessThatIsAway) {
  witness_.be_away(true);
  append(log_, {"a|1"});
  start();
  sign();
  EXPECT_TRUE(eventually([&] { return !told().empty(); }));
  EXPECT_FALSE(is_cosigned());
  witness_.be_away(false);
  append(log_, {"a|2"});
  sign();
  EXPECT_TRUE(eventually([&] { return is_cosigned(); }));
  EXPECT_THAT(told(), ElementsAre("witness w does not cosign: nobody is there", "witness w cosigns"));
}

// As at a start, before anything is signed.
TEST_F(Feeding, AsksHowFarAWitnessIs) {
  append(log_, {"a|1", "a|2", "a|3"});
  const auto text = to_text(tlog::Checkpoint{origin, 1, tlog::Tree(log_.tiles(), 1).root()});
  const auto first = to_text(tlog::Note{text, {tlog::sign_note(text, origin, seed_)}});
  const auto ask = [&] {
    return size_at_witness(
        witness_.as_configured(),
        [this](const std::string&, const std::string& body) { return witness_.answer(body); }, first);
  };
  EXPECT_EQ(ask().value(), 1);
  start();
  sign();
  EXPECT_TRUE(eventually([&] { return is_cosigned(); }));
  EXPECT_EQ(ask().value(), 3);
  witness_.say(WitnessAnswer{404, ""});
  EXPECT_THAT(ask().error(), HasSubstr("does not know this log"));
  witness_.be_away(true);
  EXPECT_EQ(ask().error(), "nobody is there");
}

// A log that was set back: the witness remembers.
TEST_F(Feeding, TellsThatAWitnessHasSeenMore) {
  witness_.say(WitnessAnswer{409, "17\n"});
  append(log_, {"a|1"});
  start();
  sign();
  EXPECT_TRUE(eventually([&] { return !told().empty(); }));
  EXPECT_THAT(told().at(0), HasSubstr("cosigned 17 records, and this log has signed 1"));
  EXPECT_FALSE(is_cosigned());
}

TEST_F(Feeding, TellsWhatAWitnessRefuses) {
  append(log_, {"a|1"});
  start();
  for (const auto& [answer, says] : std::vector<std::pair<WitnessAnswer, std::string>>{
           {{404, ""}, "does not know this log"},
           {{403, ""}, "another key"},
           {{422, ""}, "another log under this name (422)"},
           {{409, "conflict\n"}, "another log under this name (409)"},
           {{500, "broken\n"}, "it answers 500: broken"},
           {{200, "nothing"}, "no signature"},
           {{200, to_text(tlog::cosign_note("other\n", name, crypto::Secret::random(), 1))},
            "another key"}}) {
    witness_.say(answer);
    sign();
    EXPECT_TRUE(eventually([&] {
      const auto all = told();
      return !all.empty() && all.back().find(says) != std::string::npos;
    })) << says;
    EXPECT_FALSE(is_cosigned());
  }
}

}  // namespace
}  // namespace stimmbuch::checkpoints
