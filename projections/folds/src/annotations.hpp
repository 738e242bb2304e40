#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contribution_row.hpp"
#include "document.hpp"
#include "stimmbuch/domain/document.hpp"

namespace stimmbuch::projections {

// Carries annotations from each version of their documents to the next. Part of the projection of
// contributions.
//
//   text/<document>                   its newest version
//   annotates/<document>/<annotation>
class Annotations {
 public:
  static void add(Views& views, const DocumentId& document, std::string_view annotation) {
    views.put(prefix(document.text()).append(annotation), std::string(annotation));
  }

  // The next record of a document. With the last one of a new version its annotations are looked for there.
  void apply(Views& views, const FoldInput& input, Rows<ContributionRow>& contributions) {
    document::State& document = documents_.edit(views, input.id());
    document = document::evolve(std::move(document), input.event<document::Event>(), input.recorded());
    if (!document.is_whole() || document.version == 1) return;
    for (const std::string& id : of(views, input.id())) {
      ContributionRow& annotation = contributions.edit(views, id);
      carry(annotation, document);
      annotation.reflects = input.position();
    }
  }

  // What can be read of the document ends with some record, so that nobody knows where they stand.
  static void park(Views& views, const DocumentId& document, Rows<ContributionRow>& contributions) {
    for (const std::string& id : of(views, document.text())) contributions.edit(views, id).provisional = true;
  }

  void settle(Views& views) { documents_.settle(views); }
  void forget() { documents_.forget(); }

 private:
  static std::string prefix(std::string_view document) {
    return std::string("annotates/").append(document).append("/");
  }

  static std::vector<std::string> of(Views& views, std::string_view document) {
    std::vector<std::string> annotations;
    views.each(prefix(document),
               [&](std::string_view id, std::string_view) { annotations.emplace_back(id); });
    return annotations;
  }

  // From where it stood last, so that a passage that was lost may come back.
  static void carry(ContributionRow& annotation, const document::State& document) {
    std::uint32_t from = annotation.passage->from;
    for (const Stand& stand : annotation.stands) from = stand.from.value_or(from);
    annotation.stands.push_back(
        {document.version, document::find_again(document, *annotation.passage, from)});
  }

  static constexpr std::size_t kept_documents_max = 16;

  Rows<document::State> documents_{"text/", kept_documents_max};
};

}  // namespace stimmbuch::projections
