#include "document.hpp"
#include "sentence_parts.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::projections {

namespace {

struct OfProjects {
  const OptionNames& names;

  using enum Language;

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
      german += "; er verwirklicht " + names.option(de, poll, option) + " aus der Abstimmung " + name;
      english += "; it realises " + names.option(en, poll, option) + " of the poll " + name;
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
};

struct OfDocuments {
  using enum Language;

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
};

}  // namespace

Sentence sentence_of(const project::Event& event, const OptionNames& names) {
  return std::visit(OfProjects{names}, event);
}

Sentence sentence_of(const document::Event& event) {
  return std::visit(OfDocuments{}, event);
}

}  // namespace stimmbuch::projections
