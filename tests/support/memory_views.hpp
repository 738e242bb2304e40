#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "stimmbuch/projections/folds/fold.hpp"
#include "support/log_builder.hpp"

namespace stimmbuch::test {

// Rows in memory.
class MemoryViews final : public projections::Views {
 public:
  std::optional<std::string> get(std::string_view key) override {
    const auto row = rows_.find(key);
    if (row == rows_.end()) return std::nullopt;
    return row->second;
  }
  void put(std::string_view key, std::string value) override {
    rows_.insert_or_assign(std::string(key), std::move(value));
  }
  void erase(std::string_view key) override { rows_.erase(std::string(key)); }
  void each(std::string_view prefix,
            const std::function<void(std::string_view key, std::string_view value)>& visit) override {
    for (auto row = rows_.lower_bound(prefix); row != rows_.end() && row->first.starts_with(prefix); ++row)
      visit(std::string_view(row->first).substr(prefix.size()), row->second);
  }

  const std::map<std::string, std::string, std::less<>>& rows() const { return rows_; }

  // A row, and those of a list, as readers get them: what stands for another row is replaced by it.
  std::string read(std::string_view key) { return as_read(get(key).value_or("")); }
  void each_read(std::string_view prefix, const std::function<void(std::string_view value)>& visit) {
    each(prefix, [&](std::string_view, std::string_view value) { visit(as_read(value)); });
  }
  std::string document(std::string_view id) {
    return get(std::string(projections::document_prefix).append(id)).value_or("");
  }

 private:
  std::string as_read(std::string_view value) const {
    const auto other = projections::referred_row(value);
    return other ? rows_.at(std::string(*other)) : std::string(value);
  }

  std::map<std::string, std::string, std::less<>> rows_;
};

// One projection over a growing log.
class Folding {
 public:
  explicit Folding(const projections::Projection& projection)
      : projection_(projection), fold_(projection.make_fold()) {}

  // Folds what is new in the log and settles, every `batch` records.
  Folding& catch_up(const LogBuilder& log, std::size_t batch = 1'000'000) {
    projections::FoldInput input;
    for (std::size_t in_batch = 0; folded_ < log.records().size();) {
      const auto& record = log.records()[folded_++];
      input.read(Position{folded_}, record.bytes);
      if (projection_.interest.includes(input.aggregate())) fold_->apply(views, input);
      if (++in_batch < batch) continue;
      fold_->settle(views);
      in_batch = 0;
    }
    fold_->settle(views);
    return *this;
  }

  void park(std::string_view subject) {
    fold_->park(views, subject);
    fold_->settle(views);
  }

  // Loses all that is not in the rows.
  void forget() { fold_->forget(); }

  MemoryViews views;

 private:
  projections::Projection projection_;
  std::unique_ptr<projections::Fold> fold_;
  std::size_t folded_ = 0;
};

}  // namespace stimmbuch::test
