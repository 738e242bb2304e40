// The database of a log that nobody serves, opened behind the ledger's back.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <rocksdb/db.h>

namespace stimmbuch::test {

using ColumnFamilies = std::vector<rocksdb::ColumnFamilyHandle*>;

inline rocksdb::ColumnFamilyHandle* family(const ColumnFamilies& all, std::string_view name) {
  for (auto* handle : all)
    if (handle->GetName() == name) return handle;
  return nullptr;
}

// `log` is the folder of that name in a ledger.
inline void change_database(const std::filesystem::path& log,
                            const std::function<void(rocksdb::DB&, const ColumnFamilies&)>& change) {
  rocksdb::Options options;
  std::vector<std::string> names;
  ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(options, log.string(), &names).ok());
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto& name : names) families.emplace_back(name, options);
  ColumnFamilies handles;
  rocksdb::DB* opened = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, log.string(), families, &handles, &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  change(*db, handles);
  for (auto* handle : handles) ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
}

// Brings what lies in its write-ahead log into files of tables, the largest first.
inline std::vector<std::filesystem::path> flush_to_tables(const std::filesystem::path& log) {
  change_database(
      log, [](rocksdb::DB& db, const ColumnFamilies& families) { ASSERT_TRUE(db.Flush({}, families).ok()); });
  std::vector<std::filesystem::path> tables;
  for (const auto& entry : std::filesystem::directory_iterator(log))
    if (entry.path().extension() == ".sst") tables.push_back(entry.path());
  std::ranges::sort(tables, std::greater{},
                    [](const auto& file) { return std::filesystem::file_size(file); });
  return tables;
}

}  // namespace stimmbuch::test
