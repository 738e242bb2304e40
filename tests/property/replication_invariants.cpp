#include "replication_model.hpp"

namespace stimmbuch::replication {
namespace {

// Everything that the broker has decided to keep.
Records committed(const State& s) {
  auto all = s.topic;
  if (s.transaction == Transaction::decided) {
    for (const auto& record : s.sent) all.push(record);
  }
  return all;
}

bool ends_behind_command(const Records& log) {
  return log.empty() || !log.back().more();
}

Broken broken_topic(const Records& topic) {
  Broken broken;
  std::array<std::uint8_t, leader_changed> seen{};
  auto leader = nobody;
  std::uint8_t epoch = 1;
  for (std::size_t i = 0; i < topic.size(); ++i) {
    const auto& record = topic[i];
    if (record.position != i + 1) broken.add(Invariant::each_position_once);
    if (i == 0) continue;
    const auto& before = topic[i - 1];
    const bool continues =
        before.command == record.command && before.part + 1 == record.part && before.writer == record.writer;
    if (before.more() ? !continues : record.part != 0) broken.add(Invariant::commands_are_whole);
    if (record.command == leader_changed) {
      if (record.epoch != epoch + 1 || record.before_command != before.command ||
          record.before_part != before.part || record.before_writer != before.writer) {
        broken.add(Invariant::leader_changed_names_its_predecessor);
      }
      epoch = record.epoch;
      leader = record.writer;
    }
    if (record.is_command() && record.part == 0 && ++seen.at(record.command) > 1)
      broken.add(Invariant::command_takes_effect_once);
    if (leader == nobody) leader = record.writer;
    if (record.writer != leader) broken.add(Invariant::former_leader_adds_nothing);
  }
  if (!ends_behind_command(topic)) broken.add(Invariant::commands_are_whole);
  return broken;
}

}  // namespace

Broken Model::broken(const State& s) const {
  auto broken = s.broken;
  const auto topic = committed(s);
  broken.add(broken_topic(topic));

  const bool replicated = durability_ == Durability::replicated;
  const auto epoch = topic.epoch();
  for (std::size_t n = 0; n < bounds_.nodes; ++n) {
    const auto& node = s.nodes[n];
    const auto& log = node.log;
    if (!ends_behind_command(log)) broken.add(Invariant::commands_are_whole);
    if (!node.leader && !s.topic.has_prefix(log, log.size())) broken.add(Invariant::follower_has_a_prefix);
    if (replicated && !topic.has_prefix(log, node.visible)) broken.add(Invariant::visible_is_committed);
    if (!node.serving) continue;
    if (node.phase == Phase::former || node.found_former)
      broken.add(Invariant::former_leader_acknowledges_nothing);
    for (const auto& record : log) {
      if (record.command == leader_changed && !topic.contains(record))
        broken.add(Invariant::leads_only_when_committed);
    }
    if (replicated && log.epoch() == epoch) {
      for (const auto& record : s.acknowledged) {
        if (!log.contains(record)) broken.add(Invariant::later_leader_has_acknowledged);
      }
    }
  }

  for (const auto& record : s.acknowledged) {
    if (topic.contains(record)) continue;
    const auto in_log = [&](const Node& node) { return node.log.contains(record); };
    if (replicated) {
      broken.add(Invariant::acknowledged_is_committed);
    } else if (std::none_of(s.nodes.begin(), s.nodes.end(), in_log)) {
      broken.add(Invariant::local_loss_is_reported);
    }
  }
  if (replicated) {
    for (const auto& one : s.acknowledged) {
      for (const auto& other : s.acknowledged) {
        if (one.position == other.position && one != other)
          broken.add(Invariant::acknowledged_once_a_position);
      }
    }
  }
  return broken;
}

bool Model::recovered(const State& s) const {
  const auto done = [&](const Node& node) {
    const auto has = [&](const Record& record) { return node.log.contains(record); };
    return node.serving && node.phase == Phase::leading && node.visible == node.log.size() &&
           node.log.size() == s.topic.size() && s.topic.has_prefix(node.log, node.log.size()) &&
           (durability_ == Durability::local ||
            std::all_of(s.acknowledged.begin(), s.acknowledged.end(), has));
  };
  return s.transaction == Transaction::none &&
         std::any_of(s.nodes.begin(), s.nodes.begin() + bounds_.nodes, done);
}

std::optional<Action> Model::towards_recovery(const State& s) const {
  if (s.transaction == Transaction::decided) return Action{Act::make_readable};
  if (s.transaction == Transaction::requested && s.owner != nobody) return Action{Act::decide_commit};

  // A leader that nobody has replaced, else a promotion that was begun, else any follower, else anybody; of
  // two the one who has fenced the other.
  std::uint8_t chosen = 0;
  int best = -1;
  for (std::uint8_t n = 0; n < bounds_.nodes; ++n) {
    const auto& node = s.nodes[n];
    int rank = node.leader ? (contradicts(s.topic, node.log) ? 0 : 6) : 2;
    if (node.phase >= Phase::draining) rank = 4;
    if (s.owner == n) ++rank;
    if (rank > best) {
      best = rank;
      chosen = n;
    }
  }

  const auto& node = s.nodes[chosen];
  const auto act = [&](Act what) { return Action{what, chosen}; };
  switch (node.phase) {
    case Phase::down:
      return act(node.leader ? Act::start : Act::start_following);
    case Phase::alone:
      return act(Act::read);
    case Phase::compared:
      return act(Act::initialise);
    case Phase::initialised:
      return act(Act::read_again);
    case Phase::leading:
      if (node.published >= node.log.size() && !contradicts(s.topic, node.log)) {
        // What is left of a dead owner may still be committed, until the broker gives it up.
        if (s.transaction == Transaction::requested) return Action{Act::time_out};
        return std::nullopt;
      }
      if (!owns(s, chosen)) return act(Act::find_fenced);
      return Action{Act::publish, chosen, node.log.size()};
    case Phase::committing:
      return act(owns(s, chosen) ? Act::hear_committed : Act::find_fenced);
    case Phase::former:
      if (!rules_.rejoin_exists) return std::nullopt;
      return act(rules_.keep_tail_first ? Act::keep_tail : Act::cut_tail);
    case Phase::tail_kept:
      return act(Act::cut_tail);
    case Phase::following:
      return act(Act::promote);
    case Phase::draining:
      return act(node.log.size() == s.topic.size() ? Act::finish_draining : Act::follow);
    case Phase::drained:
      if (promotion_ == Promotion::append_first) return act(Act::change_leader);
      return act(owns(s, chosen) ? Act::propose : Act::find_fenced);
    case Phase::proposing:
      return act(owns(s, chosen) ? Act::hear_committed : Act::find_fenced);
  }
  return std::nullopt;
}

}  // namespace stimmbuch::replication
