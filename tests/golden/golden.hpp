#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/projections/folds/audit_trail.hpp"
#include "support/memory_views.hpp"

// Documents that are held against files.
namespace stimmbuch::test {

struct Golden {
  std::string file;
  std::function<std::string()> document;

  friend void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.file; }
};

inline std::string row(const projections::Projection& projection, const LogBuilder& log,
                       std::string_view key) {
  const auto value = Folding(projection).catch_up(log).views.read(key);
  return value.empty() ? "none" : value;
}

inline std::string trail(const LogBuilder& log, const std::string& of) {
  projections::AuditTrail audit(of, ledger::Purpose::demo, [](const PollId&, const OptionId& option) {
    return option == id<OptionId>("a") ? LocalizedText{{"de", "Bank"}, {"en", "Bench"}} : LocalizedText{};
  });
  for (std::size_t i = 0; i < log.records().size(); ++i) {
    if (log.records()[i].subject == of) audit.add(Position{i + 1}, log.records()[i].bytes);
  }
  return audit.finish();
}

// Line by line.
std::string news_of(const LogBuilder& log);

// Of documents, annotations and marks.
std::vector<Golden> goldens_of_consultation();

}  // namespace stimmbuch::test
