#include "stimmbuch/projections/folds/documents.hpp"

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "document.hpp"

namespace stimmbuch::projections {

namespace {

struct DocumentRow {
  document::State document;
  LocalizedText title;  // these two of the newest version
  Languages machine_translated;
  std::vector<Moment> versions;  // when each was published
  bool provisional = false;
  Position reflects{};
};

}  // namespace
}  // namespace stimmbuch::projections

namespace stimmbuch::codec {

template <>
inline constexpr auto members<projections::DocumentRow> =
    std::tuple{required("document", &projections::DocumentRow::document),
               required("title", &projections::DocumentRow::title),
               if_any("machine_translated", &projections::DocumentRow::machine_translated),
               if_any("versions", &projections::DocumentRow::versions),
               unless("provisional", &projections::DocumentRow::provisional, false),
               required("reflects", &projections::DocumentRow::reflects)};

}  // namespace stimmbuch::codec

namespace stimmbuch::projections {
namespace {

void write_head(DocumentWriter& out, std::string_view id, const DocumentRow& row, const LedgerRow& ledger) {
  out.member("document", id);
  out.purpose(ledger);
  out.flag("provisional", row.provisional || ledger.provisional);
  out.member("project", row.document.project);
  out.member("version", row.document.version);
  out.member("title", row.title);
  out.member_if_any("machine_translated", row.machine_translated);
}

void write_versions(DocumentWriter& out, const DocumentRow& row) {
  out.begin_array("versions");
  for (std::uint32_t version = 1; version <= row.versions.size(); ++version) {
    out.begin_object();
    out.member("version", version);
    codec::write_members(out.out(), row.versions[version - 1]);
    out.end_object();
  }
  out.end_array();
}

void write_paragraphs(DocumentWriter& out, const DocumentRow& row) {
  out.begin_array("paragraphs");
  std::uint32_t number = 0;
  for (const auto& [id, text] : row.document.paragraphs) {
    out.begin_object();
    out.member("id", id);
    out.member("number", ++number);
    out.member("text", text);
    out.end_object();
  }
  out.end_array();
}

std::string finished(DocumentWriter& out, const DocumentRow& row) {
  out.member("published", row.versions.back());
  out.member("reflects", row.reflects);
  return out.finish();
}

std::string newest_version(std::string_view id, const DocumentRow& row, const LedgerRow& ledger) {
  DocumentWriter out;
  write_head(out, id, row, ledger);
  write_paragraphs(out, row);
  write_versions(out, row);
  return finished(out, row);
}

std::string one_version(std::string_view id, const DocumentRow& row, const LedgerRow& ledger) {
  DocumentWriter out;
  write_head(out, id, row, ledger);
  write_paragraphs(out, row);
  return finished(out, row);
}

std::string document_summary(std::string_view id, const DocumentRow& row, const LedgerRow& ledger) {
  DocumentWriter out;
  write_head(out, id, row, ledger);
  out.member("paragraphs", row.document.announced);
  return finished(out, row);
}

// Keeps of an event what the document's state does not.
struct Remember {
  DocumentRow& row;
  const Recorded& recorded;

  void operator()(const document::Published& event) const { begin(event); }
  void operator()(const document::Revised& event) const { begin(event); }
  void operator()(const document::ParagraphsAdded&) const {}

 private:
  void begin(const auto& event) const {
    row.title = event.title;
    row.machine_translated = event.machine_translated;
    row.versions.push_back(moment_of(recorded));
  }
};

class DocumentsFold final : public Fold {
 public:
  void apply(Views& views, const FoldInput& input) override {
    if (input.aggregate() == Aggregate::ledger) return ledger_.apply(views, input);
    if (input.aggregate() != Aggregate::document) return;
    const auto& event = input.event<document::Event>();
    const Recorded& recorded = input.recorded();
    DocumentRow& row = documents_.edit(views, input.id());
    row.document = document::evolve(std::move(row.document), event, recorded);
    std::visit(Remember{row, recorded}, event);
    row.reflects = recorded.position;
    // At once, since the next version may come before the rows are settled.
    if (is_shown(row))
      views.put(document_key(document_version_id(input.id(), row.document.version)),
                one_version(input.id(), row, ledger_.row(views)));
  }

  void park(Views& views, std::string_view subject) override {
    const auto stream = parse_subject(subject);
    if (const auto* const own = stream ? std::get_if<DocumentId>(&*stream) : nullptr) {
      if (documents_.find(views, own->text())) documents_.edit(views, own->text()).provisional = true;
    } else if (!stream || std::holds_alternative<LedgerId>(*stream)) {
      ledger_.park(views);
    }
  }

  void settle(Views& views) override {
    const LedgerRow& ledger = ledger_.row(views);
    documents_.settle(views, [&](std::string_view id, const DocumentRow& row) {
      if (!is_shown(row)) return;
      views.put(document_key(id), newest_version(id, row, ledger));
      views.put(
          documents_of_project_prefix(row.document.project) + newest_first(row.versions.front().position),
          document_summary(id, row, ledger));
    });
    ledger_.settle(views);
  }

  void forget() override {
    documents_.forget();
    ledger_.forget();
  }

 private:
  // Half a version is not.
  static bool is_shown(const DocumentRow& row) { return !row.versions.empty() && row.document.is_whole(); }

  static constexpr std::size_t kept_documents_max = 16;

  Rows<DocumentRow> documents_{"text/", kept_documents_max};
  LedgerFold ledger_;
};

}  // namespace

Projection documents_projection() {
  return {"documents", 1, {Aggregate::document, Aggregate::ledger}, []() -> std::unique_ptr<Fold> {
            return std::make_unique<DocumentsFold>();
          }};
}

std::string documents_of_project_prefix(const ProjectId& project) {
  return std::string("project/").append(project.text()).append("/");
}

std::string document_version_id(std::string_view document, std::uint32_t version) {
  return std::string(document).append("/").append(std::to_string(version));
}

}  // namespace stimmbuch::projections
