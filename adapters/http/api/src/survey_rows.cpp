#include "survey_rows.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::http::api {

namespace {

using survey::Question;
using survey::QuestionKind;

// Words as people read them; what else lies in the vault is JSON already.
bool are_words(QuestionKind kind) {
  return kind == QuestionKind::short_text || kind == QuestionKind::long_text || kind == QuestionKind::date;
}

void write_head(codec::Writer& out, const RowsHead& head) {
  out.name("survey");
  write(out, head.survey);
  out.name("purpose");
  write(out, head.purpose);
  out.name("rows");
  write(out, head.rows);
  if (head.rows == survey::Rows::all) return;
  out.name("least");
  out.integer(head.least);
  out.name("left_out");
  out.integer(static_cast<std::int64_t>(head.left_out));
}

void write_row(codec::Writer& out, const std::vector<Question>& questions, const AnswerRow& row) {
  if (row.respondent) {
    out.name("respondent");
    write(out, *row.respondent);
  }
  write_answers(out, questions, row.answers, row.said);
}

// ---- CSV (RFC 4180)

// Programs that show tables take a text that begins so for a formula and run it: an apostrophe before it
// makes it a text.
bool begins_a_formula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@\t\r").contains(text.front());
}

std::string csv_text(std::string_view text) {
  const std::string_view defused = begins_a_formula(text) ? "'" : "";
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(defused).append(text);
  std::string quoted("\"");
  quoted.append(defused);
  for (const char c : text) quoted.append(c == '"' ? "\"\"" : std::string_view(&c, 1));
  return quoted += '"';
}

class CsvFile final : public RowsFile {
 public:
  CsvFile(const RowsHead& head, std::vector<Question> questions)
      : names_respondents_(head.rows == survey::Rows::all), questions_(std::move(questions)) {}

  std::string begin() override {
    std::string out;
    if (names_respondents_) out += "respondent,";
    for (const Question& question : questions_) {
      const std::string name(question.id.text());
      if (question.kind != QuestionKind::matrix) out.append(csv_text(name)).append(",");
      for (const auto& row : question.rows)
        out.append(csv_text(name + "." + std::string(row.id.text()))).append(",");
      if (question.other) out.append(csv_text(name + ".other")).append(",");
    }
    return end_line(std::move(out));
  }

  void append(std::string& out, const AnswerRow& row) override {
    std::string line;
    if (row.respondent) line.append(csv_text(row.respondent->text())).append(",");
    for (const Question& question : questions_) append_cells(line, question, row);
    out += end_line(std::move(line));
  }

  std::string end() override { return {}; }

 private:
  // Puts the end of the line in the place of its last comma.
  static std::string end_line(std::string line) {
    if (!line.empty()) line.pop_back();
    return line += "\r\n";
  }

  static std::string cell(const std::vector<OptionId>& options) {
    std::string text;
    for (const OptionId& option : options) {
      if (!text.empty()) text += ' ';
      text.append(option.text());
    }
    return csv_text(text);
  }
  static std::string cell(std::int64_t number) { return std::to_string(number); }
  static std::string cell(const std::map<OptionId, OptionId>&) { return {}; }  // it has a cell for each row

  static void append_cells(std::string& line, const Question& question, const AnswerRow& row) {
    const auto answer = row.answers.find(question.id);
    const auto said = row.said.find(question.id);
    const bool is_answered = answer != row.answers.end();
    const bool is_said = said != row.said.end();
    if (question.kind == QuestionKind::matrix) {
      const auto* const rows =
          is_answered ? std::get_if<std::map<OptionId, OptionId>>(&answer->second) : nullptr;
      for (const auto& one : question.rows) {
        const auto chosen = rows ? rows->find(one.id) : std::map<OptionId, OptionId>::const_iterator{};
        if (rows && chosen != rows->end()) line += csv_text(chosen->second.text());
        line += ',';
      }
      return;
    }
    if (is_answered)
      line += std::visit([](const auto& value) { return cell(value); }, answer->second);
    else if (is_said && !survey::is_closed(question.kind))
      line += question.kind == QuestionKind::number ? said->second : csv_text(said->second);
    line += ',';
    if (!question.other) return;
    if (is_said) line += csv_text(said->second);
    line += ',';
  }

  const bool names_respondents_;
  const std::vector<Question> questions_;
};

// ---- JSON

class JsonFile final : public RowsFile {
 public:
  JsonFile(const RowsHead& head, std::vector<Question> questions)
      : head_(head), questions_(std::move(questions)) {}

  std::string begin() override {
    std::string out;
    codec::Writer writer(out);
    writer.begin_object();
    write_head(writer, head_);
    return out += R"(,"items":[)";
  }

  void append(std::string& out, const AnswerRow& row) override {
    if (!std::exchange(is_first_, false)) out += ",\n";
    codec::Writer writer(out);
    writer.begin_object();
    write_row(writer, questions_, row);
    writer.end_object();
  }

  std::string end() override { return "]}\n"; }

 private:
  const RowsHead head_;
  const std::vector<Question> questions_;
  bool is_first_ = true;
};

// ---- GeoJSON (RFC 7946)

class GeoJsonFile final : public RowsFile {
 public:
  GeoJsonFile(const RowsHead& head, std::vector<Question> questions) : head_(head) {
    for (Question& question : questions)
      (asks_for_place(question.kind) ? places_ : others_).push_back(std::move(question));
  }

  std::string begin() override {
    std::string out(R"({"type":"FeatureCollection",)");
    std::string members;
    codec::Writer writer(members);
    write_head(writer, head_);
    return out.append(members).append(R"(,"features":[)");
  }

  void append(std::string& out, const AnswerRow& row) override {
    for (const Question& place : places_) {
      const auto geometry = row.said.find(place.id);
      if (geometry == row.said.end()) continue;
      if (!std::exchange(is_first_, false)) out += ",\n";
      codec::Writer writer(out);
      writer.begin_object();
      writer.name("type");
      writer.plain("Feature");
      writer.name("geometry");
      writer.raw(geometry->second);
      writer.name("properties");
      writer.begin_object();
      writer.name("question");
      write(writer, place.id);
      write_row(writer, others_, row);
      writer.end_object();
      writer.end_object();
    }
  }

  std::string end() override { return "]}\n"; }

 private:
  const RowsHead head_;
  std::vector<Question> places_;
  std::vector<Question> others_;
  bool is_first_ = true;
};

struct FormatRow {
  std::string_view name;
  std::string_view content_type;
};
constexpr std::array<FormatRow, 3> formats{
    {{"csv", "text/csv; charset=utf-8"}, {"json", "application/json"}, {"geojson", "application/geo+json"}}};

}  // namespace

void write_answers(codec::Writer& out, const std::vector<Question>& questions, const survey::Answers& answers,
                   const Said& said) {
  out.name("answers");
  out.begin_object();
  for (const Question& question : questions) {
    if (const auto answer = answers.find(question.id); answer != answers.end()) {
      out.name(question.id.text());
      write(out, answer->second);
    } else if (const auto text = said.find(question.id);
               text != said.end() && !survey::is_closed(question.kind)) {
      out.name(question.id.text());
      if (are_words(question.kind))
        out.string(text->second);
      else
        out.raw(text->second);
    }
  }
  out.end_object();
  out.name("other");
  out.begin_object();
  for (const Question& question : questions) {
    const auto text = said.find(question.id);
    if (!question.other || text == said.end()) continue;
    out.name(question.id.text());
    out.string(text->second);
  }
  out.end_object();
}

std::optional<RowsFormat> parse_rows_format(std::string_view name) {
  const auto row = std::ranges::find(formats, name, &FormatRow::name);
  if (row == formats.end()) return std::nullopt;
  return static_cast<RowsFormat>(row - formats.begin());
}

std::string_view name_of(RowsFormat format) {
  return formats.at(static_cast<std::size_t>(format)).name;
}

std::string_view content_type_of(RowsFormat format) {
  return formats.at(static_cast<std::size_t>(format)).content_type;
}

bool asks_for_place(QuestionKind kind) {
  return kind == QuestionKind::point || kind == QuestionKind::line || kind == QuestionKind::polygon;
}

std::unique_ptr<RowsFile> make_rows_file(RowsFormat format, const RowsHead& head,
                                         std::vector<Question> questions) {
  switch (format) {
    case RowsFormat::csv:
      return std::make_unique<CsvFile>(head, std::move(questions));
    case RowsFormat::json:
      return std::make_unique<JsonFile>(head, std::move(questions));
    case RowsFormat::geojson:
      return std::make_unique<GeoJsonFile>(head, std::move(questions));
  }
  return nullptr;
}

}  // namespace stimmbuch::http::api
