#include "replication_model.hpp"

namespace stimmbuch::replication {
namespace {

using Names = std::array<std::uint8_t, max_nodes + 1>;

class Writer {
 public:
  explicit Writer(const Names& names) : names_(names) {}

  std::string_view bytes() const { return {bytes_.data(), size_}; }

  void byte(int value) { bytes_[size_++] = static_cast<char>(value); }
  void records(const Records& records, std::size_t from = 0) {
    byte(records.size());
    for (auto i = from; i < records.size(); ++i) record(records[i]);
  }

 private:
  static constexpr std::size_t max_bytes =
      2 + 2 * (1 + 3 * max_records) + max_nodes * (6 + 3 * max_records) + 2 * max_records;

  void record(const Record& record) {
    byte(record.position << 4 | record.command << 1 | record.part);
    byte(names_[record.writer] | record.epoch << 2);
    if (record.command == leader_changed)
      byte(record.before_command << 3 | record.before_part << 2 | names_[record.before_writer]);
  }

  const Names& names_;
  std::array<char, max_bytes> bytes_;
  std::size_t size_ = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool done() const { return at_ == bytes_.size(); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(bytes_[at_++]); }

  Record record() {
    Record record;
    const auto first = byte(), second = byte();
    record.position = first >> 4;
    record.command = first >> 1 & 7;
    record.part = first & 1;
    record.writer = second & 3;
    record.epoch = second >> 2;
    if (record.command == leader_changed) {
      const auto third = byte();
      record.before_command = third >> 3;
      record.before_part = third >> 2 & 1;
      record.before_writer = third & 3;
    }
    return record;
  }

  void records(Records& records) {
    for (auto size = byte(); records.size() < size;) records.push(record());
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

// What of a node does not depend on the names of nodes.
std::uint64_t outline(const State& s, std::uint8_t n) {
  const auto& node = s.nodes[n];
  std::uint64_t all = 0;
  for (const auto part : {static_cast<int>(node.phase), static_cast<int>(node.leader), int{node.log.size()},
                          int{node.published}, int{node.visible}, int{node.shown}, int{node.shown_epoch},
                          static_cast<int>(node.serving), static_cast<int>(s.owner == n)}) {
    all = all * 32 + static_cast<std::uint64_t>(part);
  }
  return all;
}

}  // namespace

void Model::pack(const State& s, const std::array<std::uint8_t, max_nodes>& order, std::string& bytes) const {
  Names names{};
  names[nobody] = nobody;
  for (std::uint8_t i = 0; i < bounds_.nodes; ++i) names[order[i]] = i;

  Writer out(names);
  out.byte(s.promotions << 6 | s.crashes << 4 | s.timeouts << 2 | s.lost_disks);
  out.byte(static_cast<int>(s.transaction) << 2 | names[s.owner]);
  out.records(s.topic);
  out.records(s.sent);
  for (std::uint8_t i = 0; i < bounds_.nodes; ++i) {
    const auto& node = s.nodes[order[i]];
    out.byte(static_cast<int>(node.phase) << 3 | int{node.leader} << 2 | int{node.serving} << 1 |
             int{node.replaced});
    out.byte(node.published << 4 | node.until);
    out.byte(node.visible << 4 | node.shown);
    out.byte(node.shown_epoch << 1 | int{node.found_former});
    const auto shared = node.log.shared(s.topic);
    out.byte(static_cast<int>(shared));
    out.records(node.log, shared);
  }

  // The order in which acknowledgements came is forgotten.
  std::array<std::uint16_t, max_records> acknowledged{};
  for (std::size_t i = 0; i < s.acknowledged.size(); ++i) {
    const auto& record = s.acknowledged[i];
    acknowledged[i] = static_cast<std::uint16_t>(record.position << 8 | record.command << 3 |
                                                 record.part << 2 | names[record.writer]);
  }
  std::sort(acknowledged.begin(), acknowledged.begin() + s.acknowledged.size());
  for (std::size_t i = 0; i < s.acknowledged.size(); ++i) {
    out.byte(acknowledged[i] >> 8);
    out.byte(acknowledged[i] & 255);
  }
  bytes = out.bytes();
}

void Model::canonical(const State& s, std::string& bytes) const {
  std::array<std::uint8_t, max_nodes> order{};
  std::array<std::uint64_t, max_nodes> outlines{};
  for (std::uint8_t n = 0; n < bounds_.nodes; ++n) {
    order[n] = n;
    outlines[n] = outline(s, n);
  }
  // Nodes in the order of their outlines; among equal ones the least bytes decide.
  const auto end = order.begin() + bounds_.nodes;
  bool first = true;
  std::string other;
  do {
    if (!std::is_sorted(order.begin(), end, [&](auto a, auto b) { return outlines[a] < outlines[b]; }))
      continue;
    pack(s, order, first ? bytes : other);
    if (!first && other < bytes) bytes.swap(other);
    first = false;
  } while (std::next_permutation(order.begin(), end));
}

State Model::unpack(std::string_view bytes) const {
  State s;
  Reader in(bytes);
  const auto left = in.byte();
  s.promotions = left >> 6;
  s.crashes = left >> 4 & 3;
  s.timeouts = left >> 2 & 3;
  s.lost_disks = left & 3;
  const auto broker = in.byte();
  s.transaction = static_cast<Transaction>(broker >> 2);
  s.owner = broker & 3;
  in.records(s.topic);
  in.records(s.sent);
  for (std::size_t n = 0; n < bounds_.nodes; ++n) {
    auto& node = s.nodes[n];
    const auto first = in.byte();
    node.phase = static_cast<Phase>(first >> 3);
    node.leader = first >> 2 & 1;
    node.serving = first >> 1 & 1;
    node.replaced = first & 1;
    const auto second = in.byte(), third = in.byte();
    node.published = second >> 4;
    node.until = second & 15;
    node.visible = third >> 4;
    node.shown = third & 15;
    const auto fourth = in.byte();
    node.shown_epoch = fourth >> 1;
    node.found_former = fourth & 1;
    const auto shared = in.byte();
    for (std::size_t i = 0; i < shared; ++i) node.log.push(s.topic[i]);
    in.records(node.log);
  }
  while (!in.done()) {
    Record record;
    record.position = in.byte();
    const auto rest = in.byte();
    record.command = rest >> 3;
    record.part = rest >> 2 & 1;
    record.writer = rest & 3;
    s.acknowledged.push(record);
  }
  return s;
}

}  // namespace stimmbuch::replication
