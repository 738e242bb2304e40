#include "export/poll_records.hpp"

#include <variant>

#include <fmt/format.h>

#include "export/poll_bundle.hpp"
#include "stimmbuch/eventstore/codec/record.hpp"

namespace stimmbuch::program {

std::optional<PollPart> poll_part(std::string_view subject) {
  const auto slash = subject.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto kind = subject.substr(0, slash);
  const auto rest = subject.substr(slash + 1);
  if (kind == "poll") return PollPart{rest, true};
  if (kind == "ballot") return PollPart{rest.substr(0, rest.find('/')), false};
  if (kind == "roll" || kind == "opening") return PollPart{rest.substr(0, rest.rfind('-')), false};
  return std::nullopt;
}

std::optional<poll::ResultComputed> count_in(std::string_view record) {
  const auto envelope = codec::read_envelope(record);
  const auto event = envelope ? codec::read_event(*envelope) : std::unexpected(envelope.error());
  if (!event) return std::nullopt;
  const auto* const own = std::get_if<poll::Event>(&*event);
  const auto* const count = own != nullptr ? std::get_if<poll::ResultComputed>(own) : nullptr;
  return count != nullptr ? std::optional(*count) : std::nullopt;
}

std::expected<RecordsOf, Failure> what_is_there_of(const PollId& poll, const FetchLogFile& fetch) {
  const auto text = fetch(std::string(bundle_list_name));
  if (!text) return RecordsOf::poll;
  const auto list = parse_bundle_list(*text);
  if (!list) return failed(ExitCode::differences, fmt::format("{} is no list of bundles", bundle_list_name));
  const auto bundle = list->polls.find(poll.text());
  if (bundle == list->polls.end()) {
    return failed(
        ExitCode::not_found,
        fmt::format("the public export has no poll {}: it has those that are counted", poll.text()));
  }
  return bundle->second.shows_ballots ? RecordsOf::poll : RecordsOf::poll_tallied;
}

std::expected<void, Failure> for_each_record_of(const PollId& poll, const FetchLogFile& fetch,
                                                const tlog::Checkpoint& checkpoint, const UseRecord& use) {
  if (const auto list = fetch(std::string(bundle_list_name))) {
    const auto bundle = fetch_bundle(poll, fetch);
    if (!bundle) return std::unexpected(bundle.error());
    for (const auto record : lines_of(bundle->records)) {
      const auto envelope = codec::read_envelope(record);
      if (!envelope)
        return failed(ExitCode::differences,
                      fmt::format("the bundle of {} has a line that is no record", poll.text()));
      if (!use(envelope->position, record)) break;
    }
    return {};
  }
  return for_each_record(fetch, checkpoint, before_first, [&](Position position, std::string_view record) {
    const auto part = poll_part(codec::subject_of(record));
    return !part || part->poll != poll.text() || use(position, record);
  });
}

}  // namespace stimmbuch::program
