#include "demo/townspeople.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "demo/chance.hpp"
#include "demo/town.hpp"

namespace stimmbuch::program {

namespace {

// Each chapter of the year has its own chances, so that one can change without the others.
enum Chapter : std::uint64_t { being, proposing, commenting, supporting, rating, answering, voting };

// What Kaiserslautern's platform had: 1 700 registered, and here 200 proposals and 800 comments.
constexpr std::size_t kaiserslautern = 1'700;
constexpr std::size_t its_proposals = 200;
constexpr std::size_t its_comments = 800;

constexpr std::array<std::string_view, 16> first_names{
    "Anna", "Bernd",  "Ceyda", "Dieter", "Elif", "Franz", "Gisela", "Hassan",
    "Ines", "Jürgen", "Karin", "Lukas",  "Mira", "Nils",  "Olga",   "Peter"};
constexpr std::array<std::string_view, 16> last_names{
    "Albrecht", "Becker", "Çelik", "Dietz", "Ehrhardt", "Fuchs",   "Groß",    "Hoffmann",
    "Immel",    "Jung",   "Klein", "Lang",  "Müller",   "Neumann", "Özdemir", "Pfaff"};

constexpr std::array<std::string_view, 10> things{
    "Bänke",         "Ein Trinkbrunnen",       "Ein Bücherschrank", "Hochbeete",         "Ein Sommerkino",
    "Ein Flohmarkt", "Eine Tischtennisplatte", "Liegestühle",       "Eine Fahrradpumpe", "Ein Chorabend"};
constexpr std::array<std::string_view, 10> places{
    "am Stiftsplatz",     "im Volkspark",    "an der Fruchthalle", "am Rathaus",      "im Stadtpark",
    "auf dem Betzenberg", "am Pfalztheater", "an der Lauter",      "am Hauptbahnhof", "vor der Pfalzgalerie"};
constexpr std::array<std::string_view, 6> reasons{
    "Dort fehlt ein Grund zu bleiben.",  "Das kostet wenig und freut viele.", "Unsere Kinder warten darauf.",
    "Im Sommer ist es dort sonst leer.", "Andere Städte haben das schon.",    "Wir würden selbst mithelfen."};
constexpr std::array<std::string_view, 6> remarks{"Da bin ich dabei.",
                                                  "Wer räumt danach auf?",
                                                  "Lieber an einem anderen Ort.",
                                                  "Das hatten wir früher schon.",
                                                  "Bitte auch an Rollstühle denken.",
                                                  "Gute Idee, aber zu teuer."};

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

Fate fate_of_comment(std::size_t number) {
  switch (number % 100) {
    case 13:
      return Fate::blocked;
    case 38:
      return Fate::refused;
    case 63:
      return Fate::restored;
    case 88:
      return Fate::removed;
    default:
      return Fate::shown;
  }
}

}  // namespace

Townspeople::Townspeople(std::size_t citizens)
    : citizens_(citizens),
      proposals_(std::max(citizens * its_proposals / kaiserslautern, town_ideas().size())),
      comments_(citizens * its_comments / kaiserslautern) {}

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
                       : fmt::format("{} {}", chance.one_of(things), chance.one_of(places));
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
    do comment.answers = chance.below(answers_begin());
    while (fate_of_comment(comment.answers) != Fate::shown);
  } else if (number == 13) {
    comment.answers = 0;  // so that a small town's discussion shows what moderators do
  } else if (chance.percent(40)) {
    comment.answers = chance.weighted(town_ideas());
  } else {
    do comment.answers = chance.below(proposals_);
    while (fate_of_proposal(comment.answers) != Fate::shown);
  }
  comment.text = comment.fate == Fate::shown
                     ? fmt::format("{} (Kommentar {})", chance.one_of(remarks), number + 1)
                     : fmt::format("So ein Unsinn, {}!", number + 1);
  return comment;
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

std::map<std::size_t, bool> Townspeople::ratings(std::size_t citizen) const {
  Chance chance(rating, citizen);
  std::map<std::size_t, bool> rated;
  const std::size_t wanted = chance.below(6);
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::size_t number = chance.below(comments_);
    const bool up = chance.percent(65);
    if (fate_of_comment(number) == Fate::shown) rated.emplace(number, up);
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
  // Around the Stiftsplatz, within about a kilometre.
  const auto offset = [&] { return (static_cast<double>(chance.below(2'000)) - 1'000.0) / 100'000.0; };
  const double longitude = 7.7689 + offset();
  const double latitude = 49.4447 + offset();
  answers["ort"] = {{"type", "Point"}, {"coordinates", Json::array({longitude, latitude})}};
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

Expected expected_of(const Townspeople& people) {
  Expected expected;
  expected.supports.resize(people.proposals());
  expected.ratings.resize(people.comments());
  for (std::size_t citizen = 0; citizen < people.citizens(); ++citizen) {
    for (const std::size_t proposal : people.supports(citizen)) ++expected.supports[proposal];
    for (const auto& [comment, up] : people.ratings(citizen))
      ++(up ? expected.ratings[comment].first : expected.ratings[comment].second);
    if (const auto steps = people.ballot(citizen); !steps.empty()) {
      for (const std::string& choice : steps.back()) ++expected.votes[choice];
    }
    const auto answers = people.answers(citizen);
    if (!answers) continue;
    ++expected.respondents;
    for (const auto* const question : {"ausstattung", "nutzung"}) {
      for (const Json& option : answers->at(question))
        ++expected.answers[fmt::format("{}/{}", question, option.get<std::string>())];
    }
    ++expected.answers[fmt::format("wichtigkeit/{}", answers->at("wichtigkeit").get<int>())];
  }
  return expected;
}

}  // namespace stimmbuch::program
