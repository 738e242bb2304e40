#include "sentences.hpp"

#include <cstdio>
#include <set>
#include <utility>

#include "document.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::projections {

namespace {

enum class Language { de, en };

std::string_view code(Language language) {
  return language == Language::de ? "de" : "en";
}

// A text in the language, or else in whatever it is there.
std::string in(Language language, const LocalizedText& text) {
  if (text.empty()) return {};
  const auto found = text.find(code(language));
  return found != text.end() ? found->second : text.begin()->second;
}

std::string quoted(Language language, const std::string& text) {
  return language == Language::de ? "„" + text + "“" : "“" + text + "”";
}

// "2026-05-03 10:00 UTC"
std::string minute(Time time) {
  std::string text(codec::TimeText(time).view().substr(0, 16));
  text[10] = ' ';
  return text + " UTC";
}

template <class Items, class Word>
std::string listed(const Items& items, Word word) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += ", ";
    text += word(item);
  }
  return text;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

// Words that need no stream to be understood.
class Words {
 public:
  Words(const StreamId& stream, const OptionTitle& option_title)
      : stream_(stream), option_title_(option_title) {}

  std::string option(Language language, const PollId& poll, const OptionId& id) const {
    const std::string title = in(language, option_title_(poll, id));
    return title.empty() ? std::string(id.text()) : quoted(language, title);
  }

  std::string option(Language language, const OptionId& id) const {
    const PollId* const poll = this->poll();
    return poll ? option(language, *poll, id) : std::string(id.text());
  }

  std::string options(Language language, const std::vector<OptionId>& ids) const {
    return listed(ids, [&](const OptionId& id) { return option(language, id); });
  }

  std::string choices(Language language, const ballot::Choices& choices) const {
    if (choices.empty()) return language == Language::de ? "leer (ohne Auswahl)" : "blank (no choice)";
    return listed(choices, [&](const ballot::Choice& choice) {
      std::string text = option(language, choice.option);
      if (choice.points != 0) text += " (" + std::to_string(choice.points) + ")";
      return text;
    });
  }

 private:
  const PollId* poll() const {
    if (const auto* const ballot = std::get_if<BallotId>(&stream_)) return &ballot->poll;
    return std::get_if<PollId>(&stream_);
  }

  const StreamId& stream_;
  const OptionTitle& option_title_;
};

std::string_view channel(Language language, ballot::Channel channel) {
  if (channel == ballot::Channel::online) return "";
  return language == Language::de ? " auf Papier" : " on paper";
}

std::string cast_at(Language language, const std::optional<Time>& time) {
  if (!time) return "";
  return (language == Language::de ? ", übernommen mit der Zeit " : ", taken over with the time ") +
         minute(*time);
}

std::string fields(const Commitments& texts) {
  return listed(texts, [](const auto& text) { return text.first; });
}

std::string with_reason(Language language, const Commitments& texts) {
  if (texts.empty()) return ".";
  return language == Language::de ? "; der Grund liegt im Tresor." : "; the reason is in the vault.";
}

struct Speak {
  const Words& words;

  static constexpr auto de = Language::de;
  static constexpr auto en = Language::en;

  static std::pair<std::string, std::string> rated(const ContributionId& contribution, Rating rating) {
    return {std::string(contribution.text()), std::string(name_of(rating))};
  }

  template <class... Events>
  Sentence operator()(const std::variant<Events...>& event) const {
    return std::visit(*this, event);
  }

  // ---- ledger
  Sentence operator()(const ledger::Created& event) const {
    const std::string id(event.id.text());
    const bool demo = event.purpose == ledger::Purpose::demo;
    return {"Das Buch " + id + " wurde angelegt, " + (demo ? "zur Vorführung." : "für eine Stadt."),
            "The ledger " + id + " was created, " + (demo ? "for demonstration." : "for a town.")};
  }
  Sentence operator()(const ledger::CellsDeclared& event) const {
    return {"Erklärt wurden " + counted(event.levels.size(), "Stufe", "Stufen") + ", " +
                counted(event.districts.size(), "Bezirk", "Bezirke") + " und " +
                counted(event.age_bands.size(), "Altersgruppe", "Altersgruppen") + ".",
            "Declared were " + counted(event.levels.size(), "level", "levels") + ", " +
                counted(event.districts.size(), "district", "districts") + " and " +
                counted(event.age_bands.size(), "age band", "age bands") + "."};
  }

  Sentence operator()(const ledger::LeaderChanged& event) const {
    const auto epoch = std::to_string(event.epoch);
    const auto previous = std::to_string(number(event.previous));
    return {"Ein anderer Knoten führt das Buch hinter Eintrag " + previous + " weiter; Epoche " + epoch + ".",
            "Another node carries the ledger on behind record " + previous + "; epoch " + epoch + "."};
  }
  Sentence operator()(const ledger::KeyChanged&) const {
    return {"Das Buch wird von hier an mit einem neuen Schlüssel unterschrieben, für den der alte einsteht.",
            "From here on the log is signed with a new key, for which the old one vouches."};
  }
  Sentence operator()(const ledger::Restored& event) const {
    const auto previous = std::to_string(number(event.previous));
    return {"Das Buch wurde aus einer Sicherung wiederhergestellt, die bis Eintrag " + previous +
                " reicht; es geht als neues Buch mit dem Namen " + event.origin + " weiter.",
            "The ledger was restored from a backup that reaches record " + previous +
                "; it goes on as a new log named " + event.origin + "."};
  }

  // ---- citizen
  Sentence operator()(const citizen::Registered& event) const {
    if (event.texts.empty()) return {"Die Person wurde registriert.", "The person was registered."};
    return {"Die Person wurde registriert; im Tresor liegen: " + fields(event.texts) + ".",
            "The person was registered; in the vault are: " + fields(event.texts) + "."};
  }
  Sentence operator()(const citizen::Verified& event) const {
    std::string cell(event.cell.level.text());
    if (event.cell.district) cell.append(" / ").append(event.cell.district->text());
    if (event.cell.age_band) cell.append(" / ").append(event.cell.age_band->text());
    const std::string registrar(event.registrar.text());
    return {"Die Person wurde von " + registrar + " mit „" + event.method + "“ bestätigt als: " + cell + ".",
            "The person was verified by " + registrar + " with “" + event.method + "” as: " + cell + "."};
  }
  Sentence operator()(const citizen::Changed& event) const {
    return {"Angaben im Tresor wurden ersetzt: " + fields(event.texts) + ".",
            "Texts in the vault were replaced: " + fields(event.texts) + "."};
  }
  Sentence operator()(const citizen::Blocked& event) const {
    return {"Die Person wurde gesperrt" + with_reason(de, event.texts),
            "The person was blocked" + with_reason(en, event.texts)};
  }
  Sentence operator()(const citizen::Unblocked& event) const {
    return {"Die Sperre der Person wurde aufgehoben" + with_reason(de, event.texts),
            "The person was unblocked" + with_reason(en, event.texts)};
  }

  Sentence operator()(const citizen::ErasureRequested&) const {
    return {"Die Löschung der Person wurde verlangt; ab hier zeigt niemand mehr ihre Angaben.",
            "The erasure of the person was requested; from here on nobody shows their texts."};
  }
  Sentence operator()(const citizen::Erased&) const {
    return {"Die Person ist gelöscht: Alles Persönliche ist vernichtet.",
            "The person is erased: everything personal is destroyed."};
  }
  Sentence operator()(const citizen::TextDestructionRequested& event) const { return requested(event.text); }
  Sentence operator()(const citizen::TextDestroyed& event) const { return destroyed(event.text); }

  // ---- project
  Sentence operator()(const project::Opened& event) const {
    return {"Das Projekt " + quoted(de, in(de, event.title)) + " wurde eröffnet.",
            "The project " + quoted(en, in(en, event.title)) + " was opened."};
  }
  Sentence operator()(const project::PhaseDefined& event) const {
    const project::Phase& phase = event.phase;
    return {"Die Phase " + quoted(de, in(de, phase.title)) + " wurde festgelegt: von " + minute(phase.opens) +
                " bis " + minute(phase.closes) + ".",
            "The phase " + quoted(en, in(en, phase.title)) + " was defined: from " + minute(phase.opens) +
                " to " + minute(phase.closes) + "."};
  }
  Sentence operator()(const project::PhaseExtended& event) const {
    const std::string id(event.phase.text());
    return {"Die Phase " + id + " wurde verlängert bis " + minute(event.closes) + ". Grund: " + event.reason,
            "The phase " + id + " was extended to " + minute(event.closes) + ". Reason: " + event.reason};
  }
  Sentence operator()(const project::PhaseClosed& event) const {
    const std::string id(event.phase.text());
    return {"Die Phase " + id + " wurde vorzeitig beendet. Grund: " + event.reason,
            "The phase " + id + " was ended before its time. Reason: " + event.reason};
  }
  Sentence operator()(const project::PhaseReopened& event) const {
    const std::string id(event.phase.text());
    return {
        "Die Phase " + id + " wurde wieder geöffnet, bis " + minute(event.closes) +
            ". Grund: " + event.reason,
        "The phase " + id + " was opened again, until " + minute(event.closes) + ". Reason: " + event.reason};
  }
  Sentence operator()(const project::Closed&) const {
    return {"Das Projekt wurde geschlossen.", "The project was closed."};
  }
  Sentence operator()(const project::Revised& event) const {
    return {"Die Texte des Projekts wurden ersetzt; es heißt jetzt " + quoted(de, in(de, event.title)) + ".",
            "The project's texts were replaced; it is now called " + quoted(en, in(en, event.title)) + "."};
  }

  Sentence operator()(const project::MilestonePlanned& event) const {
    const project::Milestone& milestone = event.milestone;
    std::string german = "Der Meilenstein " + quoted(de, in(de, milestone.title)) + " wurde geplant";
    std::string english = "The milestone " + quoted(en, in(en, milestone.title)) + " was planned";
    if (milestone.due) {
      const std::string due(codec::DayText(*milestone.due).view());
      german += ", bis " + due;
      english += ", due " + due;
    }
    if (milestone.realises) {
      const auto& [poll, option] = *milestone.realises;
      const std::string name(poll.text());
      german += "; er verwirklicht " + words.option(de, poll, option) + " aus der Abstimmung " + name;
      english += "; it realises " + words.option(en, poll, option) + " of the poll " + name;
    }
    return {german + ".", english + "."};
  }
  Sentence operator()(const project::MilestoneReported& event) const {
    const std::string id(event.milestone.text());
    const std::string on(codec::DayText(event.report.on).view());
    const std::string german = "Der Meilenstein " + id + " wurde am " + on;
    const std::string english = "The milestone " + id + " was ";
    const std::string& reason = event.report.reason;
    switch (event.report.status) {
      case project::Progress::begun:
        return {german + " begonnen.", english + "begun on " + on + "."};
      case project::Progress::done:
        return {german + " erreicht.", english + "done on " + on + "."};
      case project::Progress::dropped:
        return {german + " aufgegeben. Grund: " + reason,
                english + "dropped on " + on + ". Reason: " + reason};
    }
    return {};
  }

  Sentence operator()(const project::SecretDestroyed& event) const {
    const std::string phase(event.phase.text());
    const std::string contest(name_of(event.contest));
    return {"Das Geheimnis der Phase " + phase + " (" + contest +
                ") ist vernichtet; wer sich dort wie geäußert hat, kann niemand mehr sagen.",
            "The secret of the phase " + phase + " (" + contest +
                ") is destroyed; nobody can tell any more who thought what."};
  }

  // ---- contribution
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

  // ---- support
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

  // ---- document
  Sentence operator()(const document::Published& event) const {
    return {"Das Dokument " + quoted(de, in(de, event.title)) +
                " wurde veröffentlicht: " + counted(event.paragraphs, "Absatz", "Absätze") + ".",
            "The document " + quoted(en, in(en, event.title)) +
                " was published: " + counted(event.paragraphs, "paragraph", "paragraphs") + "."};
  }
  Sentence operator()(const document::Revised& event) const {
    const auto version = std::to_string(event.version);
    return {"Fassung " + version + " von " + quoted(de, in(de, event.title)) +
                " wurde veröffentlicht: " + counted(event.paragraphs, "Absatz", "Absätze") + ".",
            "Version " + version + " of " + quoted(en, in(en, event.title)) +
                " was published: " + counted(event.paragraphs, "paragraph", "paragraphs") + "."};
  }
  Sentence operator()(const document::ParagraphsAdded& event) const {
    const auto ids = listed(event.paragraphs, [](const document::Paragraph& paragraph) {
      return std::string(paragraph.id.text());
    });
    return {"Absätze: " + ids + ".", "Paragraphs: " + ids + "."};
  }

  // ---- survey
  Sentence operator()(const survey::Drafted& event) const {
    return {"Die Umfrage " + quoted(de, in(de, event.terms.title)) + " wurde entworfen.",
            "The survey " + quoted(en, in(en, event.terms.title)) + " was drafted."};
  }
  Sentence operator()(const survey::QuestionsAdded& event) const {
    const auto titles = [&](Language language) {
      return listed(event.questions, [&](const survey::Question& question) {
        return quoted(language, in(language, question.title));
      });
    };
    return {"Neue Fragen: " + titles(de) + ".", "New questions: " + titles(en) + "."};
  }
  Sentence operator()(const survey::Opened&) const {
    return {"Die Umfrage wurde eröffnet; ihre Fragen stehen fest.",
            "The survey was opened; its questions are fixed."};
  }
  Sentence operator()(const survey::Closed& event) const {
    if (event.reason.empty())
      return {"Die Umfrage endete mit ihrer Phase.", "The survey ended with its phase."};
    return {"Die Umfrage wurde geschlossen. Grund: " + event.reason,
            "The survey was closed. Reason: " + event.reason};
  }
  Sentence operator()(const survey::TextsReleased& event) const {
    const std::string question(event.question.text());
    return {"Zur Veröffentlichung freigegeben: " + counted(event.texts.size(), "Antwort", "Antworten") +
                " auf die Frage " + question + ".",
            "Released to be published: " + counted(event.texts.size(), "answer", "answers") +
                " to the question " + question + "."};
  }
  Sentence operator()(const survey::ExportRequested& event) const {
    const bool all = event.rows == survey::Rows::all;
    return {std::string(all ? "Alle Antworten, eine Zeile je Person, wurden angefordert"
                            : "Die Zeilen, die veröffentlicht werden dürfen, wurden angefordert") +
                with_reason(de, event.texts),
            std::string(all ? "All answers were asked for, a row for each person"
                            : "The rows that may be published were asked for") +
                with_reason(en, event.texts)};
  }
  Sentence operator()(const survey::TextDestructionRequested& event) const { return requested(event.text); }
  Sentence operator()(const survey::TextDestroyed& event) const { return destroyed(event.text); }
  Sentence operator()(const survey::SecretDestroyed&) const {
    return {
        "Das Geheimnis der Umfrage ist vernichtet, mit allem, was nicht freigegeben wurde; niemand kann "
        "mehr sagen, welche Antworten von wem sind.",
        "The secret of the survey is destroyed, with all that was not released; nobody can tell any more "
        "whose answers are whose."};
  }

  // ---- answers
  Sentence operator()(const answers::Given& event) const {
    return answered("Geantwortet", "Answered", event);
  }
  Sentence operator()(const answers::Changed& event) const {
    return answered("Antworten geändert", "Answers changed", event);
  }
  Sentence operator()(const answers::Withdrawn&) const {
    return {"Antworten zurückgenommen.", "Answers withdrawn."};
  }

  // ---- poll
  Sentence operator()(const poll::Drafted& event) const {
    return {"Die Abstimmung " + quoted(de, in(de, event.terms.title)) + " wurde entworfen" +
                (event.terms.imported ? ", als übernommene." : "."),
            "The poll " + quoted(en, in(en, event.terms.title)) + " was drafted" +
                (event.terms.imported ? ", as an imported one." : ".")};
  }
  Sentence operator()(const poll::OptionsAdded& event) const {
    return {"Hinzugefügt: " + titles(de, event.options) + ".", "Added: " + titles(en, event.options) + "."};
  }
  Sentence operator()(const poll::Opened&) const {
    return {"Die Abstimmung wurde eröffnet; Regeln und Wahlberechtigung stehen fest.",
            "The poll was opened; its rules and its electorate are fixed."};
  }
  Sentence operator()(const poll::OptionsFixed& event) const {
    return {"Zur Wahl stehen: " + titles(de, event.options) + ".",
            "The options are: " + titles(en, event.options) + "."};
  }
  Sentence operator()(const poll::OptionWithdrawn& event) const {
    return {"Zurückgezogen wurde " + words.option(de, event.option) + ". Grund: " + event.reason,
            "Withdrawn was " + words.option(en, event.option) + ". Reason: " + event.reason};
  }
  Sentence operator()(const poll::Extended& event) const {
    Sentence sentence{"Die Abstimmung wurde verlängert bis " + minute(event.closes),
                      "The poll was extended to " + minute(event.closes)};
    if (event.outage) {
      sentence.de +=
          ", weil sie von " + minute(event.outage->from) + " bis " + minute(event.outage->to) + " ausfiel";
      sentence.en +=
          ", because of an outage from " + minute(event.outage->from) + " to " + minute(event.outage->to);
    }
    sentence.de += ". Grund: " + event.reason;
    sentence.en += ". Reason: " + event.reason;
    return sentence;
  }
  Sentence operator()(const poll::Closed&) const {
    return {"Die Abstimmung wurde geschlossen.", "The poll was closed."};
  }
  Sentence operator()(const poll::ResultComputed& event) const {
    const std::string ballots = std::to_string(event.figures.standing());
    const std::string range = std::to_string(number(event.first)) + "–" + std::to_string(number(event.last));
    return {"Gezählt wurden " + ballots + " Stimmzettel aus den Einträgen " + range + ", nach der Regel " +
                std::string(name_of(event.rule)) +
                (event.quorum_reached ? "." : "; das Quorum wurde nicht erreicht."),
            "Counted were " + ballots + " ballots from the records " + range + ", by the rule " +
                std::string(name_of(event.rule)) +
                (event.quorum_reached ? "." : "; the quorum was not reached.")};
  }
  Sentence operator()(const poll::OptionsCounted& event) const {
    const auto lines = [&](Language language) {
      return listed(event.options, [&](const poll::CountedOption& option) {
        std::string line = words.option(language, option.option) + ": " + std::to_string(option.score);
        if (option.outcome == poll::Outcome::selected)
          line += language == de ? " (ausgewählt)" : " (selected)";
        return line;
      });
    };
    return {"Ergebnis: " + lines(de) + ".", "Result: " + lines(en) + "."};
  }
  Sentence operator()(const poll::ResultCertified& event) const {
    const std::string position = std::to_string(number(event.result));
    return {"Das Ergebnis aus Eintrag " + position + " wurde festgestellt.",
            "The result of record " + position + " was certified."};
  }
  Sentence operator()(const poll::CancellationProposed& event) const {
    return {"Vorgeschlagen wurde, die Abstimmung abzubrechen. Grund: " + event.reason,
            "It was proposed to cancel the poll. Reason: " + event.reason};
  }
  Sentence operator()(const poll::Cancelled& event) const {
    return {"Die Abstimmung wurde abgebrochen, wie in Eintrag " + std::to_string(number(event.proposal)) +
                " vorgeschlagen.",
            "The poll was cancelled, as record " + std::to_string(number(event.proposal)) + " proposed."};
  }
  Sentence operator()(const poll::AnnulmentProposed& event) const {
    return {"Vorgeschlagen wurde, das Ergebnis aufzuheben. Grund: " + event.reason,
            "It was proposed to annul the result. Reason: " + event.reason};
  }
  Sentence operator()(const poll::Annulled& event) const {
    return {"Das Ergebnis wurde aufgehoben, wie in Eintrag " + std::to_string(number(event.proposal)) +
                " vorgeschlagen.",
            "The result was annulled, as record " + std::to_string(number(event.proposal)) + " proposed."};
  }
  Sentence operator()(const poll::LotProposed& event) const {
    return {"Als Losentscheid wurde vorgeschlagen: " + words.options(de, event.order) +
                ". Ziehung: " + event.reason,
            "Proposed as drawn by lot: " + words.options(en, event.order) + ". Drawing: " + event.reason};
  }
  Sentence operator()(const poll::LotDrawn& event) const {
    return {"Der Losentscheid aus Eintrag " + std::to_string(number(event.proposal)) + " gilt.",
            "The lot of record " + std::to_string(number(event.proposal)) + " holds."};
  }

  Sentence operator()(const poll::RollCompleted& event) const {
    const std::string eligible = std::to_string(event.entries);
    const std::string ballots = std::to_string(event.ballots);
    return {"Das Wählerverzeichnis ist vollständig: " + eligible + " Berechtigte, davon " + ballots +
                " mit einer Stimme.",
            "The roll is complete: " + eligible + " entitled, of them " + ballots + " with a ballot."};
  }
  Sentence operator()(const poll::OpeningsCompleted& event) const {
    const std::string openings = std::to_string(event.openings);
    return {"Alle versiegelten Stimmen sind geöffnet: " + openings + ".",
            "All sealed ballots are opened: " + openings + "."};
  }

  // ---- what follows a closed poll
  Sentence operator()(const roll::PartAdded& event) const {
    return {"Ins Wählerverzeichnis eingetragen: " + counted(event.entries.size(), "Pseudonym", "Pseudonyme") +
                ".",
            "Entered into the roll: " + counted(event.entries.size(), "pseudonym", "pseudonyms") + "."};
  }
  Sentence operator()(const opening::PartAdded& event) const {
    return {"Geöffnet: " + counted(event.openings.size(), "versiegelte Stimme", "versiegelte Stimmen") + ".",
            "Opened: " + counted(event.openings.size(), "sealed ballot", "sealed ballots") + "."};
  }
  Sentence operator()(const poll::TextDestructionRequested& event) const { return requested(event.text); }
  Sentence operator()(const poll::TextDestroyed& event) const { return destroyed(event.text); }
  Sentence operator()(const poll::SecretDestroyed& event) const {
    if (event.secret == poll::SecretKind::sealing) {
      return {
          "Der Schlüssel der versiegelten Stimmen ist vernichtet; was ersetzt oder zurückgenommen wurde, "
          "liest niemand mehr.",
          "The key of the sealed ballots is destroyed; nobody will read what was replaced or withdrawn."};
    }
    return {
        "Das Geheimnis der Abstimmung ist vernichtet; niemand kann mehr sagen, welche Stimme von wem ist.",
        "The secret of the poll is destroyed; nobody can tell any more whose ballot is whose."};
  }

  // ---- ballot
  Sentence operator()(const ballot::SealedVoteCast&) const {
    return {"Abgestimmt, versiegelt bis nach dem Ende.", "Voted, sealed until after the closing."};
  }
  Sentence operator()(const ballot::SealedVoteChanged&) const {
    return {"Stimme geändert, versiegelt bis nach dem Ende.",
            "Vote changed, sealed until after the closing."};
  }
  Sentence operator()(const ballot::SealedVoteWithdrawn&) const {
    return {"Versiegelte Stimme zurückgenommen.", "Sealed vote withdrawn."};
  }
  Sentence operator()(const ballot::VoteCast& event) const {
    return {"Abgestimmt" + tail(de, event) + ": " + words.choices(de, event.choices) + ".",
            "Voted" + tail(en, event) + ": " + words.choices(en, event.choices) + "."};
  }
  Sentence operator()(const ballot::VoteChanged& event) const {
    return {"Stimme geändert" + tail(de, event) + ": " + words.choices(de, event.choices) + "; zuvor " +
                words.choices(de, event.replaced) + ".",
            "Vote changed" + tail(en, event) + ": " + words.choices(en, event.choices) + "; before " +
                words.choices(en, event.replaced) + "."};
  }
  Sentence operator()(const ballot::VoteWithdrawn& event) const {
    return {"Stimme zurückgenommen" + tail(de, event) + "; zuvor " + words.choices(de, event.replaced) + ".",
            "Vote withdrawn" + tail(en, event) + "; before " + words.choices(en, event.replaced) + "."};
  }

 private:
  static std::string name(const TextName& text) {
    return text.field + " (" + std::to_string(number(text.revision)) + ")";
  }
  static Sentence requested(const TextName& text) {
    return {"Die Vernichtung eines Textes wurde verlangt: " + name(text) + ".",
            "The destruction of a text was requested: " + name(text) + "."};
  }
  static Sentence destroyed(const TextName& text) {
    return {"Ein Text ist vernichtet: " + name(text) + ".", "A text is destroyed: " + name(text) + "."};
  }
  // How many questions, and not what: that is for the results.
  template <class Event>
  static Sentence answered(std::string_view german, std::string_view english, const Event& event) {
    std::set<std::string_view> questions;
    for (const auto& [question, answer] : event.set.answers) questions.insert(question.text());
    for (const auto& [question, commitment] : event.set.texts) questions.insert(question);
    Sentence sentence{
        std::string(german).append(": ").append(counted(questions.size(), "Frage", "Fragen")),
        std::string(english).append(": ").append(counted(questions.size(), "question", "questions"))};
    if (const std::size_t dropped = event.set.dropped.size(); dropped > 0) {
      sentence.de += "; nicht gestellt und verworfen: " + std::to_string(dropped);
      sentence.en += "; not put and dropped: " + std::to_string(dropped);
    }
    sentence.de += ".";
    sentence.en += ".";
    return sentence;
  }
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
  static std::string titles(Language language, const std::vector<poll::Option>& options) {
    return listed(options,
                  [&](const poll::Option& option) { return quoted(language, in(language, option.title)); });
  }
  template <class Vote>
  static std::string tail(Language language, const Vote& vote) {
    return std::string(channel(language, vote.channel)) + cast_at(language, vote.cast_at);
  }
};

}  // namespace

Sentence sentence_of(const Event& event, const StreamId& stream, const OptionTitle& option_title) {
  const Words words(stream, option_title);
  return std::visit(Speak{words}, event);
}

}  // namespace stimmbuch::projections
