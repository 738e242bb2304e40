#include "followed_projects.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "stimmbuch/domain/stream.hpp"

namespace stimmbuch::http::api {

namespace {

// docs/formats/vault.md
std::string row_name(const CitizenId& citizen) {
  return std::string("follows/").append(citizen.text());
}

}  // namespace

std::vector<ProjectId> FollowedProjects::of(const CitizenId& citizen) const {
  const auto row = vault_.read(runner::RowClass::secrets, row_name(citizen));
  std::vector<ProjectId> projects;
  std::string_view left = row ? std::string_view(*row) : std::string_view{};
  while (!left.empty()) {
    const auto line = left.substr(0, left.find('\n'));
    if (const auto project = ProjectId::parse(line)) projects.push_back(*project);
    left.remove_prefix(std::min(line.size() + 1, left.size()));
  }
  return projects;
}

bool FollowedProjects::add(const CitizenId& citizen, const ProjectId& project) {
  const std::lock_guard lock(changing_);
  auto projects = of(citizen);
  if (std::ranges::find(projects, project) != projects.end()) return true;
  if (projects.size() >= most) return false;
  projects.push_back(project);
  keep(citizen, projects);
  return true;
}

void FollowedProjects::remove(const CitizenId& citizen, const ProjectId& project) {
  const std::lock_guard lock(changing_);
  auto projects = of(citizen);
  if (std::erase(projects, project) > 0) keep(citizen, projects);
}

void FollowedProjects::forget(const CitizenId& citizen) {
  vault_.destroy({.owners = {}, .rows = {{runner::RowClass::secrets, row_name(citizen)}}});
}

void FollowedProjects::keep(const CitizenId& citizen, std::span<const ProjectId> projects) {
  std::string lines;
  for (const auto& project : projects) lines.append(project.text()).append("\n");
  vault_.keep({.row_class = runner::RowClass::secrets,
               .name = row_name(citizen),
               .owners = {subject(citizen)},
               .value = std::move(lines)});
}

}  // namespace stimmbuch::http::api
