#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <utility>

#include "bench/child_program.hpp"
#include "cli/failure.hpp"
#include "stimmbuch/tools/client/server_url.hpp"

namespace stimmbuch::program {

// `stimmbuch serve` on a ledger of purpose demo, in a process of its own, at a free port.
class ServedEngine {
 public:
  // Ready when it returns.
  static std::expected<ServedEngine, Failure> start(const std::filesystem::path& data);

  const client::ServerUrl& url() const { return url_; }
  // Processor time of the process so far.
  double cpu_us() const;
  std::uint64_t max_rss_bytes() const;

 private:
  ServedEngine(std::unique_ptr<ChildProgram> program, client::ServerUrl url)
      : program_(std::move(program)), url_(std::move(url)) {}

  std::unique_ptr<ChildProgram> program_;
  client::ServerUrl url_;
};

}  // namespace stimmbuch::program
