#include "stimmbuch/projections/folds/contributions.hpp"

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "contribution_row.hpp"
#include "document.hpp"
#include "stimmbuch/domain/citizen.hpp"

namespace stimmbuch::projections {

namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const auto part : parts) text.append(part).append("/");
  return text;
}

// Keeps of an event what the contribution's state does not.
struct Remember {
  ContributionRow& row;
  const Recorded& recorded;

  void operator()(const contribution::Submitted& event) const {
    row.submitted = moment_of(recorded);
    row.parent = event.parent;
    row.amends = event.amends;
    row.language = event.language;
    row.versions.push_back({moment_of(recorded), recorded.revision});
  }
  void operator()(const contribution::Revised&) const {
    row.versions.push_back({moment_of(recorded), recorded.revision});
  }
  void operator()(const contribution::Released&) const {}
  void operator()(const contribution::Withdrawn& event) const { row.withdrawal = past(event); }
  void operator()(const contribution::Merged& event) const { row.merging = past(event); }
  void operator()(const contribution::Answered& event) const { row.answers.push_back(past(event)); }
  void operator()(const contribution::Removed&) const { row.removed = moment_of(recorded); }
  void operator()(const contribution::Hidden& event) const { row.hidings.push_back(past(event)); }
  void operator()(const contribution::Restored&) const {}
  void operator()(const contribution::Appealed& event) const { row.appeals.push_back(past(event)); }
  void operator()(const contribution::AppealDecided& event) const { row.decisions.push_back(past(event)); }
  void operator()(const contribution::TextDestructionRequested&) const {}
  void operator()(const contribution::TextDestroyed&) const {}
  void operator()(const contribution::TextsDestroyed&) const {}

 private:
  template <class Event>
  Past<Event> past(const Event& event) const {
    return {moment_of(recorded), recorded.revision, event};
  }
};

// What the public list of moderators' deeds says of an event; nothing of other events.
struct Deed {
  std::string_view action;
  const contribution::Hidden* hidden = nullptr;
};

std::optional<Deed> deed_of(const contribution::Event& event) {
  if (const auto* const hidden = std::get_if<contribution::Hidden>(&event))
    return Deed{name_of(hidden->manner), hidden};
  if (std::holds_alternative<contribution::Released>(event)) return Deed{"released"};
  if (std::holds_alternative<contribution::Restored>(event)) return Deed{"restored"};
  if (const auto* const decided = std::get_if<contribution::AppealDecided>(&event))
    return Deed{decided->granted ? "appeal_granted" : "appeal_refused"};
  return std::nullopt;
}

class ContributionsFold final : public Fold {
 public:
  void apply(Views& views, const FoldInput& input) override {
    switch (input.aggregate()) {
      case Aggregate::contribution:
        return apply_contribution(views, input);
      case Aggregate::citizen:
        return apply_citizen(views, input);
      case Aggregate::ledger:
        return ledger_.apply(views, input);
      case Aggregate::project:
      case Aggregate::poll:
      case Aggregate::ballot:
      case Aggregate::roll:
      case Aggregate::opening:
        return;
    }
  }

  void park(Views& views, std::string_view subject) override {
    const auto stream = parse_subject(subject);
    if (const auto* const own = stream ? std::get_if<ContributionId>(&*stream) : nullptr) {
      if (rows_.find(views, own->text())) rows_.edit(views, own->text()).provisional = true;
    } else if (!stream || std::holds_alternative<LedgerId>(*stream)) {
      ledger_.park(views);
    }
  }

  void settle(Views& views) override {
    const LedgerRow& ledger = ledger_.row(views);
    rows_.settle(views, [&](std::string_view id, ContributionRow& row) {
      // Its own stream is parked, and only what others say of it is known.
      if (row.contribution.submitted && !row.versions.empty()) write_views(views, id, row, ledger);
    });
    ledger_.settle(views);
  }

  void forget() override {
    rows_.forget();
    ledger_.forget();
  }

 private:
  void apply_contribution(Views& views, const FoldInput& input) {
    const auto& event = input.event<contribution::Event>();
    const Recorded& recorded = input.recorded();
    ContributionRow& row = rows_.edit(views, input.id());
    const bool was_released = row.contribution.released > 0;
    row.contribution = contribution::evolve(std::move(row.contribution), event, recorded);
    std::visit(Remember{row, recorded}, event);
    row.reflects = recorded.position;
    if (const auto deed = deed_of(event)) write_deed(views, input, row, *deed);
    if (!was_released && row.contribution.released > 0) count_at_others(views, row, recorded.position);
    if (const auto* const merged = std::get_if<contribution::Merged>(&event)) {
      ContributionRow& into = rows_.edit(views, merged->into.text());
      into.merged_from.push_back(*ContributionId::parse(input.id()));
      into.reflects = recorded.position;
    }
  }

  void count_at_others(Views& views, const ContributionRow& row, Position position) {
    if (row.parent) {
      ContributionRow& answered = rows_.edit(views, row.parent->text());
      ++answered.replies;
      answered.reflects = position;
    }
    if (row.amends) {
      ContributionRow& amended = rows_.edit(views, row.amends->proposal.text());
      ++amended.amendments;
      amended.reflects = position;
    }
  }

  static void apply_citizen(Views& views, const FoldInput& input) {
    const auto& event = input.event<citizen::Event>();
    const Commitments* texts = nullptr;
    if (const auto* const registered = std::get_if<citizen::Registered>(&event)) texts = &registered->texts;
    if (const auto* const changed = std::get_if<citizen::Changed>(&event)) texts = &changed->texts;
    if (!texts || !texts->contains("name")) return;
    views.put(name_prefix(input.id()), std::string("text/")
                                           .append(input.envelope().subject)
                                           .append("/")
                                           .append(std::to_string(number(input.recorded().revision)))
                                           .append("/name"));
  }

  static void write_deed(Views& views, const FoldInput& input, const ContributionRow& row, const Deed& deed) {
    DocumentWriter out;
    out.member("position", input.position());
    out.member("time", input.recorded().time);
    out.member("contribution", input.id());
    out.member("kind", row.contribution.kind);
    out.member("project", row.contribution.project);
    out.member("action", deed.action);
    if (deed.hidden) out.member("reason", deed.hidden->reason);
    views.put(std::string(moderation_prefix).append(newest_first(input.position())), out.finish());
  }

  // A row that is put while `put`, and erased once when that ends; `is_there` remembers it.
  static void put_while(bool put, bool& is_there, Views& views, const std::string& key,
                        const std::string& value) {
    if (put) {
      views.put(key, value);
    } else if (is_there) {
      views.erase(key);
    }
    is_there = put;
  }

  static void write_views(Views& views, std::string_view id, ContributionRow& row, const LedgerRow& ledger) {
    const contribution::State& own = row.contribution;
    const Position position = row.submitted.position;
    const auto full = full_contribution_document(id, row, ledger);
    views.put(document_key(document_for_moderators(*ContributionId::parse(id))), full);
    if (own.author) views.put(contributions_by_prefix(*own.author).append(newest_first(position)), full);
    put_while(own.released < own.version && !own.is_over(), row.waits, views,
              std::string(pending_prefix).append(oldest_first(position)), full);
    if (own.released == 0) return;
    const auto summary = contribution_summary(id, row, ledger);
    views.put(document_key(id), contribution_document(id, row, ledger));
    if (row.parent) {
      views.put(replies_prefix(*row.parent).append(oldest_first(position)), summary);
      return;
    }
    if (row.amends)
      views.put(amendments_prefix(row.amends->proposal).append(oldest_first(position)), summary);
    bool in_project = row.listed;
    put_while(own.is_shown(), in_project, views,
              contributions_prefix(own.project, {}, own.kind).append(newest_first(position)), summary);
    put_while(own.is_shown(), row.listed, views,
              contributions_prefix(own.project, own.phase, own.kind).append(newest_first(position)), summary);
  }

  static constexpr std::size_t kept_rows_max = 1024;

  Rows<ContributionRow> rows_{"contribution/", kept_rows_max};
  LedgerFold ledger_;
};

}  // namespace

Projection contributions_projection() {
  return {"contributions",
          1,
          {Aggregate::contribution, Aggregate::citizen, Aggregate::ledger},
          []() -> std::unique_ptr<Fold> { return std::make_unique<ContributionsFold>(); }};
}

std::string contributions_prefix(const ProjectId& project, const std::optional<PhaseId>& phase,
                                 contribution::Kind kind) {
  if (!phase) return joined({"project", project.text(), name_of(kind)});
  return joined({"phase", project.text(), phase->text(), name_of(kind)});
}

std::string replies_prefix(const ContributionId& contribution) {
  return joined({"replies", contribution.text()});
}

std::string amendments_prefix(const ContributionId& contribution) {
  return joined({"amendments", contribution.text()});
}

std::string contributions_by_prefix(const CitizenId& author) {
  return joined({"author", author.text()});
}

std::string name_prefix(std::string_view citizen) {
  return std::string("name/").append(citizen);
}

std::string document_for_moderators(const ContributionId& contribution) {
  return std::string("moderation/").append(contribution.text());
}

}  // namespace stimmbuch::projections
