#include "replication_model.hpp"

namespace stimmbuch::replication {
namespace {

std::string name(std::uint8_t n) {
  return n == nobody ? "nobody" : std::string(1, static_cast<char>('A' + n));
}

std::string positions(std::size_t first, std::size_t last) {
  return first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
}

std::string to_text(const Record& record) {
  if (record.command == created) return "created";
  if (record.command == leader_changed)
    return "epoch " + std::to_string(record.epoch) + " of " + name(record.writer);
  auto text = "c" + std::to_string(record.command);
  if (command_records.at(record.command - 1U) > 1) text += "." + std::to_string(record.part + 1);
  return text + " of " + name(record.writer);
}

std::string to_text(const Records& records) {
  std::string text;
  for (const auto& record : records)
    text += (text.empty() ? "" : ", ") + std::to_string(record.position) + " " + to_text(record);
  return "[" + text + "]";
}

std::string_view to_text(Phase phase) {
  constexpr std::array<std::string_view, 12> names{
      "down",      "leads without the broker", "has compared", "initialised", "leads",   "waits for a commit",
      "is former", "has kept its tail",        "follows",      "drains",      "drained", "proposes"};
  return names.at(static_cast<std::size_t>(phase));
}

}  // namespace

std::string_view to_text(Invariant invariant) {
  constexpr std::array<std::string_view, invariants> names{
      "each_position_once",
      "commands_are_whole",
      "command_takes_effect_once",
      "leader_changed_names_its_predecessor",
      "former_leader_adds_nothing",
      "former_leader_fences_nobody",
      "former_leader_acknowledges_nothing",
      "leads_only_when_committed",
      "follower_has_a_prefix",
      "visible_never_goes_back",
      "visible_is_committed",
      "acknowledged_is_committed",
      "acknowledged_once_a_position",
      "later_leader_has_acknowledged",
      "local_loss_is_reported",
      "leadership_is_recoverable",
  };
  return names.at(static_cast<std::size_t>(invariant));
}

std::string Broken::to_text() const {
  std::string text;
  for (std::size_t i = 0; i < set_.size(); ++i) {
    if (set_.test(i))
      text.append(text.empty() ? "" : ", ").append(replication::to_text(static_cast<Invariant>(i)));
  }
  return text;
}

std::string Model::describe(const State& before, Action action) const {
  const auto n = action.node;
  const Node nothing;
  const auto& node = n == nobody ? nothing : before.nodes[n];
  const auto& log = node.log;
  const auto who = name(n);
  switch (action.act) {
    case Act::start:
      return who + " starts as a leader and reads the topic";
    case Act::start_alone:
      return who + " starts as a leader, cannot reach the broker and goes on";
    case Act::start_following:
      return who + " starts as a follower";
    case Act::read:
      return who + " reaches the broker and reads the topic";
    case Act::initialise:
      return who + " initialises its transactions, fencing everybody else";
    case Act::read_again:
      return who + " reads the topic again";
    case Act::publish:
      return who + " sends " + positions(node.published + 1U, action.argument) + " and a commit";
    case Act::hear_committed:
      if (node.phase == Phase::proposing) return who + " hears that its record is committed and appends it";
      return who + " hears that " + positions(node.published + 1U, node.until) + " is committed";
    case Act::take_as_failed:
      return who + " hears nothing, takes the commit as failed and drops its records";
    case Act::find_fenced:
      return who + " finds itself fenced and " + (node.leader ? "reads the topic" : "gives up");
    case Act::keep_tail:
      return who + " writes down its tail behind " + std::to_string(fork(before, n));
    case Act::cut_tail:
      return who + " cuts its tail behind " + std::to_string(fork(before, n));
    case Act::follow:
      return who + " follows the topic from " + std::to_string(log.size() + 1U);
    case Act::promote:
      return who + " is promoted and fences everybody else";
    case Act::finish_draining:
      return who + " has read to the end behind its fence";
    case Act::change_leader:
      return who + " appends leader-changed at " + std::to_string(log.size() + 1U);
    case Act::propose:
      return who + " sends leader-changed at " + std::to_string(log.size() + 1U) + " and a commit";
    case Act::submit:
      return who + " appends command c" + std::to_string(action.argument) + " at " +
             std::to_string(log.size() + 1U);
    case Act::crash:
      return who + " crashes";
    case Act::lose_disk:
      return who + " loses its disk";
    case Act::decide_commit:
      return "the broker decides the commit";
    case Act::make_readable:
      return "the broker shows the transaction to readers";
    case Act::time_out:
      return "the broker gives the transaction up and fences its owner";
  }
  return {};
}

std::string Model::describe(const State& s) const {
  auto text = "     topic " + to_text(s.topic);
  if (s.transaction != Transaction::none) {
    text += s.transaction == Transaction::decided ? ", decided " : ", sent ";
    text += to_text(s.sent);
  }
  if (!s.acknowledged.empty()) text += ", acknowledged " + to_text(s.acknowledged);
  text += "\n";
  for (std::uint8_t n = 0; n < bounds_.nodes; ++n) {
    const auto& node = s.nodes[n];
    text.append("     ").append(name(n)).append(" ").append(to_text(node.log)).append(" ");
    text.append(to_text(node.phase)).append(node.serving ? ", serves" : "");
    text.append(s.owner == n ? ", has the epoch" : "").append(", shows ");
    text.append(std::to_string(node.visible)).append("\n");
  }
  return text;
}

}  // namespace stimmbuch::replication
