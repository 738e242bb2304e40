#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "survey_row.hpp"

namespace stimmbuch::projections {

namespace {

void write_head(DocumentWriter& out, std::string_view id, const SurveyRow& row, const LedgerRow& ledger) {
  const survey::Terms& terms = *row.survey.terms;
  out.member("survey", id);
  out.purpose(ledger);
  out.member("project", terms.project);
  out.member("phase", terms.phase);
  out.member("title", terms.title);
  out.member_if_any("text", terms.text);
  out.member_if_any("machine_translated", terms.machine_translated);
  out.member("status", row.survey.status);
  out.flag("provisional", row.provisional || ledger.provisional);
  out.member("changeable", terms.changeable);
  out.member("least", terms.least);
  out.member("results", terms.results);
}

std::string finished(DocumentWriter& out, const SurveyRow& row) {
  out.member_if_any("ends", row.ends);
  out.member("drafted", row.drafted);
  out.member_if_any("opened", row.opened);
  out.member_if_any("closed", row.closed);
  out.member_if_any("reason", row.reason);
  out.member("reflects", row.reflects);
  return out.finish();
}

// Exact: "<numerator>/<denominator>", in lowest terms.
std::string fraction(std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t divisor = std::gcd(numerator, denominator);
  return std::to_string(numerator / divisor) + "/" + std::to_string(denominator / divisor);
}

// The figures of one question that enough people answered.
class WriteFigures {
 public:
  WriteFigures(DocumentWriter& out, const survey::Question& question, const QuestionTally& tally)
      : out_(out), question_(question), tally_(tally) {}

  void write() {
    switch (question_.kind) {
      case survey::QuestionKind::single:
      case survey::QuestionKind::multiple:
        return write_options("");
      case survey::QuestionKind::scale:
      case survey::QuestionKind::rating:
        return write_values();
      case survey::QuestionKind::ranking:
        return write_places();
      case survey::QuestionKind::matrix:
        return write_rows();
      case survey::QuestionKind::short_text:
      case survey::QuestionKind::long_text:
      case survey::QuestionKind::number:
      case survey::QuestionKind::date:
      case survey::QuestionKind::point:
      case survey::QuestionKind::line:
      case survey::QuestionKind::polygon:
        return;
    }
  }

 private:
  std::int64_t chosen(const std::string& name) const {
    const auto count = tally_.chosen.find(name);
    return count == tally_.chosen.end() ? 0 : count->second;
  }

  void write_option(const std::string& row, std::string_view option) {
    out_.begin_object();
    out_.member("id", option);
    out_.member("count", chosen(row + std::string(option)));
    out_.end_object();
  }

  void write_options(const std::string& row) {
    out_.begin_array("options");
    for (const survey::Choice& option : question_.options) write_option(row, option.id.text());
    if (question_.other) write_option(row, survey::other_option);
    out_.end_array();
  }

  void write_values() {
    std::int64_t sum = 0;
    out_.begin_array("values");
    for (std::int64_t value = question_.from; value <= question_.to; ++value) {
      const std::int64_t count = chosen(std::to_string(value));
      sum += value * count;
      if (count == 0) continue;
      out_.begin_object();
      out_.member("value", value);
      out_.member("count", count);
      out_.end_object();
    }
    out_.end_array();
    const std::string average = fraction(sum, tally_.answered);
    out_.member("average", std::string_view(average));
  }

  // How often an option stands at each place, and its average place among those who ranked it.
  void write_places() {
    out_.begin_array("options");
    for (const survey::Choice& option : question_.options) {
      std::vector<std::int64_t> places;
      std::int64_t count = 0;
      std::int64_t sum = 0;
      for (std::size_t place = 1; place <= question_.options_at_most(); ++place) {
        places.push_back(chosen(std::string(option.id.text()).append("/").append(std::to_string(place))));
        count += places.back();
        sum += static_cast<std::int64_t>(place) * places.back();
      }
      out_.begin_object();
      out_.member("id", option.id);
      out_.member("count", count);
      out_.member("places", places);
      if (count > 0) {
        const std::string average = fraction(sum, count);
        out_.member("average", std::string_view(average));
      }
      out_.end_object();
    }
    out_.end_array();
  }

  void write_rows() {
    out_.begin_array("rows");
    for (const survey::Choice& row : question_.rows) {
      out_.begin_object();
      out_.member("id", row.id);
      write_options(std::string(row.id.text()).append("/"));
      out_.end_object();
    }
    out_.end_array();
  }

  DocumentWriter& out_;
  const survey::Question& question_;
  const QuestionTally& tally_;
};

void write_released(DocumentWriter& out, std::string_view survey, const QuestionId& question,
                    const TallyRow& tally) {
  bool is_first = true;
  for (const ReleasedText& text : tally.released) {
    if (text.question != question) continue;
    if (std::exchange(is_first, false)) out.begin_array("texts");
    out.begin_object();
    const std::string row = std::string("text/survey/")
                                .append(survey)
                                .append("/")
                                .append(std::to_string(number(text.revision)))
                                .append("/")
                                .append(text.respondent);
    out.member("$text", std::string_view(row));
    out.end_object();
  }
  if (!is_first) out.end_array();
}

}  // namespace

std::string survey_document(std::string_view id, const SurveyRow& row, const LedgerRow& ledger) {
  DocumentWriter out;
  write_head(out, id, row, ledger);
  out.member("questions", row.survey.questions);
  return finished(out, row);
}

std::string survey_summary(std::string_view id, const SurveyRow& row, const LedgerRow& ledger) {
  DocumentWriter out;
  write_head(out, id, row, ledger);
  out.member("questions", row.survey.questions.size());
  return finished(out, row);
}

std::string survey_results(std::string_view id, const SurveyRow& survey, const TallyRow& tally,
                           const LedgerRow& ledger) {
  DocumentWriter out;
  out.member("survey", id);
  out.purpose(ledger);
  out.member("status", survey.survey.status);
  out.flag("provisional", survey.provisional || tally.provisional || ledger.provisional);
  out.member("respondents", tally.respondents);
  const std::int64_t least = survey.survey.terms->least;
  out.member("least", least);
  if (tally.shown_at) {
    out.member("counted", *tally.shown_at);
    out.begin_array("questions");
    for (const survey::Question& question : survey.survey.questions) {
      out.begin_object();
      out.member("id", question.id);
      out.member("kind", question.kind);
      const auto shown = tally.shown.find(question.id);
      const bool enough = shown != tally.shown.end() && shown->second.answered >= least;
      if (enough) {
        out.member("answered", shown->second.answered);
        WriteFigures(out, question, shown->second).write();
        write_released(out, id, question.id, tally);
      }
      out.flag("too_few", !enough);
      out.end_object();
    }
    out.end_array();
  }
  out.member("reflects", tally.reflects);
  return out.finish();
}

}  // namespace stimmbuch::projections
