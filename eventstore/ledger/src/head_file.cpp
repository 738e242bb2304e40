#include "head_file.hpp"

#include <charconv>

#include <pthread.h>

#include "durable_files.hpp"

namespace stimmbuch::eventstore {

std::expected<Position, std::string> read_head_file(rocksdb::Env& env, const std::filesystem::path& file) {
  if (env.FileExists(file).IsNotFound()) return before_first;
  std::string text;
  if (const auto status = rocksdb::ReadFileToString(&env, file, &text); !status.ok())
    return std::unexpected(file.string() + ": " + status.ToString());
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, value);
      error != std::errc{} || std::string_view(stop, end) != "\n")
    return std::unexpected(file.string() + " is not a head file: one number and a newline");
  return Position{value};
}

rocksdb::Status write_head_file(rocksdb::Env& env, const std::filesystem::path& file, Position head) {
  return replace_file(env, file, std::to_string(number(head)) + "\n");
}

HeadFile::HeadFile(rocksdb::Env& env, std::filesystem::path file, std::chrono::milliseconds interval,
                   const Records& synced, FailStop& fail_stop)
    : env_(env),
      file_(std::move(file)),
      interval_(interval),
      synced_(synced),
      fail_stop_(fail_stop),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void HeadFile::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "head-file");
  Position written = before_first;
  while (!fail_stop_.tripped()) {
    const bool last_time = stop.stop_requested();
    if (const auto head = synced_.head(); head != written) {
      if (const auto status = write_head_file(env_, file_, head); !status.ok())
        return fail_stop_.trip("head file: " + status.ToString());
      written = head;
    }
    if (last_time) return;
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stop, interval_, [] { return false; });
  }
}

}  // namespace stimmbuch::eventstore
