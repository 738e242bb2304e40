#include "import/polis_plan.hpp"

#include <chrono>

#include <fmt/format.h>

#include "import/content_hash.hpp"
#include "import/import_names.hpp"
#include "stimmbuch/domain/basics.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::program {

namespace {

using import::PolisComment;
using import::PolisConversation;
using import::PolisVote;
using import::Stance;

// Polls add "-c" and a comment's number to the project's id.
constexpr std::size_t project_bytes_max = id_size_max - 12;

std::string_view option_of(Stance stance) {
  switch (stance) {
    case Stance::agree:
      return "agree";
    case Stance::disagree:
      return "disagree";
    case Stance::pass:
      return "pass";
  }
  return "";
}

std::string content_hash_of(const PolisConversation& conversation) {
  ContentHash hash;
  for (const PolisComment& comment : conversation.comments) {
    hash.add(fmt::format("c {} {} {} {}\n", comment.id, comment.time_ms, comment.body.size(), comment.body));
  }
  for (const PolisVote& vote : conversation.votes) {
    hash.add(fmt::format("v {} {} {} {}\n", vote.time_ms, vote.comment, vote.voter,
                         static_cast<int>(vote.stance)));
  }
  return hash.finish();
}

std::string time_text(std::int64_t time_ms) {
  return std::string(codec::TimeText(Time{std::chrono::milliseconds{time_ms}}).view());
}

const Json& options() {
  static const Json all = Json::array({
      {{"id", "agree"}, {"title", {{"de", "Zustimmung"}, {"en", "Agree"}}}},
      {{"id", "disagree"}, {"title", {{"de", "Ablehnung"}, {"en", "Disagree"}}}},
      {{"id", "pass"}, {"title", {{"de", "Enthaltung"}, {"en", "Pass"}}}, {"counts", false}},
  });
  return all;
}

class Commands {
 public:
  explicit Commands(const PolisPlan& plan) : plan_(plan) {}

  std::string make(std::string_view type, std::string_view step, const Json& members) const {
    Json command = {{"key", import_key(plan_.content_hash, step)}, {"type", type}};
    command.update(members);
    return json_text(command);
  }

 private:
  const PolisPlan& plan_;
};

Json draft_of(const PolisPlan& plan, const PolisComment& comment) {
  Json draft = {
      {"poll", poll_of(plan, comment.id)},
      {"project", plan.project},
      {"title",
       {{"de", fmt::format("Kommentar {}", comment.id)}, {"en", fmt::format("Comment {}", comment.id)}}},
      {"kind", "single"},
      {"rule", {{"kind", "most_votes"}, {"ties", "declared_order"}}},
      {"options", options()},
      {"changeable", true},
      {"zone", "UTC"},
      {"imported", true}};
  if (!comment.body.empty()) draft["description"] = comment.body;
  return draft;
}

}  // namespace

std::string poll_of(const PolisPlan& plan, std::uint32_t comment) {
  return fmt::format("{}-c{}", plan.project, comment);
}

PolisPlan plan_polis(const PolisConversation& conversation, std::string_view folder_name) {
  PolisPlan plan;
  plan.content_hash = content_hash_of(conversation);
  plan.project = imported_id(folder_name, plan.content_hash, project_bytes_max);
  const Commands commands(plan);
  const std::string topic = imported_title(conversation.topic, folder_name);
  plan.setup.push_back(
      commands.make("OpenProject", "project", {{"project", plan.project}, {"title", {{"en", topic}}}}));
  for (const PolisComment& comment : conversation.comments) {
    const Json poll = {{"poll", poll_of(plan, comment.id)}};
    plan.setup.push_back(commands.make("DraftPoll", "draft", draft_of(plan, comment)));
    plan.setup.push_back(commands.make("OpenPoll", "open", poll));
    plan.close.push_back(commands.make("ClosePoll", "close", poll));
    plan.count.push_back(commands.make("CountPoll", "count", poll));
  }
  return plan;
}

std::string vote_command(const PolisPlan& plan, const PolisVote& vote, std::uint64_t row) {
  return Commands(plan).make("ImportVote", std::to_string(row),
                             {{"poll", poll_of(plan, vote.comment)},
                              {"voter", std::to_string(vote.voter)},
                              {"choices", Json::array({option_of(vote.stance)})},
                              {"cast_at", time_text(vote.time_ms)}});
}

std::map<std::uint32_t, Stances> published_stances(const PolisConversation& conversation) {
  std::map<std::uint32_t, Stances> stances;
  for (const PolisComment& comment : conversation.comments) stances[comment.id];
  for (const auto& participant : conversation.participants) {
    for (const auto& [comment, stance] : participant.standing) {
      switch (stance) {
        case Stance::agree:
          ++stances[comment].agree;
          break;
        case Stance::disagree:
          ++stances[comment].disagree;
          break;
        case Stance::pass:
          ++stances[comment].pass;
          break;
      }
    }
  }
  return stances;
}

Stances counted_stances(const Json& tally) {
  Stances stances{-1, -1, -1};
  for (const Json& option : tally.value("options", Json::array())) {
    const std::string id = option.value("id", "");
    const auto votes = option.value("votes", std::int64_t{-1});
    if (id == "agree") stances.agree = votes;
    if (id == "disagree") stances.disagree = votes;
    if (id == "pass") stances.pass = votes;
  }
  return stances;
}

}  // namespace stimmbuch::program
