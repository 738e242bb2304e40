#include "sentence_parts.hpp"

namespace stimmbuch::projections {

namespace {

struct OfLedger {
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
};

struct OfCitizens {
  using enum Language;

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
};

}  // namespace

Sentence sentence_of(const ledger::Event& event) {
  return std::visit(OfLedger{}, event);
}

Sentence sentence_of(const citizen::Event& event) {
  return std::visit(OfCitizens{}, event);
}

}  // namespace stimmbuch::projections
