#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/domain/survey.hpp"

namespace stimmbuch::codec {
class Writer;
}  // namespace stimmbuch::codec

// What participants of a survey answer, one row for each, as files for other programs.
namespace stimmbuch::http::api {

// What somebody said in words, numbers, days and places, as the vault has it.
using Said = std::map<QuestionId, std::string>;

// The members `answers` and `other`, as the participant sent them.
void write_answers(codec::Writer& out, const std::vector<survey::Question>& questions,
                   const survey::Answers& answers, const Said& said);

struct AnswerRow {
  std::optional<RespondentId> respondent;  // absent where rows may be published
  survey::Answers answers;
  Said said;
};

// What a file says of its rows.
struct RowsHead {
  SurveyId survey;
  ledger::Purpose purpose;
  survey::Rows rows;
  std::int32_t least;
  std::uint64_t left_out;  // rows that may not be published
};

enum class RowsFormat { csv, json, geojson };
std::optional<RowsFormat> parse_rows_format(std::string_view name);
std::string_view name_of(RowsFormat format);
std::string_view content_type_of(RowsFormat format);

bool asks_for_place(survey::QuestionKind kind);

// One file, made piece by piece: its beginning, row after row, its end.
class RowsFile {
 public:
  virtual ~RowsFile() = default;
  virtual std::string begin() = 0;
  virtual void append(std::string& out, const AnswerRow& row) = 0;
  virtual std::string end() = 0;
};

// CSV has a column for each question; GeoJSON a feature for each place. `questions`: those that are shown.
std::unique_ptr<RowsFile> make_rows_file(RowsFormat format, const RowsHead& head,
                                         std::vector<survey::Question> questions);

}  // namespace stimmbuch::http::api
