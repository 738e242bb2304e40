#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stimmbuch/domain/document.hpp"
#include "stimmbuch/projections/folds/fold.hpp"

// Every document about which citizens are consulted, in all its versions.
//
//   document/<document>             the newest version, and which there are (docs/formats/views.md)
//   document/<document>/<version>   each version
//   project/<project>/<rank>        summaries of a project's documents, newest first
namespace stimmbuch::projections {

Projection documents_projection();

std::string documents_of_project_prefix(const ProjectId& project);

// The document of one version, by its id among those of the projection.
std::string document_version_id(std::string_view document, std::uint32_t version);

}  // namespace stimmbuch::projections
