// What is personal stands in the vault, encrypted, and nowhere else.
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine_under_test.hpp"

namespace stimmbuch::test {
namespace {

constexpr int citizens = 1'000;

// What nothing but this test has ever written; all begin with the same letters, so that one search finds all.
std::string secret_text(std::string_view kind, int citizen) {
  return "Zyxwv" + std::string(kind) + "Qq" + std::to_string(100'000 + citizen);
}

std::string contents_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Privacy, NoFileNamesAPersonOrAKeyOfAClient) {
  EngineUnderTest engine;
  auto staff = engine.caller("staff", "anna");
  auto registrar = engine.caller("registrar", "rita");
  ASSERT_EQ(
      staff
          .post("/v1/cells",
                Json::parse(R"({"levels":[{"id":"id","title":{"de":"Ausweis"},"registry_identity":true}]})"))
          .status,
      201);
  const std::string poll = open_poll(staff);
  for (int i = 0; i < citizens; ++i) {
    auto citizen = engine.caller("citizen", secret_text("Subject", i));
    const Json texts{{"name", secret_text("Name", i)},
                     {"email", secret_text("Mail", i) + "@example.org"},
                     {"address", secret_text("Street", i)},
                     {"phone", secret_text("Phone", i)}};
    const auto registered = citizen.send("POST", "/v1/citizens", texts.dump(), secret_text("Key", i));
    ASSERT_EQ(registered.status, 201) << registered.body;
    if (i % 50 != 0) continue;
    const std::string id = Json::parse(registered.body).at("citizen");
    ASSERT_EQ(
        registrar
            .post("/v1/citizens/" + id + "/verify",
                  {{"level", "id"}, {"method", "desk"}, {"registry_identity", secret_text("Registry", i)}})
            .status,
        200);
    ASSERT_EQ(registrar.post("/v1/citizens/" + id + "/block", {{"reason", secret_text("Reason", i)}}).status,
              200);
    ASSERT_EQ(registrar.post("/v1/citizens/" + id + "/unblock").status, 200);
    const auto cast = citizen.send("PUT", "/v1/polls/" + poll + "/ballot", R"({"choices":["a"]})",
                                   secret_text("VoteKey", i));
    ASSERT_EQ(cast.status, 201) << cast.body;
  }
  const auto search = [&] {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(engine.data())) {
      if (!entry.is_regular_file()) continue;
      ++files;
      EXPECT_EQ(contents_of(entry.path()).find("Zyxwv"), std::string::npos) << entry.path();
    }
    EXPECT_GT(files, 5U);
  };
  search();
  // What stopping and starting writes is no different.
  engine.stop();
  search();
  engine.start();
  search();
  auto first = engine.caller("citizen", secret_text("Subject", 0));
  EXPECT_EQ(Json::parse(first.get("/v1/me").body).at("texts").at("name"), secret_text("Name", 0));
}

// Who could join the voter's pseudonym to the person would know the vote.
TEST(Privacy, NoRecordJoinsAPersonAndABallot) {
  EngineUnderTest engine;
  auto staff = engine.caller("staff", "anna");
  const std::string poll = open_poll(staff);
  auto citizen = engine.caller("citizen", "cora");
  const std::string id = register_citizen(citizen);
  ASSERT_EQ(citizen.put("/v1/polls/" + poll + "/ballot", {{"choices", {"a"}}}).status, 201);
  for (const Json& record : records_of(engine.endpoints())) {
    const bool is_ballot = record.at("subject").get<std::string>().starts_with("ballot/");
    if (is_ballot) {
      EXPECT_EQ(record.dump().find(id), std::string::npos) << record;
    }
  }
}

}  // namespace
}  // namespace stimmbuch::test
