#include "sentences.hpp"

#include "sentence_parts.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::projections {

namespace {

std::string_view code(Language language) {
  return language == Language::de ? "de" : "en";
}

std::string to_text(const TextName& text) {
  return text.field + " (" + std::to_string(number(text.revision)) + ")";
}

}  // namespace

std::string in(Language language, const LocalizedText& text) {
  if (text.empty()) return {};
  const auto found = text.find(code(language));
  return found != text.end() ? found->second : text.begin()->second;
}

std::string quoted(Language language, const std::string& text) {
  return language == Language::de ? "„" + text + "“" : "“" + text + "”";
}

std::string minute(Time time) {
  std::string text(codec::TimeText(time).view().substr(0, 16));
  text[10] = ' ';
  return text + " UTC";
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

std::string fields(const Commitments& texts) {
  return listed(texts, [](const auto& text) { return text.first; });
}

std::string with_reason(Language language, const Commitments& texts) {
  if (texts.empty()) return ".";
  return language == Language::de ? "; der Grund liegt im Tresor." : "; the reason is in the vault.";
}

Sentence requested(const TextName& text) {
  return {"Die Vernichtung eines Textes wurde verlangt: " + to_text(text) + ".",
          "The destruction of a text was requested: " + to_text(text) + "."};
}

Sentence destroyed(const TextName& text) {
  return {"Ein Text ist vernichtet: " + to_text(text) + ".", "A text is destroyed: " + to_text(text) + "."};
}

std::string OptionNames::option(Language language, const PollId& poll, const OptionId& id) const {
  const std::string title = in(language, option_title_(poll, id));
  return title.empty() ? std::string(id.text()) : quoted(language, title);
}

std::string OptionNames::option(Language language, const OptionId& id) const {
  const PollId* const poll = this->poll();
  return poll ? option(language, *poll, id) : std::string(id.text());
}

std::string OptionNames::options(Language language, const std::vector<OptionId>& ids) const {
  return listed(ids, [&](const OptionId& id) { return option(language, id); });
}

std::string OptionNames::choices(Language language, const ballot::Choices& choices) const {
  if (choices.empty()) return language == Language::de ? "leer (ohne Auswahl)" : "blank (no choice)";
  return listed(choices, [&](const ballot::Choice& choice) {
    std::string text = option(language, choice.option);
    if (choice.points != 0) text += " (" + std::to_string(choice.points) + ")";
    return text;
  });
}

const PollId* OptionNames::poll() const {
  if (const auto* const ballot = std::get_if<BallotId>(&stream_)) return &ballot->poll;
  return std::get_if<PollId>(&stream_);
}

Sentence sentence_of(const Event& event, const StreamId& stream, const OptionTitle& option_title) {
  const OptionNames names(stream, option_title);
  return std::visit(
      [&](const auto& own) {
        if constexpr (requires { sentence_of(own, names); })
          return sentence_of(own, names);
        else
          return sentence_of(own);
      },
      event);
}

}  // namespace stimmbuch::projections
