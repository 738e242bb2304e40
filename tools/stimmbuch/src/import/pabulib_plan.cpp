#include "import/pabulib_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "import/import_names.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/domain/poll.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"
#include "stimmbuch/tools/import/pabulib_poll.hpp"

namespace stimmbuch::program {

namespace {

using import::BallotFault;
using import::PabulibHead;

constexpr std::size_t options_per_command = 100;
constexpr int cents = 2;  // decimals of the smallest unit of money

// ---- dates

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The beginning of a day written as 07.10.2024 or 2024-10-07, or of a year.
std::optional<Time> day_of(std::string_view text) {
  std::optional<int> year, month = 1, day = 1;
  if (text.size() == 10 && text[2] == '.' && text[5] == '.') {
    year = number_of(text.substr(6));
    month = number_of(text.substr(3, 2));
    day = number_of(text.substr(0, 2));
  } else if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
    year = number_of(text.substr(0, 4));
    month = number_of(text.substr(5, 2));
    day = number_of(text.substr(8));
  } else if (text.size() == 4) {
    year = number_of(text);
  }
  if (!year || !month || !day || *month < 0 || *day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return Time{std::chrono::sys_days{date}};
}

// When the ballots were cast: the file knows the time of the whole vote at best. One without a date in the
// past is taken for as old as can be written.
Time cast_at_of(const PabulibHead& head, Time now) {
  for (const std::string_view key : {"date_end", "date_begin", "instance"}) {
    const auto day = day_of(head.text(key));
    if (day && *day <= now) return *day;
  }
  return Time{};
}

// ---- texts

bool is_currency(std::string_view code) {
  return code.size() == 3 && std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string language_of(const PabulibHead& head) {
  const std::string_view language = head.text("language");
  const bool code =
      language.size() == 2 && std::ranges::all_of(language, [](char c) { return c >= 'a' && c <= 'z'; });
  return code ? std::string(language) : "en";
}

Json title_of(const PabulibHead& head, std::string_view text, std::string_view otherwise) {
  return {{language_of(head), imported_title(text, otherwise)}};
}

std::string name_of_vote(const PabulibHead& head, const PabulibSource& source) {
  std::string name(head.text("description"));
  if (name.empty()) name = head.text("unit");
  if (name.empty()) name = source.name;
  const std::string_view instance = head.text("instance");
  if (!instance.empty() && name.find(instance) == std::string::npos) name += fmt::format(" {}", instance);
  return name;
}

// ---- form and rule

template <class Enum>
std::string_view name_in_commands(Enum value) {
  return codec::names<Enum>[static_cast<std::size_t>(value)];
}

void add_form(Json& draft, const poll::BallotForm& form) {
  draft["kind"] = name_in_commands(form.kind);
  draft["min"] = form.min;
  draft["max"] = form.max;
  draft["blank_allowed"] = form.blank_allowed;
  if (form.points_total > 0) draft["points_total"] = form.points_total;
  if (form.points_per_option > 0) draft["points_per_option"] = form.points_per_option;
}

Json json_of(const poll::Rule& rule) {
  Json json = {{"kind", name_in_commands(rule.kind)},
               {"winners", rule.winners},
               {"ties", name_in_commands(rule.ties)}};
  if (rule.budget > 0) json["budget"] = rule.budget;
  if (rule.threshold > 0) json["threshold"] = rule.threshold;
  if (!rule.rank_points.empty()) json["rank_points"] = rule.rank_points;
  return json;
}

// ---- commands

class Commands {
 public:
  Commands(PabulibPlan& plan) : plan_(plan) {}

  std::string make(std::string_view type, std::string_view step, const Json& members) const {
    Json command = {{"key", import_key(plan_.content_hash, step)}, {"type", type}};
    command.update(members);
    return json_text(command);
  }
  void add(std::string_view type, std::string_view step, const Json& members) {
    plan_.setup.push_back(make(type, step, members));
  }

 private:
  PabulibPlan& plan_;
};

// The options by cost and then by id: the declared order breaks ties, and of two projects that are wanted
// equally towns take the cheaper one.
std::vector<std::size_t> declared_order(const PabulibHead& head) {
  std::vector<std::size_t> order(head.projects.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::pair(head.projects[i].cost, std::string_view(head.projects[i].id));
  });
  return order;
}

void add_options(Commands& commands, const PabulibPlan& plan, const PabulibHead& head) {
  const auto order = declared_order(head);
  for (std::size_t begin = 0; begin < order.size(); begin += options_per_command) {
    Json options = Json::array();
    for (std::size_t i = begin; i < std::min(order.size(), begin + options_per_command); ++i) {
      const import::PabulibProject& project = head.projects[order[i]];
      options.push_back({{"id", plan.option_ids[order[i]].text()},
                         {"title", title_of(head, project.name, plan.option_ids[order[i]].text())},
                         {"cost", project.cost}});
    }
    commands.add("AddOptions", fmt::format("options-{}", begin),
                 {{"poll", plan.poll}, {"options", std::move(options)}});
  }
}

// ---- comparison

struct CountedProject {
  std::int64_t votes = 0;
  std::int64_t score = 0;
  bool selected = false;
};

std::map<std::string, CountedProject, std::less<>> counted_projects(const Json& tally) {
  std::map<std::string, CountedProject, std::less<>> counted;
  for (const Json& option : tally.value("options", Json::array())) {
    counted[option.value("id", "")] = {option.value("votes", std::int64_t{-1}),
                                       option.value("score", std::int64_t{-1}),
                                       option.value("selected", false)};
  }
  return counted;
}

}  // namespace

std::expected<PabulibPlan, std::string> plan_pabulib(const PabulibHead& head, const PabulibSource& source,
                                                     Time now) {
  PabulibPlan plan;
  plan.content_hash = source.content_hash;
  plan.poll = source.poll.value_or(imported_id(source.name, source.content_hash, id_size_max));
  if (!is_id(plan.poll)) return std::unexpected(fmt::format("'{}' is not an id for a poll", plan.poll));
  plan.option_ids = import::option_ids(head.projects);
  plan.cast_at = codec::TimeText(cast_at_of(head, now)).view();
  const auto poll = import::poll_for(head);
  if (!poll) return std::unexpected(poll.error());
  plan.no_selection_because = poll->rule_unsupported;
  plan.by_points = poll->form.kind == poll::BallotKind::points;

  Commands commands(plan);
  const Json title = title_of(head, name_of_vote(head, source), plan.poll);
  commands.add("OpenProject", "project", {{"project", plan.poll}, {"title", title}});
  Json draft = {{"poll", plan.poll}, {"project", plan.poll}, {"title", title},
                {"imported", true},  {"changeable", false},  {"zone", "UTC"}};
  add_form(draft, poll->form);
  draft["rule"] = json_of(poll->rule);
  if (head.money_decimals == cents && is_currency(head.text("currency")))
    draft["currency"] = head.text("currency");
  commands.add("DraftPoll", "draft", draft);
  add_options(commands, plan, head);
  commands.add("OpenPoll", "open", {{"poll", plan.poll}});
  plan.close = commands.make("ClosePoll", "close", {{"poll", plan.poll}});
  plan.count = commands.make("CountPoll", "count", {{"poll", plan.poll}});
  return plan;
}

std::optional<std::string> ballot_command(const PabulibPlan& plan, const import::PabulibBallot& ballot,
                                          std::uint64_t row, std::string& refused) {
  for (const auto& fault : ballot.faults) {
    const bool says_nothing =
        fault.fault == BallotFault::row_malformed || fault.fault == BallotFault::voter_id_missing ||
        fault.fault == BallotFault::voter_id_too_long || fault.fault == BallotFault::points_miscounted;
    if (!says_nothing) continue;
    refused = import::name_of(fault.fault);
    return std::nullopt;
  }
  Json choices = plan.by_points ? Json::object() : Json::array();
  for (const auto& choice : ballot.choices) {
    const std::string option(plan.option_ids[choice.project].text());
    if (!plan.by_points) {
      choices.push_back(option);
    } else if (choice.points != 0) {
      choices[option] = choice.points;
    }
  }
  // With points an empty object would be no ballot; a blank one is an empty list.
  if (choices.empty()) choices = Json::array();
  return json_text({{"key", import_key(plan.content_hash, std::to_string(row))},
                    {"type", "ImportVote"},
                    {"poll", plan.poll},
                    {"voter", ballot.voter_id},
                    {"choices", std::move(choices)},
                    {"channel", ballot.voting_method == "paper" ? "paper" : "online"},
                    {"cast_at", plan.cast_at}});
}

PublishedComparison compare_with_published(const PabulibPlan& plan, const PabulibHead& head,
                                           const Json& tally,
                                           const std::map<std::string, std::int64_t>& repeats) {
  PublishedComparison comparison;
  const auto counted = counted_projects(tally);
  const bool scores_votes =
      head.vote_type == import::VoteType::choose_1 || head.vote_type == import::VoteType::approval;
  for (std::size_t i = 0; i < head.projects.size(); ++i) {
    const import::PabulibProject& project = head.projects[i];
    const auto found = counted.find(plan.option_ids[i].text());
    const CountedProject ours = found == counted.end() ? CountedProject{-1, -1, false} : found->second;
    const auto repeated = repeats.find(project.id);
    const std::int64_t again = repeated == repeats.end() ? 0 : repeated->second;
    const auto compare = [&](std::optional<bool>& match, std::string_view what, std::int64_t our,
                             std::int64_t published) {
      match = match.value_or(true) && our == published;
      if (our == published) return;
      comparison.differences.push_back(
          fmt::format("{} of project {}: {} counted, {} published", what, project.id, our, published));
    };
    if (project.votes) compare(comparison.votes, "votes", ours.votes, *project.votes - again);
    // Where an option's score is its votes, most files leave it out.
    const auto score = project.score || !scores_votes ? project.score : project.votes;
    if (score) compare(comparison.score, "score", ours.score, *score - (scores_votes ? again : 0));
    if (project.selected && plan.no_selection_because.empty()) {
      compare(comparison.selected, "selection", ours.selected ? 1 : 0, *project.selected == 1 ? 1 : 0);
    }
  }
  if (!comparison.votes) comparison.reasons.emplace_back("the file has no votes by project");
  if (!comparison.score) comparison.reasons.emplace_back("the file has no scores");
  if (!comparison.selected) {
    comparison.reasons.push_back(plan.no_selection_because.empty() ? "the file does not say what was selected"
                                                                   : plan.no_selection_because);
  }
  return comparison;
}

}  // namespace stimmbuch::program
