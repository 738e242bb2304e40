#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/people.hpp"
#include "audit/roll_evidence.hpp"
#include "audit/rule_replay.hpp"
#include "audit/survey_recount.hpp"
#include "cli/console.hpp"
#include "stimmbuch/domain/domain.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"

// An independent recount: every record of a log is read strictly and folded afresh, ballots by the plainest
// method, the last one of each voter, and everything that the engine says of a poll is held against it.
namespace stimmbuch::program {

// What does not agree.
struct Difference {
  std::string code;    // lower snake case
  std::string where;   // a subject, or "position 17"
  std::string detail;  // a sentence
};

// What a tally document of the engine says of a poll.
struct TallyClaim {
  PollId poll;
  std::string status;
  bool sealed = false;  // shows turnout only
  poll::Figures figures;
  struct Option {
    OptionId id;
    poll::OptionTally tally;
    std::uint32_t rank = 0;
    bool selected = false;
  };
  std::vector<Option> options;
  Position counted_to;  // the last ballot in the figures
  Position reflects;    // the last record that changed the document
};

// Nothing for a document that is not one.
std::optional<TallyClaim> read_tally_claim(const Json& document);

// How a poll came out.
struct RecountedPoll {
  PollId poll;
  poll::Status status = poll::Status::unknown;
  bool imported = false;
  std::int64_t ballots = 0;                 // standing at the end
  std::optional<std::uint64_t> registered;  // citizens when it closed, where the records have them; imported
                                            // polls are not of citizens
  std::optional<std::size_t> voters;     // who ever voted, withdrawn or not, where the records have ballots
  std::optional<poll::Figures> counted;  // of the newest count
  std::int64_t counts = 0;               // ResultComputed records that were checked
  std::optional<std::int64_t> eligible;  // on its roll, if that is complete
  std::optional<std::int64_t> openings;  // that were checked, if it is sealed
  bool claimed = false;                  // there was a document to compare with
  std::size_t differences = 0;
};

// What of a log the records are that are recounted.
enum class RecordsOf {
  log,           // all of them
  poll,          // those of one poll, its ballots with them
  poll_tallied,  // those of one poll whose ballots are too few to be shown: its counts cannot be checked
};

// Takes the records of a log from the first on, once or in several passes, of which each looks at a portion
// of the people. Memory: see the tables of standing_ballots.hpp and people.hpp, for a portion. One thread.
class Recount {
 public:
  // At most so many differences are kept; all are counted.
  static constexpr std::size_t differences_kept = 1'000;

  // Claims to compare with, before the records come; their positions lie in the log that follows. With
  // `rules`, which must outlive this, each record is handed on to those, too.
  // `evidence`, too, is held against the rolls.
  explicit Recount(std::vector<TallyClaim> claims, RuleReplay* rules = nullptr,
                   RecordsOf records = RecordsOf::log, RollEvidence* evidence = nullptr);
  ~Recount();

  // What is said of a survey: the same.
  void claim(SurveyClaim claim);

  // Without a call there is one pass, over everybody. Else before the first record of each pass, first to
  // last; the rules are told, too.
  void begin_pass(Portion portion);
  // The subject of the record, in its bytes; nothing if it is none.
  std::string_view add(Position position, std::string_view record);
  // Behind the last record of each pass. What follows is right behind the last pass.
  void finish();

  Position last() const { return last_; }
  // Of the polls that were ever opened, in the order of their ids.
  std::vector<RecountedPoll> polls() const;
  // Whether a poll was opened up to a position.
  std::vector<PollId> opened_up_to(Position position) const;

  const std::vector<Difference>& differences() const { return differences_; }
  std::size_t difference_count() const { return difference_count_; }

 private:
  class PollRecount;

  PollRecount& recount_of(const PollId& poll);
  // Behind the roll's completion, which the rules have taken.
  void check_evidence(const PollId& poll, const poll::RollCompleted& roll, PollRecount& recount);
  void take(Position position, std::string_view record, const codec::Envelope& envelope, const Event& event,
            const Recorded& recorded);
  void take_survey(const StreamId& stream, const Event& event, const Recorded& recorded);
  void check_order(Position position, const codec::Envelope& envelope);
  void check_command(const codec::Envelope& envelope);
  bool looks_at(std::string_view subject, const Event& event) const;
  void check_revision(const codec::Envelope& envelope, std::uint32_t& expected);
  void add_ballot(const BallotId& id, const ballot::Event& event, const Recorded& recorded,
                  const codec::Envelope& envelope);
  void add_part(const StreamId& stream, const Event& event, Position position, std::string_view record);
  void differ(std::string code, std::string where, std::string detail);
  // What every pass sees.
  void differ_once(std::string code, std::string where, std::string detail);

  RuleReplay* const rules_;
  const RecordsOf records_;
  RollEvidence* const evidence_;
  Portion portion_;
  std::uint64_t citizens_ = 0;  // registered
  Position last_ = before_first;
  std::string ledger_;
  std::string open_command_;                                          // of which further records must follow
  std::map<std::string, std::uint32_t, std::less<>> next_revisions_;  // but of citizens and ballots
  PeopleTable<std::uint32_t> citizens_next_revisions_;
  std::map<std::string, std::unique_ptr<PollRecount>, std::less<>> polls_;
  std::map<SurveyId, SurveyRecount> surveys_;  // of which something is claimed
  std::vector<Difference> differences_;
  std::size_t difference_count_ = 0;
};

}  // namespace stimmbuch::program
