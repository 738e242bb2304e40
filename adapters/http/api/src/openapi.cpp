#include "openapi.hpp"

#include <algorithm>

#include "json_input.hpp"
#include "routes.hpp"
#include "schemas.hpp"

namespace stimmbuch::http::api {

namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lowered;
}

Json schema_reference(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

Json json_content(std::string_view schema) {
  const bool is_geojson = schema == "Marks";
  return {{is_geojson ? "application/geo+json" : "application/json", {{"schema", schema_reference(schema)}}}};
}

// The pattern as OpenAPI writes it: a parameter that takes the rest of the path is an ordinary one there.
std::string path_of(const Route& route) {
  std::string path(route.pattern);
  if (const auto dots = path.find("..."); dots != std::string::npos) path.erase(dots, 3);
  return path;
}

Json parameters_of(const Route& route) {
  Json parameters = Json::array();
  const std::string path = path_of(route);
  for (auto begin = path.find('{'); begin != std::string::npos; begin = path.find('{', begin + 1)) {
    const auto end = path.find('}', begin);
    parameters.push_back({{"name", path.substr(begin + 1, end - begin - 1)},
                          {"in", "path"},
                          {"required", true},
                          {"schema", {{"type", "string"}}}});
  }
  if (route.kind == RouteKind::command) {
    parameters.push_back({{"name", "Idempotency-Key"},
                          {"in", "header"},
                          {"required", true},
                          {"schema", {{"type", "string"}, {"minLength", 16}, {"maxLength", 130}}}});
    parameters.push_back({{"name", "If-Match"}, {"in", "header"}, {"schema", {{"type", "string"}}}});
  }
  if (is_read(route.kind)) {
    parameters.push_back({{"name", "Consistency-Token"}, {"in", "header"}, {"schema", {{"type", "string"}}}});
  }
  return parameters;
}

Json responses_of(const Route& route) {
  Json success = {{"description", "Success"}};
  if (!route.answer_schema.empty()) success["content"] = json_content(route.answer_schema);
  Json responses = {
      {"default",
       {{"description", "A problem (RFC 9457)"},
        {"content", {{"application/problem+json", {{"schema", schema_reference("Problem")}}}}}}}};
  responses["200"] = success;
  if (route.kind == RouteKind::command) responses["201"] = success;
  return responses;
}

Json operation_of(const Route& route) {
  Json operation = {
      {"summary", route.summary}, {"parameters", parameters_of(route)}, {"responses", responses_of(route)}};
  if (!route.body_schema.empty()) operation["requestBody"] = {{"content", json_content(route.body_schema)}};
  if (route.kind == RouteKind::bulk) {
    operation["requestBody"] = {{"content", {{"application/x-ndjson", {{"schema", {{"type", "string"}}}}}}}};
  }
  operation["security"] = Json::array();
  if (route.right) operation["security"].push_back({{"bearer", Json::array()}});
  return operation;
}

}  // namespace

std::string openapi_document(std::string_view version) {
  Json document = {{"openapi", "3.1.0"},
                   {"info",
                    {{"title", "Stimmbuch"},
                     {"version", version},
                     {"description", "Citizen participation on one verifiable log."},
                     {"license", {{"name", "EUPL-1.2"}, {"identifier", "EUPL-1.2"}}}}},
                   {"paths", Json::object()},
                   {"components",
                    {{"schemas", Json::parse(schemas_json)},
                     {"securitySchemes", {{"bearer", {{"type", "http"}, {"scheme", "bearer"}}}}}}}};
  for (const Route& route : routes())
    document["paths"][path_of(route)][lower(name_of(route.method))] = operation_of(route);
  return document.dump();
}

}  // namespace stimmbuch::http::api
