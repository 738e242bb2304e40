#include "stimmbuch/projections/folds/surveys.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "stimmbuch/eventstore/codec/time.hpp"
#include "survey_row.hpp"

namespace stimmbuch::projections {

namespace {

// The phases of a project, and its surveys that end with one of them.
struct PhasesRow {
  project::State project;
  std::vector<SurveyId> open;
};

}  // namespace
}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::PhasesRow> = std::tuple{
    required("project", &projections::PhasesRow::project), if_any("open", &projections::PhasesRow::open)};

}  // namespace stimmbuch::codec

namespace stimmbuch::projections {
namespace {

std::string written(const StandingRow& row) {
  std::string text;
  codec::Writer out(text);
  write(out, row);
  return text;
}

StandingRow standing_of(const answers::AnswerSet& set, Revision revision) {
  StandingRow row{revision, set.answers, {}};
  for (const auto& [field, commitment] : set.texts)
    if (const auto question = QuestionId::parse(field)) row.texts.push_back(*question);
  return row;
}

// Counts the answers of one participant in, or out again.
class CountAnswer {
 public:
  CountAnswer(QuestionTally& tally, bool is_ranking, std::int64_t change)
      : tally_(tally), is_ranking_(is_ranking), change_(change) {}

  void operator()(const std::vector<OptionId>& options) const {
    for (std::size_t i = 0; i < options.size(); ++i) {
      std::string name(options[i].text());
      if (is_ranking_) name.append("/").append(std::to_string(i + 1));
      add(tally_.chosen, name, change_);
    }
  }
  void operator()(std::int64_t value) const { add(tally_.chosen, std::to_string(value), change_); }
  void operator()(const std::map<OptionId, OptionId>& rows) const {
    for (const auto& [row, option] : rows)
      add(tally_.chosen, std::string(row.text()).append("/").append(option.text()), change_);
  }

 private:
  QuestionTally& tally_;
  bool is_ranking_;
  std::int64_t change_;
};

class SurveysFold final : public Fold {
 public:
  void apply(Views& views, const FoldInput& input) override {
    switch (input.aggregate()) {
      case Aggregate::survey:
        return apply_survey(views, input);
      case Aggregate::answers:
        return apply_answers(views, input);
      case Aggregate::project:
        return apply_project(views, input);
      case Aggregate::ledger:
        return ledger_.apply(views, input);
      case Aggregate::citizen:
      case Aggregate::poll:
      case Aggregate::ballot:
      case Aggregate::roll:
      case Aggregate::opening:
      case Aggregate::contribution:
      case Aggregate::support:
      case Aggregate::rating:
      case Aggregate::report:
      case Aggregate::document:
        return;
    }
  }

  void park(Views& views, std::string_view subject) override {
    const auto stream = parse_subject(subject);
    if (const auto* const survey = stream ? std::get_if<SurveyId>(&*stream) : nullptr) {
      if (!surveys_.find(views, survey->text())) return;
      surveys_.edit(views, survey->text()).provisional = true;
      tallies_.edit(views, survey->text()).provisional = true;
    } else if (const auto* const answers = stream ? std::get_if<AnswersId>(&*stream) : nullptr) {
      tallies_.edit(views, answers->survey.text()).provisional = true;
    } else if (!stream || std::holds_alternative<LedgerId>(*stream)) {
      ledger_.park(views);
    }
  }

  void settle(Views& views) override {
    const LedgerRow& ledger = ledger_.row(views);
    tallies_.settle(views, [&](std::string_view id, const TallyRow& tally) {
      const SurveyRow* const survey = surveys_.find(views, id);
      // Its own stream is parked, and only what people answer is known.
      if (!survey || !survey->survey.terms) return;
      views.put(document_key(std::string("results/").append(id)), survey_results(id, *survey, tally, ledger));
    });
    surveys_.settle(views, [&](std::string_view id, SurveyRow& row) {
      if (!row.survey.terms) return;
      list_due(views, id, row);
      views.put(document_key(id), survey_document(id, row, ledger));
      views.put(surveys_of_project_prefix(row.survey.terms->project) + newest_first(row.drafted.position),
                survey_summary(id, row, ledger));
    });
    phases_.settle(views);
    ledger_.settle(views);
  }

  void forget() override {
    surveys_.forget();
    tallies_.forget();
    phases_.forget();
    ledger_.forget();
  }

 private:
  void apply_survey(Views& views, const FoldInput& input) {
    const auto& event = input.event<survey::Event>();
    const Recorded& recorded = input.recorded();
    SurveyRow& row = surveys_.edit(views, input.id());
    TallyRow& tally = tallies_.edit(views, input.id());
    row.survey = survey::evolve(std::move(row.survey), event, recorded);
    row.reflects = recorded.position;
    tally.reflects = recorded.position;
    if (std::holds_alternative<survey::Drafted>(event)) row.drafted = moment_of(recorded);
    if (std::holds_alternative<survey::Opened>(event)) {
      row.opened = moment_of(recorded);
      end_with_phase(views, input.id(), row);
    }
    if (const auto* const closed = std::get_if<survey::Closed>(&event)) {
      row.closed = moment_of(recorded);
      row.reason = closed->reason;
      row.ends.reset();
      if (row.survey.terms)
        std::erase(phases_.edit(views, row.survey.terms->project.text()).open, *SurveyId::parse(input.id()));
      show(tally, recorded);
    }
    if (const auto* const released = std::get_if<survey::TextsReleased>(&event)) {
      for (const auto& [respondent, commitment] : released->texts)
        tally.released.push_back({released->question, recorded.revision, respondent});
    }
  }

  void apply_answers(Views& views, const FoldInput& input) {
    const auto stream = parse_subject(input.envelope().subject);
    const auto* const participant = stream ? std::get_if<AnswersId>(&*stream) : nullptr;
    if (!participant) throw Unreadable("its subject is of no participant");
    const auto& event = input.event<answers::Event>();
    const Recorded& recorded = input.recorded();
    const SurveyRow* const survey = surveys_.find(views, input.id());
    TallyRow& tally = tallies_.edit(views, input.id());
    const std::string key = standing_prefix(input.id()).append(participant->voter.text());
    if (const auto before = views.get(key)) {
      count(tally, survey, read_standing(*before), -1);
      views.erase(key);
    }
    const auto stand = [&](const answers::AnswerSet& set) {
      const auto standing = standing_of(set, recorded.revision);
      count(tally, survey, standing, 1);
      views.put(key, written(standing));
    };
    if (const auto* const given = std::get_if<answers::Given>(&event)) stand(given->set);
    if (const auto* const changed = std::get_if<answers::Changed>(&event)) stand(changed->set);
    tally.reflects = recorded.position;
    ++tally.moved;
    const bool is_live =
        survey && survey->survey.terms && survey->survey.terms->results == poll::Results::live;
    if (is_live && tally.moved >= survey->survey.terms->least) show(tally, recorded);
  }

  static void count(TallyRow& tally, const SurveyRow* survey, const StandingRow& standing,
                    std::int64_t change) {
    tally.respondents += change;
    for (const auto& [id, answer] : standing.answers) {
      QuestionTally& question = tally.counted[id];
      const auto* const asked = survey ? survey->survey.question(id) : nullptr;
      const bool is_ranking = asked && asked->kind == survey::QuestionKind::ranking;
      question.answered += change;
      std::visit(CountAnswer(question, is_ranking, change), answer);
    }
    for (const QuestionId& id : standing.texts)
      if (!standing.answers.contains(id)) tally.counted[id].answered += change;
  }

  // What is shown moves in steps of as many answers as must be there at least, so that nobody sees in it
  // what a few people answered.
  static void show(TallyRow& tally, const Recorded& recorded) {
    tally.shown = tally.counted;
    tally.shown_at = moment_of(recorded);
    tally.moved = 0;
  }

  void apply_project(Views& views, const FoldInput& input) {
    PhasesRow& row = phases_.edit(views, input.id());
    row.project = project::evolve(std::move(row.project), input.event<project::Event>(), input.recorded());
    for (const SurveyId& id : row.open) {
      const SurveyRow* const survey = surveys_.find(views, id.text());
      const auto ends = survey ? end_of(row, *survey) : std::nullopt;
      if (survey && ends != survey->ends) surveys_.edit(views, id.text()).ends = ends;
    }
  }

  void end_with_phase(Views& views, std::string_view id, SurveyRow& row) {
    if (!row.survey.terms) return;
    PhasesRow& phases = phases_.edit(views, row.survey.terms->project.text());
    phases.open.push_back(*SurveyId::parse(id));
    row.ends = end_of(phases, row);
  }

  static std::optional<Time> end_of(const PhasesRow& phases, const SurveyRow& row) {
    const auto* const phase = phases.project.phase(row.survey.terms->phase);
    return phase ? std::optional(phase->closes) : std::nullopt;
  }

  static void list_due(Views& views, std::string_view id, SurveyRow& row) {
    if (row.ends == row.due) return;
    if (row.due) views.erase(due_key(*row.due, id));
    if (row.ends) views.put(due_key(*row.ends, id), std::string(id));
    row.due = row.ends;
  }
  static std::string due_key(Time due, std::string_view id) {
    return std::string(due_surveys_prefix).append(codec::TimeText(due).view()).append("/").append(id);
  }

  static constexpr std::size_t kept_max = 64;

  Rows<SurveyRow> surveys_{"survey/", kept_max};
  Rows<TallyRow> tallies_{"tally/", kept_max};
  Rows<PhasesRow> phases_{"phases/", kept_max};
  LedgerFold ledger_;
};

}  // namespace

Projection surveys_projection() {
  return {"surveys",
          1,
          {Aggregate::survey, Aggregate::answers, Aggregate::project, Aggregate::ledger},
          []() -> std::unique_ptr<Fold> { return std::make_unique<SurveysFold>(); }};
}

std::string surveys_of_project_prefix(const ProjectId& project) {
  return std::string("project/").append(project.text()).append("/");
}

std::string survey_results_id(const SurveyId& survey) {
  return std::string("results/").append(survey.text());
}

std::string standing_prefix(std::string_view survey) {
  return std::string("standing/").append(survey).append("/");
}

StandingRow read_standing(std::string_view text) {
  StandingRow row;
  codec::Reader in(text);
  if (!read(in, row) || !in.done()) throw std::logic_error("a row of standing answers cannot be read");
  return row;
}

}  // namespace stimmbuch::projections
