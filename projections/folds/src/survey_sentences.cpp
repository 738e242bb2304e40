#include <set>

#include "sentence_parts.hpp"

namespace stimmbuch::projections {

namespace {

struct OfSurveys {
  using enum Language;

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
};

struct OfAnswers {
  Sentence operator()(const answers::Given& event) const {
    return answered("Geantwortet", "Answered", event);
  }
  Sentence operator()(const answers::Changed& event) const {
    return answered("Antworten geändert", "Answers changed", event);
  }
  Sentence operator()(const answers::Withdrawn&) const {
    return {"Antworten zurückgenommen.", "Answers withdrawn."};
  }

 private:
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
};

}  // namespace

Sentence sentence_of(const survey::Event& event) {
  return std::visit(OfSurveys{}, event);
}

Sentence sentence_of(const answers::Event& event) {
  return std::visit(OfAnswers{}, event);
}

}  // namespace stimmbuch::projections
