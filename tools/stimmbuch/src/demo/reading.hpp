#pragma once

#include <expected>
#include <functional>
#include <string>

#include "access/api_client.hpp"

// What everybody may read of the demo's town.
namespace stimmbuch::program {

// The most that one page of a list has.
inline constexpr std::size_t page = 500;

// Every item of a list, or feature of a map, page by page; `list` has a query already.
std::expected<void, Failure> each_item(ApiClient& server, const std::string& list,
                                       const std::function<void(const Json&)>& take);

// The tally of the town's vote.
std::string tally_path();

// The marks on the map, and the annotations to the draft, as lists.
std::string marks_path();
std::string annotations_path();

}  // namespace stimmbuch::program
