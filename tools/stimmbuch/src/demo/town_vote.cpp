#include "demo/town_vote.hpp"

#include <algorithm>
#include <array>
#include <random>

#include <fmt/format.h>

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t seed = 2022;

struct Idea {
  std::string_view id;
  std::string_view de;
  std::string_view en;
  std::uint32_t weight;  // how many like it, relative to the others
};

constexpr std::array ideas{
    Idea{"3d-strassenmalerei", "3D-Straßenmalerei", "3D street painting", 27},
    Idea{"cross-boule", "Cross-Boule mit Käse und Baguette", "Cross boule with cheese and baguette", 20},
    Idea{"lautern-tanzt", "Lautern tanzt", "Lautern dances", 34},
    Idea{"open-air-lesung", "Open-Air-Lesung", "Open-air reading", 12},
    Idea{"roundnet", "Roundnet", "Roundnet", 14},
};

constexpr std::array equipment{
    Idea{"kuehlfach", "Kühlfach", "Cooled compartment", 30},
    Idea{"tauschfach", "Fach zum Tauschen und Leihen", "Compartment for swapping and lending", 22},
    Idea{"ladepunkt", "Ladepunkt für Fahrräder", "Charging point for bicycles", 18},
    Idea{"barrierefrei", "Barrierefreie Höhe", "Height without barriers", 16},
    Idea{"kartenzahlung", "Zahlung mit Karte", "Payment by card", 14},
};

constexpr std::size_t choices_max = 3;
constexpr std::array<std::string_view, 4> districts{"innenstadt", "ost", "west", "sued"};

constexpr std::array<std::string_view, 16> first_names{
    "Anna", "Bernd",  "Ceyda", "Dieter", "Elif", "Franz", "Gisela", "Hassan",
    "Ines", "Jürgen", "Karin", "Lukas",  "Mira", "Nils",  "Olga",   "Peter"};
constexpr std::array<std::string_view, 16> last_names{
    "Albrecht", "Becker", "Çelik", "Dietz", "Ehrhardt", "Fuchs",   "Groß",    "Hoffmann",
    "Immel",    "Jung",   "Klein", "Lang",  "Müller",   "Neumann", "Özdemir", "Pfaff"};

// The engine of the standard is the same everywhere, its distributions are not.
class Chance {
 public:
  // From 0 up to, not with, `bound`.
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool percent(std::uint64_t chance) { return below(100) < chance; }

  template <std::size_t N>
  std::string one_of(const std::array<std::string_view, N>& words) {
    return std::string(words[below(N)]);
  }

  // One to three different ones, the heavier the likelier.
  template <std::size_t N>
  std::vector<std::string> choices(const std::array<Idea, N>& options) {
    std::vector<std::string> chosen;
    const std::size_t wanted = 1 + below(choices_max);
    std::uint64_t total = 0;
    for (const Idea& option : options) total += option.weight;
    while (chosen.size() < wanted) {
      std::uint64_t left = below(total);
      const auto* option = options.begin();
      while (left >= option->weight) left -= (option++)->weight;
      const std::string id(option->id);
      if (std::ranges::find(chosen, id) == chosen.end()) chosen.push_back(id);
    }
    return chosen;
  }

 private:
  std::mt19937_64 engine_{seed};
};

template <std::size_t N>
Json options_of(const std::array<Idea, N>& ideas_of_poll) {
  Json options = Json::array();
  for (const Idea& idea : ideas_of_poll)
    options.push_back({{"id", idea.id}, {"title", {{"de", idea.de}, {"en", idea.en}}}});
  return options;
}

Json draft(std::string_view id, std::string_view project, std::string_view kind, Json title, Json options) {
  return {{"id", id},
          {"project", project},
          {"title", std::move(title)},
          {"kind", kind},
          {"min", 1},
          {"max", choices_max},
          {"rule", {{"kind", "most_votes"}, {"winners", 3}, {"ties", "declared_order"}}},
          {"electorate", {{"level", "resident"}}},
          {"options", std::move(options)}};
}

}  // namespace

std::vector<std::string> published_winners() {
  return {"lautern-tanzt", "3d-strassenmalerei", "cross-boule"};
}

Json town_cells() {
  Json cells = {{"levels", Json::array({{{"id", "resident"},
                                         {"title", {{"de", "Einwohnerin, Einwohner"}, {"en", "Resident"}}},
                                         {"registry_identity", true}}})},
                {"districts", Json::array()}};
  constexpr std::array<std::string_view, 4> titles{"Innenstadt", "Ost", "West", "Süd"};
  for (std::size_t i = 0; i < districts.size(); ++i) {
    cells["districts"].push_back({{"id", districts[i]}, {"title", {{"de", titles[i]}}}});
  }
  return cells;
}

std::vector<Json> town_projects() {
  return {
      {{"id", "stadt-raum-wir"},
       {"title", {{"de", "Stadt.Raum.Wir."}, {"en", "Town.Space.We."}}},
       {"summary",
        {{"de", "Öffentliche Plätze gemeinsam beleben."}, {"en", "Making public places lively together."}}}},
      {{"id", "lokale-logistik"},
       {"title", {{"de", "Lokale Logistik"}, {"en", "Local logistics"}}},
       {"summary",
        {{"de", "Einkäufe aus Kaiserslautern zu jeder Zeit abholen."},
         {"en", "Collecting local shopping at any time."}}}}};
}

std::vector<Json> town_polls() {
  return {draft(vote_poll, "stadt-raum-wir", "approval",
                {{"de", "Stadt.Raum.Wir.: Welche Ideen sollen wir umsetzen?"},
                 {"en", "Town.Space.We.: which ideas shall we realise?"}},
                options_of(ideas)),
          draft(survey_poll, "lokale-logistik", "multiple",
                {{"de", "Was soll die Ausprobierbox haben?"}, {"en", "What should the try-it-out box have?"}},
                options_of(equipment))};
}

std::vector<TownCitizen> town_citizens(std::size_t number) {
  Chance chance;
  std::vector<TownCitizen> citizens;
  for (std::size_t i = 0; i < number; ++i) {
    TownCitizen citizen{.subject = fmt::format("citizen-{:05}", i + 1),
                        .name = chance.one_of(first_names) + " " + chance.one_of(last_names),
                        .district = chance.one_of(districts),
                        .steps = {}};
    const std::string vote(vote_poll);
    if (chance.percent(95)) citizen.steps.push_back({vote, chance.choices(ideas)});
    if (chance.percent(70)) citizen.steps.push_back({std::string(survey_poll), chance.choices(equipment)});
    const bool has_voted = !citizen.steps.empty() && citizen.steps.front().poll == vote;
    if (has_voted && chance.percent(20)) citizen.steps.push_back({vote, chance.choices(ideas)});
    if (has_voted && chance.percent(4)) {
      citizen.steps.push_back({vote, {}});
      if (chance.percent(50)) citizen.steps.push_back({vote, chance.choices(ideas)});
    }
    citizens.push_back(std::move(citizen));
  }
  return citizens;
}

std::map<std::string, std::int64_t> standing_votes(const std::vector<TownCitizen>& citizens,
                                                   std::string_view poll) {
  std::map<std::string, std::int64_t> votes;
  for (const TownCitizen& citizen : citizens) {
    const BallotStep* last = nullptr;
    for (const BallotStep& step : citizen.steps) {
      if (step.poll == poll) last = &step;
    }
    if (last == nullptr) continue;
    for (const std::string& choice : last->choices) ++votes[choice];
  }
  return votes;
}

}  // namespace stimmbuch::program
