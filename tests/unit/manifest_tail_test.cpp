#include "manifest_tail.hpp"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include "support/ledger_testing.hpp"

namespace stimmbuch::eventstore {
namespace {

// A MANIFEST of more than one block, as RocksDB wrote it.
std::string real_manifest() {
  const testing::TemporaryDirectory temporary;
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    if (!rocksdb::DB::Open(options, temporary.path() / "db", &opened).ok())
      throw std::runtime_error("no database");
    const std::unique_ptr<rocksdb::DB> db(opened);
    rocksdb::ColumnFamilyHandle* family = nullptr;
    for (int n = 0; n < 5; ++n) {  // an edit with each name
      const auto status =
          db->CreateColumnFamily({}, std::string(10'000, static_cast<char>('a' + n)), &family);
      if (!status.ok()) throw std::runtime_error(status.ToString());
      db->DestroyColumnFamilyHandle(family);
    }
  }
  for (const auto& entry : std::filesystem::directory_iterator(temporary.path() / "db"))
    if (entry.path().filename().string().starts_with("MANIFEST-")) {
      std::ifstream file(entry.path(), std::ios::binary);
      return {std::istreambuf_iterator<char>(file), {}};
    }
  throw std::runtime_error("no MANIFEST");
}

class ManifestTail : public ::testing::Test {
 protected:
  static constexpr std::size_t last_record = 10'000;  // bytes at least
  const std::string manifest_ = real_manifest();
};

TEST_F(ManifestTail, IsNoneWhereAllIsWhole) {
  ASSERT_GT(manifest_.size(), 32'768U);
  EXPECT_EQ(sound_manifest_bytes(manifest_), manifest_.size());
  EXPECT_EQ(sound_manifest_bytes(""), 0U);
}

TEST_F(ManifestTail, IsTheLastRecordWhenCutShortOrOverwritten) {
  const auto sound = sound_manifest_bytes(manifest_.substr(0, manifest_.size() - 1));
  ASSERT_TRUE(sound);
  EXPECT_LE(*sound, manifest_.size() - last_record);
  EXPECT_EQ(sound_manifest_bytes(manifest_.substr(0, *sound)), sound);
  for (const char torn : {'\0', '?'})
    for (const std::size_t from : {*sound, *sound + 3, manifest_.size() - 1}) {
      auto damaged = manifest_;
      std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(from), damaged.end(), torn);
      EXPECT_EQ(sound_manifest_bytes(damaged), sound) << from;
    }
}

TEST_F(ManifestTail, IsNotWhatIsFollowedBySoundRecords) {
  for (const std::size_t at : {8U, 100U, 15'000U, 30'000U}) {
    auto damaged = manifest_;
    damaged[at] = static_cast<char>(damaged[at] + 1);
    EXPECT_EQ(sound_manifest_bytes(damaged), std::nullopt) << at;
  }
}

}  // namespace
}  // namespace stimmbuch::eventstore
