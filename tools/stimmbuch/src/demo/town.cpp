#include "demo/town.hpp"

#include <algorithm>
#include <utility>

namespace stimmbuch::program {

namespace {

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

constexpr std::array habits{
    Idea{"taeglich", "Täglich", "Daily", 10},
    Idea{"woechentlich", "Jede Woche", "Weekly", 45},
    Idea{"selten", "Selten", "Rarely", 30},
    Idea{"nie", "Nie", "Never", 15},
};

constexpr std::array obstacles{
    Idea{"kante", "Zu hohe Kante", "Kerb too high", 34},
    Idea{"belag", "Holpriger Belag", "Bumpy surface", 26},
    Idea{"bank", "Keine Bank", "No bench", 24},
    Idea{"licht", "Zu dunkel", "Too dark", 16},
};

constexpr std::array districts{District{"innenstadt", "Innenstadt"}, District{"ost", "Ost"},
                               District{"west", "West"}, District{"sued", "Süd"}};

struct Project {
  std::string_view id;
  std::string_view de;
  std::string_view en;
  std::string_view summary_de;
  std::string_view summary_en;
};

constexpr std::array projects{
    Project{dialogue_project, "KLMitWirkung", "KLMitWirkung", "Mitreden, vorschlagen, abstimmen.",
            "Taking part, proposing, voting."},
    Project{contest_project, "Stadt.Raum.Wir.", "Town.Space.We.", "Öffentliche Plätze gemeinsam beleben.",
            "Making public places lively together."},
    Project{survey_project, "Lokale Logistik", "Local logistics",
            "Einkäufe aus Kaiserslautern zu jeder Zeit abholen.", "Collecting local shopping at any time."},
    Project{"stadtmodell", "City Information Modeling", "City information modelling",
            "Die Stadt als digitales Modell.", "The town as a digital model."},
    Project{"infrastruktur", "Smart-City-Infrastruktur", "Smart city infrastructure",
            "Sensoren und Netze, die die Stadt erproben lassen.", "Sensors and networks to try things with."},
    Project{"barrierefreie-wege", "Barrierefreie Wege", "Ways without barriers",
            "Wege finden, die für alle gehen.", "Finding ways that everybody can take."},
    Project{"digitale-bildung", "Digitale Bildung", "Digital education", "Digitales lernen, in jedem Alter.",
            "Learning digital things at every age."},
    Project{"netzwerk", "Interkommunales Netzwerk", "Network of towns",
            "Was hier gelingt, auch anderswo nutzen.", "Using elsewhere what works here."},
};

Json in_both(std::string_view de, std::string_view en) {
  return {{"de", de}, {"en", en}};
}

Json choices(std::span<const Idea> things) {
  Json choices = Json::array();
  for (const Idea& thing : things)
    choices.push_back({{"id", thing.id}, {"title", in_both(thing.de, thing.en)}});
  return choices;
}

// The middle of the town, within which marks lie.
Json area() {
  const auto ring = Json::array({{7.74, 49.43}, {7.8, 49.43}, {7.8, 49.455}, {7.74, 49.455}, {7.74, 49.43}});
  return {{"type", "Polygon"}, {"coordinates", Json::array({ring})}};
}

// From before the demo until it ends the phase, whenever it runs.
Json phase(std::string_view id, Json title, std::string_view kind, Json features) {
  return {{"id", id},
          {"title", std::move(title)},
          {"kind", kind},
          {"opens", "2022-03-01T00:00:00Z"},
          {"closes", "2100-01-01T00:00:00Z"},
          {"features", std::move(features)}};
}

}  // namespace

std::span<const Idea, 5> town_ideas() {
  return ideas;
}

std::vector<std::string> published_winners() {
  return {"lautern-tanzt", "3d-strassenmalerei", "cross-boule"};
}

std::span<const Idea, 5> survey_equipment() {
  return equipment;
}

std::span<const Idea, 4> survey_habits() {
  return habits;
}

std::span<const Idea, 4> town_obstacles() {
  return obstacles;
}

std::span<const District, 4> town_districts() {
  return districts;
}

Json town_cells() {
  Json cells = {{"levels", Json::array({{{"id", "resident"},
                                         {"title", in_both("Einwohnerin, Einwohner", "Resident")},
                                         {"registry_identity", true}}})},
                {"districts", Json::array()}};
  for (const District& district : districts)
    cells["districts"].push_back({{"id", district.id}, {"title", {{"de", district.de}}}});
  return cells;
}

std::vector<Json> town_projects() {
  std::vector<Json> bodies;
  for (const Project& project : projects) {
    bodies.push_back({{"id", project.id},
                      {"title", in_both(project.de, project.en)},
                      {"summary", in_both(project.summary_de, project.summary_en)},
                      {"premoderated", project.id == contest_project}});
    if (project.id == map_project) bodies.back()["area"] = area();
  }
  return bodies;
}

Json town_contest() {
  Json contest = phase(contest_phase, in_both("Ideenwettbewerb", "Contest of ideas"), "ideas",
                       Json::array({"propose", "comment", "support", "rate"}));
  contest["supports"] = {{"most", choices_max}};
  return contest;
}

Json town_survey_phase() {
  return phase("umfrage", in_both("Umfrage", "Survey"), "survey", Json::array({"answer"}));
}

Json town_map() {
  Json map =
      phase(map_phase, in_both("Karte", "Map"), "discussion", Json::array({"mark", "comment", "rate"}));
  map["categories"] = choices(obstacles);
  return map;
}

Json town_dialogue() {
  return phase(dialogue_phase, in_both("Dialog", "Dialogue"), "discussion", Json::array({"comment", "rate"}));
}

Json town_survey() {
  return {{"id", survey_id},
          {"project", survey_project},
          {"phase", "umfrage"},
          {"title", in_both("Was soll die Ausprobierbox haben?", "What should the try-it-out box have?")},
          {"questions",
           Json::array(
               {{{"id", "ausstattung"},
                 {"kind", "multiple"},
                 {"title", in_both("Welche Ausstattung?", "Which equipment?")},
                 {"required", true},
                 {"max", choices_max},
                 {"options", choices(equipment)}},
                {{"id", "nutzung"},
                 {"kind", "single"},
                 {"title", in_both("Wie oft würden Sie kommen?", "How often would you come?")},
                 {"options", choices(habits)}},
                {{"id", "wichtigkeit"},
                 {"kind", "rating"},
                 {"title", in_both("Wie wichtig ist Ihnen die Box?", "How important is the box to you?")},
                 {"from", 1},
                 {"to", importance_max}},
                {{"id", words_question},
                 {"kind", "long_text"},
                 {"title", in_both("Warum nie?", "Why never?")},
                 {"shown_if", Json::array({{{"question", "nutzung"}, {"any_of", Json::array({"nie"})}}})}},
                {{"id", "ort"},
                 {"kind", "point"},
                 {"title", in_both("Wo soll sie stehen?", "Where should it stand?")}}})}};
}

Json town_poll(std::span<const std::string> proposals) {
  Json options = choices(ideas);
  for (std::size_t i = 0; i < options.size(); ++i) options[i]["proposal"] = proposals[i];
  return {{"id", vote_poll},
          {"project", contest_project},
          {"title", in_both("Stadt.Raum.Wir.: Welche Ideen sollen wir umsetzen?",
                            "Town.Space.We.: which ideas shall we realise?")},
          {"kind", "approval"},
          {"min", 1},
          {"max", choices_max},
          {"rule", {{"kind", "most_votes"}, {"winners", 3}, {"ties", "declared_order"}}},
          {"electorate", {{"level", "resident"}}},
          {"options", std::move(options)}};
}

Json town_milestone(std::string_view option) {
  const auto* const idea = std::ranges::find(ideas, option, &Idea::id);
  return {{"id", option},
          {"title", in_both(idea->de, idea->en)},
          {"due", "2022-09-30"},
          {"realises", {{"poll", vote_poll}, {"option", option}}}};
}

Json town_report(std::string_view status) {
  return {{"status", status}, {"on", status == "begun" ? "2022-06-01" : "2022-09-01"}};
}

}  // namespace stimmbuch::program
