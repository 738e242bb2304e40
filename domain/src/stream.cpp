#include "stimmbuch/domain/stream.hpp"

#include <charconv>

namespace stimmbuch {

namespace {

constexpr std::string_view survey_kind = "survey";

constexpr std::string_view name_of(OpinionKind kind) {
  switch (kind) {
    case OpinionKind::support:
      return "support";
    case OpinionKind::rating:
      return "rating";
    case OpinionKind::report:
      return "report";
  }
  return {};
}

std::optional<OpinionKind> opinion_kind(std::string_view name) {
  for (const auto kind : {OpinionKind::support, OpinionKind::rating, OpinionKind::report})
    if (name == name_of(kind)) return kind;
  return std::nullopt;
}

std::string joined(std::string_view kind, std::string_view id) {
  std::string text;
  text.reserve(kind.size() + 1 + id.size());
  text.append(kind).append(1, '/').append(id);
  return text;
}

struct SubjectOf {
  std::string operator()(const LedgerId& id) const { return joined("ledger", id.text()); }
  std::string operator()(const CitizenId& id) const { return joined("citizen", id.text()); }
  std::string operator()(const ProjectId& id) const { return joined("project", id.text()); }
  std::string operator()(const PollId& id) const { return joined("poll", id.text()); }
  std::string operator()(const BallotId& id) const {
    return joined("ballot", id.poll.text()).append(1, '/').append(id.voter.text());
  }
  std::string operator()(const RollPartId& id) const { return part("roll", id.poll, id.number); }
  std::string operator()(const OpeningPartId& id) const { return part("opening", id.poll, id.number); }
  std::string operator()(const ContributionId& id) const { return joined("contribution", id.text()); }
  template <OpinionKind Kind>
  std::string operator()(const ParticipantId<Kind>& id) const {
    return contest_name(OpinionsId{id.project, id.phase, Kind}).append(1, '/').append(id.voter.text());
  }
  std::string operator()(const SurveyId& id) const { return joined(survey_kind, id.text()); }
  std::string operator()(const AnswersId& id) const {
    return joined("answers", id.survey.text()).append(1, '/').append(id.voter.text());
  }
  std::string operator()(const DocumentId& id) const { return joined("document", id.text()); }

 private:
  static std::string part(std::string_view kind, const PollId& poll, std::uint32_t number) {
    return joined(kind, poll.text()).append(1, '-').append(std::to_string(number));
  }
};

template <class AnyId>
std::optional<StreamId> as_stream(std::string_view text) {
  if (const auto id = AnyId::parse(text)) return StreamId{*id};
  return std::nullopt;
}

// <contest>/<voter>
template <class Participant, class AnyId>
std::optional<StreamId> as_voter_in(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto contest = AnyId::parse(text.substr(0, slash));
  const auto voter = VoterId::parse(text.substr(slash + 1));
  if (!contest || !voter) return std::nullopt;
  return StreamId{Participant{*contest, *voter}};
}

// <project>/<phase>
std::optional<OpinionsId> as_opinions(OpinionKind kind, std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto project = ProjectId::parse(text.substr(0, slash));
  const auto phase = PhaseId::parse(text.substr(slash + 1));
  if (!project || !phase) return std::nullopt;
  return OpinionsId{*project, *phase, kind};
}

// <project>/<phase>/<voter>
std::optional<StreamId> as_participant(OpinionKind kind, std::string_view text) {
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto opinions = as_opinions(kind, text.substr(0, slash));
  const auto voter = VoterId::parse(text.substr(slash + 1));
  if (!opinions || !voter) return std::nullopt;
  switch (kind) {
    case OpinionKind::support:
      return SupportsId{opinions->project, opinions->phase, *voter};
    case OpinionKind::rating:
      return RatingsId{opinions->project, opinions->phase, *voter};
    case OpinionKind::report:
      return ReportsId{opinions->project, opinions->phase, *voter};
  }
  return std::nullopt;
}

template <class AnyPart>
std::optional<StreamId> as_part(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto poll = PollId::parse(text.substr(0, dash));
  const auto digits = text.substr(dash + 1);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool shortest = digits == "0" || !digits.starts_with('0');
  if (!poll || error != std::errc{} || end != digits.data() + digits.size() || !shortest) return std::nullopt;
  return StreamId{AnyPart{*poll, number}};
}

struct ContestOf {
  std::optional<ContestId> operator()(const BallotId& ballot) const { return ballot.poll; }
  std::optional<ContestId> operator()(const AnswersId& answers) const { return answers.survey; }
  template <class Other>
  std::optional<ContestId> operator()(const Other&) const {
    return std::nullopt;
  }
  template <OpinionKind Kind>
  std::optional<ContestId> operator()(const ParticipantId<Kind>& participant) const {
    return OpinionsId{participant.project, participant.phase, Kind};
  }
};

}  // namespace

std::string subject(const StreamId& stream) {
  return std::visit(SubjectOf{}, stream);
}

std::optional<StreamId> parse_subject(std::string_view subject) {
  const auto slash = subject.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto kind = subject.substr(0, slash);
  const auto rest = subject.substr(slash + 1);
  if (kind == "ballot") return as_voter_in<BallotId, PollId>(rest);
  if (kind == "citizen") return as_stream<CitizenId>(rest);
  if (kind == "poll") return as_stream<PollId>(rest);
  if (kind == "project") return as_stream<ProjectId>(rest);
  if (kind == "ledger") return as_stream<LedgerId>(rest);
  if (kind == "roll") return as_part<RollPartId>(rest);
  if (kind == "opening") return as_part<OpeningPartId>(rest);
  if (kind == "contribution") return as_stream<ContributionId>(rest);
  if (const auto opinions = opinion_kind(kind)) return as_participant(*opinions, rest);
  if (kind == survey_kind) return as_stream<SurveyId>(rest);
  if (kind == "answers") return as_voter_in<AnswersId, SurveyId>(rest);
  if (kind == "document") return as_stream<DocumentId>(rest);
  return std::nullopt;
}

std::optional<ContestId> contest_of(const StreamId& stream) {
  return std::visit(ContestOf{}, stream);
}

std::string contest_name(const ContestId& contest) {
  if (const auto* const poll = std::get_if<PollId>(&contest)) return std::string(poll->text());
  if (const auto* const survey = std::get_if<SurveyId>(&contest)) return joined(survey_kind, survey->text());
  const auto& opinions = std::get<OpinionsId>(contest);
  return joined(name_of(opinions.kind), opinions.project.text()).append(1, '/').append(opinions.phase.text());
}

std::optional<ContestId> parse_contest_name(std::string_view name) {
  const auto slash = name.find('/');
  if (slash == std::string_view::npos) {
    const auto poll = PollId::parse(name);
    return poll ? std::optional<ContestId>(*poll) : std::nullopt;
  }
  if (name.substr(0, slash) == survey_kind) {
    const auto survey = SurveyId::parse(name.substr(slash + 1));
    return survey ? std::optional<ContestId>(*survey) : std::nullopt;
  }
  const auto kind = opinion_kind(name.substr(0, slash));
  const auto opinions = kind ? as_opinions(*kind, name.substr(slash + 1)) : std::nullopt;
  return opinions ? std::optional<ContestId>(*opinions) : std::nullopt;
}

}  // namespace stimmbuch
