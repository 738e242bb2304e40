#include "replication/standing.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "replication/durable_file.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::string_view follower_text = "follower\n";
constexpr std::string_view former_leader_text = "former leader\n";

std::filesystem::path file_of(const std::filesystem::path& data) {
  return data / "standing";
}

}  // namespace

Standing read_standing(const std::filesystem::path& data) {
  std::ifstream file(file_of(data));
  if (!file.is_open()) return Standing::leader;
  const std::string text(std::istreambuf_iterator<char>(file), {});
  if (text == follower_text) return Standing::follower;
  if (text == former_leader_text) return Standing::former_leader;
  throw std::runtime_error(file_of(data).string() + " does not say how this directory stands to its topic");
}

void write_standing(const std::filesystem::path& data, Standing standing) {
  if (standing == Standing::leader) {
    std::filesystem::remove(file_of(data));
    sync_directory(data);
    return;
  }
  const auto fresh = data / "standing.new";
  write_durably(fresh, [&](const Append& append) {
    append(standing == Standing::follower ? follower_text : former_leader_text);
  });
  std::filesystem::rename(fresh, file_of(data));
  sync_directory(data);
}

}  // namespace stimmbuch::program
