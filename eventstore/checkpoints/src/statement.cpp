#include "stimmbuch/eventstore/checkpoints/statement.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::checkpoints {

namespace {

constexpr std::string_view statement_suffix = "/statement";

std::string text_of(std::string_view name, const Statement& says) {
  std::string text;
  const auto line = [&](std::string_view label, std::string_view value) {
    text.append(label).append(1, ' ').append(value).append(1, '\n');
  };
  text.append(name).append(1, '\n');
  line("ledger", says.ledger.text());
  line("poll", says.poll.text());
  line("citizen", says.citizen.text());
  line("pseudonym", says.voter.text());
  line("number", to_base64url(says.number));
  line("ballot", std::to_string(number(says.ballot)));
  return text;
}

// The value behind a label, in a text that has each on a line.
std::string_view value_of(std::string_view text, std::string_view label) {
  const auto at = text.find(std::string("\n").append(label).append(" "));
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + label.size() + 2);
  return rest.substr(0, rest.find('\n'));
}

std::optional<Statement> parse(std::string_view text) {
  Statement says;
  const auto ledger = LedgerId::parse(value_of(text, "ledger"));
  const auto poll = PollId::parse(value_of(text, "poll"));
  const auto citizen = CitizenId::parse(value_of(text, "citizen"));
  const auto voter = VoterId::parse(value_of(text, "pseudonym"));
  const auto ballot = value_of(text, "ballot");
  std::uint64_t position = 0;
  const auto read = std::from_chars(ballot.data(), ballot.data() + ballot.size(), position);
  if (!ledger || !poll || !citizen || !voter || read.ec != std::errc{}) return std::nullopt;
  if (!from_base64url(value_of(text, "number"), says.number)) return std::nullopt;
  says.ledger = *ledger;
  says.poll = *poll;
  says.citizen = *citizen;
  says.voter = *voter;
  says.ballot = eventstore::Position{position};
  return says;
}

}  // namespace

tlog::Note statement(std::string_view origin, const Statement& says, std::span<const crypto::Secret> seeds) {
  const auto name = std::string(origin).append(statement_suffix);
  tlog::Note note{text_of(name, says), {}};
  for (const auto& seed : seeds) note.signatures.push_back(tlog::sign_note(note.text, name, seed));
  return note;
}

std::expected<Statement, std::string> open_statement(std::string_view bytes, const tlog::KeyChain& log) {
  const auto note = tlog::parse_note(bytes);
  if (!note) return std::unexpected(note.error());
  for (const tlog::VerifierKey& key : log.all()) {
    const auto name = key.name() + std::string(statement_suffix);
    const auto signature = tlog::signature_by({tlog::VerifierKey::Kind::signer, name, key.key()}, *note);
    if (!signature) return std::unexpected(signature.error());
    if (!*signature) continue;
    const auto says = parse(note->text);
    // Strict: written again it must be the same.
    if (!says || text_of(name, *says) != note->text) return std::unexpected("it is no statement");
    return *says;
  }
  return std::unexpected("the statement is not signed by " + log.newest().name());
}

}  // namespace stimmbuch::checkpoints
