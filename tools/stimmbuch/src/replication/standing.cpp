#include "replication/standing.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

#include "stimmbuch/eventstore/files/durable_file.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::string_view follower_text = "follower\n";
constexpr std::string_view former_leader_text = "former leader\n";

std::filesystem::path file_of(const std::filesystem::path& data) {
  return data / "standing";
}

}  // namespace

Standing read_standing(const std::filesystem::path& data) {
  const auto text = files::read_if_there(file_of(data));
  if (!text) return Standing::leader;
  if (text == follower_text) return Standing::follower;
  if (text == former_leader_text) return Standing::former_leader;
  throw std::runtime_error(file_of(data).string() + " does not say how this directory stands to its topic");
}

void write_standing(const std::filesystem::path& data, Standing standing) {
  if (standing == Standing::leader) {
    std::filesystem::remove(file_of(data));
    files::sync_directory(data);
    return;
  }
  files::replace_durably(file_of(data), standing == Standing::follower ? follower_text : former_leader_text);
}

}  // namespace stimmbuch::program
