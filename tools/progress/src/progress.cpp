#include "stimmbuch/tools/progress/progress.hpp"

#include <atomic>
#include <csignal>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace stimmbuch::progress {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr microseconds between_rewrites = std::chrono::milliseconds(100);
constexpr microseconds between_lines = seconds(5);
constexpr std::size_t bar_width = 20;

// A signal handler can reach nothing else.
std::atomic<std::uint64_t> signals{0};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

double part_done(const Progress& progress) {
  if (progress.done >= *progress.total) return 1;
  return static_cast<double>(progress.done) / static_cast<double>(*progress.total);
}

std::uint64_t rate_per_s(const Progress& progress) {
  if (progress.elapsed <= microseconds::zero()) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(progress.done) * 1e6 /
                                    static_cast<double>(progress.elapsed.count()));
}

// The time left if the work goes on as it did.
std::optional<seconds> time_left(const Progress& progress) {
  if (!progress.total || progress.done == 0) return std::nullopt;
  const std::uint64_t left = progress.done < *progress.total ? *progress.total - progress.done : 0;
  return std::chrono::ceil<seconds>(progress.elapsed * static_cast<double>(left) /
                                    static_cast<double>(progress.done));
}

// `0:05`, `12:34` or `1:00:00`.
std::string clock_text(seconds time) {
  const auto s = time.count();
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace

Style default_style(bool is_terminal, std::string_view term) {
  if (!is_terminal) return Style::none;
  return term == "dumb" ? Style::plain : Style::bar;
}

std::string bar_line(const Progress& progress) {
  std::string line = progress.what;
  if (progress.total) {
    const double part = part_done(progress);
    const std::string filled(static_cast<std::size_t>(part * bar_width), '=');
    line += fmt::format("  [{:<{}}] {:3}%  {}/{}", filled, bar_width, static_cast<int>(part * 100),
                        progress.done, *progress.total);
  } else {
    line += fmt::format("  {}", progress.done);
  }
  line += fmt::format("  {}/s", rate_per_s(progress));
  if (const auto left = time_left(progress)) line += fmt::format("  {} left", clock_text(*left));
  return line;
}

std::string plain_line(const Progress& progress) {
  std::string line = fmt::format("{}: {}", progress.what, progress.done);
  if (progress.total)
    line += fmt::format(" of {} ({}%)", *progress.total, static_cast<int>(part_done(progress) * 100));
  line += fmt::format(", {}/s", rate_per_s(progress));
  if (const auto left = time_left(progress)) line += fmt::format(", {} left", clock_text(*left));
  return line;
}

std::string json_line(const Progress& progress) {
  nlohmann::ordered_json json = {
      {"type", "progress"}, {"schema", 1}, {"what", progress.what}, {"done", progress.done}};
  if (progress.total) json["total"] = *progress.total;
  json["rate"] = rate_per_s(progress);
  if (const auto left = time_left(progress)) json["eta_s"] = left->count();
  json["elapsed_s"] = std::chrono::floor<seconds>(progress.elapsed).count();
  return json.dump();
}

void print_on_sigusr1() {
  struct sigaction action{};
  action.sa_handler = [](int) { signals.fetch_add(1, std::memory_order_relaxed); };
  action.sa_flags = SA_RESTART;
  sigaction(SIGUSR1, &action, nullptr);
}

Reporter::Reporter(std::ostream& out, Style style, std::string what, std::optional<std::uint64_t> total,
                   microseconds now)
    : out_(out),
      style_(style),
      progress_{.what = std::move(what), .total = total},
      begin_(now),
      next_due_(now + (style == Style::plain ? between_lines : between_rewrites)),
      signals_seen_(signals.load(std::memory_order_relaxed)) {}

void Reporter::update(std::uint64_t done, microseconds now) {
  progress_.done = done;
  progress_.elapsed = now - begin_;
  const std::uint64_t signals_now = signals.load(std::memory_order_relaxed);
  if (std::exchange(signals_seen_, signals_now) != signals_now) {
    if (style_ == Style::bar) out_ << "\r\x1b[K";
    print(Style::plain);
  }
  if (now < next_due_) return;
  next_due_ = now + (style_ == Style::plain ? between_lines : between_rewrites);
  print(style_);
}

void Reporter::finish(std::uint64_t done, microseconds now) {
  progress_.done = done;
  progress_.elapsed = now - begin_;
  print(style_);
  if (style_ == Style::bar) out_ << std::endl;
}

void Reporter::print(Style style) {
  switch (style) {
    case Style::bar:
      out_ << '\r' << bar_line(progress_) << "\x1b[K" << std::flush;
      break;
    case Style::plain:
      out_ << plain_line(progress_) << std::endl;
      break;
    case Style::json:
      out_ << json_line(progress_) << std::endl;
      break;
    case Style::none:
      break;
  }
}

}  // namespace stimmbuch::progress
