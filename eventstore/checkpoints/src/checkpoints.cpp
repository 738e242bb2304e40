#include "stimmbuch/eventstore/checkpoints/checkpoints.hpp"

#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::checkpoints {

namespace {

void require_same(const tlog::Checkpoint& checkpoint, const tlog::Tiles& tiles, std::uint64_t size) {
  const auto signed_size = std::to_string(checkpoint.size);
  if (checkpoint.size > size) {
    throw CheckpointFault("the log ends at position " + std::to_string(size) + ", but it has signed " +
                          signed_size + " records: restore a copy of the ledger that reaches that position");
  }
  if (tlog::Tree(tiles, checkpoint.size).root() != checkpoint.root) {
    throw CheckpointFault("the records up to position " + signed_size +
                          " are not those that the log signed: its checkpoint of that size has another root");
  }
}

}  // namespace

Checkpoints::Checkpoints(std::filesystem::path file, KeysOfLog keys)
    : file_(std::move(file)), keys_(std::move(keys)) {
  const auto note = files::read_if_there(file_);
  if (!note) return;
  try {
    latest_ = std::make_shared<const Published>(open(*note));
  } catch (const CheckpointFault& fault) {
    throw CheckpointFault(file_.string() + ": " + fault.what());
  }
}

Published Checkpoints::open(std::string_view note) const {
  const auto keys = keys_();
  auto opened = tlog::open_checkpoint(note, keys);
  if (!opened) throw CheckpointFault(opened.error());
  const auto& key = keys.at(opened->checkpoint.size);
  return {std::move(opened->checkpoint), std::string(note), key};
}

std::shared_ptr<const Published> Checkpoints::latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

void Checkpoints::require_agreement(const tlog::Tiles& tiles, std::uint64_t size) const {
  if (const auto known = latest()) require_same(known->checkpoint, tiles, size);
}

void Checkpoints::take(std::string_view note, const tlog::Tiles& tiles, std::uint64_t size) {
  const std::lock_guard one_at_a_time(taking_);
  auto opened = open(note);
  require_same(opened.checkpoint, tiles, size);
  const auto known = latest();
  if (known && (opened.checkpoint.size < known->checkpoint.size || known->note == note)) return;
  files::replace_durably(file_, note);
  auto taken = std::make_shared<const Published>(std::move(opened));
  const std::lock_guard lock(mutex_);
  latest_ = std::move(taken);
}

}  // namespace stimmbuch::checkpoints
