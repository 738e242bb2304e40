#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A small model of how a ledger is replicated through one partition of a broker: nodes with durable logs, a
// publisher with transactions and fencing, the visible head, promotion and rejoin. It says which steps are
// possible in a state, what they change, and what must hold in every state. docs/replication-model.md says
// what is modelled and what is left out.
namespace stimmbuch::replication {

enum class Durability : std::uint8_t { local, replicated };

// How a promoted follower comes to its leader-changed record: it appends it to its log and publishes it as
// leaders do; or it commits it to the topic and appends it when it is there, so that a follower's log never
// has what the topic has not.
enum class Promotion : std::uint8_t { append_first, commit_first };

// The rules of the protocol. Each can be switched off, to show what it is needed for.
struct Rules {
  // Starting, and being fenced
  bool read_before_fence = true;        // a leader compares its log with the topic before it fences anybody
  bool read_after_fence = true;         // and again, to the end, after it
  bool check_when_fenced = true;        // a fenced leader does so too, before it fences again
  bool compare_records = true;          // and looks at the last record, not only at the epoch
  bool fenced_is_silent = true;         // it acknowledges nothing before it has read
  bool former_remembers = true;         // and if it was replaced, does not forget that in a crash
  bool one_transactional_id = true;     // all nodes have the same, or nobody is fenced
  bool followers_do_not_lead = true;    // a follower's log is led only after a promotion
  bool role_stays_with_log = true;      // a log that was led is not followed before a rejoin
  bool unconfirmed_do_not_lead = true;  // who ends with leader-changed does not start without the broker
  // Publishing
  bool whole_transactions = true;        // a transaction ends only behind a command
  bool repeat_unknown_commit = true;     // a commit without an answer is repeated, not taken for failed
  bool show_only_committed = true;       // replicated: the visible head is what the broker has committed
  bool acknowledge_only_visible = true;  // no answer before the visible head covers it
  bool serve_after_publishing = true;    // replicated: no commands before the topic has the whole log
  bool recognise_repeats = true;         // a command that the log holds is not appended again
  // Promotion
  bool drain_after_fence = true;      // the log is completed after the fence, not only before it
  bool serve_after_promotion = true;  // no commands before leader-changed is committed
  // Following and rejoining
  bool follow_whole_commands = true;
  bool rejoin_exists = true;
  bool rejoin_only_former = true;    // a leader that nobody has replaced is not cut
  bool fork_by_records = true;       // it is cut behind the last common record, wherever epochs begin
  bool cut_before_following = true;  // it is cut at all
  bool keep_tail_first = true;       // what is cut is reported before
  bool cut_takes_next = true;        // what cuts also appends the other leader's first command, in one batch
};

// How far the state space reaches.
struct Bounds {
  std::uint8_t nodes = 2;
  std::uint8_t commands = 2;  // of clients, who repeat each at will
  // At most 3 of each:
  std::uint8_t promotions = 1;
  std::uint8_t crashes = 1;
  std::uint8_t timeouts = 1;    // of transactions, by which the broker fences their owner
  std::uint8_t lost_disks = 0;  // replicated only
};

enum class Invariant : std::uint8_t {
  each_position_once,
  commands_are_whole,
  command_takes_effect_once,
  leader_changed_names_its_predecessor,
  former_leader_adds_nothing,
  former_leader_fences_nobody,
  former_leader_acknowledges_nothing,
  leads_only_when_committed,
  follower_has_a_prefix,
  visible_never_goes_back,
  visible_is_committed,
  acknowledged_is_committed,
  acknowledged_once_a_position,
  later_leader_has_acknowledged,
  local_loss_is_reported,
  leadership_is_recoverable,
};
inline constexpr std::size_t invariants = 16;
std::string_view to_text(Invariant);

// A set of invariants.
class Broken {
 public:
  Broken() = default;
  Broken(Invariant invariant) { add(invariant); }  // of one; implicit, as a bit in a mask would be
  static Broken all() {
    Broken all;
    all.set_.set();
    return all;
  }

  void add(Invariant invariant) { set_.set(static_cast<std::size_t>(invariant)); }
  void add(const Broken& others) { set_ |= others.set_; }
  bool contains(Invariant invariant) const { return set_.test(static_cast<std::size_t>(invariant)); }
  bool any() const { return set_.any(); }
  Broken among(const Broken& others) const {
    auto both = *this;
    both.set_ &= others.set_;
    return both;
  }
  std::string to_text() const;

 private:
  std::bitset<invariants> set_;
};

inline constexpr std::size_t max_nodes = 3;
inline constexpr std::uint8_t nobody = 3;
inline constexpr std::size_t max_records = 12;
inline constexpr std::array<std::uint8_t, 3> command_records{2, 1, 1};  // of command 1, 2, 3

// What a record is, if no command of a client.
inline constexpr std::uint8_t created = 0;  // the ledger's first record, which everybody has
inline constexpr std::uint8_t leader_changed = 4;

// Two records have the same bytes exactly if they are equal here: a node writes a command at a position again
// only when nobody has the bytes of the first time any more.
struct Record {
  std::uint8_t position = 0;
  std::uint8_t command = created;
  std::uint8_t part = 0;
  std::uint8_t writer = nobody;
  // Of leader_changed: the epoch that begins, and the record before it, for which its hash stands.
  std::uint8_t epoch = 0;
  std::uint8_t before_command = 0, before_part = 0, before_writer = 0;

  bool is_command() const { return command != created && command != leader_changed; }
  bool more() const { return is_command() && part + 1 < command_records.at(command - 1U); }
  friend bool operator==(const Record& a, const Record& b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
  }
};

class Records {
 public:
  std::uint8_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Record& operator[](std::size_t i) const { return records_[i]; }
  const Record& back() const { return records_[size_ - 1U]; }
  const Record* begin() const { return records_.data(); }
  const Record* end() const { return records_.data() + size_; }
  bool contains(const Record& record) const { return std::find(begin(), end(), record) != end(); }

  void push(const Record& record) { records_.at(size_++) = record; }
  void cut(std::size_t size) { size_ = static_cast<std::uint8_t>(size); }
  void erase(const Record* at) {
    const Record* last = end();
    std::copy(at + 1, last, records_.data() + (at - begin()));
    --size_;
  }

  // How many records both begin with.
  std::size_t shared(const Records& other) const;
  bool has_prefix(const Records& other, std::size_t size) const {
    return size <= size_ && size <= other.size_ && shared(other) >= size;
  }
  // At a position, or at the end.
  std::uint8_t epoch(std::size_t position) const;
  std::uint8_t epoch() const { return epoch(size_); }

 private:
  std::array<Record, max_records> records_{};
  std::uint8_t size_ = 0;
};

// What makes a former leader: the topic ends beyond its log, or with another record.
bool contradicts(const Records& topic, const Records& log);

enum class Phase : std::uint8_t {
  down,
  // Of a leader
  alone,        // local: started without the broker
  compared,     // has read the topic and is not replaced
  initialised,  // has fenced everybody else
  leading,
  committing,  // a transaction is sent, its outcome unknown
  former,
  tail_kept,  // the rejoin has reported what it will cut
  // Of a follower
  following,
  draining,   // is promoted and has fenced everybody else
  drained,    // has everything up to the end that it read after the fence
  proposing,  // commit_first: its leader-changed record is sent, the outcome unknown
};

struct Node {
  // Durable
  Records log;
  bool leader = false;
  bool found_former = false;  // local: it has learnt that it was replaced
  // Lost in a crash
  Phase phase = Phase::down;
  bool serving = false;        // takes commands, acknowledges them
  std::uint8_t published = 0;  // what it knows to be in the topic
  std::uint8_t until = 0;      // committing: the end of the transaction
  std::uint8_t visible = 0;    // what readers see; 0: nothing
  // For the invariants only: what was the case or was shown
  bool replaced = false;  // when it last read the topic, another leader had replaced it
  std::uint8_t shown = 0, shown_epoch = 0;
};

// A decided transaction is committed, but readers do not see it yet; a fence waits until they do.
enum class Transaction : std::uint8_t { none, requested, decided };

struct State {
  Records topic;  // what a read-committed consumer sees
  Records sent;   // in the transaction
  Transaction transaction = Transaction::none;
  std::uint8_t owner = nobody;  // who has the newest producer epoch
  std::array<Node, max_nodes> nodes;
  // For the invariants only: the last records of acknowledged commands, without those that a rejoin has
  // reported.
  Records acknowledged;
  std::uint8_t promotions = 0, crashes = 0, timeouts = 0, lost_disks = 0;  // left
  Broken broken;                                                           // by the last step
};

enum class Act : std::uint8_t {
  start,
  start_alone,
  start_following,
  read,
  initialise,
  read_again,
  publish,
  hear_committed,
  take_as_failed,
  find_fenced,
  keep_tail,
  cut_tail,
  follow,
  promote,
  finish_draining,
  change_leader,
  propose,
  submit,
  crash,
  lose_disk,
  // The broker's
  decide_commit,
  make_readable,
  time_out,
};

struct Action {
  Act act;
  std::uint8_t node = nobody;
  std::uint8_t argument = 0;  // publish: the end; submit: the command
};

class Model {
 public:
  Model(Durability, Promotion, Rules, Bounds);

  State initial() const;
  // What can happen next.
  void actions(const State&, std::vector<Action>&) const;
  State apply(const State&, Action) const;
  // All but leadership_is_recoverable, for which one has to know more states.
  Broken broken(const State&) const;

  // Whether some node leads, and serves everything that was acknowledged. Until then, the next step of an
  // operator who restarts, rejoins and promotes nodes as needed, and has no bounds.
  bool recovered(const State&) const;
  std::optional<Action> towards_recovery(const State&) const;

  // The state as bytes: the same bytes for states that differ only in the names of nodes.
  void canonical(const State&, std::string& bytes) const;
  State unpack(std::string_view bytes) const;

  std::string describe(const State& before, Action) const;
  std::string describe(const State&) const;

 private:
  void node_actions(const State&, std::uint8_t n, std::vector<Action>&) const;
  bool owns(const State&, std::uint8_t n) const;
  bool may_submit(const Node&, std::uint8_t command) const;
  void compare(State&, std::uint8_t n, bool fenced) const;
  void find_former(Node&) const;
  void fence(State&, std::uint8_t n) const;
  void lead(State&, std::uint8_t n) const;
  std::size_t fork(const State&, std::uint8_t n) const;
  void cut(State&, std::uint8_t n) const;
  void submit(State&, std::uint8_t n, std::uint8_t command) const;
  void acknowledge(State&, std::uint8_t n) const;
  void acknowledge(State&, const Record&) const;
  void pack(const State&, const std::array<std::uint8_t, max_nodes>& order, std::string& bytes) const;

  Durability durability_;
  Promotion promotion_;
  Rules rules_;
  Bounds bounds_;
};

}  // namespace stimmbuch::replication
