// What participants of a survey answer, row by row, for officials who say why.
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "call.hpp"
#include "command_desk.hpp"
#include "place_input.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "submitting.hpp"
#include "survey_participants.hpp"
#include "survey_rows.hpp"
#include "vault_texts.hpp"

namespace stimmbuch::http::api {

namespace {

using projections::StandingRow;

constexpr std::size_t row_piece_bytes = std::size_t{64} * 1024;

// Numbers and days are never published: they tell who somebody is, and nobody releases them.
bool is_publishable(const survey::Question& question) {
  return question.kind != survey::QuestionKind::number && question.kind != survey::QuestionKind::date;
}

// Of a geometry in the vault; nothing if it is none, which would be published as it is otherwise.
std::optional<std::string> on_public_grid(const std::string& text) {
  auto geometry = geometry_of(Json::parse(text, nullptr, false));
  if (!geometry) return std::nullopt;
  for (Place& place : geometry->places) place = stimmbuch::on_public_grid(place);
  return codec::geojson(*geometry);
}

std::vector<survey::Question> shown_in(survey::Rows rows, std::vector<survey::Question> questions) {
  if (rows == survey::Rows::publishable) std::erase_if(questions, std::not_fn(is_publishable));
  return questions;
}

// How many rows share what they answer to the background questions.
using Combinations = std::map<std::string, std::uint64_t>;

// What an export is made of; the parts must outlive it.
struct ExportParts {
  const Reads& reads;
  const projections::ViewStore& views;
  const runner::Vault& vault;
  SurveyId id;
  survey::State survey;
  survey::Rows rows;
  std::shared_ptr<const crypto::Mac> secret;  // of the survey; null when it is destroyed
  Combinations combinations;                  // that enough publishable rows share
};

// The rows of a survey, in an order that is drawn anew for each export, from a group of participants at a
// time.
class RowReader {
 public:
  RowReader(ExportParts parts, std::uint64_t participants)
      : parts_(std::move(parts)), group_(first_group(participants)) {}

  // Nothing at the end. Throws if the views are being built anew meanwhile.
  std::optional<AnswerRow> next() {
    while (next_ < participants_.size() || read_next_group()) {
      // Not of whoever took answers back since the group was read.
      if (auto row = row_of(participants_[next_++].voter)) return row;
    }
    return std::nullopt;
  }

 private:
  bool is_all() const { return parts_.rows == survey::Rows::all; }

  // The next group in which somebody is; false if there is none.
  bool read_next_group() {
    do {
      if (!group_) return false;
      auto read = read_group(parts_.reads, parts_.id, *group_, order_,
                             [&](const RespondentId&, const StandingRow& row) { return is_shown(row); });
      if (!read) throw std::runtime_error("the views of a survey are being built while it is exported");
      participants_ = *std::move(read);
      next_ = 0;
      group_ = next_group(*std::move(group_));
    } while (participants_.empty());
    return true;
  }

  bool is_shown(const StandingRow& row) const {
    if (is_all()) return true;
    return parts_.combinations.contains(survey::combination(parts_.survey.questions, row.answers));
  }

  std::optional<AnswerRow> row_of(const VoterId& voter) const {
    const auto key = projections::standing_prefix(parts_.id.text()).append(voter.text());
    const auto read = parts_.views.rows(surveys_view, key, {}, 1);
    if (!read) throw std::runtime_error("the views of a survey are being built while it is exported");
    if (read->rows.empty() || !read->rows.front().first.empty()) return std::nullopt;
    AnswerRow row;
    const auto standing = projections::read_standing(read->rows.front().second);
    const auto respondent =
        parts_.secret ? std::optional(vault::respondent(*parts_.secret, voter)) : std::nullopt;
    if (is_all()) row.respondent = respondent;
    row.answers = standing.answers;
    for (const QuestionId& id : standing.texts) {
      const auto* const question = parts_.survey.question(id);
      auto said = text_in_vault(parts_.vault, AnswersId{parts_.id, voter}, standing.revision, id.text());
      if (!question || !said) continue;
      if (!is_all()) {
        if (asks_for_place(question->kind))
          said = on_public_grid(*said);
        else if (said != released_text(id, respondent))
          said.reset();
      }
      if (said) row.said.emplace(id, *std::move(said));
    }
    return row;
  }

  // Nothing if none is published. What somebody said since their words were released nobody has looked at.
  std::optional<std::string> released_text(const QuestionId& question,
                                           const std::optional<RespondentId>& respondent) const {
    if (!respondent) return std::nullopt;
    const auto released = parts_.survey.released.find({question, *respondent});
    if (released == parts_.survey.released.end()) return std::nullopt;
    return text_in_vault(parts_.vault, parts_.id, released->second, respondent->text());
  }

  ExportParts parts_;
  crypto::Mac order_{crypto::Secret::random()};
  std::optional<std::string> group_;  // the next one
  std::vector<Participant> participants_;
  std::size_t next_ = 0;
};

ChunkSource pieces_of(std::unique_ptr<RowsFile> file, std::unique_ptr<RowReader> rows) {
  return [file = std::move(file), rows = std::move(rows), has_begun = false,
          is_over = false]() mutable -> std::optional<std::string> {
    if (is_over) return std::nullopt;
    std::string piece;
    if (!std::exchange(has_begun, true)) piece = file->begin();
    while (piece.size() < row_piece_bytes) {
      const auto row = rows->next();
      if (!row) {
        is_over = true;
        piece += file->end();
        break;
      }
      file->append(piece, *row);
    }
    return piece.empty() ? std::nullopt : std::optional(std::move(piece));
  };
}

std::string exports_page(const runner::Vault& vault, const SurveyId& survey, const survey::State& state) {
  std::string body = R"({"items":[)";
  for (const auto& [position, one] : state.exports) {
    if (body.back() != '[') body += ',';
    codec::Writer out(body);
    out.begin_object();
    out.name("position");
    write(out, position);
    out.name("time");
    write(out, one.at);
    out.name("by");
    out.plain(actor_text(one.by));
    out.name("rows");
    write(out, one.rows);
    out.name("reason");
    if (const auto reason = text_in_vault(vault, survey, one.revision, survey::reason_field))
      out.string(*reason);
    else
      out.raw("null");
    out.end_object();
  }
  return close_page(std::move(body) + "]", std::nullopt);
}

}  // namespace

// The reason may be about people, so it is kept as what is said of them; it is the town's own, and ends with
// the official.
void Api::request_export(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  with_body(*desk_, std::move(call),
            [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
              VaultTexts texts;
              survey::RequestExport command;
              command.rows = in.one_of<survey::Rows>("rows", codec::names<survey::Rows>);
              command.texts = take_texts(in, {survey::reason_field}, texts);
              auto submission =
                  desk_->open_submission(*id, survey::Command{std::move(command)}, as_official(asked));
              submission.texts = std::move(texts);
              submission.text_owners = {actor_text(submission.actor)};
              return submission;
            });
}

void Api::get_exports(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), surveys_view, [this, id = *id](Call reached) {
    if (!reads_->may_show_texts()) return std::move(reached).send(texts_behind());
    const auto state = runner::read_state<survey::State>(parts_.log, id);
    if (state.status == survey::Status::unknown)
      return refuse(std::move(reached), stimmbuch::Refusal::survey_unknown);
    auto response = reads_->conditional(*reached.request, exports_page(parts_.vault, id, state),
                                        parts_.log.head(), Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

void Api::get_export(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  const auto position = position_parameter(call, 1);
  if (!id || !position) return std::move(call).send(not_found());
  const auto format = parse_rows_format(query_parameter(call.request->query, "format").value_or("json"));
  if (!format) return std::move(call).send(malformed("format is csv, json or geojson"));
  reads_->when_seen(
      std::move(call), surveys_view, [this, id = *id, position = *position, format = *format](Call reached) {
        auto state = runner::read_state<survey::State>(parts_.log, id);
        const auto asked =
            survey::readable_export(state, position, reached.caller->official, parts_.clock.now());
        if (!asked) return refuse(std::move(reached), asked.error().refusal);
        if (!reads_->may_show_texts()) return std::move(reached).send(texts_behind());
        const auto seen = parts_.views.position(surveys_view);
        if (seen && *seen < position) return std::move(reached).send(projection_behind(position, *seen));
        const auto participants = participants_of(parts_.views, id);
        if (!participants) return std::move(reached).send(rebuilding());
        ExportParts parts{.reads = *reads_,
                          .views = parts_.views,
                          .vault = parts_.vault,
                          .id = id,
                          .survey = std::move(state),
                          .rows = asked->rows,
                          .secret = parts_.contests.get(id),
                          .combinations = {}};
        const auto& terms = *parts.survey.terms;
        RowsHead head{id, parts_.ledger.purpose, asked->rows, terms.least, 0};
        if (asked->rows == survey::Rows::publishable) {
          const auto count = [&](std::string_view, const std::string& row) {
            ++parts.combinations[survey::combination(parts.survey.questions,
                                                     projections::read_standing(row).answers)];
          };
          if (!reads_->each_row(surveys_view, projections::standing_prefix(id.text()), count))
            return std::move(reached).send(rebuilding());
          std::erase_if(parts.combinations, [&](const auto& shared) {
            const bool is_rare = std::cmp_less(shared.second, terms.least);
            if (is_rare) head.left_out += shared.second;
            return is_rare;
          });
        }
        auto file = make_rows_file(format, head, shown_in(asked->rows, parts.survey.questions));
        Response response{.status = 200, .content_type = content_type_of(format), .headers = {}, .body = {}};
        response.headers.push_back({"Cache-Control", "no-store"});
        response.headers.push_back({"Content-Disposition", std::string("attachment; filename=\"")
                                                               .append(id.text())
                                                               .append(".")
                                                               .append(name_of(format))
                                                               .append("\"")});
        if (asked->rows == survey::Rows::publishable)
          response.headers.push_back({"Rows-Left-Out", std::to_string(head.left_out)});
        auto rows = std::make_unique<RowReader>(std::move(parts), *participants);
        std::move(reached.responder)
            .send_chunks(std::move(response), pieces_of(std::move(file), std::move(rows)));
      });
}

}  // namespace stimmbuch::http::api
