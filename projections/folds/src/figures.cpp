#include "stimmbuch/projections/folds/figures.hpp"

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "document.hpp"
#include "poll_events.hpp"
#include "state_members.hpp"
#include "stimmbuch/eventstore/codec/versions.hpp"

namespace stimmbuch::projections {

namespace {

struct Citizens {
  std::int64_t registered = 0;
  std::int64_t blocked = 0;
  Counters verified;  // by level
};

struct FiguresRow {
  Citizens citizens;
  Counters projects;  // by status
  Counters polls;     // by status
  Counters records;   // by type
  Moment first;
  Moment last;
};

struct CountedPoll {
  poll::Status status = poll::Status::unknown;
};

}  // namespace
}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::Citizens> =
    std::tuple{required("registered", &projections::Citizens::registered),
               required("blocked", &projections::Citizens::blocked),
               required("verified", &projections::Citizens::verified)};
template <>
inline constexpr auto members<projections::FiguresRow> =
    std::tuple{required("citizens", &projections::FiguresRow::citizens),
               required("projects", &projections::FiguresRow::projects),
               required("polls", &projections::FiguresRow::polls),
               required("records", &projections::FiguresRow::records),
               required("first", &projections::FiguresRow::first),
               required("last", &projections::FiguresRow::last)};
template <>
inline constexpr auto members<projections::CountedPoll> =
    std::tuple{required("status", &projections::CountedPoll::status)};

}  // namespace stimmbuch::codec

namespace stimmbuch::projections {
namespace {

// Records of all versions of an event.
template <class One>
std::int64_t recorded_of(const Counters& records) {
  constexpr std::string_view name = codec::Stored<One>::name;
  std::int64_t sum = 0;
  for (auto type = records.lower_bound(name); type != records.end() && type->first.starts_with(name);
       ++type) {
    if (type->first.substr(name.size()).starts_with(".v")) sum += type->second;
  }
  return sum;
}

void write_ballots(DocumentWriter& out, const Counters& records) {
  const auto cast = recorded_of<ballot::VoteCast>(records) + recorded_of<ballot::SealedVoteCast>(records);
  const auto replaced =
      recorded_of<ballot::VoteChanged>(records) + recorded_of<ballot::SealedVoteChanged>(records);
  const auto withdrawn =
      recorded_of<ballot::VoteWithdrawn>(records) + recorded_of<ballot::SealedVoteWithdrawn>(records);
  out.begin_object("ballots");
  out.member("cast", cast);
  out.member("replaced", replaced);
  out.member("withdrawn", withdrawn);
  out.member("standing", cast - withdrawn);
  out.end_object();
}

std::string figures_document(const FiguresRow& row, const LedgerRow& ledger) {
  DocumentWriter out;
  out.purpose(ledger);
  out.flag("provisional", ledger.provisional);
  out.member("citizens", row.citizens);
  out.member("projects", row.projects);
  out.member("polls", row.polls);
  write_ballots(out, row.records);
  out.member("records", row.records);
  out.member("first", row.first);
  out.member("last", row.last);
  out.member("reflects", row.last.position);
  return out.finish();
}

template <class... Events>
bool is_one_of(std::string_view name, std::type_identity<std::variant<Events...>>) {
  return ((name == codec::Stored<Events>::name) || ...);
}

bool is_ballot_type(std::string_view type) {
  return is_one_of(type.substr(0, type.rfind(".v")), std::type_identity<ballot::Event>{});
}

class FiguresFold final : public Fold {
 public:
  void apply(Views& views, const FoldInput& input) override {
    FiguresRow& figures = figures_.edit(views, "");
    switch (input.aggregate()) {
      case Aggregate::ballot:
      case Aggregate::roll:
      case Aggregate::opening:
      case Aggregate::contribution:
      case Aggregate::support:
      case Aggregate::rating:
      case Aggregate::report:
      case Aggregate::survey:
      case Aggregate::answers:
      case Aggregate::document:
        break;  // their types say all; they themselves are not read
      case Aggregate::citizen:
        apply_citizen(views, input, figures.citizens);
        break;
      case Aggregate::poll:
        apply_poll(views, input, figures.polls);
        break;
      case Aggregate::project:
        apply_project(input, figures.projects);
        break;
      case Aggregate::ledger:
        ledger_.apply(views, input);
        break;
    }
    count_record(input, figures);
  }

  // Every figure may depend on any stream.
  void park(Views& views, std::string_view) override {
    figures_.edit(views, "");
    ledger_.park(views);
  }

  void settle(Views& views) override {
    const LedgerRow& ledger = ledger_.row(views);
    figures_.settle(views, [&](std::string_view, const FiguresRow& row) {
      views.put(document_key("figures"), figures_document(row, ledger));
    });
    citizens_.settle(views);
    polls_.settle(views);
    ledger_.settle(views);
    type_.reset();
  }

  void forget() override {
    figures_.forget();
    citizens_.forget();
    polls_.forget();
    ledger_.forget();
    type_.reset();
  }

 private:
  // The counter of the type in use; mostly the next record's, too.
  struct CountedType {
    std::string_view type;  // of the key in the map
    std::int64_t* records;
  };

  void count_record(const FoldInput& input, FiguresRow& figures) {
    const std::string_view type = input.envelope().type;
    if (!type_ || type_->type != type) {
      if (input.aggregate() == Aggregate::ballot && !is_ballot_type(type)) {
        throw Unreadable("unknown event type: " + std::string(type));
      }
      auto& entry = *figures.records.try_emplace(std::string(type)).first;
      type_ = CountedType{entry.first, &entry.second};
    }
    ++*type_->records;
    figures.last = {input.position(), input.envelope().time};
    if (figures.first.position == before_first) figures.first = figures.last;
  }

  void apply_citizen(Views& views, const FoldInput& input, Citizens& figures) {
    struct Apply {
      const citizen::State& before;
      Citizens& figures;

      void operator()(const citizen::Registered&) const { ++figures.registered; }
      void operator()(const citizen::Verified& event) const {
        if (before.cell) add(figures.verified, before.cell->level.text(), -1);
        add(figures.verified, event.cell.level.text(), 1);
      }
      void operator()(const citizen::Changed&) const {}
      void operator()(const citizen::Blocked&) const {
        if (!before.blocked) ++figures.blocked;
      }
      void operator()(const citizen::Unblocked&) const {
        if (before.blocked) --figures.blocked;
      }
      void operator()(const citizen::ErasureRequested&) const {}
      void operator()(const citizen::Erased&) const {}
      void operator()(const citizen::TextDestructionRequested&) const {}
      void operator()(const citizen::TextDestroyed&) const {}
    };
    citizen::State& state = citizens_.edit(views, input.id());
    const auto& event = input.event<citizen::Event>();
    std::visit(Apply{state, figures}, event);
    state = citizen::evolve(std::move(state), event, input.recorded());
  }

  void apply_poll(Views& views, const FoldInput& input, Counters& figures) {
    const auto status = status_after(input.event<poll::Event>());
    if (!status) return;
    CountedPoll& poll = polls_.edit(views, input.id());
    if (poll.status != poll::Status::unknown) add(figures, name_of(poll.status), -1);
    poll.status = *status;
    add(figures, name_of(poll.status), 1);
  }

  static void apply_project(const FoldInput& input, Counters& figures) {
    struct Apply {
      Counters& figures;

      void operator()(const project::Opened&) const { add(figures, name_of(project::Status::open), 1); }
      void operator()(const project::PhaseDefined&) const {}
      void operator()(const project::PhaseExtended&) const {}
      void operator()(const project::PhaseClosed&) const {}
      void operator()(const project::PhaseReopened&) const {}
      void operator()(const project::Revised&) const {}
      void operator()(const project::MilestonePlanned&) const {}
      void operator()(const project::SecretDestroyed&) const {}
      void operator()(const project::MilestoneReported&) const {}
      void operator()(const project::Closed&) const {
        add(figures, name_of(project::Status::open), -1);
        add(figures, name_of(project::Status::closed), 1);
      }
    };
    std::visit(Apply{figures}, input.event<project::Event>());
  }

  static constexpr std::size_t kept_citizens_max = 4096;
  static constexpr std::size_t kept_polls_max = 4096;

  Rows<FiguresRow> figures_{"figures", 1};
  Rows<citizen::State> citizens_{citizen_rows, kept_citizens_max};
  Rows<CountedPoll> polls_{"poll/", kept_polls_max};
  LedgerFold ledger_;
  std::optional<CountedType> type_;
};

}  // namespace

Projection figures_projection() {
  return {"figures",
          3,
          {Aggregate::ledger, Aggregate::citizen, Aggregate::project, Aggregate::poll, Aggregate::ballot,
           Aggregate::roll, Aggregate::opening, Aggregate::contribution, Aggregate::support,
           Aggregate::rating, Aggregate::report, Aggregate::survey, Aggregate::answers, Aggregate::document},
          []() -> std::unique_ptr<Fold> { return std::make_unique<FiguresFold>(); }};
}

std::optional<citizen::State> read_citizen_row(std::string_view value) {
  codec::Reader in(value);
  citizen::State state;
  if (!read(in, state) || !in.done()) return std::nullopt;
  return state;
}

}  // namespace stimmbuch::projections
