// What the leader destroys, other nodes destroy too, and nothing that they had opens any more.
#include <filesystem>
#include <string>

#include "nodes.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"

namespace stimmbuch::test {
namespace {

namespace fs = std::filesystem;

class ErasedNodes : public Nodes {
 protected:
  static std::string authorized(const std::string& token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  static nlohmann::json me(const Node& node, const std::string& token) {
    const auto reply = HttpClient::tcp(node.port()).request("GET", "/v1/me", {}, authorized(token));
    return reply.status == 200 ? nlohmann::json::parse(reply.body) : nlohmann::json{{"status", reply.status}};
  }
  static Json vault_command(const Node& node, std::vector<std::string> words) {
    words.insert(words.begin(), "vault");
    words.insert(words.end(), {"--data", node.data().string(), "--json"});
    const Ran ran = run(words);
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    return ran.last();
  }
  void give_keys_to(const std::string& file) const {
    fs::copy_file(key_file(), directory_.path() / file, fs::copy_options::overwrite_existing);
  }
};

TEST_F(ErasedNodes, ForgetWhatTheLeaderDestroyed) {
  Node& one = leader();
  give_keys_to("candidate.key");
  const auto key_of_two = directory_.path() / "candidate.key";
  Node& two = follower("candidate", {"--wrapping-key", key_of_two.string()});
  const auto cora = one.token("citizen", "cora");
  const auto dora = one.token("citizen", "dora");
  const auto registered = one.command("POST", "/v1/citizens", R"({"name":"Cora"})", cora, "key-1");
  ASSERT_EQ(registered.status, 201) << registered.body;
  const std::string citizen = nlohmann::json::parse(registered.body)["citizen"];
  ASSERT_EQ(one.command("POST", "/v1/citizens", R"({"name":"Dora"})", dora, "key-2").status, 201);
  EXPECT_TRUE(eventually([&] { return me(two, cora).value("/texts/name"_json_pointer, "") == "Cora"; }));

  // Asked for here, hidden there.
  ASSERT_EQ(one.command("DELETE", "/v1/me", "", cora, "key-3").status, 200);
  EXPECT_TRUE(eventually([&] { return me(two, cora).value("erasure", "") == "requested"; }));
  EXPECT_TRUE(me(two, cora).at("texts").empty());

  // Deleted here, deleted there; and not over before the operator has seen to the keys.
  const auto swept = vault_command(one, {"sweep"});
  EXPECT_EQ(swept.value("waiting", 0), 1);
  EXPECT_EQ(swept.value("rotated", true), false);
  EXPECT_TRUE(eventually([&] { return me(two, cora).value("status", 0) == 404; }));
  EXPECT_EQ(one.log().find("citizen.erased"), std::string::npos);

  const auto prepared = vault_command(one, {"rotate"});
  EXPECT_EQ(prepared.value("prepared", false), true);
  give_keys_to("candidate.key");
  EXPECT_EQ(two.stop(), 0);
  two.start();
  EXPECT_TRUE(eventually([&] { return me(two, dora).value("/texts/name"_json_pointer, "") == "Dora"; }));
  const auto rotated = vault_command(one, {"rotate", "--confirmed", "candidate"});
  EXPECT_EQ(rotated.value("rotated", false), true);
  EXPECT_EQ(rotated.value("people", 0), 1);
  EXPECT_NE(one.log().find("citizen.erased"), std::string::npos);

  // The other node needs no old key any more.
  expect_all_equal();
  const auto keys = vault::load_wrapping_keys(key_file(), one.data());
  ASSERT_TRUE(keys) << keys.error().text;
  EXPECT_FALSE(keys->is_changing());
  const auto is_whole_under_the_new_keys = [&] {
    two.stop();
    give_keys_to("candidate.key");
    bool is_whole = false;
    {
      const auto opened = vault::RocksVault::open(two.data(), *keys, vault::RocksVault::Start::copy);
      is_whole = opened && (*opened)->load() && (*opened)->rows_of("citizen/" + citizen).empty();
      if (is_whole) {
        (*opened)->all_rows([&](const vault::SealedRow& row) {
          EXPECT_EQ(row.key.find(citizen), std::string::npos) << row.key;
          if (row.key.starts_with("texts/")) {
            EXPECT_TRUE((*opened)->read(runner::RowClass::texts, row.key.substr(6)));
          }
        });
      }
    }
    two.start();
    return is_whole;
  };
  EXPECT_TRUE(eventually(is_whole_under_the_new_keys));
  EXPECT_TRUE(eventually([&] { return me(two, dora).value("/texts/name"_json_pointer, "") == "Dora"; }));
}

}  // namespace
}  // namespace stimmbuch::test
