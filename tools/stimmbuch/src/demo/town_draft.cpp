#include "demo/town_draft.hpp"

#include <algorithm>
#include <array>

namespace stimmbuch::program {

namespace {

constexpr Paragraph aim{
    "zweck", "Die Stadt beteiligt ihre Einwohnerinnen und Einwohner früh und verständlich an ihren Vorhaben.",
    "The town has its residents take part in its plans early and in plain words."};

constexpr std::array first_paragraphs{
    aim,
    Paragraph{"liste", "Eine Liste aller Vorhaben steht im Netz und wird einmal im Jahr erneuert.",
              "A list of all plans is on the web and renewed once a year."},
    Paragraph{"fristen", "Wer sich äußern will, hat dafür in der Regel vier Wochen.",
              "Whoever wants to say something usually has four weeks for it."},
    Paragraph{"antwort", "Auf Vorschläge antwortet die Verwaltung, soweit es möglich ist.",
              "The administration answers proposals as far as that is possible."},
    Paragraph{"beirat", "Ein Beirat aus neun Mitgliedern begleitet die Beteiligung.",
              "A council of nine members accompanies all this."},
};
constexpr std::array first_objections{
    Objection{"zweck", "früh und verständlich", "Das muss auch in einfacher Sprache gelten.", 12},
    Objection{"liste", "Eine Liste aller Vorhaben", "Gehören Baustellen dazu?", 8},
    Objection{"liste", "einmal im Jahr", "Das ist zu selten.", 25},
    Objection{"fristen", "in der Regel", "Wann denn nicht?", 20},
    Objection{"fristen", "vier Wochen", "In den Ferien reicht das nicht.", 18},
    Objection{"antwort", "soweit es möglich ist", "Dann antwortet am Ende niemand.", 30},
    Objection{"beirat", "neun Mitgliedern", "Wer wählt sie aus?", 10},
};

// The town follows some of what was said, and leaves the council out.
constexpr std::array second_paragraphs{
    aim,
    Paragraph{"liste",
              "Eine Liste aller Vorhaben steht im Netz, hängt im Rathaus aus und wird jeden Monat erneuert.",
              "A list of all plans is on the web and in the town hall and renewed every month."},
    Paragraph{"fristen", "Wer sich äußern will, hat dafür mindestens vier Wochen, über die Ferien sechs.",
              "Whoever wants to say something has at least four weeks for it, six over the holidays."},
    Paragraph{"antwort", "Auf jeden Vorschlag antwortet die Verwaltung innerhalb von acht Wochen.",
              "The administration answers each proposal within eight weeks."},
    Paragraph{
        "pruefung", "Nach einem Jahr prüft die Stadt mit allen, ob sich diese Leitlinien bewährt haben.",
        "After a year the town examines with everybody whether these guidelines have proved their worth."},
};
constexpr std::array second_objections{
    Objection{"antwort", "acht Wochen", "Das ist ein Wort.", 20},
    Objection{"pruefung", "mit allen", "Auch hier, bitte.", 10},
};

constexpr std::array editions{Edition{first_paragraphs, first_objections},
                              Edition{second_paragraphs, second_objections}};

bool begins_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_code_point));
}

}  // namespace

std::span<const Edition, 2> draft_editions() {
  return editions;
}

std::optional<std::string_view> words_of(const Edition& edition, std::string_view paragraph) {
  const auto found = std::ranges::find(edition.paragraphs, paragraph, &Paragraph::id);
  if (found == edition.paragraphs.end()) return std::nullopt;
  return found->de;
}

Json draft_body(const Edition& edition) {
  Json paragraphs = Json::array();
  for (const Paragraph& paragraph : edition.paragraphs)
    paragraphs.push_back({{"id", paragraph.id}, {"text", {{"de", paragraph.de}, {"en", paragraph.en}}}});
  return {{"title", {{"de", "Leitlinien für die Beteiligung"}, {"en", "Guidelines for participation"}}},
          {"paragraphs", std::move(paragraphs)}};
}

Json passage_body(std::size_t edition, const Objection& objection) {
  const std::string_view words = words_of(editions.at(edition), objection.paragraph).value();
  const std::size_t from = code_points(words.substr(0, words.find(objection.quote)));
  return {{"document", draft_id},    {"version", edition + 1}, {"paragraph", objection.paragraph},
          {"language", "de"},        {"from", from},           {"to", from + code_points(objection.quote)},
          {"quote", objection.quote}};
}

std::string_view cut(std::string_view text, std::size_t from, std::size_t to) {
  const auto byte_at = [&](std::size_t number) {
    std::size_t at = 0;
    while (at < text.size() && (!begins_code_point(text[at]) || number-- > 0)) ++at;
    return at;
  };
  const std::size_t begin = byte_at(from);
  return text.substr(begin, byte_at(to) - begin);
}

}  // namespace stimmbuch::program
