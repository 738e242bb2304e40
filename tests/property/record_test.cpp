#include "stimmbuch/eventstore/codec/record.hpp"

#include <gtest/gtest.h>

#include "support/random_events.hpp"

namespace stimmbuch::test {
namespace {

constexpr int events_per_type = 20;

TEST(Records, AreReadAsWhatWasWritten) {
  for_seeds(20, [](Random& random) {
    for_each_event_type([&](Event event) {
      for (int i = 0; i < events_per_type; ++i) {
        fill(random, event);
        const auto record = random_record(random, event);
        const auto read = codec::read_strictly(record);
        ASSERT_TRUE(read) << read.error().what << " at " << read.error().offset << "\n" << record;
        EXPECT_TRUE(*read == event) << record;
      }
    });
  });
}

TEST(Records, KeepTheirEnvelope) {
  for_seeds(20, [](Random& random) {
    Event event{ballot::Event{ballot::VoteCast{}}};
    fill(random, event);
    const auto stream = subject(random_stream(random, event));
    const codec::NewEnvelope written{.id = {},
                                     .ledger = random_id<LedgerId>(random),
                                     .subject = stream,
                                     .time = random_time(random),
                                     .position = Position{random.between<std::uint64_t>(1, UINT64_MAX)},
                                     .revision = Revision{random.between<std::uint32_t>(0, UINT32_MAX)},
                                     .command = {},
                                     .actor = random_actor(random),
                                     .more = random.chance(50)};
    std::string record;
    codec::append_record(record, written, event);
    const auto read = codec::read_envelope(record);
    ASSERT_TRUE(read) << record;
    EXPECT_EQ(read->ledger, written.ledger.text());
    EXPECT_EQ(read->subject, stream);
    EXPECT_EQ(read->type, codec::type_of(event));
    EXPECT_EQ(read->more, written.more);
    EXPECT_EQ(codec::subject_of(record), stream);
    const auto recorded = codec::recorded(*read);
    ASSERT_TRUE(recorded);
    EXPECT_EQ(recorded->position, written.position);
    EXPECT_EQ(recorded->revision, written.revision);
    EXPECT_EQ(recorded->time, written.time);
    EXPECT_EQ(recorded->actor, written.actor);
  });
}

// One writing for one meaning: other bytes are another record, or none.
TEST(Records, WithAChangedByteAreAnotherRecordOrNone) {
  for_seeds(5, [](Random& random) {
    for_each_event_type([&](Event event) {
      fill(random, event);
      const auto record = random_record(random, event);
      const auto envelope = codec::read_envelope(record).value();
      for (int i = 0; i < 50; ++i) {
        auto changed = record;
        random.pick(changed) = static_cast<char>(random.between<int>(0, 255));
        if (changed == record) continue;
        const auto read = codec::read_strictly(changed);
        if (!read) continue;
        const auto other = codec::read_envelope(changed).value();
        const bool same = *read == event && other.id == envelope.id && other.ledger == envelope.ledger &&
                          other.subject == envelope.subject && other.time == envelope.time &&
                          other.position == envelope.position && other.revision == envelope.revision &&
                          other.command == envelope.command && other.actor == envelope.actor &&
                          other.more == envelope.more;
        ASSERT_FALSE(same) << record << "\n" << changed;
      }
    });
  });
}

TEST(Records, CutShortAreNone) {
  for_seeds(5, [](Random& random) {
    for_each_event_type([&](Event event) {
      fill(random, event);
      const auto record = random_record(random, event);
      EXPECT_FALSE(codec::read_strictly(std::string_view(record).substr(0, random.index(record.size()))));
      EXPECT_FALSE(codec::read_strictly(record + "\n"));
    });
  });
}

}  // namespace
}  // namespace stimmbuch::test
