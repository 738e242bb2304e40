// The tree, its tiles and its proofs, held against published vectors and against their definitions.
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "stimmbuch/eventstore/tlog/base64.hpp"
#include "stimmbuch/eventstore/tlog/proof.hpp"
#include "support/tlog_entries.hpp"

namespace stimmbuch::tlog {
namespace {

using test::EntryTiles;
using test::root_of;
using test::sha256_of;
using test::to_hex;

using Entries = std::vector<std::string>;

// Of the tests of Certificate Transparency (transparency-dev/merkle, testonly).
const Entries reference{{},
                        {"\x00", 1},
                        "\x10",
                        "\x20\x21",
                        "\x30\x31",
                        "\x40\x41\x42\x43",
                        "\x50\x51\x52\x53\x54\x55\x56\x57",
                        "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};

Entries single_bytes(std::size_t count) {
  Entries entries;
  for (std::size_t i = 0; i < count; ++i) entries.emplace_back(1, static_cast<char>(i));
  return entries;
}

Entries decimals(std::size_t count) {
  Entries entries;
  for (std::size_t i = 0; i < count; ++i) entries.push_back(std::to_string(i));
  return entries;
}

Edge edge_of(const Entries& entries, std::size_t size) {
  Edge edge;
  for (std::size_t i = 0; i < size; ++i) edge.append(leaf_hash(entries[i]), [](auto...) {});
  return edge;
}

std::vector<std::string> first_digits(const std::vector<Hash>& hashes) {
  std::vector<std::string> texts;
  for (const Hash& hash : hashes) texts.push_back(to_hex(hash).substr(0, 8));
  return texts;
}

std::string joined(const std::vector<Hash>& hashes) {
  std::string bytes;
  for (const Hash& hash : hashes) bytes += crypto::text_of(hash);
  return bytes;
}

TEST(TreeHashes, AreThoseOfRfc6962) {
  EXPECT_EQ(to_hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(leaf_hash("")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(to_hex(leaf_hash("L123456")), "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56");
}

TEST(TreeRoots, AreThePublishedOnes) {
  const std::vector<std::string> roots{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                       "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                       "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                       "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                       "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                       "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                       "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                       "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  const EntryTiles tiles(reference);
  for (std::size_t size = 0; size < roots.size(); ++size) {
    EXPECT_EQ(to_hex(edge_of(reference, size).root()), roots[size]) << size;
    EXPECT_EQ(to_hex(Tree(tiles, size).root()), roots[size]) << size;
  }
}

TEST(TreeProofs, AreThePublishedOnes) {
  using testing::ElementsAre;
  const EntryTiles tiles(reference);
  const auto inclusion = [&](std::uint64_t index, std::uint64_t size) {
    return first_digits(Tree(tiles, size).inclusion_proof(index));
  };
  EXPECT_THAT(inclusion(0, 8), ElementsAre("96a296d2", "5f083f0a", "6b47aaf2"));
  EXPECT_THAT(inclusion(5, 8), ElementsAre("bc1a0643", "ca854ea1", "d37ee418"));
  EXPECT_THAT(inclusion(2, 3), ElementsAre("fac54203"));
  EXPECT_THAT(inclusion(1, 5), ElementsAre("6e340b9c", "5f083f0a", "bc1a0643"));
  EXPECT_THAT(inclusion(6, 7), ElementsAre("0ebc5d34", "d37ee418"));
  const auto consistency = [&](std::uint64_t old_size, std::uint64_t size) {
    return first_digits(Tree(tiles, size).consistency_proof(old_size));
  };
  EXPECT_THAT(consistency(1, 1), ElementsAre());
  EXPECT_THAT(consistency(1, 8), ElementsAre("96a296d2", "5f083f0a", "6b47aaf2"));
  EXPECT_THAT(consistency(6, 8), ElementsAre("0ebc5d34", "ca854ea1", "d37ee418"));
  EXPECT_THAT(consistency(2, 5), ElementsAre("5f083f0a", "bc1a0643"));
  EXPECT_THAT(consistency(6, 7), ElementsAre("0ebc5d34", "b08693ec", "d37ee418"));
  EXPECT_THAT(consistency(3, 7), ElementsAre("0298d122", "07506a85", "fac54203", "837dbb15"));
  EXPECT_THAT(consistency(4, 7), ElementsAre("837dbb15"));
}

// One digest over all roots and proofs of the trees of up to 130 leaves.
TEST(TreeProofs, HaveTheDigestsOfAllSmallTrees) {
  const EntryTiles tiles(single_bytes(130));
  std::string roots;
  std::string inclusions;
  std::string consistencies;
  const auto append = [](std::string& lines, std::uint64_t a, std::uint64_t b,
                         const std::vector<Hash>& proof) {
    lines += std::to_string(a) + " " + std::to_string(b);
    for (const Hash& hash : proof) lines += " " + to_hex(hash);
    lines += "\n";
  };
  for (std::uint64_t size = 0; size <= 130; ++size) {
    Tree tree(tiles, size);
    roots += std::to_string(size) + " " + to_hex(tree.root()) + "\n";
    for (std::uint64_t i = 0; i < size; ++i) append(inclusions, i, size, tree.inclusion_proof(i));
    for (std::uint64_t m = 1; m <= size; ++m) append(consistencies, m, size, tree.consistency_proof(m));
  }
  EXPECT_EQ(sha256_of(roots), "9c67f07f906103b6bf201842a50ff0b8c91fca9b3e211334a6b7aa3133165dec");
  EXPECT_EQ(sha256_of(inclusions), "893ce6eea61adc33c22c0e3a952498b76dfa3c282e78ac659f6fcc0ea44f9983");
  EXPECT_EQ(sha256_of(consistencies), "2498232e1aebe8d1aa8d339d897fc471f4495fe0b8a55ac08f7dae3d88bc4c2a");
}

TEST(TreeProofs, ReachOverTiles) {
  const auto entries = decimals(300);
  const EntryTiles tiles(entries);
  EXPECT_EQ(to_hex(Tree(tiles, 256).root()),
            "828515d033c19d8c901f37eccb8aed919667703486f8d2fff1cf7040321c5db1");
  EXPECT_EQ(to_hex(Tree(tiles, 257).root()),
            "1eda049a4351d86f76252bd7ec0b7746ad75b7fa0316ad5f541dbda458a312c4");
  Tree tree(tiles, 300);
  EXPECT_EQ(to_base64(tree.root()), "hOE+weA3FVrmGXV1mbLNIa2lpWXg/ZsxOcDDxsG4rak=");
  const auto inclusion = tree.inclusion_proof(256);
  EXPECT_EQ(inclusion.size(), 7);
  EXPECT_EQ(sha256_of(joined(inclusion)), "d838c399168499138b93bb014a1fee5f02196e6585e45e9e013ca40a1d169792");
  EXPECT_EQ(to_hex(tree.consistency_proof(256).at(0)),
            "98c449d6a3375ec3987331bff919b820c6c339e36790170ed4a9ea70e8b4b583");
  const auto consistency = tree.consistency_proof(255);
  EXPECT_EQ(consistency.size(), 10);
  EXPECT_EQ(sha256_of(joined(consistency)),
            "91c5258dfbbabb87b82b87f445b46cb47672b725cec6988a9121867977dc8758");
  for (const std::uint64_t i : {0, 255, 256, 299})
    EXPECT_TRUE(proves_inclusion(tree.inclusion_proof(i), i, leaf_hash(entries[i]), 300, tree.root()));
  for (const std::uint64_t m : {1, 255, 256, 257, 299})
    EXPECT_TRUE(proves_consistency(tree.consistency_proof(m), m, root_of(entries, 0, m), 300, tree.root()));
}

TEST(TreeEdge, GoesOnFromATree) {
  const auto entries = decimals(700);
  const EntryTiles tiles(entries);
  for (const std::size_t size : {0, 1, 255, 256, 300, 511, 512, 513}) {
    Edge edge = Tree(tiles, size).edge();
    EXPECT_EQ(edge.size(), size);
    for (std::size_t i = size; i < entries.size(); ++i) edge.append(leaf_hash(entries[i]), [](auto...) {});
    EXPECT_EQ(edge.root(), Tree(tiles, entries.size()).root()) << size;
  }
}

TEST(TreeEdge, TellsWhichNodesAreComplete) {
  const auto entries = decimals(40);
  const EntryTiles tiles(entries);
  Edge edge;
  std::size_t completed = 0;
  for (const auto& entry : entries) {
    edge.append(leaf_hash(entry), [&](unsigned level, std::uint64_t index, const Hash& hash) {
      ++completed;
      const auto leaves = std::size_t{1} << level;
      EXPECT_EQ(hash, root_of(entries, index * leaves, (index + 1) * leaves));
    });
  }
  EXPECT_EQ(completed, 40 + 20 + 10 + 5 + 2 + 1);
}

// All trees of up to 40 leaves: each proof holds, and no changed one does.
TEST(TreeProofs, HoldForWhatTheyProveAlone) {
  const auto entries = decimals(40);
  const EntryTiles tiles(entries);
  std::mt19937 random(1);
  const auto flipped = [&](Hash hash) {
    hash[random() % hash.size()] ^= std::byte{1} << random() % 8;
    return hash;
  };
  for (std::uint64_t size = 1; size <= entries.size(); ++size) {
    Tree tree(tiles, size);
    const Hash root = tree.root();
    for (std::uint64_t index = 0; index < size; ++index) {
      auto proof = tree.inclusion_proof(index);
      const Hash leaf = leaf_hash(entries[index]);
      ASSERT_TRUE(proves_inclusion(proof, index, leaf, size, root));
      EXPECT_FALSE(proves_inclusion(proof, index, flipped(leaf), size, root));
      EXPECT_FALSE(proves_inclusion(proof, index, leaf, size, flipped(root)));
      EXPECT_FALSE(proves_inclusion(proof, index + 1, leaf, size, root));
      EXPECT_FALSE(proves_inclusion(proof, index ^ 2, leaf, size, root));
      EXPECT_FALSE(proves_inclusion(proof, size, leaf, size, root));
      EXPECT_FALSE(proves_inclusion(proof, index, leaf, 2 * size, root));
      EXPECT_FALSE(proves_inclusion(proof, index, leaf, 0, root));
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto other = proof;
        other[i] = flipped(other[i]);
        EXPECT_FALSE(proves_inclusion(other, index, leaf, size, root));
      }
      proof.push_back(root);
      EXPECT_FALSE(proves_inclusion(proof, index, leaf, size, root));
      if (proof.size() > 1) {
        EXPECT_FALSE(proves_inclusion(std::span(proof).first(proof.size() - 2), index, leaf, size, root));
        EXPECT_FALSE(proves_inclusion(std::span(proof).subspan(1), index, leaf, size, root));
      }
    }
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      auto proof = tree.consistency_proof(old_size);
      const Hash old_root = root_of(entries, 0, old_size);
      ASSERT_TRUE(proves_consistency(proof, old_size, old_root, size, root)) << old_size << " " << size;
      EXPECT_FALSE(proves_consistency(proof, old_size, flipped(old_root), size, root));
      EXPECT_FALSE(proves_consistency(proof, old_size, old_root, size, flipped(root)));
      EXPECT_FALSE(proves_consistency(proof, size + 1, old_root, size, root));
      EXPECT_FALSE(proves_consistency(proof, old_size, old_root, 2 * size + 1, root));
      if (old_size < size) {
        EXPECT_FALSE(proves_consistency(proof, old_size, root, size, old_root));
      }
      for (std::size_t i = 0; i < proof.size(); ++i) {
        auto other = proof;
        other[i] = flipped(other[i]);
        EXPECT_FALSE(proves_consistency(other, old_size, old_root, size, root));
      }
      if (!proof.empty()) {
        EXPECT_FALSE(proves_consistency(std::span(proof).subspan(1), old_size, old_root, size, root));
      }
      proof.push_back(root);
      EXPECT_FALSE(proves_consistency(proof, old_size, old_root, size, root));
    }
  }
}

TEST(Tiles, AreAddressedAsPublished) {
  EXPECT_EQ(path_of(Tile{0, 0}), "tile/0/000");
  EXPECT_EQ(path_of(Tile{1, 999, 17}), "tile/1/999.p/17");
  EXPECT_EQ(path_of(Tile{0, 1000}), "tile/0/x001/000");
  EXPECT_EQ(path_of(Tile{0, 1234067}), "tile/0/x001/x234/067");
  EXPECT_EQ(path_of(Tile{0, 123456789}), "tile/0/x123/x456/789");
  EXPECT_EQ(path_of(Bundle{70000, 112}), "tile/entries/x070/000.p/112");
}

TEST(Tiles, AreReadFromTheirAddressesAlone) {
  for (const std::uint64_t index : {0ULL, 5ULL, 999ULL, 1000ULL, 70000ULL, 1234067ULL, 123456789ULL}) {
    for (const unsigned width : {1U, 10U, 255U, 256U}) {
      const Tile tile{3, index, width};
      EXPECT_EQ(std::get<Tile>(parse_path(path_of(tile)).value()), tile);
      const Bundle bundle{index, width};
      EXPECT_EQ(std::get<Bundle>(parse_path(path_of(bundle)).value()), bundle);
    }
  }
  for (const std::string_view path : {"",
                                      "tile",
                                      "tile/",
                                      "tile/0",
                                      "tile/0/",
                                      "tile/0/00",
                                      "tile/0/0000",
                                      "tile/0/x000",
                                      "tile/0/x000/000",
                                      "tile/0/001/000",
                                      "tile/0/x1/000",
                                      "tile/0/x001/00",
                                      "tile/0/x0001/000",
                                      "tile/00/000",
                                      "tile/64/000",
                                      "tile/-1/000",
                                      "tile/data/000",
                                      "tile/0/000.p/0",
                                      "tile/0/000.p/256",
                                      "tile/0/000.p/010",
                                      "tile/0/000.p/",
                                      "tile/0/000.p/1/",
                                      "tile/0/000.p/1.p/1",
                                      "tile/0/000/",
                                      "/tile/0/000",
                                      "tile/0/ 00",
                                      "tile/0/+00",
                                      "tile/0/x999/x999/x999/x999/x999/x999/999"}) {
    EXPECT_FALSE(parse_path(path)) << path;
  }
}

TEST(Tiles, ExistAsFarAsTheTreeReaches) {
  EXPECT_TRUE(has_tile(1, Tile{0, 0, 1}));
  EXPECT_FALSE(has_tile(0, Tile{0, 0, 1}));
  EXPECT_FALSE(has_tile(255, Tile{1, 0, 1}));
  EXPECT_TRUE(has_tile(256, Tile{1, 0, 1}));
  EXPECT_TRUE(has_tile(256, Tile{0, 0}));
  EXPECT_FALSE(has_tile(256, Tile{0, 1, 1}));
  EXPECT_TRUE(has_tile(70'000, Tile{0, 273, 112}));
  EXPECT_FALSE(has_tile(70'000, Tile{0, 273, 113}));
  EXPECT_TRUE(has_tile(70'000, Tile{1, 1, 17}));
  EXPECT_TRUE(has_tile(70'000, Tile{2, 0, 1}));
  EXPECT_FALSE(has_tile(70'000, Tile{3, 0, 1}));
  EXPECT_FALSE(has_tile(70'000, Tile{63, 0, 1}));
  EXPECT_FALSE(has_tile(70'000, Tile{0, ~std::uint64_t{0} / 2, 1}));
  EXPECT_EQ(tile_at(70'000, 0, 273), (Tile{0, 273, 112}));
  EXPECT_EQ(tile_at(70'000, 0, 272), (Tile{0, 272, 256}));
}

TEST(Tiles, AndBundlesHaveTheirPublishedBytes) {
  const auto entries = decimals(300);
  const EntryTiles tiles(entries);
  const auto tile_bytes = [&](const Tile& tile) { return bytes_of(tiles.read(tile)); };
  EXPECT_EQ(sha256_of(tile_bytes(Tile{0, 0})),
            "b9704a8bfbee2c61185ceb38904a49f3f703c81e194b5b2ccdc254c2bdaaa62b");
  EXPECT_EQ(sha256_of(tile_bytes(Tile{0, 1, 44})),
            "03c8b91297109114834f4ea4b4043313b3abf15301439b30371d874810427409");
  EXPECT_EQ(to_hex(crypto::bytes_of(tile_bytes(Tile{1, 0, 1}))),
            "828515d033c19d8c901f37eccb8aed919667703486f8d2fff1cf7040321c5db1");
  std::string first;
  std::string second;
  for (std::size_t i = 0; i < 300; ++i) append_entry(i < 256 ? first : second, entries[i]);
  EXPECT_EQ(first.size(), 1170);
  EXPECT_EQ(sha256_of(first), "94693d5c6d6a0355ec07bac8214516c1ce6a5100b0588f226fd95f26571157d7");
  EXPECT_EQ(sha256_of(second), "3cbb13f44fb536e609ae550455937cf3adf59ef8c05c5c507d879310ee98f2f9");
  EXPECT_EQ(entries_of(second)->at(43), "299");
  EXPECT_FALSE(entries_of(second + '\0'));
  EXPECT_FALSE(entries_of(second.substr(0, second.size() - 1)));
  std::string bundle;
  EXPECT_NO_THROW(append_entry(bundle, std::string(65'535, 'x')));
  EXPECT_THROW(append_entry(bundle, std::string(65'536, 'x')), std::length_error);
  EXPECT_EQ(hashes_of(tile_bytes(Tile{0, 1, 44}), 44), tiles.read(Tile{0, 1, 44}));
  EXPECT_FALSE(hashes_of(tile_bytes(Tile{0, 1, 44}), 43));
}

}  // namespace
}  // namespace stimmbuch::tlog
