// The description at /openapi.json against the program, and the pages of problems.
#include <functional>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "answers.hpp"
#include "engine_under_test.hpp"
#include "routes.hpp"
#include "stimmbuch/adapters/http/server/refusal.hpp"
#include "stimmbuch/domain/refusal.hpp"

namespace stimmbuch::test {
namespace {

class OpenApi : public ::testing::Test {
 protected:
  EngineUnderTest engine_;
  HttpClient client_ = engine_.connect();
  Json document_ = Json::parse(client_.get("/openapi.json").body);
};

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lowered;
}

TEST_F(OpenApi, NamesEveryRouteAndNoOther) {
  std::set<std::string> served;
  for (const auto& route : http::api::routes()) {
    std::string path(route.pattern);
    if (const auto dots = path.find("..."); dots != std::string::npos) path.erase(dots, 3);
    served.insert(lower(http::name_of(route.method)) + " " + path);
  }
  std::set<std::string> documented;
  for (const auto& [path, operations] : document_.at("paths").items()) {
    for (const auto& [method, operation] : operations.items()) documented.insert(method + " " + path);
  }
  EXPECT_EQ(documented, served);
  EXPECT_EQ(document_.at("openapi"), "3.1.0");
}

TEST_F(OpenApi, HasWhatItRefersTo) {
  const std::function<void(const Json&)> visit = [&](const Json& value) {
    if (value.is_object() && value.contains("$ref")) {
      const auto reference = value.at("$ref").get<std::string>();
      ASSERT_EQ(reference.substr(0, 2), "#/") << reference;
      EXPECT_TRUE(document_.contains(Json::json_pointer(reference.substr(1)))) << reference;
    }
    if (value.is_structured()) {
      for (const Json& inner : value) visit(inner);
    }
  };
  visit(document_);
}

TEST_F(OpenApi, DescribesEachParameterAndTheRightToken) {
  for (const auto& route : http::api::routes()) {
    std::string path(route.pattern);
    if (const auto dots = path.find("..."); dots != std::string::npos) path.erase(dots, 3);
    const Json& operation = document_.at("paths").at(path).at(lower(http::name_of(route.method)));
    std::size_t in_path = 0;
    for (const Json& parameter : operation.at("parameters")) {
      if (parameter.at("in") != "path") continue;
      ++in_path;
      EXPECT_NE(path.find("{" + parameter.at("name").get<std::string>() + "}"), std::string::npos) << path;
    }
    EXPECT_EQ(in_path, static_cast<std::size_t>(std::ranges::count(path, '{'))) << path;
    EXPECT_EQ(operation.at("security").empty(), !route.right.has_value()) << path;
    EXPECT_FALSE(operation.at("summary").get<std::string>().empty()) << path;
  }
}

TEST_F(OpenApi, EveryProblemHasAPage) {
  std::set<std::string> names;
  for (const auto& type : http::api::problem_types()) names.emplace(type.name);
  for (const auto& refusal : stimmbuch::all_refusals()) names.emplace(refusal.code);
  for (const auto& refusal : http::all_refusals()) names.emplace(refusal.type);
  EXPECT_GT(names.size(), 70U);
  for (const std::string& name : names) {
    const auto page = client_.get("/problems/" + name);
    EXPECT_EQ(page.status, 200) << name;
    EXPECT_EQ(page.field("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_GT(page.body.size(), 20U) << name;
  }
  const auto german = client_.get("/problems/poll_closed");
  const auto english = client_.request("GET", "/problems/poll_closed", {}, "Accept-Language: en\r\n");
  EXPECT_NE(german.body, english.body);
  EXPECT_EQ(english.field("Vary"), "Accept-Language");
}

}  // namespace
}  // namespace stimmbuch::test
