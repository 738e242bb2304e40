#include "stimmbuch/tools/progress/progress.hpp"

#include <algorithm>
#include <csignal>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stimmbuch::progress {
namespace {

using namespace std::chrono_literals;

Progress half() {
  return {.what = "ballots", .done = 500, .total = 1000, .elapsed = 5s};
}

TEST(ProgressStyle, IsABarOnlyWhereALineCanBeRewritten) {
  EXPECT_EQ(default_style(true, "xterm-256color"), Style::bar);
  EXPECT_EQ(default_style(true, "dumb"), Style::plain);
  EXPECT_EQ(default_style(false, "xterm"), Style::none);
}

TEST(ProgressLines, TellDoneTotalRateAndTimeLeft) {
  EXPECT_EQ(bar_line(half()), "ballots  [==========          ]  50%  500/1000  100/s  0:05 left");
  EXPECT_EQ(plain_line(half()), "ballots: 500 of 1000 (50%), 100/s, 0:05 left");
  EXPECT_EQ(
      json_line(half()),
      R"({"type":"progress","schema":1,"what":"ballots","done":500,"total":1000,"rate":100,"eta_s":5,"elapsed_s":5})");
}

TEST(ProgressLines, TellWhatIsKnownWithoutATotal) {
  const Progress progress{.what = "events", .done = 7, .total = {}, .elapsed = 2s};
  EXPECT_EQ(bar_line(progress), "events  7  3/s");
  EXPECT_EQ(plain_line(progress), "events: 7, 3/s");
  EXPECT_EQ(json_line(progress),
            R"({"type":"progress","schema":1,"what":"events","done":7,"rate":3,"elapsed_s":2})");
}

TEST(ProgressLines, MakeSenseAtTheBeginningAndTheEnd) {
  EXPECT_EQ(plain_line({.what = "x", .done = 0, .total = 10}), "x: 0 of 10 (0%), 0/s");
  EXPECT_EQ(plain_line({.what = "x", .done = 10, .total = 10, .elapsed = 1s}),
            "x: 10 of 10 (100%), 10/s, 0:00 left");
  EXPECT_EQ(plain_line({.what = "x", .done = 12, .total = 10, .elapsed = 1s}),
            "x: 12 of 10 (100%), 12/s, 0:00 left");
  EXPECT_EQ(plain_line({.what = "x", .done = 0, .total = 0}), "x: 0 of 0 (100%), 0/s");
  EXPECT_EQ(plain_line({.what = "x", .done = 1, .total = 3'725, .elapsed = 1s}),
            "x: 1 of 3725 (0%), 1/s, 1:02:04 left");
  EXPECT_EQ(plain_line({.what = "x", .done = 999, .total = 1000, .elapsed = 1s}),
            "x: 999 of 1000 (99%), 999/s, 0:01 left");
}

TEST(ProgressReporter, RewritesABarTenTimesASecondAtMost) {
  std::ostringstream out;
  Reporter reporter(out, Style::bar, "ballots", 1000, 0s);
  for (int ms = 0; ms < 1000; ++ms)
    reporter.update(static_cast<std::uint64_t>(ms), std::chrono::milliseconds(ms));
  const std::string text = out.str();
  EXPECT_EQ(std::ranges::count(text, '\r'), 9);
  EXPECT_EQ(std::ranges::count(text, '\n'), 0);
  reporter.finish(1000, 1s);
  EXPECT_TRUE(
      out.str().ends_with("\rballots  [====================] 100%  1000/1000  1000/s  0:00 left\x1b[K\n"));
}

TEST(ProgressReporter, PrintsAPlainLineEveryFiveSeconds) {
  std::ostringstream out;
  Reporter reporter(out, Style::plain, "ballots", 12, 1s);
  for (int s = 1; s <= 12; ++s) reporter.update(static_cast<std::uint64_t>(s), std::chrono::seconds(s));
  EXPECT_EQ(out.str(), "ballots: 6 of 12 (50%), 1/s, 0:05 left\nballots: 11 of 12 (91%), 1/s, 0:01 left\n");
}

TEST(ProgressReporter, PrintsJsonLines) {
  std::ostringstream out;
  Reporter reporter(out, Style::json, "ballots", {}, 0s);
  reporter.update(1, 50ms);
  reporter.update(2, 1s);
  reporter.finish(3, 1s);
  EXPECT_EQ(
      out.str(),
      "{\"type\":\"progress\",\"schema\":1,\"what\":\"ballots\",\"done\":2,\"rate\":2,\"elapsed_s\":1}\n"
      "{\"type\":\"progress\",\"schema\":1,\"what\":\"ballots\",\"done\":3,\"rate\":3,\"elapsed_s\":1}\n");
}

TEST(ProgressReporter, PrintsOneLineOnSigusr1WhateverItsStyle) {
  print_on_sigusr1();
  std::ostringstream out;
  Reporter reporter(out, Style::none, "ballots", 10, 0s);
  reporter.update(1, 1s);
  std::raise(SIGUSR1);
  reporter.update(2, 2s);
  reporter.update(3, 3s);
  reporter.finish(4, 4s);
  EXPECT_EQ(out.str(), "ballots: 2 of 10 (20%), 1/s, 0:08 left\n");
}

}  // namespace
}  // namespace stimmbuch::progress
