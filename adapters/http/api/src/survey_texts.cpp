// What people say in surveys in their own words: officials read it without who they are, and release it.
#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "call.hpp"
#include "command_desk.hpp"
#include "missing_secret.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "submitting.hpp"
#include "survey_participants.hpp"
#include "vault_texts.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::uint64_t texts_page_size = 50;
constexpr std::uint64_t texts_page_size_max = 200;

bool says_to(const projections::StandingRow& row, const QuestionId& question) {
  return std::ranges::find(row.texts, question) != row.texts.end();
}

// Behind whom a page begins: "<group>/<respondent>", the respondent empty before the first of the group.
struct PageStart {
  std::string group;
  std::string respondent;
};

std::string to_text(const PageStart& start) {
  return start.group + "/" + start.respondent;
}

std::optional<PageStart> parse_start(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_group(text.substr(0, slash))) return std::nullopt;
  return PageStart{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

}  // namespace

// A page looks at one group, so it may hold few texts or none and still have a next one.
void Api::get_survey_texts(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  const auto question_text = query_parameter(call.request->query, "question");
  const auto question = question_text ? QuestionId::parse(*question_text) : std::nullopt;
  if (!question) return std::move(call).send(malformed("texts are of a question: ?question=…"));
  reads_->when_seen(std::move(call), surveys_view, [this, id = *id, question = *question](Call reached) {
    const Request& request = *reached.request;
    const auto limit = query_limit(request.query, texts_page_size, texts_page_size_max);
    if (!limit) return std::move(reached).send(malformed(limit_form));
    const auto cursor = cursor_of(request);
    if (!cursor) return std::move(reached).send(malformed(cursor_form));
    if (!reads_->may_show_texts()) return std::move(reached).send(texts_behind());
    const auto secret = parts_.contests.get(id);
    if (!secret) return refuse(std::move(reached), why_no_secret(parts_.log, id));
    const auto participants = participants_of(parts_.views, id);
    if (!participants) return std::move(reached).send(rebuilding());
    const auto start = cursor->empty() ? PageStart{first_group(*participants), {}} : parse_start(*cursor);
    if (!start) return std::move(reached).send(malformed(cursor_form));
    const auto said = read_group(*reads_, id, start->group, *secret,
                                 [&](const RespondentId& respondent, const projections::StandingRow& row) {
                                   return respondent.text() > start->respondent && says_to(row, question);
                                 });
    if (!said) return std::move(reached).send(rebuilding());
    const auto state = runner::read_state<survey::State>(parts_.log, id);
    std::string body = R"({"items":[)";
    std::uint64_t shown = 0;
    auto one = said->begin();
    for (; one != said->end() && shown < *limit; ++one) {
      const auto text =
          text_in_vault(parts_.vault, AnswersId{id, one->voter}, one->revision, question.text());
      if (!text) continue;
      if (shown++ > 0) body += ',';
      codec::Writer out(body);
      out.begin_object();
      out.name("respondent");
      write(out, one->respondent);
      out.name("text");
      out.string(*text);
      const auto released = state.released.find({question, one->respondent});
      out.name("released");
      out.boolean(released != state.released.end());
      // Who says something else now has not had that released.
      const auto published = released == state.released.end()
                                 ? std::nullopt
                                 : text_in_vault(parts_.vault, id, released->second, one->respondent.text());
      if (published && *published != *text) {
        out.name("released_text");
        out.string(*published);
      }
      out.end_object();
    }
    std::optional<std::string> next;
    if (one != said->end())
      next = to_text({start->group, std::string(std::prev(one)->respondent.text())});
    else if (auto group = next_group(start->group))
      next = to_text({*std::move(group), {}});
    auto response = reads_->conditional(request, close_page(std::move(body) + "]", next), parts_.log.head(),
                                        Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

void Api::release_survey_texts(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  const auto body = parse_object(call.request->body);
  if (!body) return std::move(call).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  const auto question = in.id<QuestionId>("question");
  auto respondents = in.ids<RespondentId>("respondents");
  in.finish();
  if (!errors.empty()) return std::move(call).send(validation_failed(errors));
  reads_->on_pool(std::move(call), [this, id = *id, question,
                                    respondents = std::move(respondents)](Call asked) {
    if (!reads_->may_show_texts()) return std::move(asked).send(texts_behind());
    const auto secret = parts_.contests.get(id);
    if (!secret) return refuse(std::move(asked), why_no_secret(parts_.log, id));
    const std::set<RespondentId> wanted(respondents.begin(), respondents.end());
    const auto everybody = std::string();  // the group of all, of whom those that are wanted stay
    const auto said = read_group(*reads_, id, everybody, *secret,
                                 [&](const RespondentId& respondent, const projections::StandingRow& row) {
                                   return wanted.contains(respondent) && says_to(row, question);
                                 });
    if (!said) return std::move(asked).send(rebuilding());
    survey::ReleaseTexts command{question, {}};
    VaultTexts texts;
    std::size_t bytes = 0;
    for (const RespondentId& respondent : respondents) {
      const auto one = std::ranges::lower_bound(*said, respondent, {}, &Participant::respondent);
      auto text = one != said->end() && one->respondent == respondent
                      ? text_in_vault(parts_.vault, AnswersId{id, one->voter}, one->revision, question.text())
                      : std::nullopt;
      if (!text) return refuse(std::move(asked), stimmbuch::Refusal::text_unknown);
      bytes += text->size();
      std::string field(respondent.text());
      const auto commitment = kept_text(field, *std::move(text), texts);
      if (!command.texts.emplace(std::move(field), commitment).second || bytes > texts_bytes_max) {
        return std::move(asked).send(validation_failed(
            {{"#/respondents", "invalid_text", "Each stands once, with at most 32 KiB of text in all."}}));
      }
    }
    auto submission = desk_->open_submission(id, survey::Command{std::move(command)}, as_official(asked));
    submission.texts = std::move(texts);
    // What is published outlasts the survey's secret.
    submission.text_owners = {actor_text(submission.actor)};
    submit(*desk_, std::move(asked), std::move(submission));
  });
}

}  // namespace stimmbuch::http::api
