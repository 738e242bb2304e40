#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "stimmbuch/eventstore/codec/described.hpp"
#include "stimmbuch/projections/folds/views.hpp"

namespace stimmbuch::projections {

// The rows of one kind, "<prefix><id>", as structures: decoded at first use, written at the next `settle`,
// and kept beyond it, so that folding a record neither decodes nor writes what the record before it used as
// well. A row is stored by its description (described.hpp); members outside the description are working
// memory and must follow from the others.
template <codec::Described Row>
class Rows {
 public:
  // Keeps at most `kept_max` rows between batches.
  Rows(std::string_view prefix, std::size_t kept_max) : prefix_(prefix), kept_max_(kept_max) {}

  // The row, or nullptr if there is none. Stays where it is until `settle` or `forget`.
  Row* find(Views& views, std::string_view id) {
    Kept& kept = kept_row(views, id);
    return kept.exists ? &kept.row : nullptr;
  }

  // The row, to be changed: it will be written. Made if there is none.
  Row& edit(Views& views, std::string_view id) {
    Kept& kept = kept_row(views, id);
    kept.exists = true;
    if (!std::exchange(kept.changed, true)) changed_.push_back(last_);
    return kept.row;
  }

  // Writes the changed rows, each after it was shown to `visit(id, row)`.
  template <class Visit>
  void settle(Views& views, Visit visit) {
    std::string value;
    for (auto* const changed : changed_) {
      auto& [id, kept] = *changed;
      kept.changed = false;
      visit(std::string_view(id), kept.row);
      value.clear();
      codec::Writer out(value);
      write(out, kept.row);
      views.put(key(id), value);
    }
    changed_.clear();
    if (rows_.size() > kept_max_) forget();
  }
  void settle(Views& views) {
    settle(views, [](std::string_view, const Row&) {});
  }

  // Drops everything, changes included.
  void forget() {
    last_ = nullptr;
    changed_.clear();
    rows_.clear();
  }

 private:
  struct Kept {
    Row row{};
    bool exists = false;
    bool changed = false;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view id) const { return std::hash<std::string_view>{}(id); }
  };
  using Map = std::unordered_map<std::string, Kept, Hash, std::equal_to<>>;

  std::string key(std::string_view id) const { return std::string(prefix_).append(id); }

  Kept& kept_row(Views& views, std::string_view id) {
    if (last_ && last_->first == id) return last_->second;
    auto found = rows_.find(id);
    if (found == rows_.end()) found = rows_.emplace(std::string(id), read_row(views, id)).first;
    last_ = &*found;
    return last_->second;
  }

  Kept read_row(Views& views, std::string_view id) const {
    Kept kept;
    const auto value = views.get(key(id));
    if (!value) return kept;
    codec::Reader in(*value);
    if (!read(in, kept.row) || !in.done()) throw std::logic_error("a view row cannot be read: " + key(id));
    kept.exists = true;
    return kept;
  }

  std::string_view prefix_;  // a literal
  std::size_t kept_max_;
  Map rows_;
  std::vector<typename Map::value_type*> changed_;
  typename Map::value_type* last_ = nullptr;  // used last: mostly the next one, too
};

}  // namespace stimmbuch::projections
