#include "stimmbuch/projections/folds/contributions.hpp"

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annotations.hpp"
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
    row.survey = event.survey;
    row.passage = event.passage;
    row.category = event.category;
    add_version(event.texts);
  }
  void operator()(const contribution::Revised& event) const { add_version(event.texts); }
  void operator()(const contribution::Released&) const {}
  void operator()(const contribution::Withdrawn& event) const { row.withdrawal = past(event); }
  void operator()(const contribution::Merged& event) const { row.merging = past(event); }
  void operator()(const contribution::Answered& event) const { row.answers.push_back(past(event)); }
  void operator()(const contribution::Removed&) const { row.removed = moment_of(recorded); }
  void operator()(const contribution::Hidden& event) const { row.hidings.push_back(past(event)); }
  void operator()(const contribution::Restored&) const {}
  void operator()(const contribution::Appealed& event) const { row.appeals.push_back(past(event)); }
  void operator()(const contribution::AppealDecided& event) const { row.decisions.push_back(past(event)); }
  void operator()(const contribution::ReportsDismissed&) const { row.reports.clear(); }
  void operator()(const contribution::TextDestructionRequested&) const {}
  void operator()(const contribution::TextDestroyed&) const {}
  void operator()(const contribution::TextsDestroyed&) const {}

 private:
  void add_version(const Commitments& texts) const {
    row.versions.push_back({moment_of(recorded), recorded.revision, texts.contains("photo")});
  }
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
  if (std::holds_alternative<contribution::ReportsDismissed>(event)) return Deed{"reports_dismissed"};
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
      case Aggregate::support:
        return apply_support(views, input);
      case Aggregate::rating:
        return apply_rating(views, input);
      case Aggregate::report:
        return apply_report(views, input);
      case Aggregate::citizen:
        return apply_citizen(views, input);
      case Aggregate::document:
        return annotations_.apply(views, input, rows_);
      case Aggregate::ledger:
        return ledger_.apply(views, input);
      case Aggregate::project:
      case Aggregate::poll:
      case Aggregate::ballot:
      case Aggregate::roll:
      case Aggregate::opening:
      case Aggregate::survey:
      case Aggregate::answers:
        return;
    }
  }

  void park(Views& views, std::string_view subject) override {
    const auto stream = parse_subject(subject);
    if (const auto* const own = stream ? std::get_if<ContributionId>(&*stream) : nullptr) {
      if (rows_.find(views, own->text())) rows_.edit(views, own->text()).provisional = true;
    } else if (const auto* const document = stream ? std::get_if<DocumentId>(&*stream) : nullptr) {
      Annotations::park(views, *document, rows_);
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
    annotations_.settle(views);
    ledger_.settle(views);
  }

  void forget() override {
    rows_.forget();
    annotations_.forget();
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
    const auto* const submitted = std::get_if<contribution::Submitted>(&event);
    if (submitted && submitted->passage) Annotations::add(views, submitted->passage->document, input.id());
    if (const auto deed = deed_of(event)) write_deed(views, input, row, *deed);
    if (submitted && row.contribution.author) {
      views.put(contributions_by_prefix(*row.contribution.author).append(newest_first(recorded.position)),
                reference_to(whole_key(input.id())));
    }
    if (!was_released && row.contribution.released > 0) {
      count_at_others(views, row, recorded.position);
      list_beside_others(views, input.id(), row);
    }
    if (const auto* const merged = std::get_if<contribution::Merged>(&event)) {
      ContributionRow& into = rows_.edit(views, merged->into.text());
      into.merged_from.push_back(*ContributionId::parse(input.id()));
      into.reflects = recorded.position;
      join_supporters(views, input.id(), merged->into);
    }
  }

  void apply_support(Views& views, const FoldInput& input) {
    const auto stream = parse_subject(input.envelope().subject);
    const auto* const supports = stream ? std::get_if<SupportsId>(&*stream) : nullptr;
    if (!supports) throw Unreadable("its subject is of no participant");
    const auto& event = input.event<support::Event>();
    const auto count = [&](const std::vector<ContributionId>& proposals, std::int64_t change) {
      for (const ContributionId& proposal : proposals)
        count_support(views, proposal, supports->voter, change, input.position());
    };
    if (const auto* const given = std::get_if<support::Given>(&event)) count(given->begin, 1);
    if (const auto* const withdrawn = std::get_if<support::Withdrawn>(&event)) count(withdrawn->cease, -1);
  }

  void apply_rating(Views& views, const FoldInput& input) {
    const auto change = [&](const ContributionId& contribution, Rating rating, std::int64_t by) {
      ContributionRow& rated = rows_.edit(views, contribution.text());
      add(rated.ratings, name_of(rating), by);
      rated.reflects = input.position();
    };
    const auto& event = input.event<rating::Event>();
    if (const auto* const given = std::get_if<rating::Given>(&event))
      change(given->contribution, given->rating, 1);
    if (const auto* const changed = std::get_if<rating::Changed>(&event)) {
      change(changed->contribution, changed->replaced, -1);
      change(changed->contribution, changed->rating, 1);
    }
    if (const auto* const withdrawn = std::get_if<rating::Withdrawn>(&event))
      change(withdrawn->contribution, withdrawn->replaced, -1);
  }

  void apply_report(Views& views, const FoldInput& input) {
    const auto& made = std::get<report::Made>(input.event<report::Event>());
    ContributionRow& reported = rows_.edit(views, made.contribution.text());
    add(reported.reports, name_of(made.reason), 1);
    reported.reflects = input.position();
  }

  // One more or one less support of a proposal; its supporters are counted where it was merged into.
  void count_support(Views& views, const ContributionId& proposal, const VoterId& voter, std::int64_t change,
                     Position position) {
    ContributionRow& supported = rows_.edit(views, proposal.text());
    supported.supports += change;
    supported.reflects = position;
    const ContributionId root = root_of(views, proposal);
    ContributionRow& counted = rows_.edit(views, root.text());
    counted.supporters += add_to_supporter(views, root, voter.text(), change);
    counted.reflects = position;
  }

  // What a proposal was merged into at last.
  ContributionId root_of(Views& views, ContributionId proposal) {
    for (std::size_t merges = 0; merges < merges_max; ++merges) {
      const ContributionRow* const row = rows_.find(views, proposal.text());
      if (!row || !row->merging) return proposal;
      proposal = row->merging->event.into;
    }
    throw Unreadable("the proposal was merged in a circle");
  }

  // Somebody supports so many more of the proposals that are counted together. By how much that changes the
  // number of supporters.
  static std::int64_t add_to_supporter(Views& views, const ContributionId& root, std::string_view voter,
                                       std::int64_t change) {
    const std::string key = supporters_prefix(root).append(voter);
    const auto known = views.get(key);
    const std::int64_t before = known ? std::stoll(*known) : 0;
    const std::int64_t after = before + change;
    if (after > 0) {
      views.put(key, std::to_string(after));
    } else {
      views.erase(key);
    }
    return (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
  }

  void join_supporters(Views& views, std::string_view merged, const ContributionId& into) {
    const ContributionId root = root_of(views, into);
    const std::string prefix = supporters_prefix(*ContributionId::parse(merged));
    std::int64_t more = 0;
    std::vector<std::string> joined;
    views.each(prefix, [&](std::string_view voter, std::string_view count) {
      more += add_to_supporter(views, root, voter, std::stoll(std::string(count)));
      joined.push_back(prefix + std::string(voter));
    });
    for (const std::string& key : joined) views.erase(key);
    rows_.edit(views, root.text()).supporters += more;
  }

  static std::string supporters_prefix(const ContributionId& proposal) {
    return std::string("supporter/").append(proposal.text()).append("/");
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

  void write_deed(Views& views, const FoldInput& input, const ContributionRow& row, const Deed& deed) {
    DocumentWriter out;
    out.purpose(ledger_.row(views));
    out.member("position", input.position());
    out.member("time", input.recorded().time);
    out.member("contribution", input.id());
    out.member("kind", row.contribution.kind);
    out.member("project", row.contribution.project);
    out.member("action", deed.action);
    if (deed.hidden) out.member("reason", deed.hidden->reason);
    views.put(std::string(moderation_prefix).append(newest_first(input.position())), out.finish());
  }

  // The rows that lists refer to. What lists have of anything but a proposal is its whole document.
  static std::string whole_key(std::string_view id) {
    return document_key(document_for_moderators(*ContributionId::parse(id)));
  }
  static std::string summary_key(std::string_view id, contribution::Kind kind) {
    return kind == contribution::Kind::proposal ? std::string("summary/").append(id) : document_key(id);
  }
  static std::string feature_key(std::string_view id) { return std::string("feature/").append(id); }

  // A row that stands for another one: put if it was not in the list and is now, erased the other way round.
  static void relist(Views& views, const std::string& key, const std::string& reference, bool was, bool is) {
    if (is && !was) views.put(key, reference);
    if (was && !is) views.erase(key);
  }

  // Where it stays from its first release on, whatever becomes of it.
  static void list_beside_others(Views& views, std::string_view id, const ContributionRow& row) {
    const auto reference = reference_to(summary_key(id, row.contribution.kind));
    const auto oldest = oldest_first(row.submitted.position);
    if (row.amends) views.put(amendments_prefix(row.amends->proposal).append(oldest), reference);
    if (const auto thread = thread_of(row); !thread.empty()) views.put(thread + oldest, reference);
  }

  static void write_views(Views& views, std::string_view id, ContributionRow& row, const LedgerRow& ledger) {
    const contribution::State& own = row.contribution;
    const Position position = row.submitted.position;
    views.put(whole_key(id), full_contribution_document(id, row, ledger));
    const bool waits = own.released < own.version && !own.is_over();
    relist(views, std::string(pending_prefix).append(oldest_first(position)), reference_to(whole_key(id)),
           std::exchange(row.waits, waits), waits);
    list_reported(views, id, row);
    if (own.released == 0) return;
    views.put(document_key(id), contribution_document(id, row, ledger));
    const auto summary = summary_key(id, own.kind);
    if (own.kind == contribution::Kind::proposal) views.put(summary, contribution_summary(id, row, ledger));
    const auto reference = reference_to(summary);
    if (const auto thread = thread_of(row); !thread.empty())
      return list_by_scores(views, {thread}, row, own.is_shown(), reference);
    const std::vector<std::string> lists{contributions_prefix(own.project, {}, own.kind),
                                         contributions_prefix(own.project, own.phase, own.kind)};
    list_by_scores(views, lists, row, own.is_shown() && !own.merged, reference);
    const bool was_listed = std::exchange(row.listed, own.is_shown());
    for (const std::string& list : lists)
      relist(views, list + newest_first(position), reference, was_listed, row.listed);
    if (own.kind == contribution::Kind::mark) list_mark(views, id, row, ledger, was_listed);
  }

  // The list of what is said of the same thing; empty where the phase is the thing.
  static std::string thread_of(const ContributionRow& row) {
    if (row.parent) return replies_prefix(*row.parent);
    if (row.survey) return survey_comments_prefix(*row.survey);
    if (row.passage) return annotations_prefix(row.passage->document);
    return {};
  }

  // Beside the lists of its kind, and as long.
  static void list_mark(Views& views, std::string_view id, const ContributionRow& row,
                        const LedgerRow& ledger, bool was_listed) {
    const contribution::State& own = row.contribution;
    const auto feature = feature_key(id);
    if (row.listed) {
      views.put(feature, mark_feature(id, row, ledger));
    } else if (was_listed) {
      views.erase(feature);
    }
    for (const std::string& list : {marks_prefix(own.project, {}), marks_prefix(own.project, own.phase)}) {
      relist(views, list + newest_first(row.submitted.position), reference_to(feature), was_listed,
             row.listed);
    }
  }

  static std::int64_t rated(const ContributionRow& row, std::string_view one, std::string_view or_other) {
    const auto count = [&](std::string_view name) {
      const auto found = row.ratings.find(name);
      return found == row.ratings.end() ? 0 : found->second;
    };
    return count(one) + count(or_other);
  }

  static Scores scores_of(const ContributionRow& row) {
    const std::int64_t pro = rated(row, "up", "agree");
    const std::int64_t contra = rated(row, "down", "disagree");
    const bool is_proposal = row.contribution.kind == contribution::Kind::proposal;
    return {is_proposal ? row.supporters : pro - contra, std::min(pro, contra)};
  }

  // The same lists by each score, and of those with the same the newest first.
  static void list_by_scores(Views& views, const std::vector<std::string>& lists, ContributionRow& row,
                             bool listed, const std::string& reference) {
    const auto scores = listed ? std::optional(scores_of(row)) : std::nullopt;
    if (row.scores == scores) return;
    const std::string newest = newest_first(row.submitted.position);
    const auto each_key = [&](const Scores& of, const auto& visit) {
      for (const std::string& list : lists) {
        visit(sorted_prefix(list, Sorting::supported) + highest_first(of.supported) + "/" + newest);
        visit(sorted_prefix(list, Sorting::controversial) + highest_first(of.controversial) + "/" + newest);
      }
    };
    if (row.scores) each_key(*row.scores, [&](const std::string& key) { views.erase(key); });
    if (scores) each_key(*scores, [&](const std::string& key) { views.put(key, reference); });
    row.scores = scores;
  }

  // For moderators: what was reported most comes first.
  static void list_reported(Views& views, std::string_view id, ContributionRow& row) {
    std::int64_t reports = 0;
    for (const auto& [reason, count] : row.reports) reports += count;
    const auto listed = reports > 0 && row.contribution.is_shown() ? std::optional(reports) : std::nullopt;
    if (row.listed_reports == listed) return;
    const auto key = [&](std::int64_t count) {
      return std::string(reported_prefix)
          .append(highest_first(count))
          .append("/")
          .append(newest_first(row.submitted.position));
    };
    if (row.listed_reports) views.erase(key(*row.listed_reports));
    if (listed) views.put(key(*listed), reference_to(whole_key(id)));
    row.listed_reports = listed;
  }

  static constexpr std::size_t kept_rows_max = 1024;
  static constexpr std::size_t merges_max = 1000;

  Rows<ContributionRow> rows_{"contribution/", kept_rows_max};
  Annotations annotations_;
  LedgerFold ledger_;
};

}  // namespace

Projection contributions_projection() {
  return {"contributions",
          3,
          {Aggregate::contribution, Aggregate::support, Aggregate::rating, Aggregate::report,
           Aggregate::citizen, Aggregate::document, Aggregate::ledger},
          []() -> std::unique_ptr<Fold> { return std::make_unique<ContributionsFold>(); }};
}

std::string contributions_prefix(const ProjectId& project, const std::optional<PhaseId>& phase,
                                 contribution::Kind kind) {
  if (!phase) return joined({"project", project.text(), name_of(kind)});
  return joined({"phase", project.text(), phase->text(), name_of(kind)});
}

std::string sorted_prefix(std::string_view list, Sorting sorting) {
  switch (sorting) {
    case Sorting::newest:
      break;
    case Sorting::supported:
      return std::string("supported/").append(list);
    case Sorting::controversial:
      return std::string("controversial/").append(list);
  }
  return std::string(list);
}

std::string replies_prefix(const ContributionId& contribution) {
  return joined({"replies", contribution.text()});
}

std::string survey_comments_prefix(const SurveyId& survey) {
  return joined({"survey", survey.text()});
}

std::string annotations_prefix(const DocumentId& document) {
  return joined({"annotations", document.text()});
}

std::string marks_prefix(const ProjectId& project, const std::optional<PhaseId>& phase) {
  return std::string("marks/").append(contributions_prefix(project, phase, contribution::Kind::mark));
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
