#include "survey_rows.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/log_builder.hpp"
#include "support/surveys.hpp"

namespace stimmbuch::test {
namespace {

using http::api::AnswerRow;
using http::api::make_rows_file;
using http::api::RowsFormat;
using http::api::RowsHead;
using nlohmann::json;
using survey::QuestionKind;

RowsHead head_of(survey::Rows rows) {
  return {id<SurveyId>("traffic"), ledger::Purpose::demo, rows, 3, 2};
}

std::vector<survey::Question> questions() {
  auto way = choosing("way", {"foot", "bike"}, QuestionKind::multiple);
  way.other = true;
  return {way,
          rating("stars", -5, 5),
          choosing("order", {"a", "b"}, QuestionKind::ranking),
          matrix("when", {"summer", "winter"}, {"often"}),
          saying("why"),
          question("age", QuestionKind::number),
          question("where", QuestionKind::point),
          question("route", QuestionKind::line)};
}

AnswerRow full_row() {
  return {id<RespondentId>("r1"),
          answers_to({{"way", chosen({"bike", "other"})},
                      {"stars", std::int64_t{-2}},
                      {"order", chosen({"b", "a"})},
                      {"when", in_rows({{"winter", "often"}})}}),
          {{id<QuestionId>("way"), "By boat"},
           {id<QuestionId>("why"), "It is \"fast\", mostly"},
           {id<QuestionId>("age"), "-4.5"},
           {id<QuestionId>("where"), R"({"coordinates":[13.4,52.5],"type":"Point"})"}}};
}

std::string file_of(RowsFormat format, survey::Rows rows, const std::vector<AnswerRow>& all) {
  const auto file = make_rows_file(format, head_of(rows), questions());
  std::string text = file->begin();
  for (const AnswerRow& row : all) file->append(text, row);
  return text + file->end();
}

TEST(CsvRows, HaveAColumnForWhateverIsAsked) {
  EXPECT_EQ(file_of(RowsFormat::csv, survey::Rows::all, {full_row(), {id<RespondentId>("r2"), {}, {}}}),
            "respondent,way,way.other,stars,order,when.summer,when.winter,why,age,where,route\r\n"
            "r1,bike other,By boat,-2,b a,,often,\"It is \"\"fast\"\", mostly\",-4.5,"
            "\"{\"\"coordinates\"\":[13.4,52.5],\"\"type\"\":\"\"Point\"\"}\",\r\n"
            "r2,,,,,,,,,,\r\n");
}

TEST(CsvRows, HoldNoFormula) {
  for (const std::string text : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=\"a\",b"}) {
    AnswerRow row;
    row.said.emplace(id<QuestionId>("why"), text);
    const auto file = file_of(RowsFormat::csv, survey::Rows::publishable, {row});
    const auto line = file.substr(file.find("\r\n") + 2);
    EXPECT_TRUE(line.starts_with(",,,,,,'") || line.starts_with(",,,,,,\"'")) << line;
  }
  AnswerRow row;
  row.said.emplace(id<QuestionId>("why"), "1-1=0");
  EXPECT_TRUE(file_of(RowsFormat::csv, survey::Rows::publishable, {row}).contains(",,,,,,1-1=0,,,\r\n"));
}

TEST(JsonRows, AreAsPeopleSentThem) {
  const auto file = json::parse(file_of(RowsFormat::json, survey::Rows::all, {full_row(), full_row()}));
  EXPECT_EQ(file.at("survey"), "traffic");
  EXPECT_FALSE(file.contains("left_out"));
  ASSERT_EQ(file.at("items").size(), 2U);
  EXPECT_EQ(file.at("items")[1],
            json::parse(R"({"respondent":"r1","answers":{"way":["bike","other"],"stars":-2,
    "order":["b","a"],"when":{"winter":"often"},"why":"It is \"fast\", mostly","age":-4.5,
    "where":{"type":"Point","coordinates":[13.4,52.5]}},"other":{"way":"By boat"}})"));
  const auto none = json::parse(file_of(RowsFormat::json, survey::Rows::publishable, {}));
  EXPECT_EQ(none.at("items"), json::array());
  EXPECT_EQ(none.at("left_out"), 2);
  EXPECT_EQ(none.at("least"), 3);
}

TEST(GeoJsonRows, AreAFeatureForEachPlace) {
  auto both = full_row();
  both.respondent.reset();
  both.said.emplace(id<QuestionId>("route"), R"({"coordinates":[[1,2],[3,4]],"type":"LineString"})");
  const auto file = json::parse(file_of(RowsFormat::geojson, survey::Rows::publishable, {both, AnswerRow{}}));
  EXPECT_EQ(file.at("type"), "FeatureCollection");
  EXPECT_EQ(file.at("left_out"), 2);
  ASSERT_EQ(file.at("features").size(), 2U);
  const auto& point = file.at("features")[0];
  EXPECT_EQ(point.at("type"), "Feature");
  EXPECT_EQ(point.at("geometry"), json::parse(R"({"type":"Point","coordinates":[13.4,52.5]})"));
  EXPECT_EQ(point.at("properties").at("question"), "where");
  EXPECT_EQ(point.at("properties").at("answers").at("stars"), -2);
  EXPECT_FALSE(point.at("properties").at("answers").contains("route"));
  EXPECT_FALSE(point.at("properties").contains("respondent"));
  EXPECT_EQ(file.at("features")[1].at("geometry").at("type"), "LineString");
}

}  // namespace
}  // namespace stimmbuch::test
