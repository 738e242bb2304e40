#include <utility>

#include "document.hpp"
#include "sentence_parts.hpp"

namespace stimmbuch::projections {

namespace {

struct OfContributions {
  using enum Language;

  Sentence operator()(const contribution::Submitted& event) const {
    const auto [german, english] = kind_with_article(event.kind);
    std::string to_german;
    std::string to_english;
    if (event.passage) {
      const std::string paragraph(event.passage->paragraph.text());
      to_german = " zu Absatz " + paragraph + ", " + quoted(de, event.passage->quote) + ",";
      to_english = " to paragraph " + paragraph + ", " + quoted(en, event.passage->quote) + ",";
    }
    return {german + to_german + " wurde eingereicht, Texte im Tresor: " + fields(event.texts) +
                (event.pending ? "; noch nicht freigegeben." : "."),
            english + to_english + " was submitted, texts in the vault: " + fields(event.texts) +
                (event.pending ? "; not released yet." : ".")};
  }
  Sentence operator()(const contribution::Revised& event) const {
    const auto version = std::to_string(event.version);
    return {
        "Die Texte wurden ersetzt, Fassung " + version + (event.pending ? "; noch nicht freigegeben." : "."),
        "The texts were replaced, version " + version + (event.pending ? "; not released yet." : ".")};
  }
  Sentence operator()(const contribution::Released& event) const {
    const auto version = std::to_string(event.version);
    return {"Fassung " + version + " wurde freigegeben.", "Version " + version + " was released."};
  }
  Sentence operator()(const contribution::Withdrawn& event) const {
    const std::string successor(event.successor ? event.successor->text() : "");
    return {"Der Vorschlag wurde zurückgezogen" + (successor.empty() ? "" : ", zugunsten von " + successor) +
                with_reason(de, event.texts),
            "The proposal was withdrawn" + (successor.empty() ? "" : " in favour of " + successor) +
                with_reason(en, event.texts)};
  }
  Sentence operator()(const contribution::Merged& event) const {
    const std::string into(event.into.text());
    return {"Der Vorschlag wurde mit " + into + " zusammengelegt. Grund: " + event.reason,
            "The proposal was merged into " + into + ". Reason: " + event.reason};
  }
  Sentence operator()(const contribution::Answered& event) const {
    return {"Die Stadt hat geantwortet; Stand: " + std::string(name_of(event.status)) + ".",
            "The town answered; status: " + std::string(name_of(event.status)) + "."};
  }
  Sentence operator()(const contribution::Removed&) const {
    return {"Der Beitrag wurde von seiner Verfasserin oder seinem Verfasser entfernt.",
            "The contribution was removed by its author."};
  }
  Sentence operator()(const contribution::Hidden& event) const {
    const std::string reason(name_of(event.reason));
    if (event.manner == contribution::Manner::removed)
      return {
          "Die Moderation hat den Beitrag entfernt, seine Texte werden vernichtet. Grund: " + reason + ".",
          "A moderator removed the contribution, its texts are destroyed. Reason: " + reason + "."};
    return {"Die Moderation hat den Beitrag gesperrt. Grund: " + reason + ".",
            "A moderator blocked the contribution. Reason: " + reason + "."};
  }
  Sentence operator()(const contribution::Restored& event) const {
    const auto hiding = std::to_string(number(event.hiding));
    return {"Die Sperre aus Eintrag " + hiding + " wurde aufgehoben.",
            "What record " + hiding + " hid was restored."};
  }
  Sentence operator()(const contribution::Appealed& event) const {
    const auto hiding = std::to_string(number(event.hiding));
    return {"Gegen Eintrag " + hiding + " wurde Einspruch erhoben.",
            "There was an appeal against record " + hiding + "."};
  }
  Sentence operator()(const contribution::AppealDecided& event) const {
    const auto appeal = std::to_string(number(event.appeal));
    return {"Dem Einspruch aus Eintrag " + appeal +
                (event.granted ? " wurde stattgegeben." : " wurde nicht gefolgt."),
            "The appeal of record " + appeal + (event.granted ? " was granted." : " was refused.")};
  }
  Sentence operator()(const contribution::TextDestructionRequested& event) const {
    return requested(event.text);
  }
  Sentence operator()(const contribution::TextDestroyed& event) const { return destroyed(event.text); }
  Sentence operator()(const contribution::ReportsDismissed&) const {
    return {"Die Meldungen des Beitrags sind kein Grund, ihn zu sperren.",
            "What was reported of the contribution is no reason to hide it."};
  }
  Sentence operator()(const contribution::TextsDestroyed&) const {
    return {"Alle Texte des Beitrags sind vernichtet.", "All texts of the contribution are destroyed."};
  }

 private:
  static Sentence kind_with_article(contribution::Kind kind) {
    switch (kind) {
      case contribution::Kind::proposal:
        return {"Ein Vorschlag", "A proposal"};
      case contribution::Kind::comment:
        return {"Ein Kommentar", "A comment"};
      case contribution::Kind::annotation:
        return {"Eine Anmerkung", "An annotation"};
      case contribution::Kind::mark:
        return {"Ein Eintrag auf der Karte", "A mark on the map"};
    }
    return {};
  }
};

struct OfOpinions {
  // ---- supports
  Sentence operator()(const support::Given& event) const {
    const std::string proposal(event.proposal.text());
    return {"Der Vorschlag " + proposal + " wird unterstützt, in Fassung " + std::to_string(event.version) +
                ". Ab hier zählen: " + counted(event.begin.size(), "Unterstützung", "Unterstützungen") + ".",
            "The proposal " + proposal + " is supported, in version " + std::to_string(event.version) +
                ". From here on " + counted(event.begin.size(), "support counts", "supports count") + "."};
  }
  Sentence operator()(const support::Renewed& event) const {
    const std::string proposal(event.proposal.text());
    return {
        "Der Vorschlag " + proposal + " wird in Fassung " + std::to_string(event.version) + " unterstützt.",
        "The proposal " + proposal + " is supported in version " + std::to_string(event.version) + "."};
  }
  Sentence operator()(const support::Withdrawn& event) const {
    const std::string proposal(event.proposal.text());
    return {"Die Unterstützung für " + proposal + " wurde zurückgenommen. Nicht mehr gezählt: " +
                counted(event.cease.size(), "Unterstützung", "Unterstützungen") + ".",
            "The support for " + proposal + " was withdrawn. No longer counted: " +
                counted(event.cease.size(), "support", "supports") + "."};
  }

  // ---- ratings and reports
  Sentence operator()(const rating::Given& event) const {
    const auto [contribution, rating] = rated(event.contribution, event.rating);
    return {"Der Beitrag " + contribution + " wurde bewertet: " + rating + ".",
            "The contribution " + contribution + " was rated: " + rating + "."};
  }
  Sentence operator()(const rating::Changed& event) const {
    const auto [contribution, rating] = rated(event.contribution, event.rating);
    const std::string before(name_of(event.replaced));
    return {"Der Beitrag " + contribution + " wird anders bewertet: " + rating + " statt " + before + ".",
            "The contribution " + contribution + " is rated otherwise: " + rating + " instead of " + before +
                "."};
  }
  Sentence operator()(const rating::Withdrawn& event) const {
    const auto [contribution, rating] = rated(event.contribution, event.replaced);
    return {"Die Bewertung " + rating + " von " + contribution + " wurde zurückgenommen.",
            "The rating " + rating + " of " + contribution + " was withdrawn."};
  }
  Sentence operator()(const report::Made& event) const {
    const std::string contribution(event.contribution.text());
    const std::string reason(name_of(event.reason));
    return {"Der Beitrag " + contribution + " wurde gemeldet: " + reason + ".",
            "The contribution " + contribution + " was reported: " + reason + "."};
  }

 private:
  static std::pair<std::string, std::string> rated(const ContributionId& contribution, Rating rating) {
    return {std::string(contribution.text()), std::string(name_of(rating))};
  }
};

}  // namespace

Sentence sentence_of(const contribution::Event& event) {
  return std::visit(OfContributions{}, event);
}

Sentence sentence_of(const support::Event& event) {
  return std::visit(OfOpinions{}, event);
}

Sentence sentence_of(const rating::Event& event) {
  return std::visit(OfOpinions{}, event);
}

Sentence sentence_of(const report::Event& event) {
  return std::visit(OfOpinions{}, event);
}

}  // namespace stimmbuch::projections
