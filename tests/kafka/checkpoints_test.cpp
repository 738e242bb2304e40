// What the leader signs reaches every node, and each holds it against its own tree.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nodes.hpp"
#include "stimmbuch/eventstore/tlog/checkpoint.hpp"
#include "support/log_database.hpp"

namespace stimmbuch::test {
namespace {

using testing::HasSubstr;

class SignedNodes : public Nodes {
 protected:
  Node& signing_leader() { return leader("local", {"--checkpoint-interval", "200ms"}); }

  // The checkpoint of a node, when it covers everything.
  static std::string newest_checkpoint(const Node& node) {
    std::string note;
    EXPECT_TRUE(eventually([&] {
      note = node.get("/log/checkpoint").body;
      const auto parsed = tlog::parse_note(note);
      const auto checkpoint = parsed ? tlog::parse_checkpoint(parsed->text) : std::unexpected(parsed.error());
      return checkpoint && checkpoint->size == node.head();
    })) << note;
    return note;
  }

  // One hash of the tree of a node that does not run becomes another.
  static void alter_tree(const Node& node) {
    change_database(node.data() / "log", [](rocksdb::DB& db, const ColumnFamilies& families) {
      auto* const leaves = family(families, "leaves");
      const std::unique_ptr<rocksdb::Iterator> first(db.NewIterator({}, leaves));
      first->SeekToFirst();
      auto hashes = first->value().ToString();
      hashes[0] ^= 1;
      ASSERT_TRUE(db.Put({}, leaves, first->key(), hashes).ok());
    });
  }
};

TEST_F(SignedNodes, HaveTheLeadersCheckpoints) {
  Node& one = signing_leader();
  Node& two = follower();
  import_into(one, 300);
  expect_all_equal();
  const auto note = newest_checkpoint(one);
  EXPECT_TRUE(eventually([&] { return two.get("/log/checkpoint").body == note; }));
  EXPECT_EQ(one.get("/log/log.vkey").body, two.get("/log/log.vkey").body);
  EXPECT_EQ(one.get("/log/tile/0/000").body, two.get("/log/tile/0/000").body);
  const auto log = directory_.path() / "exported";
  EXPECT_EQ(run({"log", "export", log.string(), "--data", two.data().string()}).code, 0);
  EXPECT_EQ(run({"audit", "verify", "--export", log.string()}).code, 0);
  // One that comes later gets all of them.
  Node& three = follower("late");
  EXPECT_TRUE(eventually([&] { return three.get("/log/checkpoint").body == note; }));
}

TEST_F(SignedNodes, GoOnSigningWhereTheFormerLeaderStopped) {
  Node& one = signing_leader();
  Node& two = candidate();
  import_into(one, 300);
  expect_all_equal();
  const auto before = newest_checkpoint(one);
  EXPECT_TRUE(eventually([&] { return two.get("/log/checkpoint").body == before; }));
  const auto log = directory_.path() / "exported";
  ASSERT_EQ(run({"log", "export", log.string(), "--data", one.data().string()}).code, 0);
  one.kill();
  two.stop();
  ASSERT_EQ(run({"promote", "--data", two.data().string(), "--kafka", Broker::address(), "--wrapping-key",
                 key_file().string()})
                .code,
            0);
  two.start_as({"serve", "--wrapping-key", key_file().string(), "--checkpoint-interval", "200ms"});
  import_into(two, 200);
  newest_checkpoint(two);
  // The export refuses a log that is not the one it was.
  EXPECT_EQ(run({"log", "export", log.string(), "--data", two.data().string()}).code, 0);
  EXPECT_EQ(run({"audit", "verify", "--export", log.string()}).code, 0);
}

// The followers hear of it by the record, and whoever is promoted has the new key from the vault.
TEST_F(SignedNodes, FollowTheChangeOfTheLogsKey) {
  Node& one = signing_leader();
  Node& two = candidate();
  import_into(one, 100);
  const auto old_key = one.get("/log/log.vkey").body;
  newest_checkpoint(one);
  const Ran changed = run({"log", "rotate-key", "--data", one.data().string(), "--both-for", "0s", "--json"});
  ASSERT_EQ(changed.code, 0) << changed.err;
  EXPECT_NE(run({"log", "rotate-key", "--data", two.data().string()}).code, 0);  // it does not lead
  import_into(one, 50);
  const auto note = newest_checkpoint(one);
  EXPECT_TRUE(eventually([&] { return two.get("/log/checkpoint").body == note; }));
  EXPECT_NE(two.get("/log/log.vkey").body, old_key);
  EXPECT_EQ(two.get("/log/log.keys").body, one.get("/log/log.keys").body);
  one.kill();
  two.stop();
  ASSERT_EQ(run({"promote", "--data", two.data().string(), "--kafka", Broker::address(), "--wrapping-key",
                 key_file().string()})
                .code,
            0);
  two.start_as({"serve", "--wrapping-key", key_file().string(), "--checkpoint-interval", "200ms"});
  import_into(two, 60);
  newest_checkpoint(two);
  const auto log = directory_.path() / "exported";
  EXPECT_EQ(run({"log", "export", log.string(), "--data", two.data().string()}).code, 0);
  EXPECT_EQ(run({"audit", "verify", "--export", log.string()}).code, 0);
}

TEST_F(SignedNodes, StopWhereTheirRecordsAreNotThoseThatWereSigned) {
  Node& one = signing_leader();
  Node& two = follower();
  import_into(one, 300);
  expect_all_equal();
  const auto note = newest_checkpoint(one);
  EXPECT_TRUE(eventually([&] { return two.get("/log/checkpoint").body == note; }));
  two.stop();
  alter_tree(two);
  const Ran with_file = two.run_to_end();
  EXPECT_EQ(with_file.code, 1);
  EXPECT_THAT(with_file.err, HasSubstr("are not those that the log signed"));
  std::filesystem::remove(two.data() / "checkpoint");
  const Ran from_topic = two.run_to_end();
  EXPECT_EQ(from_topic.code, 1);
  EXPECT_THAT(from_topic.err, HasSubstr("records up to position"));
  EXPECT_THAT(from_topic.err, HasSubstr(".checkpoints"));
}

}  // namespace
}  // namespace stimmbuch::test
