#pragma once
#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

namespace stimmbuch::progress {

enum class Style {
  bar,    // one line that is rewritten up to 10 times a second; no colours, so NO_COLOR changes nothing
  plain,  // a line every 5 seconds
  json,   // a JSON object on a line of its own, up to 10 times a second
  none,
};

// The style where `--progress` names none: a bar for people, whole lines where the terminal cannot rewrite
// one, nothing for files and pipes. `term` is the variable TERM.
Style default_style(bool is_terminal, std::string_view term);

// How far a piece of work is.
struct Progress {
  std::string what;  // in the plural, such as "ballots"
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;
  std::chrono::microseconds elapsed{0};
};

// `ballots  [==========          ]  50%  500/1000  100/s  0:05 left`, without line feed.
std::string bar_line(const Progress& progress);

// `ballots: 500 of 1000 (50%), 100/s, 0:05 left`, without line feed.
std::string plain_line(const Progress& progress);

// `{"type":"progress","schema":1,"what":"ballots","done":500,"total":1000,"rate":100,"eta_s":5,"elapsed_s":5}`,
// without line feed; total and eta_s only where they are known.
std::string json_line(const Progress& progress);

// From now on SIGUSR1 makes each reporter print one plain line at its next update, whatever its style.
void print_on_sigusr1();

// Tells of one piece of work, usually on standard error. Times are of any clock that does not go back. One
// thread.
class Reporter {
 public:
  Reporter(std::ostream& out, Style style, std::string what, std::optional<std::uint64_t> total,
           std::chrono::microseconds now);

  // To be called often: prints what is due.
  void update(std::uint64_t done, std::chrono::microseconds now);

  // Prints the end, which is as far as the work came.
  void finish(std::uint64_t done, std::chrono::microseconds now);

 private:
  void print(Style style);

  std::ostream& out_;
  Style style_;
  Progress progress_;
  std::chrono::microseconds begin_;
  std::chrono::microseconds next_due_;
  std::uint64_t signals_seen_;
};

}  // namespace stimmbuch::progress
