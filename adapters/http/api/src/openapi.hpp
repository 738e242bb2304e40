#pragma once

#include <string>
#include <string_view>

namespace stimmbuch::http::api {

// The description of the public interface (OpenAPI 3.1), made from the table of routes and schemas.json.
// `purpose` is the ledger's, `version` the engine's.
std::string openapi_document(std::string_view version);

}  // namespace stimmbuch::http::api
