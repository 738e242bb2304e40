#include "stimmbuch/adapters/http/server/response.hpp"

namespace stimmbuch::http {

std::string_view body_of(const Response& response) {
  if (const auto* own = std::get_if<std::string>(&response.body)) return *own;
  const auto& shared = std::get<std::shared_ptr<const std::string>>(response.body);
  return shared == nullptr ? std::string_view{} : std::string_view{*shared};
}

}  // namespace stimmbuch::http
