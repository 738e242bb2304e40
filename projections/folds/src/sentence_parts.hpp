#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sentences.hpp"

// What sentences are made of: words that several share, and what the events of each aggregate say.
namespace stimmbuch::projections {

enum class Language { de, en };

// A text in the language, or else in whatever it is there.
std::string in(Language language, const LocalizedText& text);

std::string quoted(Language language, const std::string& text);

// "2026-05-03 10:00 UTC"
std::string minute(Time time);

// "1 Stufe", "2 Stufen"
std::string counted(std::size_t count, std::string_view one, std::string_view many);

template <class Items, class Word>
std::string listed(const Items& items, Word word) {
  std::string text;
  for (const auto& item : items) {
    if (!text.empty()) text += ", ";
    text += word(item);
  }
  return text;
}

// The names of texts that lie in the vault.
std::string fields(const Commitments& texts);

// The end of a sentence about something that may have a reason in the vault.
std::string with_reason(Language language, const Commitments& texts);

// One text is to be destroyed, or is.
Sentence requested(const TextName& text);
Sentence destroyed(const TextName& text);

// Options by their titles, where these are known.
class OptionNames {
 public:
  // Both must outlive the names.
  OptionNames(const StreamId& stream, const OptionTitle& option_title)
      : stream_(stream), option_title_(option_title) {}

  std::string option(Language language, const PollId& poll, const OptionId& id) const;
  // Of the poll that the stream belongs to.
  std::string option(Language language, const OptionId& id) const;
  std::string options(Language language, const std::vector<OptionId>& ids) const;
  std::string choices(Language language, const ballot::Choices& choices) const;

 private:
  const PollId* poll() const;

  const StreamId& stream_;
  const OptionTitle& option_title_;
};

Sentence sentence_of(const ledger::Event& event);
Sentence sentence_of(const citizen::Event& event);
Sentence sentence_of(const project::Event& event, const OptionNames& names);
Sentence sentence_of(const document::Event& event);
Sentence sentence_of(const contribution::Event& event);
Sentence sentence_of(const support::Event& event);
Sentence sentence_of(const rating::Event& event);
Sentence sentence_of(const report::Event& event);
Sentence sentence_of(const survey::Event& event);
Sentence sentence_of(const answers::Event& event);
Sentence sentence_of(const poll::Event& event, const OptionNames& names);
Sentence sentence_of(const roll::Event& event);
Sentence sentence_of(const opening::Event& event);
Sentence sentence_of(const ballot::Event& event, const OptionNames& names);

}  // namespace stimmbuch::projections
