#pragma once

#include <nlohmann/json.hpp>

#include "stimmbuch/adapters/http/api/replication.hpp"

namespace stimmbuch::http::api {

// What programs read of it, as docs/formats/http.md says.
nlohmann::json to_json(const Replication& replication);

}  // namespace stimmbuch::http::api
