#include "import/bulk_sender.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t lines_max = 1000;
constexpr std::size_t bytes_max = std::size_t{1} << 20;
constexpr milliseconds first_pause{50};
constexpr milliseconds longest_pause{2'000};
constexpr milliseconds total_pause{60'000};

}  // namespace

bool BulkSender::fits(std::string_view command) const {
  return waiting_.size() < lines_max && waiting_bytes_ + command.size() + 1 <= bytes_max;
}

std::expected<void, Failure> BulkSender::add(std::string command) {
  if (!fits(command)) {
    if (auto sent = flush(); !sent) return sent;
  }
  waiting_bytes_ += command.size() + 1;
  waiting_.push_back(std::move(command));
  return {};
}

std::expected<void, Failure> BulkSender::flush() {
  waiting_bytes_ = 0;
  return deliver(std::exchange(waiting_, {}), [&](const std::string&, const LineResult& result) {
    if (result.accepted()) {
      ++accepted_;
    } else {
      ++refused_[result.code];
    }
  });
}

std::expected<std::uint64_t, Failure> BulkSender::require(const std::vector<std::string>& commands) {
  std::uint64_t last = 0;
  std::optional<Failure> refusal;
  const auto on_result = [&](const std::string& command, const LineResult& result) {
    last = std::max(last, result.position);
    if (result.accepted() || refusal) return;
    const Json sent = Json::parse(command, nullptr, false);
    refusal = Failure{
        result.status == 403 ? ExitCode::credentials : ExitCode::failed,
        fmt::format("{} was refused: {} ({})", sent.value("type", "a command"), result.detail, result.code)};
  };
  for (std::size_t begin = 0; begin < commands.size();) {
    std::size_t end = begin;
    std::size_t bytes = 0;
    while (end < commands.size() && end - begin < lines_max &&
           bytes + commands[end].size() + 1 <= bytes_max) {
      bytes += commands[end++].size() + 1;
    }
    if (end == begin) return failed(ExitCode::failed, "a command is longer than a request may be");
    const auto first = commands.begin() + static_cast<std::ptrdiff_t>(begin);
    auto sent = deliver({first, first + static_cast<std::ptrdiff_t>(end - begin)}, on_result);
    if (!sent) return std::unexpected(std::move(sent.error()));
    if (refusal) return std::unexpected(std::move(*refusal));
    begin = end;
  }
  return last;
}

std::expected<void, Failure> BulkSender::deliver(std::vector<std::string> commands,
                                                 const OnResult& on_result) {
  milliseconds waited{0};
  for (milliseconds pause = first_pause; !commands.empty(); pause = std::min(pause * 2, longest_pause)) {
    auto results = request(commands);
    if (!results) return std::unexpected(std::move(results.error()));
    std::vector<std::string> again;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if ((*results)[i].busy()) {
        again.push_back(std::move(commands[i]));
      } else {
        on_result(commands[i], (*results)[i]);
      }
    }
    if (again.size() < commands.size()) pause = first_pause;
    commands = std::move(again);
    if (commands.empty()) break;
    if (waited + pause > total_pause) {
      return failed(ExitCode::try_later,
                    "the server stays busy; what was sent is in, and the same import goes on from there");
    }
    std::this_thread::sleep_for(pause);
    waited += pause;
  }
  return {};
}

std::expected<std::vector<BulkSender::LineResult>, Failure> BulkSender::request(
    const std::vector<std::string>& commands) {
  std::string body;
  for (const std::string& command : commands) body.append(command).append("\n");
  const auto answer = client_.send_raw({.method = "POST",
                                        .target = "/v1/commands",
                                        .headers = {{"Content-Type", "application/x-ndjson"}},
                                        .body = std::move(body)});
  if (!answer) return std::unexpected(answer.error());
  std::vector<LineResult> results;
  for (std::string_view rest = answer->body; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) break;
    LineResult result{.status = json.value("status", 0U),
                      .position = position_of(json.value("position", Json())),
                      .code = {},
                      .detail = {}};
    if (const auto problem = json.find("problem"); problem != json.end() && problem->is_object()) {
      result.code = problem->value("code", "");
      result.detail = problem->value("detail", "");
    }
    results.push_back(std::move(result));
  }
  if (results.size() != commands.size()) {
    return failed(ExitCode::failed,
                  fmt::format("the server answered {} of {} commands", results.size(), commands.size()));
  }
  return results;
}

}  // namespace stimmbuch::program
