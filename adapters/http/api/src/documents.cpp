// The routes of documents about which citizens are consulted.
#include "stimmbuch/projections/folds/documents.hpp"

#include <charconv>
#include <string>
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/projections/folds/contributions.hpp"
#include "submitting.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::string_view documents_view = "documents";

document::Edition read_edition(Members& in) {
  document::Edition edition;
  edition.title = in.localized("title");
  edition.machine_translated = in.languages("machine_translated");
  in.each("paragraphs", [&](const Json& value, const std::string& where) {
    if (!value.is_object()) return in.errors().push_back({where, "wrong_type", "This is an object."});
    Members paragraph(value, where, in.errors());
    edition.paragraphs.push_back({paragraph.id<ParagraphId>("id"), paragraph.localized("text")});
    paragraph.finish();
  });
  return edition;
}

std::optional<std::uint32_t> number_parameter(const Call& call, std::size_t index) {
  const std::string_view text = call.parameters[index];
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

void Api::publish_document(Call call) {
  with_body(
      *desk_, std::move(call), [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
        const auto intent = as_official(asked);
        const auto id =
            in.optional_id<DocumentId>("id").value_or(desk_->created_id<DocumentId>("document", intent));
        document::PublishDocument command{in.id<ProjectId>("project"), read_edition(in)};
        return desk_->open_submission(id, document::Command{std::move(command)}, intent);
      });
}

void Api::revise_document(Call call) {
  to_named<DocumentId>(*desk_, std::move(call), [](Members& in, VaultTexts&) -> Command {
    return document::Command{document::ReviseDocument{read_edition(in)}};
  });
}

void Api::get_documents(Call call) {
  const auto project_text = query_parameter(call.request->query, "project");
  const auto project = project_text ? ProjectId::parse(*project_text) : std::nullopt;
  if (!project) return std::move(call).send(malformed("documents are of a project: ?project=…"));
  reads_->send_list(std::move(call), documents_view, projections::documents_of_project_prefix(*project));
}

void Api::get_document(Call call) {
  const auto id = id_parameter<DocumentId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->send_document(std::move(call), documents_view, std::string(id->text()));
}

void Api::get_document_version(Call call) {
  const auto id = id_parameter<DocumentId>(call, 0);
  const auto version = number_parameter(call, 1);
  if (!id || !version) return std::move(call).send(not_found());
  reads_->send_document(std::move(call), documents_view,
                        projections::document_version_id(id->text(), *version));
}

void Api::get_annotations(Call call) {
  const auto id = id_parameter<DocumentId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  send_thread(std::move(call), projections::annotations_prefix(*id));
}

}  // namespace stimmbuch::http::api
