#include "lockstep.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

#include <rocksdb/write_batch.h>

namespace stimmbuch::projections {

namespace {

constexpr std::size_t kept_parked_max = 1024;

// The aggregate of a record that cannot be read otherwise; nothing if not even its stream can be told.
std::optional<Aggregate> aggregate_of(std::string_view subject) {
  struct AggregateOf {
    Aggregate operator()(const LedgerId&) const { return Aggregate::ledger; }
    Aggregate operator()(const CitizenId&) const { return Aggregate::citizen; }
    Aggregate operator()(const ProjectId&) const { return Aggregate::project; }
    Aggregate operator()(const PollId&) const { return Aggregate::poll; }
    Aggregate operator()(const BallotId&) const { return Aggregate::ballot; }
    Aggregate operator()(const RollPartId&) const { return Aggregate::roll; }
    Aggregate operator()(const OpeningPartId&) const { return Aggregate::opening; }
    Aggregate operator()(const ContributionId&) const { return Aggregate::contribution; }
    Aggregate operator()(const SupportsId&) const { return Aggregate::support; }
    Aggregate operator()(const RatingsId&) const { return Aggregate::rating; }
    Aggregate operator()(const ReportsId&) const { return Aggregate::report; }
    Aggregate operator()(const SurveyId&) const { return Aggregate::survey; }
    Aggregate operator()(const AnswersId&) const { return Aggregate::answers; }
    Aggregate operator()(const DocumentId&) const { return Aggregate::document; }
  };
  const auto stream = parse_subject(subject);
  if (!stream) return std::nullopt;
  return std::visit(AggregateOf{}, *stream);
}

}  // namespace

RunningFold::RunningFold(const ViewDatabase& database, const Projection& projection, Generation generation,
                         GenerationRow row)
    : projection_(&projection),
      generation_(std::move(generation)),
      row_(row),
      committed_row_(row),
      views_(database, generation_),
      fold_(projection.make_fold()),
      parked_(parked_prefix, kept_parked_max) {}

bool RunningFold::waits(std::string_view subject, Position position) {
  if (row_.parked_streams == 0 || !parked_.find(views_, subject)) return false;
  ParkedStream& stream = parked_.edit(views_, subject);
  stream.last = position;
  ++stream.records;
  ++row_.parked_records;
  return true;
}

void RunningFold::apply(const FoldInput& input) {
  if (!projection_->interest.includes(input.aggregate())) return;
  if (waits(input.envelope().subject, input.position())) return;
  fold_->apply(views_, input);
}

void RunningFold::park(std::string_view subject, Position position, std::string_view reason) {
  if (waits(subject, position)) return;
  parked_.edit(views_, subject) = {position, position, 1, std::string(reason)};
  ++row_.parked_streams;
  ++row_.parked_records;
  fold_->park(views_, subject);
}

void RunningFold::stage(rocksdb::WriteBatch& batch, Position position, std::vector<std::string>& documents) {
  fold_->settle(views_);
  parked_.settle(views_);
  row_.position = position;
  committed_row_ = row_;
  views_.stage(batch, documents);
  ViewDatabase::stage(batch, generation_, row_);
}

void RunningFold::forget() {
  fold_->forget();
  parked_.forget();
  views_.clear();
  row_ = committed_row_;
}

void Lockstep::add(RunningFold fold) {
  if (!folds_.empty() && fold.row().position != position_) {
    throw std::logic_error("projections in lockstep stand at different positions");
  }
  position_ = fold.row().position;
  folds_.push_back(std::move(fold));
}

RunningFold Lockstep::take(std::size_t fold) {
  RunningFold taken = std::move(folds_[fold]);
  folds_.erase(folds_.begin() + static_cast<std::ptrdiff_t>(fold));
  return taken;
}

std::vector<Lockstep::Changed> Lockstep::advance(Position up_to, Limits limits) {
  std::vector<Poison> poisons;
  while (true) {
    try {
      const Position folded = fold_up_to(up_to, limits, poisons);
      return folded == position_ ? std::vector<Changed>{} : commit(folded);
    } catch (const Poison& poison) {
      // Some of the record's effects may stand already, so everything since the last commit is folded again
      // without it; and committed behind it, so that a batch full of poison is not folded over and over.
      forget();
      poisons.push_back(poison);
      up_to = poison.position;
      limits = {SIZE_MAX, SIZE_MAX};
    }
  }
}

Position Lockstep::fold_up_to(Position up_to, Limits limits, const std::vector<Poison>& poisons) {
  std::size_t records = 0;
  std::size_t bytes = 0;
  return ledger_->read(position_, end_of_time, [&](Position position, std::string_view record) {
    const bool command_goes_on = fold_one(position, record, poisons);
    bytes += record.size();
    const bool enough = ++records >= limits.records || bytes >= limits.bytes || position >= up_to;
    return command_goes_on || !enough;
  });
}

bool Lockstep::fold_one(Position position, std::string_view record, const std::vector<Poison>& poisons) {
  try {
    input_.read(position, record);
  } catch (const Unreadable& unreadable) {
    park_unreadable(position, record, unreadable.what());
    return false;
  }
  for (std::size_t i = 0; i < folds_.size(); ++i) {
    const auto known = std::ranges::find_if(
        poisons, [&](const Poison& poison) { return poison.fold == i && poison.position == position; });
    if (known != poisons.end()) {
      folds_[i].park(input_.envelope().subject, position, known->reason);
      continue;
    }
    try {
      folds_[i].apply(input_);
    } catch (const ViewFault&) {
      throw;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& failure) {
      throw Poison{i, position, failure.what()};
    }
  }
  return input_.envelope().more;
}

void Lockstep::park_unreadable(Position position, std::string_view record, std::string_view reason) {
  const auto subject = codec::subject_of(record);
  const auto aggregate = aggregate_of(subject);
  for (RunningFold& fold : folds_) {
    if (aggregate && !fold.projection().interest.includes(*aggregate)) continue;
    fold.park(aggregate ? subject : std::string_view(), position, reason);
  }
}

void Lockstep::forget() {
  for (RunningFold& fold : folds_) fold.forget();
}

std::vector<Lockstep::Changed> Lockstep::commit(Position position) {
  rocksdb::WriteBatch batch;
  std::vector<Changed> changed(folds_.size());
  for (std::size_t i = 0; i < folds_.size(); ++i) {
    changed[i].fold = i;
    folds_[i].stage(batch, position, changed[i].documents);
  }
  database_->commit(batch);
  // Here the records have had their effect, once and for all.
  for (RunningFold& fold : folds_) fold.committed();
  position_ = position;
  return changed;
}

}  // namespace stimmbuch::projections
