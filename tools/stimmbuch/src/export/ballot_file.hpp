#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stimmbuch/domain/ballot_event.hpp"
#include "stimmbuch/domain/poll.hpp"

// The counted ballots of a poll as a file that the tools of others read: ranked ones in the form of BLT
// (OpenSTV and others), all others in that of pabulib.org.
namespace stimmbuch::program {

// "ballots.blt" or "ballots.pb".
std::string ballot_file_name(poll::BallotKind kind);

// A ballot as it stands in that file, without who cast it. Its options must be the poll's.
std::string ballot_line(const poll::State& poll, const ballot::Choices& choices);

// What the file needs besides the poll.
struct BallotFileDates {
  Time opened;
  Time closed;
};

// The file of a counted poll with these lines, in their order; they are numbered from 1 on.
std::string ballot_file(const poll::State& poll, const poll::Figures& figures, const BallotFileDates& dates,
                        const std::vector<std::string>& lines);

// A field of a file of separated values, in quotes where it needs them.
std::string csv_field(std::string_view text, char separator);

// A text in German where there is one, else in the first of its languages.
const LocalizedText::value_type& shown_text(const LocalizedText& text);

}  // namespace stimmbuch::program
