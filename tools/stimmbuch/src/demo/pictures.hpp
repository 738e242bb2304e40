#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/console.hpp"

// Documents of an engine as the demo shows them to people, in lines.
namespace stimmbuch::program {

// A project with its phases.
std::vector<std::string> project_lines(const Json& project, std::string_view language);
// A list of proposals with how many support each.
std::vector<std::string> proposal_lines(const Json& proposals, std::size_t width);
// A proposal, a mark or an annotation and what is said to it, with what moderators took away.
std::vector<std::string> discussion_lines(const Json& contribution, const Json& replies, std::size_t width);
// The results of a survey, question by question as the survey words them.
std::vector<std::string> survey_lines(const Json& survey, const Json& results, std::string_view language,
                                      std::size_t width);
// What became of what was voted for.
std::vector<std::string> milestone_lines(const Json& project, std::string_view language);

// Marks of a project, which come one by one: where there are many, and how many of each category.
class MapPicture {
 public:
  void add(const Json& feature);
  std::vector<std::string> lines(const Json& project, std::string_view language, std::size_t width) const;

 private:
  void draw_places(std::vector<std::string>& lines, const Json& area) const;

  std::map<std::string, std::int64_t> by_category_;
  std::vector<std::pair<double, double>> places_;  // of those that are still known
};

// Annotations to a document, which come one by one: how many to what passage, and what became of it.
class DraftPicture {
 public:
  void add(const Json& annotation);
  std::vector<std::string> lines(const Json& document, std::string_view language, std::size_t width) const;

 private:
  std::map<std::string, std::int64_t> by_passage_;
};

}  // namespace stimmbuch::program
