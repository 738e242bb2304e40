#include <algorithm>
#include <string>
#include <utility>

#include "contribution_row.hpp"

namespace stimmbuch::projections {

namespace {

std::string_view state_of(const contribution::State& contribution) {
  if (contribution.removed) return "removed";
  if (contribution.is_shown()) return "shown";
  const bool is_hidden =
      contribution.is_emptied() || !std::ranges::all_of(contribution.hidings, &contribution::Hiding::lifted);
  return is_hidden ? "hidden" : "pending";
}

// How much of it a document shows: all, what lists have, or that without what stands beside it.
enum class Extent { whole, summary, properties };

class ContributionDocument {
 public:
  ContributionDocument(std::string_view id, const ContributionRow& row, const LedgerRow& ledger)
      : id_(id), row_(row), ledger_(ledger) {}

  void head() {
    const contribution::State& own = row_.contribution;
    out_.member("contribution", id_);
    out_.purpose(ledger_);
    out_.flag("provisional", row_.provisional || ledger_.provisional);
    out_.member("kind", own.kind);
    out_.member("project", own.project);
    out_.member("phase", own.phase);
    out_.member_if_any("parent", row_.parent);
    out_.member_if_any("amends", row_.amends);
    out_.member_if_any("language", row_.language);
    out_.member_if_any("survey", row_.survey);
    passage();
    out_.member_if_any("category", row_.category);
    out_.member("state", state_of(own));
    out_.member("submitted", row_.submitted);
  }

  void author() {
    if (!row_.contribution.author) return;
    out_.begin_object("author");
    out_.member("$name", *row_.contribution.author);
    out_.end_object();
  }

  // The texts of a version, numbered from 1.
  void words(std::uint32_t version, Extent extent) {
    const auto& [recorded, revision, photo] = row_.versions.at(version - 1);
    const bool is_proposal = row_.contribution.kind == contribution::Kind::proposal;
    const bool is_mark = row_.contribution.kind == contribution::Kind::mark;
    if (is_proposal) text("title", revision, "title");
    if (extent == Extent::whole || !is_proposal) text("text", revision, "text");
    if (is_mark && extent != Extent::properties) reference("place", "$json", revision, "place");
    if (photo) text("photo", revision, "photo");
  }

  // The feature that has the document as its properties.
  void feature(const std::string& properties) {
    out_.member("type", "Feature");
    out_.member("id", id_);
    const std::uint32_t version = row_.contribution.released;
    reference("geometry", "$json", row_.versions.at(version - 1).revision, "place");
    out_.out().name("properties");
    out_.out().raw(properties);
  }
  std::string finish_feature() { return out_.finish(); }

  void newest_released(Extent extent) {
    const std::uint32_t version = row_.contribution.released;
    out_.member("version", version);
    if (version > 1) out_.member("revised", row_.versions.at(version - 1).recorded);
    author();
    words(version, extent);
  }

  void all_versions() {
    if (row_.contribution.author) out_.member("citizen", *row_.contribution.author);
    author();
    out_.begin_array("versions");
    for (std::uint32_t version = 1; version <= row_.versions.size(); ++version) {
      out_.begin_object();
      moment(row_.versions[version - 1].recorded);
      out_.member("revision", row_.versions[version - 1].revision);
      out_.member("version", version);
      words(version, Extent::whole);
      out_.end_object();
    }
    out_.end_array();
    out_.member("released", row_.contribution.released);
  }

  void fate() {
    if (row_.contribution.kind == contribution::Kind::proposal)
      out_.member("status", row_.contribution.status);
    if (row_.withdrawal) {
      out_.begin_object("withdrawn");
      moment(row_.withdrawal->recorded);
      out_.member_if_any("successor", row_.withdrawal->event.successor);
      text("reason", row_.withdrawal->revision, "reason");
      out_.end_object();
    }
    if (row_.merging) {
      out_.begin_object("merged");
      moment(row_.merging->recorded);
      codec::write_members(out_.out(), row_.merging->event);
      out_.end_object();
    }
    out_.member_if_any("removed", row_.removed);
  }

  void answers() {
    if (row_.answers.empty()) return;
    out_.begin_array("answers");
    for (const auto& [recorded, revision, event] : row_.answers) {
      out_.begin_object();
      moment(recorded);
      out_.member("status", event.status);
      if (!event.texts.empty()) {
        out_.begin_object("answer");
        for (const auto& [field, commitment] : event.texts)
          text(std::string_view(field).substr(std::string_view("answer/").size()), revision, field);
        out_.end_object();
      }
      out_.end_object();
    }
    out_.end_array();
  }

  void why_not_shown() {
    if (row_.contribution.removed) return out_.member_if_any("removed", row_.removed);
    begin_hidings();
    for (std::size_t i = 0; i < row_.hidings.size(); ++i) {
      // Texts that were destroyed stay so, even if that was wrong.
      const contribution::Hiding& hiding_state = row_.contribution.hidings.at(i);
      if (hiding_state.lifted && hiding_state.manner != contribution::Manner::removed) continue;
      out_.begin_object();
      hiding(row_.hidings[i]);
      out_.end_object();
    }
    out_.end_array();
  }

  void reports() { out_.member_if_any("reports", row_.reports); }

  void all_hidings() {
    if (row_.hidings.empty()) return;
    begin_hidings();
    for (std::size_t i = 0; i < row_.hidings.size(); ++i) {
      const auto& past = row_.hidings[i];
      out_.begin_object();
      hiding(past);
      out_.member("lifted", row_.contribution.hidings.at(i).lifted);
      if (!past.event.texts.empty()) text("note", past.revision, "note");
      appeal_against(past.recorded.position);
      out_.end_object();
    }
    out_.end_array();
  }

  std::string finish() {
    if (row_.contribution.kind == contribution::Kind::proposal) {
      out_.member("supports", row_.supports);
      // Of what was merged itself people are counted where it went.
      if (!row_.merged_from.empty() && !row_.merging) out_.member("supporters", row_.supporters);
    }
    out_.member_if_any("ratings", row_.ratings);
    out_.member("replies", row_.replies);
    if (row_.amendments != 0) out_.member("amendments", row_.amendments);
    out_.member_if_any("merged_from", row_.merged_from);
    out_.member("reflects", row_.reflects);
    return out_.finish();
  }

 private:
  void moment(const Moment& moment) { codec::write_members(out_.out(), moment); }

  void passage() {
    if (!row_.passage) return;
    const document::Passage& passage = *row_.passage;
    out_.member("passage", passage);
    out_.begin_array("later_versions");
    for (const auto& [version, from] : row_.stands) {
      out_.begin_object();
      out_.member("version", version);
      out_.member("state", from ? "carried" : "lost");
      if (from) {
        out_.member("from", *from);
        out_.member("to", *from + (passage.to - passage.from));
      }
      out_.end_object();
    }
    out_.end_array();
  }

  void text(std::string_view member, Revision revision, std::string_view field) {
    reference(member, "$text", revision, field);
  }

  // What the adapter fills in: a text, or what is JSON already.
  void reference(std::string_view member, std::string_view manner, Revision revision,
                 std::string_view field) {
    out_.begin_object(member);
    out_.member(manner, std::string("text/contribution/")
                            .append(id_)
                            .append("/")
                            .append(std::to_string(number(revision)))
                            .append("/")
                            .append(field));
    out_.end_object();
  }

  void begin_hidings() { out_.begin_array("hidings"); }

  void hiding(const Past<contribution::Hidden>& past) {
    moment(past.recorded);
    out_.member("manner", past.event.manner);
    out_.member("reason", past.event.reason);
  }

  void appeal_against(Position hiding) {
    const auto appeal =
        std::ranges::find(row_.appeals, hiding, [](const auto& past) { return past.event.hiding; });
    if (appeal == row_.appeals.end()) return;
    out_.begin_object("appeal");
    moment(appeal->recorded);
    text("appeal", appeal->revision, "appeal");
    const auto decision = std::ranges::find(row_.decisions, appeal->recorded.position,
                                            [](const auto& past) { return past.event.appeal; });
    if (decision != row_.decisions.end()) {
      out_.begin_object("decision");
      moment(decision->recorded);
      out_.member("granted", decision->event.granted);
      text("decision", decision->revision, "decision");
      out_.end_object();
    }
    out_.end_object();
  }

  std::string_view id_;
  const ContributionRow& row_;
  const LedgerRow& ledger_;
  DocumentWriter out_;
};

std::string public_document(std::string_view id, const ContributionRow& row, const LedgerRow& ledger,
                            Extent extent) {
  ContributionDocument document(id, row, ledger);
  document.head();
  if (row.contribution.is_shown()) {
    document.newest_released(extent);
    document.fate();
    if (extent == Extent::whole) document.answers();
  } else {
    document.why_not_shown();
  }
  return document.finish();
}

}  // namespace

std::string contribution_document(std::string_view id, const ContributionRow& row, const LedgerRow& ledger) {
  return public_document(id, row, ledger, Extent::whole);
}

std::string contribution_summary(std::string_view id, const ContributionRow& row, const LedgerRow& ledger) {
  return public_document(id, row, ledger, Extent::summary);
}

std::string mark_feature(std::string_view id, const ContributionRow& row, const LedgerRow& ledger) {
  ContributionDocument document(id, row, ledger);
  document.feature(public_document(id, row, ledger, Extent::properties));
  return document.finish_feature();
}

std::string full_contribution_document(std::string_view id, const ContributionRow& row,
                                       const LedgerRow& ledger) {
  ContributionDocument document(id, row, ledger);
  document.head();
  document.all_versions();
  document.fate();
  document.answers();
  document.all_hidings();
  document.reports();
  return document.finish();
}

}  // namespace stimmbuch::projections
