#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "export/log_directory.hpp"
#include "export/signed_log.hpp"
#include "stimmbuch/domain/ids.hpp"
#include "stimmbuch/eventstore/tlog/proof_file.hpp"

// Poll bundles: what of a log everybody may read once a poll is counted, in `polls/<poll>/`, beside the tiles
// of a log without its entries. Format: docs/formats/log.md.
namespace stimmbuch::program {

// The bundles of a public export, by poll. Its being there tells a public export from one with all records.
inline constexpr std::string_view bundle_list_name = "polls.json";

struct BundleList {
  std::uint64_t covers = 0;  // records of the log that were looked through
  struct Bundle {
    std::uint64_t records = 0;
    bool shows_ballots = false;
  };
  std::map<std::string, Bundle, std::less<>> polls;
};

std::string to_text(const BundleList& list);
// Nothing if it is not one.
std::optional<BundleList> parse_bundle_list(std::string_view text);

// The files of a bundle, whole.
struct PollBundle {
  std::string records;     // one a line, in the order of the log
  std::string proofs;      // one a line, for the record of the same line
  std::string checkpoint;  // the note that the proofs lead to
};

std::expected<PollBundle, Failure> fetch_bundle(const PollId& poll, const FetchLogFile& fetch);

// Lines without their ends; views into the text.
std::vector<std::string_view> lines_of(std::string_view text);

// A line of `proofs`: the index of the record, and the hashes from its leaf to the root. Without a newline.
std::string proof_line(std::uint64_t index, const std::vector<tlog::Hash>& hashes);
// Nothing if it is not one. Index and hashes alone are filled in.
std::optional<tlog::ProofFile> parse_proof_line(std::string_view line);

// Brings the bundles of a directory, which has the tiles already, up to a checkpoint, from the entries that
// `fetch` gives. Only new entries are read while no poll was counted; bundles without new records stay. Each
// is there whole or as it was; the list comes last. Returns how many were made anew.
std::expected<std::size_t, Failure> bring_bundles_up_to(const SignedLog& log, const FetchLogFile& fetch,
                                                        const LogDirectory& directory);

}  // namespace stimmbuch::program
