#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace stimmbuch::test {

// Writes a Pabulib file of a budget of three projects with so many ballots; every third names two projects.
// Its votes, scores and winners are right. Returns its path.
inline std::string write_budget_file(const std::filesystem::path& directory, std::size_t ballots) {
  const auto path = directory / ("budget-" + std::to_string(ballots) + ".pb");
  std::ofstream file(path);
  std::int64_t a = 0;
  std::int64_t b = 0;
  std::int64_t c = 0;
  std::string votes;
  for (std::size_t i = 0; i < ballots; ++i) {
    const bool two = i % 3 == 0;
    const bool for_b = i % 2 == 0;
    ++a;
    if (two) ++(for_b ? b : c);
    votes += "v" + std::to_string(i) + ";a" + (two ? (for_b ? ",b" : ",c") : "") + "\n";
  }
  file << "META\nkey;value\ndescription;Test\nbudget;100\nvote_type;approval\nrule;greedy\ndate_end;01.10."
          "2024\nmax_length;2\n"
       << "num_votes;" << ballots << "\nPROJECTS\nproject_id;cost;votes;name;selected\na;60;" << a
       << ";A;1\nb;50;" << b << ";B;0\nc;40;" << c << ";C;1\nVOTES\nvoter_id;vote\n"
       << votes;
  return path.string();
}

}  // namespace stimmbuch::test
