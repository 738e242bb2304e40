#include "replication_json.hpp"

#include <string>
#include <string_view>

namespace stimmbuch::http::api {

namespace {

std::string_view name_of(Replication::Role role) {
  using enum Replication::Role;
  switch (role) {
    case alone:
      return "alone";
    case leader:
      return "leader";
    case follower:
      return "follower";
    case reader:
      return "reader";
  }
  return "alone";
}

}  // namespace

nlohmann::json to_json(const Replication& replication) {
  using enum Replication::Role;
  nlohmann::json json{{"role", name_of(replication.role)}};
  if (replication.role == alone || replication.role == reader) return json;
  json["connected"] = replication.connected;
  if (!replication.trouble.empty()) json["trouble"] = replication.trouble;
  json["durability"] = replication.replicated ? "replicated" : "local";
  if (replication.role == leader) {
    json["takes_commands"] = replication.takes_commands;
    json["published"] = std::to_string(number(replication.published));
    json["backlog"] = replication.backlog;
    json["backlog_age_s"] = replication.backlog_age.count();
    json["transactions"] = replication.transactions;
    json["aborted"] = replication.aborted;
  } else {
    json["caught_up"] = replication.has_caught_up;
    json["behind_s"] = replication.behind.count();
    json["promotable"] = replication.not_promotable.empty();
    if (!replication.not_promotable.empty()) json["not_promotable_because"] = replication.not_promotable;
  }
  return json;
}

}  // namespace stimmbuch::http::api
