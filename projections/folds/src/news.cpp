#include "stimmbuch/projections/folds/news.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "document.hpp"

namespace stimmbuch::projections {

namespace {

// What a record of a poll, a contribution, a document or a survey belongs to.
struct NewsSubject {
  ProjectId project;
  bool shown = false;  // a contribution that was released at some time
};

}  // namespace
}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::NewsSubject> =
    std::tuple{required("project", &projections::NewsSubject::project),
               unless("shown", &projections::NewsSubject::shown, false)};

}  // namespace stimmbuch::codec

namespace stimmbuch::projections {
namespace {

// The part of a project that its record is about; nothing of the whole.
struct PartOf {
  DocumentWriter& out;

  void operator()(const project::PhaseDefined& event) const { out.member("phase", event.phase.id); }
  void operator()(const project::PhaseExtended& event) const { out.member("phase", event.phase); }
  void operator()(const project::PhaseClosed& event) const { out.member("phase", event.phase); }
  void operator()(const project::PhaseReopened& event) const { out.member("phase", event.phase); }
  void operator()(const project::MilestonePlanned& event) const {
    out.member("milestone", event.milestone.id);
  }
  void operator()(const project::MilestoneReported& event) const {
    out.member("milestone", event.milestone);
    out.member("status", event.report.status);
  }
  template <class Other>
  void operator()(const Other&) const {}
};

// Whether people want to hear of it.
bool is_news(const project::Event& event) {
  return !std::holds_alternative<project::SecretDestroyed>(event);
}
bool is_news(const poll::Event& event) {
  return std::holds_alternative<poll::Opened>(event) || std::holds_alternative<poll::Extended>(event) ||
         std::holds_alternative<poll::OptionWithdrawn>(event) ||
         std::holds_alternative<poll::Closed>(event) || std::holds_alternative<poll::ResultComputed>(event) ||
         std::holds_alternative<poll::ResultCertified>(event) ||
         std::holds_alternative<poll::Cancelled>(event) || std::holds_alternative<poll::Annulled>(event);
}
bool is_news(const document::Event& event) {
  return !std::holds_alternative<document::ParagraphsAdded>(event);
}
bool is_news(const survey::Event& event) {
  return std::holds_alternative<survey::Opened>(event) || std::holds_alternative<survey::Closed>(event) ||
         std::holds_alternative<survey::TextsReleased>(event);
}
bool is_news(const contribution::Event& event) {
  return std::holds_alternative<contribution::Submitted>(event) ||
         std::holds_alternative<contribution::Revised>(event) ||
         std::holds_alternative<contribution::Released>(event) ||
         std::holds_alternative<contribution::Withdrawn>(event) ||
         std::holds_alternative<contribution::Merged>(event) ||
         std::holds_alternative<contribution::Answered>(event);
}

// The project of a poll, a document or a survey, which its first record names; null for later ones.
const ProjectId* project_named_by(const poll::Event& event) {
  const auto* const drafted = std::get_if<poll::Drafted>(&event);
  return drafted ? &drafted->terms.project : nullptr;
}
const ProjectId* project_named_by(const document::Event& event) {
  const auto* const published = std::get_if<document::Published>(&event);
  return published ? &published->project : nullptr;
}
const ProjectId* project_named_by(const survey::Event& event) {
  const auto* const drafted = std::get_if<survey::Drafted>(&event);
  return drafted ? &drafted->terms.project : nullptr;
}

// Whether the record shows everybody a text.
bool releases(const contribution::Event& event) {
  if (const auto* const submitted = std::get_if<contribution::Submitted>(&event)) return !submitted->pending;
  return std::holds_alternative<contribution::Released>(event);
}

class NewsFold final : public Fold {
 public:
  void apply(Views& views, const FoldInput& input) override {
    switch (input.aggregate()) {
      case Aggregate::project:
        return apply_project(views, input);
      case Aggregate::poll:
        return apply_part<poll::Event>(views, input, polls_);
      case Aggregate::contribution:
        return apply_contribution(views, input);
      case Aggregate::document:
        return apply_part<document::Event>(views, input, documents_);
      case Aggregate::survey:
        return apply_part<survey::Event>(views, input, surveys_);
      case Aggregate::ledger:
        return ledger_.apply(views, input);
      case Aggregate::citizen:
      case Aggregate::ballot:
      case Aggregate::roll:
      case Aggregate::opening:
      case Aggregate::support:
      case Aggregate::rating:
      case Aggregate::report:
      case Aggregate::answers:
        return;
    }
  }

  // News is what was recorded; nothing of it is a figure that could be wrong.
  void park(Views&, std::string_view) override {}

  void settle(Views& views) override {
    polls_.settle(views);
    contributions_.settle(views);
    documents_.settle(views);
    surveys_.settle(views);
    ledger_.settle(views);
  }

  void forget() override {
    polls_.forget();
    contributions_.forget();
    documents_.forget();
    surveys_.forget();
    ledger_.forget();
  }

 private:
  void apply_project(Views& views, const FoldInput& input) {
    const auto& event = input.event<project::Event>();
    const auto project = ProjectId::parse(input.id());
    if (is_news(event) && project) put(views, input, *project, event);
  }

  // A record of a poll, a document or a survey.
  template <class Event>
  void apply_part(Views& views, const FoldInput& input, Rows<NewsSubject>& subjects) {
    const auto& event = input.event<Event>();
    if (const ProjectId* const project = project_named_by(event))
      subjects.edit(views, input.id()).project = *project;
    const NewsSubject* const subject = subjects.find(views, input.id());
    if (subject && is_news(event)) put(views, input, subject->project);
  }

  void apply_contribution(Views& views, const FoldInput& input) {
    const auto& event = input.event<contribution::Event>();
    if (const auto* const submitted = std::get_if<contribution::Submitted>(&event))
      contributions_.edit(views, input.id()).project = submitted->project;
    if (releases(event)) contributions_.edit(views, input.id()).shown = true;
    const NewsSubject* const contribution = contributions_.find(views, input.id());
    if (contribution && contribution->shown && is_news(event)) put(views, input, contribution->project);
  }

  void put(Views& views, const FoldInput& input, const ProjectId& project,
           const std::optional<project::Event>& event = {}) {
    const codec::Envelope& envelope = input.envelope();
    DocumentWriter out;
    out.purpose(ledger_.row(views));
    out.member("position", input.position());
    out.member("time", input.recorded().time);
    out.member("type", envelope.type);
    out.member("subject", envelope.subject);
    out.member("project", project);
    if (event) std::visit(PartOf{out}, *event);
    views.put(news_prefix(project) + news_key(input.position()), out.finish());
  }

  static constexpr std::size_t kept_subjects_max = 4096;

  Rows<NewsSubject> polls_{"poll/", kept_subjects_max};
  Rows<NewsSubject> contributions_{"contribution/", kept_subjects_max};
  Rows<NewsSubject> documents_{"document_of/", kept_subjects_max};
  Rows<NewsSubject> surveys_{"survey_of/", kept_subjects_max};
  LedgerFold ledger_;
};

}  // namespace

Projection news_projection() {
  return {"news",
          2,
          {Aggregate::project, Aggregate::poll, Aggregate::contribution, Aggregate::document,
           Aggregate::survey, Aggregate::ledger},
          []() -> std::unique_ptr<Fold> { return std::make_unique<NewsFold>(); }};
}

std::string news_prefix(const ProjectId& project) {
  return std::string("project/").append(project.text()).append("/");
}

std::string news_key(Position position) {
  return oldest_first(position);
}

}  // namespace stimmbuch::projections
