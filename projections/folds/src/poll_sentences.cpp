#include "document.hpp"
#include "sentence_parts.hpp"

namespace stimmbuch::projections {

namespace {

std::string_view channel(Language language, ballot::Channel channel) {
  if (channel == ballot::Channel::online) return "";
  return language == Language::de ? " auf Papier" : " on paper";
}

std::string cast_at(Language language, const std::optional<Time>& time) {
  if (!time) return "";
  return (language == Language::de ? ", übernommen mit der Zeit " : ", taken over with the time ") +
         minute(*time);
}

struct OfPolls {
  const OptionNames& names;

  using enum Language;

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
    return {"Zurückgezogen wurde " + names.option(de, event.option) + ". Grund: " + event.reason,
            "Withdrawn was " + names.option(en, event.option) + ". Reason: " + event.reason};
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
        std::string line = names.option(language, option.option) + ": " + std::to_string(option.score);
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
    return {"Als Losentscheid wurde vorgeschlagen: " + names.options(de, event.order) +
                ". Ziehung: " + event.reason,
            "Proposed as drawn by lot: " + names.options(en, event.order) + ". Drawing: " + event.reason};
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

 private:
  static std::string titles(Language language, const std::vector<poll::Option>& options) {
    return listed(options,
                  [&](const poll::Option& option) { return quoted(language, in(language, option.title)); });
  }
};

// What follows a closed poll.
struct OfParts {
  Sentence operator()(const roll::PartAdded& event) const {
    return {"Ins Wählerverzeichnis eingetragen: " + counted(event.entries.size(), "Pseudonym", "Pseudonyme") +
                ".",
            "Entered into the roll: " + counted(event.entries.size(), "pseudonym", "pseudonyms") + "."};
  }
  Sentence operator()(const opening::PartAdded& event) const {
    return {"Geöffnet: " + counted(event.openings.size(), "versiegelte Stimme", "versiegelte Stimmen") + ".",
            "Opened: " + counted(event.openings.size(), "sealed ballot", "sealed ballots") + "."};
  }
};

struct OfBallots {
  const OptionNames& names;

  using enum Language;

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
    return {"Abgestimmt" + tail(de, event) + ": " + names.choices(de, event.choices) + ".",
            "Voted" + tail(en, event) + ": " + names.choices(en, event.choices) + "."};
  }
  Sentence operator()(const ballot::VoteChanged& event) const {
    return {"Stimme geändert" + tail(de, event) + ": " + names.choices(de, event.choices) + "; zuvor " +
                names.choices(de, event.replaced) + ".",
            "Vote changed" + tail(en, event) + ": " + names.choices(en, event.choices) + "; before " +
                names.choices(en, event.replaced) + "."};
  }
  Sentence operator()(const ballot::VoteWithdrawn& event) const {
    return {"Stimme zurückgenommen" + tail(de, event) + "; zuvor " + names.choices(de, event.replaced) + ".",
            "Vote withdrawn" + tail(en, event) + "; before " + names.choices(en, event.replaced) + "."};
  }

 private:
  template <class Vote>
  static std::string tail(Language language, const Vote& vote) {
    return std::string(channel(language, vote.channel)) + cast_at(language, vote.cast_at);
  }
};

}  // namespace

Sentence sentence_of(const poll::Event& event, const OptionNames& names) {
  return std::visit(OfPolls{names}, event);
}

Sentence sentence_of(const roll::Event& event) {
  return std::visit(OfParts{}, event);
}

Sentence sentence_of(const opening::Event& event) {
  return std::visit(OfParts{}, event);
}

Sentence sentence_of(const ballot::Event& event, const OptionNames& names) {
  return std::visit(OfBallots{names}, event);
}

}  // namespace stimmbuch::projections
