// The largest of everything that the rules accept fits into its records: a record beyond its bound would end
// the writer.
#include <gtest/gtest.h>

#include "support/given_when_then.hpp"

namespace stimmbuch::test {
namespace {

// A text whose every byte is escaped, in as many languages as there may be.
LocalizedText longest(std::size_t bytes, std::size_t languages = 8) {
  LocalizedText text;
  for (std::size_t i = 0; i < languages; ++i) {
    text.emplace(std::string("a").append(1, static_cast<char>('a' + i)), std::string(bytes, '"'));
  }
  return text;
}

Languages languages_of(const LocalizedText& text) {
  Languages languages;
  for (const auto& entry : text) languages.push_back(entry.first);
  return languages;
}

template <class AnyId>
AnyId longest_id(std::size_t number) {
  auto text = std::to_string(number);
  text.insert(0, id_size_max - text.size(), 'x');
  return id<AnyId>(text);
}

const BallotId long_ballot{longest_id<PollId>(0), longest_id<VoterId>(0)};

// What the records of the decision have in bytes, each held to its bound.
void expect_to_fit(const std::expected<std::vector<Event>, Rejection>& decision) {
  ASSERT_TRUE(decision) << text_of(decision.error().refusal).code << ' ' << decision.error().where;
  EXPECT_LE(decision->size(), 64U);
  std::size_t all = 0;
  for (const Event& event : *decision) {
    const auto stream = subject(long_ballot);
    const codec::NewEnvelope envelope{.id = {},
                                      .ledger = longest_id<LedgerId>(0),
                                      .subject = stream,
                                      .time = noon,
                                      .position = Position{1},
                                      .revision = Revision{UINT32_MAX},
                                      .command = {},
                                      .actor = longest_id<OfficialId>(0),
                                      .more = true};
    std::string record;
    codec::append_record(record, envelope, event);
    EXPECT_LE(record.size(), codec::record_bytes_max) << codec::type_of(event);
    all += record.size();
  }
  EXPECT_LE(all, std::size_t{1} << 20);
}

// Accepts the largest of a command that grows with `size`, which is refused from some size on.
template <class Make>
std::expected<std::vector<Event>, Rejection> largest(World& world, const StreamId& stream,
                                                     std::size_t size_max, Make make) {
  std::expected<std::vector<Event>, Rejection> last = refused(Refusal::invalid);
  for (std::size_t size = 1; size <= size_max; ++size) {
    auto decision = world.decided(stream, make(size));
    if (!decision) break;
    last = std::move(decision);
  }
  return last;
}

// As many corners as there may be, of as many digits.
Area longest_area() {
  Area area;
  for (std::int32_t i = 0; i < 100; ++i) area.push_back({-1'700'000'000 + i, -700'000'000 + i % 2});
  for (std::int32_t i = 100; i-- > 0;) area.push_back({-1'700'000'000 + i, -600'000'000 + i % 2});
  return area;
}

TEST(LargestRecords, OfProjects) {
  auto world = given(the_ledger);
  expect_to_fit(world.decided(
      id<ProjectId>("pool"),
      project::OpenProject{longest(240), longest(3000), languages_of(longest(1)), true, longest_area()}));
  const auto milestone = longest_id<MilestoneId>(0);
  world.given(the_project, project::MilestonePlanned{{milestone, longest(1)}});
  expect_to_fit(world.decided(
      the_project,
      project::PlanMilestone{
          {longest_id<MilestoneId>(1), longest(240), longest(3000), Day{}, {}, languages_of(longest(1))}}));
  expect_to_fit(world.decided(
      the_project, project::ReportMilestone{
                       milestone, {project::Progress::dropped, {}, longest(3000), std::string(1000, '"')}}));
}

TEST(LargestRecords, OfCells) {
  for (const std::size_t title : {1U, 10U, 100U, 240U}) {
    auto world = given(the_ledger);
    expect_to_fit(largest(world, the_ledger, 1000, [&](std::size_t size) {
      ledger::DeclareCells command;
      for (std::size_t i = 0; i < size; ++i)
        command.levels.push_back({longest_id<LevelId>(i), longest(title), true});
      return command;
    }));
  }
}

Commitments description_in_all_languages() {
  Commitments texts;
  for (char c = 'a'; c < 'a' + 8; ++c) texts.emplace(std::string("description/a") + c, commitment());
  return texts;
}

std::vector<poll::Option> longest_options(std::size_t count, std::size_t title) {
  std::vector<poll::Option> options;
  for (std::size_t i = 0; i < count; ++i) {
    options.push_back({longest_id<OptionId>(i), longest(title), description_in_all_languages(),
                       1'000'000'000'000'000, false});
  }
  return options;
}

TEST(LargestRecords, OfPolls) {
  for (const std::size_t title : {1U, 30U, 100U, 240U}) {
    poll::Terms with = terms([](poll::Terms& t) {
      t.title = longest(240);
      t.texts = description_in_all_languages();
      t.form = {poll::BallotKind::ranked, 1, 400};
      t.rule = spends(poll::RuleKind::greedy_threshold, 1'000'000'000'000'000, 1'000'000'000'000'000);
      t.rule.rank_points.assign(400, 1'000'000);
    });
    auto world = given(the_ledger);
    std::size_t most = poll::options_max;
    while (!world.decided(the_poll, poll::DraftPoll{with, poll::Results::live, longest_options(most, title)}))
      most -= 20;
    const auto drafted =
        world.decided(the_poll, poll::DraftPoll{with, poll::Results::live, longest_options(most, title)});
    expect_to_fit(drafted);
    world.take_all(the_poll, *drafted);
    expect_to_fit(world.decided(the_poll, poll::OpenPoll{}));
  }
}

World poll_with(const poll::BallotForm& form, std::size_t options) {
  const auto with = terms([&](poll::Terms& t) {
    t.form = form;
    t.rule.ties = poll::TiePolicy::lot;
  });
  return given(long_ballot.poll, poll::Drafted{with}, poll::Opened{with},
               poll::OptionsFixed{longest_options(options, 1)})
      .given(the_citizen, citizen::Registered{})
      .citizen(the_citizen);
}

TEST(LargestRecords, OfBallots) {
  constexpr std::int32_t all = poll::choices_max;
  for (const auto& form : {poll::BallotForm{poll::BallotKind::approval, 1, all},
                           poll::BallotForm{poll::BallotKind::points, 1, all, 1'000'000}}) {
    auto world = poll_with(form, all);
    ballot::CastVote vote;
    for (std::size_t i = 0; i < all; ++i) {
      vote.choices.push_back({longest_id<OptionId>(i), form.kind == poll::BallotKind::points ? 2500 : 0});
    }
    const auto first = world.decided(long_ballot, vote);
    expect_to_fit(first);
    world.take_all(long_ballot, *first);
    expect_to_fit(world.decided(long_ballot, vote));
  }
}

// As long as pseudonyms are.
VoterId voter_number(std::size_t number) {
  auto text = std::to_string(1'000'000 + number);
  return id<VoterId>(text.insert(0, 22 - text.size(), 'x'));
}

World sealed_and_closed(const poll::BallotForm& form) {
  const auto with = terms([&](poll::Terms& t) {
    t.form = form;
    t.results = poll::Results::after_close;
  });
  return given(long_ballot.poll, poll::Drafted{with},
               poll::Opened{.terms = with, .roll = true, .sealed = true},
               poll::OptionsFixed{longest_options(poll::choices_max, 1)})
      .given(the_citizen, citizen::Registered{})
      .citizen(the_citizen);
}

TEST(LargestRecords, OfSealedBallots) {
  for (const auto& form : {poll::BallotForm{poll::BallotKind::approval, 1, poll::choices_max},
                           poll::BallotForm{poll::BallotKind::points, 1, poll::choices_max, 1'000'000}}) {
    auto world = sealed_and_closed(form);
    const auto bytes = ballot::sealed_bytes(world.state<poll::State>(long_ballot.poll));
    ballot::CastVote vote{{{longest_id<OptionId>(0), form.kind == poll::BallotKind::points ? 1 : 0}},
                          ballot::Seal{}};
    vote.seal->ciphertext.resize(bytes);
    expect_to_fit(world.decided(long_ballot, vote));
  }
}

TEST(LargestRecords, OfRolls) {
  auto world = sealed_and_closed({});
  world.given(long_ballot.poll, poll::Closed{});
  roll::AddPart part{1'000'000'000'000, {}};
  for (std::size_t i = 0; i < roll::entries_max; ++i)
    part.entries.push_back({voter_number(i), {}, Position{UINT64_MAX}});
  world.given(RollPartId{long_ballot.poll, 1'000'000},
              roll::PartAdded{999'999'999'999, {{voter_number(0), {}, {}}}});
  auto& last = part.entries;
  last.erase(last.begin());
  expect_to_fit(world.decided(RollPartId{long_ballot.poll, 1'000'001}, part));
  poll::RollCompleted roll{.entries = 1'000'000'000'000, .parts = 1'000'001, .prefix = 4};
  for (std::size_t i = 0; i < poll::roll_cells_max; ++i) {
    roll.cells.push_back({longest_id<LevelId>(i), longest_id<DistrictId>(i), longest_id<AgeBandId>(i),
                          1'000'000'000'000 / static_cast<std::int64_t>(poll::roll_cells_max), 0});
  }
  expect_to_fit(world.decided(long_ballot.poll, poll::CompleteRoll{roll}));
}

TEST(LargestRecords, OfOpenings) {
  for (const std::int32_t max : {1, 40, static_cast<std::int32_t>(poll::choices_max)}) {
    auto world = sealed_and_closed({poll::BallotKind::approval, 1, max});
    for (std::size_t i = 0; i < opening::openings_max; ++i)
      world.given(BallotId{long_ballot.poll, voter_number(i)}, ballot::SealedVoteCast{});
    world.given(long_ballot.poll, poll::Closed{}, poll::RollCompleted{});
    const auto& poll = world.state<poll::State>(long_ballot.poll);
    expect_to_fit(
        largest(world, OpeningPartId{long_ballot.poll, 0}, opening::openings_max, [&](std::size_t size) {
          opening::AddPart part;
          for (std::size_t i = 0; i < size; ++i) {
            opening::Opening opening{Position{number(*poll.opened) + 2 + i}, {}, ballot::Choices{}};
            for (std::size_t choice = 0; choice < static_cast<std::size_t>(max); ++choice)
              opening.choices->push_back({longest_id<OptionId>(choice), 0});
            part.openings.push_back(std::move(opening));
          }
          return part;
        }));
  }
}

TEST(LargestRecords, OfCountsAndLots) {
  auto world = poll_with({}, poll::options_max);
  world.given(long_ballot.poll, poll::Closed{});
  poll::Count many_ties, one_tie;
  for (std::size_t i = 0; i < poll::options_max; ++i) {
    many_ties.options.push_back({longest_id<OptionId>(i), 1'000'000'000'000'000, 1'000'000'000'000'000, 1,
                                 poll::Outcome::below_threshold});
    if (i % 2 == 0) many_ties.ties.push_back({900, 900, false, poll::TieBreak::declared_order});
  }
  one_tie = many_ties;
  one_tie.ties = {{1, poll::options_max, true, poll::TieBreak::unresolved}};
  expect_to_fit(world.decided(long_ballot.poll, count_poll(world.revision(long_ballot.poll), many_ties)));
  const auto counted = world.decided(long_ballot.poll, count_poll(world.revision(long_ballot.poll), one_tie));
  world.take_all(long_ballot.poll, counted.value());
  poll::ProposeLot lot{{}, std::string(1000, '"')};
  for (const auto& option : one_tie.options) lot.order.push_back(option.option);
  expect_to_fit(world.decided(long_ballot.poll, lot));
}

survey::Question longest_question(std::size_t number, survey::QuestionKind kind, std::size_t options,
                                  std::size_t title) {
  survey::Question question;
  question.id = longest_id<QuestionId>(number);
  question.kind = kind;
  question.title = longest(title);
  question.required = true;
  question.page = 200;
  for (std::size_t i = 0; i < options; ++i)
    question.options.push_back({longest_id<OptionId>(i), longest(title, 1)});
  if (kind == survey::QuestionKind::matrix) question.rows = question.options;
  return question;
}

TEST(LargestRecords, OfSurveysAndTheirAnswers) {
  using survey::QuestionKind;
  project::Phase phase{longest_id<PhaseId>(0), longest(1), noon, noon + std::chrono::hours{1}};
  phase.features = {project::Feature::answer};
  survey::Terms terms{the_project, phase.id, longest(240), longest(3000), languages_of(longest(1))};
  const auto survey = longest_id<SurveyId>(0);
  for (const auto kind : {QuestionKind::ranking, QuestionKind::matrix, QuestionKind::short_text}) {
    const bool has_options = kind != QuestionKind::short_text;
    for (const std::size_t title : {1U, 240U}) {
      auto world = given(the_ledger);
      world.given(the_project, project::PhaseDefined{phase}).given(the_citizen, citizen::Registered{});
      const auto draft = [&](std::size_t options, std::size_t count) {
        survey::DraftSurvey command{terms, {}};
        for (std::size_t i = 0; i < count; ++i)
          command.questions.push_back(longest_question(i, kind, options, title));
        return command;
      };
      expect_to_fit(largest(world, survey, survey::questions_max,
                            [&](std::size_t size) { return draft(has_options ? 1 : 0, size); }));
      if (has_options)
        expect_to_fit(
            largest(world, survey, survey::options_max, [&](std::size_t size) { return draft(size, 1); }));
      const auto asked = largest(world, survey, survey::questions_max,
                                 [&](std::size_t size) { return draft(has_options ? 10 : 0, size); });
      world.take_all(survey, asked.value());
      world.given(survey, survey::Opened{});
      answers::AnswerSurvey answer;
      for (const auto& question : world.state<survey::State>(survey).questions) {
        std::vector<OptionId> order;
        std::map<OptionId, OptionId> rows;
        for (const auto& option : question.options) {
          order.push_back(option.id);
          rows.emplace(option.id, option.id);
        }
        if (kind == QuestionKind::ranking) answer.answers.emplace(question.id, order);
        if (kind == QuestionKind::matrix) answer.answers.emplace(question.id, rows);
        if (!has_options) answer.texts.emplace(question.id.text(), commitment());
      }
      world.by(long_ballot.voter).citizen(the_citizen);
      expect_to_fit(world.decided(AnswersId{survey, long_ballot.voter}, answer));
    }
  }
}

TEST(LargestRecords, OfPhasesWithCategories) {
  for (const std::size_t title : {1U, 10U, 240U}) {
    auto world = given(the_ledger);
    expect_to_fit(largest(world, the_project, 101, [&](std::size_t size) {
      project::Phase phase{longest_id<PhaseId>(0), longest(240), noon, noon + std::chrono::hours{1}};
      phase.features = {project::Feature::mark};
      for (std::size_t i = 0; i < size; ++i)
        phase.categories.push_back({longest_id<CategoryId>(i), longest(title)});
      return project::DefinePhase{phase};
    }));
  }
}

TEST(LargestRecords, OfDocumentsAndAnnotations) {
  const auto document = longest_id<DocumentId>(0);
  const auto edition = [](std::size_t paragraphs, std::size_t text, std::size_t languages) {
    document::Edition made{longest(240), languages_of(longest(1)), {}};
    for (std::size_t i = 0; i < paragraphs; ++i)
      made.paragraphs.push_back({longest_id<ParagraphId>(i), longest(text, languages)});
    return made;
  };
  for (const std::size_t text : {1U, 100U, 1000U, 3000U})
    for (const std::size_t languages : {1U, 5U, 8U}) {
      auto world = given(the_ledger);
      expect_to_fit(largest(world, document, document::paragraphs_max, [&](std::size_t size) {
        return document::PublishDocument{the_project, edition(size, text, languages)};
      }));
    }
  auto world = given(the_ledger);
  project::Phase phase{longest_id<PhaseId>(0), longest(1), noon, noon + std::chrono::hours{1}};
  phase.features = {project::Feature::comment};
  world.given(the_project, project::PhaseDefined{phase}).given(the_citizen, citizen::Registered{});
  world.take_all(
      document, world.decided(document, document::PublishDocument{the_project, edition(1, 3000, 1)}).value());
  contribution::Submit annotation{contribution::Kind::annotation, the_project, phase.id, {}, {}, "de",
                                  {{"text", commitment()}}};
  annotation.passage =
      document::Passage{document, 1, longest_id<ParagraphId>(0), "aa", 0, 3000, std::string(3000, '"')};
  expect_to_fit(world.by(the_citizen).decided(longest_id<ContributionId>(0), annotation));
}

}  // namespace
}  // namespace stimmbuch::test
