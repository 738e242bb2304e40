#pragma once

#include <map>
#include <string>

#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::test {

// All rows of a projection that readers see.
inline std::map<std::string, std::string> rows_of(const projections::ViewStore& store,
                                                  std::string_view projection) {
  std::map<std::string, std::string> all;
  std::string after;
  while (true) {
    const auto page = store.rows(projection, "", after, 100);
    if (!page) return {};
    for (const auto& [key, value] : page->rows) all.emplace(key, value);
    if (!page->next) return all;
    after = *page->next;
  }
}

}  // namespace stimmbuch::test
