#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "call.hpp"
#include "stimmbuch/adapters/http/server/request.hpp"
#include "stimmbuch/adapters/identity/roles.hpp"

// The table of routes: what is served, to whom, and by which function. The description at /openapi.json, the
// labels of metrics and the check of rights are made from it.
namespace stimmbuch::http::api {

class Api;

// What a route does, which decides what it asks of a request.
enum class RouteKind {
  read,
  personal,  // reads what is the caller's own, for which a node must know who somebody is
  setting,   // changes what is kept of the caller's own beside the ledger; asked for twice, it is the same
  command,   // appends: wants an Idempotency-Key; its body, if any, is application/json
  bulk,      // appends many: keys in the lines of an application/x-ndjson body
};

constexpr bool is_read(RouteKind kind) {
  return kind == RouteKind::read || kind == RouteKind::personal;
}

struct Route {
  Method method;
  std::string_view pattern;  // "/v1/polls/{poll}/ballot"; "{subject...}" takes the rest of the path
  RouteKind kind;
  std::optional<identity::Right> right;  // absent: public
  void (Api::*handle)(Call call);
  std::string_view summary;
  std::string_view body_schema = {};  // name of the schema of the body in /openapi.json
  std::string_view answer_schema = {};
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  // absent: nothing of that path and method
  std::vector<std::string_view> parameters;
  std::string allow;  // the methods of the path, if the method was the trouble
};

// The route for a method and a decoded path. HEAD is served by the route for GET.
Match match(Method method, std::string_view path);

}  // namespace stimmbuch::http::api
