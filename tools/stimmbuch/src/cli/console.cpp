#include "cli/console.hpp"

#include <chrono>
#include <ostream>
#include <utility>

#include "cli/exit_codes.hpp"

namespace stimmbuch::program {

namespace {

constexpr int schema = 1;

std::chrono::microseconds steady_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

std::string json_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Meter::Meter(std::ostream& out, progress::Style style, std::string what, std::optional<std::uint64_t> total)
    : reporter_(out, style, std::move(what), total, steady_now()) {}

void Meter::update(std::uint64_t done) {
  reporter_.update(done, steady_now());
}

void Meter::finish(std::uint64_t done) {
  reporter_.finish(done, steady_now());
}

Console::Console(std::ostream& result, std::ostream& talk, Style style)
    : result_(result), talk_(talk), style_(style) {}

void Console::print(std::string_view text) {
  if (!style_.json) result_ << text << '\n';
}

void Console::raw(std::string_view line) {
  result_ << line << '\n';
}

void Console::json_line(std::string_view type, const Json& members) {
  if (!style_.json) return;
  Json line = {{"type", type}, {"schema", schema}};
  line.update(members);
  result_ << json_text(line) << std::endl;
}

void Console::say(std::string_view text) {
  if (!style_.quiet) talk_ << text << std::endl;
}

void Console::fail(const Failure& failure) {
  json_line("error", {{"code", row_of(failure.code).name},
                      {"exit", static_cast<int>(failure.code)},
                      {"detail", failure.text}});
  talk_ << "stimmbuch: " << failure.text << std::endl;
}

Meter Console::meter(std::string what, std::optional<std::uint64_t> total) {
  const auto style = style_.quiet ? progress::Style::none : style_.progress;
  return {talk_, style, std::move(what), total};
}

bool Console::flush() {
  return static_cast<bool>(result_.flush());
}

}  // namespace stimmbuch::program
