#include "bench/served_engine.hpp"

#include <ctime>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "bench/resources.hpp"
#include "cli/console.hpp"

namespace stimmbuch::program {

std::expected<ServedEngine, Failure> ServedEngine::start(const std::filesystem::path& data) {
  auto program = std::make_unique<ChildProgram>(
      std::vector<std::string>{"serve", "--data", data.string(), "--purpose", "demo", "--listen",
                               "127.0.0.1:0", "--disk-floor-mib", "0", "--json"},
      ChildProgram::Talk::dropped);
  const auto line = program->next_line();
  const Json first = Json::parse(line.value_or("{}"), nullptr, false);
  if (first.value("type", "") != "listening")
    return failed(ExitCode::failed, first.value("detail", "the engine did not start"));
  auto url = client::parse_server_url(first.value("url", ""));
  if (!url) return failed(ExitCode::failed, std::move(url.error()));
  if (url->tls) return failed(ExitCode::usage, "what is measured is HTTP without TLS: unset tls.cert");
  return ServedEngine(std::move(program), std::move(*url));
}

double ServedEngine::cpu_us() const {
  clockid_t clock{};
  return clock_getcpuclockid(program_->id(), &clock) == 0 ? program::cpu_us(clock) : 0;
}

std::uint64_t ServedEngine::max_rss_bytes() const {
  std::ifstream status(fmt::format("/proc/{}/status", program_->id()));
  for (std::string word; status >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

}  // namespace stimmbuch::program
