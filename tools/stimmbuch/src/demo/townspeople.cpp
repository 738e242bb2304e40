#include "demo/townspeople.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "demo/chance.hpp"
#include "demo/town.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"

namespace stimmbuch::program {

namespace {

// Each chapter of the year has its own chances, so that one can change without the others.
enum Chapter : std::uint64_t {
  being,
  proposing,
  commenting,
  supporting,
  rating,
  answering,
  voting,
  marking,
  annotating,
  replying,
  rating_marks,
  rating_annotations
};

// What Kaiserslautern's platform had: 1 700 registered, and 1 000 contributions, here of these kinds.
constexpr std::size_t kaiserslautern = 1'700;
constexpr std::size_t its_proposals = 200;
constexpr std::size_t its_comments = 450;
constexpr std::size_t its_marks = 150;
constexpr std::size_t its_annotations = 100;
constexpr std::size_t its_replies = 100;

constexpr std::size_t one_of_these_leaves = 100;

constexpr std::array<std::string_view, 16> first_names{
    "Anna", "Bernd",  "Ceyda", "Dieter", "Elif", "Franz", "Gisela", "Hassan",
    "Ines", "Jürgen", "Karin", "Lukas",  "Mira", "Nils",  "Olga",   "Peter"};
constexpr std::array<std::string_view, 16> last_names{
    "Albrecht", "Becker", "Çelik", "Dietz", "Ehrhardt", "Fuchs",   "Groß",    "Hoffmann",
    "Immel",    "Jung",   "Klein", "Lang",  "Müller",   "Neumann", "Özdemir", "Pfaff"};

constexpr std::array<std::string_view, 10> things{
    "Bänke",         "Ein Trinkbrunnen",       "Ein Bücherschrank", "Hochbeete",         "Ein Sommerkino",
    "Ein Flohmarkt", "Eine Tischtennisplatte", "Liegestühle",       "Eine Fahrradpumpe", "Ein Chorabend"};

// Roughly where it is, in steps of 1e-5 degree, which are about a metre.
struct Spot {
  std::string_view at;
  std::int64_t longitude;
  std::int64_t latitude;
};
constexpr std::array spots{
    Spot{"am Stiftsplatz", 776'890, 4'944'470},     Spot{"im Volkspark", 779'050, 4'944'320},
    Spot{"an der Fruchthalle", 777'150, 4'944'320}, Spot{"am Rathaus", 776'650, 4'944'590},
    Spot{"im Stadtpark", 775'930, 4'944'180},       Spot{"auf dem Betzenberg", 777'660, 4'943'480},
    Spot{"am Pfalztheater", 776'820, 4'944'700},    Spot{"an der Lauter", 775'400, 4'944'950},
    Spot{"am Hauptbahnhof", 776'850, 4'943'620},    Spot{"vor der Pfalzgalerie", 776'960, 4'944'850}};

// A GeoJSON point at most so many steps from a spot, either way.
Json point_near(Chance& chance, const Spot& spot, std::uint64_t steps_max) {
  const auto moved = [&](std::int64_t from) {
    const auto steps = static_cast<std::int64_t>(chance.below(2 * steps_max));
    return static_cast<double>(from + steps - static_cast<std::int64_t>(steps_max)) / 100'000.0;
  };
  const double longitude = moved(spot.longitude);
  const double latitude = moved(spot.latitude);
  return {{"type", "Point"}, {"coordinates", Json::array({longitude, latitude})}};
}

constexpr std::array<std::string_view, 6> reasons{
    "Dort fehlt ein Grund zu bleiben.",  "Das kostet wenig und freut viele.", "Unsere Kinder warten darauf.",
    "Im Sommer ist es dort sonst leer.", "Andere Städte haben das schon.",    "Wir würden selbst mithelfen."};
constexpr std::array<std::string_view, 6> remarks{"Da bin ich dabei.",
                                                  "Wer räumt danach auf?",
                                                  "Lieber an einem anderen Ort.",
                                                  "Das hatten wir früher schon.",
                                                  "Bitte auch an Rollstühle denken.",
                                                  "Gute Idee, aber zu teuer."};

constexpr std::array<std::string_view, 4> assents{"Das sehe ich auch so.", "Seit Jahren schon.",
                                                  "Danke, dass das jemand sagt.", "Mich stört das nicht."};

template <std::size_t N>
std::vector<std::string> chosen_of(Chance& chance, std::span<const Idea, N> options) {
  std::vector<std::string> chosen;
  const std::size_t wanted = 1 + chance.below(choices_max);
  while (chosen.size() < wanted) {
    const std::string id(options[chance.weighted(options)].id);
    if (std::ranges::find(chosen, id) == chosen.end()) chosen.push_back(id);
  }
  return chosen;
}

Fate fate_of_proposal(std::size_t number) {
  return number >= town_ideas().size() && number % 40 == 7 ? Fate::removed : Fate::shown;
}

// Of what everybody sees at once.
Fate fate_when_reported(std::size_t number) {
  switch (number % 50) {
    case 6:
      return Fate::blocked;
    case 19:
      return Fate::refused;
    case 31:
      return Fate::restored;
    default:
      return Fate::shown;
  }
}

Fate fate_of_comment(std::size_t number) {
  return number % 50 == 44 ? Fate::removed : fate_when_reported(number);
}

Fate fate_of(Said kind, std::size_t number) {
  return kind == Said::comment ? fate_of_comment(number) : fate_when_reported(number);
}

// Something that nobody takes away.
std::size_t one_shown(Chance& chance, Said kind, std::size_t count) {
  std::size_t number = 0;
  do number = chance.below(count);
  while (fate_of(kind, number) != Fate::shown);
  return number;
}

std::string insult(std::size_t number) {
  return fmt::format("So ein Unsinn, {}!", number + 1);
}

}  // namespace

Townspeople::Townspeople(std::size_t citizens, bool everybody_leaves)
    : citizens_(citizens),
      one_leaves_of_(everybody_leaves ? 1 : one_of_these_leaves),
      proposals_(std::max(citizens * its_proposals / kaiserslautern, town_ideas().size())),
      comments_(citizens * its_comments / kaiserslautern),
      marks_(citizens * its_marks / kaiserslautern),
      annotations_(citizens * its_annotations / kaiserslautern),
      replies_(citizens * its_replies / kaiserslautern) {}

std::size_t Townspeople::count(Said kind) const {
  switch (kind) {
    case Said::comment:
      return comments_;
    case Said::mark:
      return marks_;
    case Said::annotation:
      return annotations_;
  }
  std::unreachable();
}

Townspeople::Person Townspeople::person(std::size_t citizen) const {
  Chance chance(being, citizen);
  std::string name(chance.one_of(first_names));
  name.append(" ").append(chance.one_of(last_names));
  return {.subject = fmt::format("citizen-{:06}", citizen + 1),
          .name = std::move(name),
          .district = std::string(town_districts()[chance.below(town_districts().size())].id)};
}

Townspeople::Proposal Townspeople::proposal(std::size_t number) const {
  Chance chance(proposing, number);
  Proposal proposal{
      .author = chance.below(citizens_), .title = {}, .text = {}, .fate = fate_of_proposal(number)};
  proposal.title = number < town_ideas().size()
                       ? std::string(town_ideas()[number].de)
                       : fmt::format("{} {}", chance.one_of(things), spots[chance.below(spots.size())].at);
  proposal.text = proposal.fate == Fate::removed
                      ? fmt::format("Jetzt günstig kaufen, Angebot {}!", number)
                      : fmt::format("{} (Vorschlag {})", chance.one_of(reasons), number + 1);
  return proposal;
}

Townspeople::Comment Townspeople::comment(std::size_t number) const {
  Chance chance(commenting, number);
  Comment comment{
      .author = chance.below(citizens_), .answers = 0, .text = {}, .fate = fate_of_comment(number)};
  if (number >= answers_begin()) {
    comment.answers = one_shown(chance, Said::comment, answers_begin());
  } else if (number == 6) {
    comment.answers = 0;  // so that a small town's discussion shows what moderators do
  } else if (chance.percent(40)) {
    comment.answers = chance.weighted(town_ideas());
  } else {
    do comment.answers = chance.below(proposals_);
    while (fate_of_proposal(comment.answers) != Fate::shown);
  }
  comment.text = comment.fate == Fate::shown
                     ? fmt::format("{} (Kommentar {})", chance.one_of(remarks), number + 1)
                     : insult(number);
  return comment;
}

Townspeople::Mark Townspeople::mark(std::size_t number) const {
  Chance chance(marking, number);
  const std::size_t author = chance.below(citizens_);
  const Idea& obstacle = town_obstacles()[chance.weighted(town_obstacles())];
  const Spot& spot = spots[chance.below(spots.size())];
  Mark mark{.author = author,
            .category = obstacle.id,
            .text = fmt::format("{} {} (Markierung {})", obstacle.de, spot.at, number + 1),
            .place = point_near(chance, spot, 150),
            .photo = {},
            .fate = fate_when_reported(number)};
  if (chance.percent(30))
    mark.photo = to_base64url(crypto::sha256(crypto::bytes_of(fmt::format("Foto {}", number + 1))));
  if (mark.fate != Fate::shown) mark.text = insult(number);
  return mark;
}

Townspeople::Annotation Townspeople::annotation(std::size_t number) const {
  Chance chance(annotating, number);
  const std::size_t author = chance.below(citizens_);
  const std::size_t edition = number < to_second_edition() ? 0 : 1;
  const std::span objections = draft_editions()[edition].objections;
  const Objection& objection = objections[chance.weighted(objections)];
  const Fate fate = fate_when_reported(number);
  return {.author = author,
          .edition = edition,
          .objection = objection,
          .text = fate == Fate::shown ? fmt::format("{} (Anmerkung {})", objection.text, number + 1)
                                      : insult(number),
          .fate = fate};
}

Townspeople::Reply Townspeople::reply(std::size_t number) const {
  Chance chance(replying, number);
  const std::size_t author = chance.below(citizens_);
  const Said to = number < replies_to_annotations() ? Said::mark : Said::annotation;
  return {.author = author,
          .to = to,
          .answers = one_shown(chance, to, count(to)),
          .text = fmt::format("{} (Antwort {})", chance.one_of(assents), number + 1)};
}

std::vector<std::size_t> Townspeople::supports(std::size_t citizen) const {
  Chance chance(supporting, citizen);
  std::vector<std::size_t> supported;
  const std::size_t wanted = chance.percent(20) ? 0 : 2 + chance.below(choices_max - 1);
  while (supported.size() < wanted) {
    const std::size_t number = chance.percent(60) ? chance.weighted(town_ideas()) : chance.below(proposals_);
    if (fate_of_proposal(number) == Fate::shown && std::ranges::find(supported, number) == supported.end())
      supported.push_back(number);
  }
  return supported;
}

std::map<std::size_t, bool> Townspeople::ratings(Said kind, std::size_t citizen) const {
  constexpr std::array chapters{rating, rating_marks, rating_annotations};
  Chance chance(chapters.at(static_cast<std::size_t>(kind)), citizen);
  std::map<std::size_t, bool> rated;
  const std::size_t wanted = chance.below(kind == Said::comment ? 5 : 3);
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::size_t number = chance.below(count(kind));
    const bool up = chance.percent(65);
    if (fate_of(kind, number) == Fate::shown) rated.emplace(number, up);
  }
  return rated;
}

std::optional<Json> Townspeople::answers(std::size_t citizen) const {
  Chance chance(answering, citizen);
  if (!chance.percent(70)) return std::nullopt;
  Json answers{{"ausstattung", chosen_of(chance, survey_equipment())}};
  const std::string_view habit = survey_habits()[chance.weighted(survey_habits())].id;
  answers["nutzung"] = Json::array({habit});
  answers["wichtigkeit"] = 1 + chance.below(importance_max);
  if (habit == "nie")
    answers[std::string(words_question)] =
        fmt::format("Ich kaufe lieber im Laden. (Antwort {})", citizen + 1);
  answers["ort"] = point_near(chance, spots.front(), 1'000);
  return answers;
}

std::vector<std::vector<std::string>> Townspeople::ballot(std::size_t citizen) const {
  Chance chance(voting, citizen);
  std::vector<std::vector<std::string>> steps;
  if (!chance.percent(95)) return steps;
  steps.push_back(chosen_of(chance, town_ideas()));
  if (chance.percent(20)) steps.push_back(chosen_of(chance, town_ideas()));
  if (chance.percent(4)) {
    steps.emplace_back();
    if (chance.percent(50)) steps.push_back(chosen_of(chance, town_ideas()));
  }
  return steps;
}

}  // namespace stimmbuch::program
