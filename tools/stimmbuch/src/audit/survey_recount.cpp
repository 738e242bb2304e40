#include "audit/survey_recount.hpp"

#include <numeric>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "access/api_client.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::program {

namespace {

using Options = std::vector<OptionId>;
using OptionsByRow = std::map<OptionId, OptionId>;

constexpr std::string_view too_few = "too few";

std::string figure_name(std::string_view question, std::string_view what) {
  return fmt::format("{}: {}", question, what);
}

std::string lowest_terms(std::int64_t numerator, std::int64_t denominator) {
  const auto divisor = std::gcd(numerator, denominator);
  return fmt::format("{}/{}", numerator / divisor, denominator / divisor);
}

std::string claimed_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::to_string(value.get<std::int64_t>());
}

// What the document says of one question; it throws where it is none.
void read_question_figures(const Json& question, SurveyFigures& figures) {
  const auto id = question.at("id").get<std::string>();
  const auto put = [&](std::string_view what, const Json& value) {
    figures.insert_or_assign(figure_name(id, what), claimed_text(value));
  };
  const auto put_options = [&](const Json& options, const std::string& row) {
    for (const Json& option : options) {
      const std::string name = row + option.at("id").get<std::string>();
      put(name, option.at("count"));
      if (option.contains("places")) {
        std::size_t place = 0;
        for (const Json& count : option.at("places"))
          put(fmt::format("{} at place {}", name, ++place), count);
      }
      if (option.contains("average")) put(name + " average", option.at("average"));
    }
  };
  if (question.contains("too_few")) {
    figures.insert_or_assign(id, std::string(too_few));
    return;
  }
  put("answered", question.at("answered"));
  if (question.contains("options")) put_options(question.at("options"), {});
  if (question.contains("rows")) {
    for (const Json& row : question.at("rows"))
      put_options(row.at("options"), row.at("id").get<std::string>() + " ");
  }
  if (question.contains("values")) {
    for (const Json& value : question.at("values"))
      put(std::to_string(value.at("value").get<std::int64_t>()), value.at("count"));
  }
  if (question.contains("average")) put("average", question.at("average"));
}

std::string written(const answers::AnswerSet& set) {
  std::string text;
  codec::Writer out(text);
  codec::write(out, set);
  return text;
}

answers::AnswerSet read_set(std::string_view text) {
  answers::AnswerSet set;
  codec::Reader in(text);
  if (!codec::read(in, set)) throw std::logic_error("answers cannot be read as they were written");
  return set;
}

}  // namespace

std::optional<SurveyClaim> read_survey_claim(const Json& document) {
  try {
    const auto survey = SurveyId::parse(document.at("survey").get<std::string>());
    if (!survey) return std::nullopt;
    SurveyClaim claim{.survey = *survey,
                      .status = document.at("status").get<std::string>(),
                      .respondents = document.at("respondents").get<std::int64_t>(),
                      .shown = {},
                      .reflects = Position{position_of(document.at("reflects"))}};
    if (!document.contains("counted")) return claim;
    claim.shown.emplace();
    claim.shown->counted = Position{position_of(document.at("counted").at("position"))};
    for (const Json& question : document.at("questions"))
      read_question_figures(question, claim.shown->figures);
    return claim;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

void SurveyRecount::begin_pass(Portion portion) {
  portion_ = portion;
  state_ = {};
  standing_ = {};
}

void SurveyRecount::add_survey_event(const survey::Event& event, const Recorded& recorded) {
  state_ = survey::evolve(std::move(state_), event, recorded);
  look(recorded.position);
}

void SurveyRecount::add_answers_event(std::string_view voter, const answers::Event& event,
                                      const Recorded& recorded) {
  struct Text {
    std::string operator()(const answers::Given& given) const { return written(given.set); }
    std::string operator()(const answers::Changed& changed) const { return written(changed.set); }
    std::string operator()(const answers::Withdrawn&) const { return {}; }
  };
  if (portion_.holds(voter)) standing_[voter] = std::visit(Text{}, event);
  look(recorded.position);
}

void SurveyRecount::look(Position position) {
  if (claim_.shown && position == claim_.shown->counted) {
    count_standing();
    if (portion_.is_last()) check_figures();
  }
  if (position != claim_.reflects) return;
  standing_.for_each([&](const std::string& set) { respondents_ += set.empty() ? 0 : 1; });
  if (!portion_.is_last()) return;
  is_founded_ = true;
  const auto status = codec::names<survey::Status>[static_cast<std::size_t>(state_.status)];
  if (claim_.status != status)
    differ_("survey_differs",
            fmt::format("the results say that the survey is {}; it is {}", claim_.status, status));
  if (claim_.respondents != respondents_)
    differ_("survey_differs", fmt::format("the results say that {} people answered; the records say {}",
                                          claim_.respondents, respondents_));
}

// Each participant's last answers, one by one.
void SurveyRecount::count_standing() {
  const auto count = [&](const survey::Question& question, const survey::Answer& answer) {
    auto& chosen = counts_[question.id].chosen;
    if (const auto* const options = std::get_if<Options>(&answer)) {
      for (std::size_t place = 0; place < options->size(); ++place) {
        const auto option = (*options)[place].text();
        ++chosen[std::string(option)];
        if (question.kind == survey::QuestionKind::ranking)
          ++chosen[fmt::format("{} at place {}", option, place + 1)];
      }
    } else if (const auto* const rows = std::get_if<OptionsByRow>(&answer)) {
      for (const auto& [row, option] : *rows) ++chosen[fmt::format("{} {}", row.text(), option.text())];
    } else {
      ++chosen[std::to_string(std::get<std::int64_t>(answer))];
    }
  };
  standing_.for_each([&](const std::string& text) {
    if (text.empty()) return;
    const auto set = read_set(text);
    for (const survey::Question& question : state_.questions) {
      const auto answer = set.answers.find(question.id);
      const bool is_answered = answer != set.answers.end();
      if (is_answered) count(question, answer->second);
      if (is_answered || set.texts.contains(question.id.text())) ++counts_[question.id].answered;
    }
  });
}

// What the document should say.
SurveyFigures SurveyRecount::figures() const {
  SurveyFigures figures;
  for (const survey::Question& question : state_.questions) {
    const auto found = counts_.find(question.id);
    const Count count = found == counts_.end() ? Count{} : found->second;
    const std::string id(question.id.text());
    if (!state_.terms || count.answered < state_.terms->least) {
      figures.insert_or_assign(id, std::string(too_few));
      continue;
    }
    const auto chosen = [&](const std::string& what) {
      const auto one = count.chosen.find(what);
      return one == count.chosen.end() ? 0 : one->second;
    };
    const auto put = [&](std::string_view what, std::string value) {
      figures.insert_or_assign(figure_name(id, what), std::move(value));
    };
    const auto put_count = [&](const std::string& what) { put(what, std::to_string(chosen(what))); };
    put("answered", std::to_string(count.answered));
    std::vector<std::string> options;
    for (const survey::Choice& option : question.options) options.emplace_back(option.id.text());
    if (question.other) options.emplace_back(survey::other_option);
    if (question.kind == survey::QuestionKind::matrix) {
      for (const survey::Choice& row : question.rows)
        for (const auto& option : options) put_count(fmt::format("{} {}", row.id.text(), option));
      continue;
    }
    for (const auto& option : options) {
      put_count(option);
      if (question.kind != survey::QuestionKind::ranking) continue;
      std::int64_t sum = 0;
      for (std::size_t place = 1; place <= question.options_at_most(); ++place) {
        const auto name = fmt::format("{} at place {}", option, place);
        put_count(name);
        sum += static_cast<std::int64_t>(place) * chosen(name);
      }
      if (chosen(option) > 0) put(option + " average", lowest_terms(sum, chosen(option)));
    }
    if (question.kind == survey::QuestionKind::scale || question.kind == survey::QuestionKind::rating) {
      std::int64_t sum = 0;
      for (const auto& [value, times] : count.chosen) {
        put(value, std::to_string(times));
        sum += std::stoll(value) * times;
      }
      put("average", lowest_terms(sum, count.answered));
    }
  }
  return figures;
}

void SurveyRecount::check_figures() {
  const auto ours = figures();
  const auto& theirs = claim_.shown->figures;
  const auto value_of = [](const SurveyFigures& figures, const std::string& name) {
    const auto found = figures.find(name);
    return found == figures.end() ? std::string("nothing") : found->second;
  };
  SurveyFigures all = ours;
  all.insert(theirs.begin(), theirs.end());
  for (const auto& [name, value] : all) {
    const auto claimed = value_of(theirs, name);
    const auto counted = value_of(ours, name);
    if (claimed != counted)
      differ_("survey_differs",
              fmt::format("{}: the results say {}, the answers say {}", name, claimed, counted));
  }
}

void SurveyRecount::finish() {
  if (portion_.is_last() && !is_founded_) {
    differ_("survey_unfounded", fmt::format("the results reflect position {}, where the survey has no record",
                                            number(claim_.reflects)));
  }
}

}  // namespace stimmbuch::program
