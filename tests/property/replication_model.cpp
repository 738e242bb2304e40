#include "replication_model.hpp"

namespace stimmbuch::replication {
namespace {

// What a crash takes. The node's transaction stays with the broker, which may still be about to commit it.
void forget(State& s, std::uint8_t n) {
  auto& node = s.nodes[n];
  node.phase = Phase::down;
  node.serving = node.replaced = false;
  node.published = node.until = node.visible = 0;
  if (s.owner == n) s.owner = nobody;
}

// What readers see of the node from now on.
void show(State& s, std::uint8_t n, std::uint8_t visible) {
  auto& node = s.nodes[n];
  node.visible = visible;
  const auto epoch = node.log.epoch(visible);
  if (epoch < node.shown_epoch || (epoch == node.shown_epoch && visible < node.shown))
    s.broken.add(Invariant::visible_never_goes_back);
  node.shown = visible;
  node.shown_epoch = epoch;
}

void drop_transaction(State& s) {
  s.sent.cut(0);
  s.transaction = Transaction::none;
}

void make_readable(State& s) {
  for (const auto& record : s.sent) s.topic.push(record);
  drop_transaction(s);
}

Record next_leader_changed(const Records& log, std::uint8_t writer) {
  const auto last = log.empty() ? Record{} : log.back();
  Record record;
  record.position = static_cast<std::uint8_t>(last.position + 1);
  record.command = leader_changed;
  record.writer = writer;
  record.epoch = static_cast<std::uint8_t>(log.epoch() + 1);
  record.before_command = last.command;
  record.before_part = last.part;
  record.before_writer = last.writer;
  return record;
}

// Appends the topic's next command, whole, if there is one.
bool follow(const State& s, Node& node, bool whole) {
  auto end = std::size_t{node.log.size()};
  if (end >= s.topic.size()) return false;
  while (whole && end < s.topic.size() && s.topic[end].more()) ++end;
  if (end >= s.topic.size()) return false;
  for (auto i = std::size_t{node.log.size()}; i <= end; ++i) node.log.push(s.topic[i]);
  return true;
}

}  // namespace

std::size_t Records::shared(const Records& other) const {
  const auto size = std::min(size_, other.size_);
  return static_cast<std::size_t>(std::mismatch(begin(), begin() + size, other.begin()).first - begin());
}

std::uint8_t Records::epoch(std::size_t position) const {
  std::uint8_t epoch = 1;
  for (std::size_t i = 0; i < std::min<std::size_t>(position, size_); ++i) {
    if (records_[i].command == leader_changed) epoch = records_[i].epoch;
  }
  return epoch;
}

bool contradicts(const Records& topic, const Records& log) {
  const auto& tail = topic.back();
  return tail.position > log.size() || log[tail.position - 1U] != tail;
}

Model::Model(Durability durability, Promotion promotion, Rules rules, Bounds bounds)
    : durability_(durability), promotion_(promotion), rules_(rules), bounds_(bounds) {}

// Node 0 has led for a while, the others follow; everybody is down.
State Model::initial() const {
  State s;
  Record first;
  first.position = 1;
  s.topic.push(first);
  for (std::size_t n = 0; n < bounds_.nodes; ++n) s.nodes[n].log.push(first);
  s.nodes[0].leader = true;
  s.promotions = bounds_.promotions;
  s.crashes = bounds_.crashes;
  s.timeouts = bounds_.timeouts;
  s.lost_disks = bounds_.lost_disks;
  return s;
}

bool Model::owns(const State& s, std::uint8_t n) const {
  return s.owner == n || !rules_.one_transactional_id;
}

bool Model::may_submit(const Node& node, std::uint8_t command) const {
  const auto times = std::count_if(node.log.begin(), node.log.end(), [&](const Record& record) {
    return record.command == command && record.part == 0;
  });
  return times == 0 || (!rules_.recognise_repeats && times == 1);
}

void Model::actions(const State& s, std::vector<Action>& actions) const {
  actions.clear();
  if (s.transaction == Transaction::requested) {
    actions.push_back({Act::decide_commit});
    if (s.timeouts > 0 && s.owner != nobody) actions.push_back({Act::time_out});
  }
  if (s.transaction == Transaction::decided) actions.push_back({Act::make_readable});
  for (std::uint8_t n = 0; n < bounds_.nodes; ++n) {
    const auto before = actions.size();
    node_actions(s, n, actions);
    for (auto i = before; i < actions.size(); ++i) actions[i].node = n;
  }
}

void Model::node_actions(const State& s, std::uint8_t n, std::vector<Action>& actions) const {
  const auto& node = s.nodes[n];
  const auto add = [&](Act act, std::uint8_t argument = 0) { actions.push_back({act, n, argument}); };
  switch (node.phase) {
    case Phase::down:
      if (node.leader || !rules_.followers_do_not_lead) add(Act::start);
      if (!node.leader) add(Act::start_following);
      if (node.leader && durability_ == Durability::local &&
          !(rules_.unconfirmed_do_not_lead && node.log.back().command == leader_changed) &&
          !(rules_.former_remembers && node.found_former)) {
        add(Act::start_alone);
      }
      break;
    case Phase::alone:
      add(Act::read);
      break;
    case Phase::compared:
      add(Act::initialise);
      if (!rules_.rejoin_only_former) add(Act::keep_tail);
      break;
    case Phase::initialised:
      add(Act::read_again);
      break;
    case Phase::leading:
      if (node.published >= node.log.size()) break;
      if (!owns(s, n)) {
        add(Act::find_fenced);
      } else if (s.transaction == Transaction::none) {
        for (auto end = node.published; end < node.log.size(); ++end) {
          if (!rules_.whole_transactions || !node.log[end].more())
            add(Act::publish, static_cast<std::uint8_t>(end + 1));
        }
      }
      break;
    case Phase::committing:
      if (!owns(s, n)) {
        add(Act::find_fenced);
      } else {
        if (s.transaction != Transaction::requested) add(Act::hear_committed);
        if (!rules_.repeat_unknown_commit) add(Act::take_as_failed);
      }
      break;
    case Phase::former:
      if (rules_.rejoin_exists) add(rules_.keep_tail_first ? Act::keep_tail : Act::cut_tail);
      break;
    case Phase::tail_kept:
      add(Act::cut_tail);
      break;
    case Phase::following:
    case Phase::draining:
      if (auto next = node; follow(s, next, rules_.follow_whole_commands)) add(Act::follow);
      if (node.phase == Phase::following && s.promotions > 0 &&
          (rules_.drain_after_fence || node.log.size() == s.topic.size())) {
        add(Act::promote);
      }
      if (node.phase == Phase::draining && node.log.size() == s.topic.size()) add(Act::finish_draining);
      break;
    case Phase::drained:
      if (promotion_ == Promotion::append_first) {
        add(Act::change_leader);
      } else if (!owns(s, n)) {
        add(Act::find_fenced);
      } else if (s.transaction == Transaction::none) {
        add(Act::propose);
      }
      break;
    case Phase::proposing:
      if (!owns(s, n)) {
        add(Act::find_fenced);
      } else if (s.transaction != Transaction::requested) {
        add(Act::hear_committed);
      }
      break;
  }
  if (node.serving) {
    for (std::uint8_t command = 1; command <= bounds_.commands; ++command) {
      if (may_submit(node, command)) add(Act::submit, command);
    }
  }
  if (node.phase != Phase::down && s.crashes > 0) add(Act::crash);
  if (s.lost_disks > 0 && durability_ == Durability::replicated && !node.log.empty()) add(Act::lose_disk);
}

State Model::apply(const State& before, Action action) const {
  auto s = before;
  const auto n = action.node;
  Node broker;  // stands for the node where the broker acts
  auto& node = n == nobody ? broker : s.nodes[n];
  switch (action.act) {
    case Act::decide_commit:
      s.transaction = Transaction::decided;
      break;
    case Act::make_readable:
      make_readable(s);
      break;
    case Act::time_out:
      if (s.timeouts > 0) --s.timeouts;
      drop_transaction(s);
      s.owner = nobody;
      break;
    case Act::start:
      if (!rules_.role_stays_with_log && !node.log.empty() && node.log.back().command == leader_changed &&
          s.topic.size() > node.log.size()) {
        node.leader = node.found_former = false;
        node.phase = Phase::following;
        show(s, n, node.log.size());
        break;
      }
      node.leader = true;
      compare(s, n, false);
      break;
    case Act::start_alone:
      node.phase = Phase::alone;
      node.serving = true;
      show(s, n, node.log.size());
      acknowledge(s, n);
      break;
    case Act::start_following:
      node.phase = Phase::following;
      show(s, n, node.log.size());
      break;
    case Act::read:
      compare(s, n, false);
      break;
    case Act::initialise:
      if (node.replaced) s.broken.add(Invariant::former_leader_fences_nobody);
      fence(s, n);
      if (rules_.read_after_fence) {
        node.phase = Phase::initialised;
      } else {
        node.phase = Phase::leading;
        lead(s, n);
      }
      break;
    case Act::read_again:
      if (contradicts(s.topic, node.log)) {
        find_former(node);
        node.serving = false;
      } else {
        node.phase = Phase::leading;
        node.published = s.topic.size();
        lead(s, n);
      }
      break;
    case Act::publish:
      node.phase = Phase::committing;
      node.until = action.argument;
      for (auto i = node.published; i < node.until; ++i) s.sent.push(node.log[i]);
      s.transaction = Transaction::requested;
      break;
    case Act::hear_committed:
      if (node.phase == Phase::proposing) {
        node.log.push(next_leader_changed(node.log, n));
        node.leader = true;
        node.until = node.log.size();
      }
      node.phase = Phase::leading;
      node.published = node.until;
      node.until = 0;
      lead(s, n);
      break;
    case Act::take_as_failed:
      if (s.transaction == Transaction::requested) drop_transaction(s);
      node.log.cut(node.published);
      node.phase = Phase::leading;
      node.until = 0;
      break;
    case Act::find_fenced:
      if (!node.leader) {
        node.phase = Phase::following;
        break;
      }
      if (rules_.fenced_is_silent) node.serving = false;
      if (rules_.read_after_fence) node.published = 0;
      node.until = 0;
      compare(s, n, true);
      break;
    case Act::keep_tail:
      node.phase = Phase::tail_kept;
      node.serving = false;
      node.published = 0;
      if (durability_ == Durability::local) {
        for (auto i = fork(s, n); i < node.log.size(); ++i) {
          const auto* reported = std::find(s.acknowledged.begin(), s.acknowledged.end(), node.log[i]);
          if (reported != s.acknowledged.end()) s.acknowledged.erase(reported);
        }
      }
      break;
    case Act::cut_tail:
      cut(s, n);
      break;
    case Act::follow:
      follow(s, node, rules_.follow_whole_commands);
      show(s, n, node.log.size());
      break;
    case Act::promote:
      if (s.promotions > 0) --s.promotions;
      fence(s, n);
      node.phase = rules_.drain_after_fence ? Phase::draining : Phase::drained;
      break;
    case Act::finish_draining:
      node.phase = Phase::drained;
      break;
    case Act::change_leader:
      node.published = node.log.size();
      node.log.push(next_leader_changed(node.log, n));
      node.leader = true;
      node.phase = Phase::leading;
      node.serving = !rules_.serve_after_promotion;
      break;
    case Act::propose:
      s.sent.push(next_leader_changed(node.log, n));
      s.transaction = Transaction::requested;
      node.phase = Phase::proposing;
      break;
    case Act::submit:
      submit(s, n, action.argument);
      break;
    case Act::crash:
      --s.crashes;
      forget(s, n);
      break;
    case Act::lose_disk:
      --s.lost_disks;
      forget(s, n);
      node.log.cut(0);
      node.shown = node.shown_epoch = 0;
      break;
  }
  return s;
}

// The leader reads the topic, to learn whether another has replaced it.
void Model::compare(State& s, std::uint8_t n, bool fenced) const {
  auto& node = s.nodes[n];
  const bool rule = fenced ? rules_.check_when_fenced : rules_.read_before_fence;
  const bool replaced = contradicts(s.topic, node.log);
  const bool seen = rules_.compare_records || !fenced ? replaced : s.topic.epoch() > node.log.epoch();
  if (rule && seen) {
    find_former(node);
    node.published = 0;
    if (rules_.fenced_is_silent) node.serving = false;
    return;
  }
  node.phase = Phase::compared;
  node.replaced = replaced;
  if (rule && !rules_.read_after_fence) node.published = s.topic.size();
}

// Like init_transactions: a decided transaction is finished, any other is gone, and so are older epochs.
void Model::fence(State& s, std::uint8_t n) const {
  if (!rules_.one_transactional_id) return;
  if (s.transaction == Transaction::decided) make_readable(s);
  drop_transaction(s);
  s.owner = n;
}

// The leader knows anew what the topic has of its log.
void Model::lead(State& s, std::uint8_t n) const {
  auto& node = s.nodes[n];
  const bool confirmed = node.log.epoch() == node.log.epoch(node.published);
  const bool all = node.published >= node.log.size();
  if (durability_ == Durability::local) {
    if (confirmed) node.serving = true;
    show(s, n, node.serving ? node.log.size() : std::max(node.visible, node.published));
  } else {
    if (rules_.serve_after_publishing ? all : confirmed) node.serving = true;
    const auto visible = rules_.show_only_committed ? node.published : node.log.size();
    show(s, n, std::max(node.visible, std::min(visible, node.log.size())));
  }
  acknowledge(s, n);
}

void Model::find_former(Node& node) const {
  node.phase = Phase::former;
  node.found_former = durability_ == Durability::local;
}

// How many records of the log stay in a rejoin.
std::size_t Model::fork(const State& s, std::uint8_t n) const {
  const auto& log = s.nodes[n].log;
  if (rules_.fork_by_records) return log.shared(s.topic);
  const auto foreign = std::find_if(s.topic.begin(), s.topic.end(), [&](const Record& record) {
    return record.command == leader_changed && !log.contains(record);
  });
  const auto before = static_cast<std::size_t>(foreign - s.topic.begin());
  return foreign == s.topic.end() ? log.size() : std::min<std::size_t>(before, log.size());
}

void Model::cut(State& s, std::uint8_t n) const {
  auto& node = s.nodes[n];
  node.leader = node.found_former = false;
  node.phase = Phase::following;
  node.serving = node.replaced = false;
  node.published = 0;
  if (rules_.cut_before_following) {
    node.log.cut(fork(s, n));
    if (rules_.cut_takes_next) follow(s, node, true);
  }
  show(s, n, node.log.size());
}

void Model::submit(State& s, std::uint8_t n, std::uint8_t command) const {
  auto& node = s.nodes[n];
  Record record;
  record.command = command;
  record.writer = n;
  for (record.part = 0; record.part < command_records.at(command - 1U); ++record.part) {
    record.position = static_cast<std::uint8_t>(node.log.size() + 1);
    node.log.push(record);
  }
  if (durability_ == Durability::local || !rules_.show_only_committed) show(s, n, node.log.size());
  acknowledge(s, n);
  if (!rules_.acknowledge_only_visible) acknowledge(s, node.log.back());
}

// Clients ask at every moment: what a serving node shows, it has acknowledged.
void Model::acknowledge(State& s, std::uint8_t n) const {
  const auto& node = s.nodes[n];
  if (!node.serving) return;
  for (std::size_t i = 0; i < node.visible; ++i) {
    if (node.log[i].is_command() && !node.log[i].more()) acknowledge(s, node.log[i]);
  }
}

void Model::acknowledge(State& s, const Record& record) const {
  if (!s.acknowledged.contains(record)) s.acknowledged.push(record);
}

}  // namespace stimmbuch::replication
