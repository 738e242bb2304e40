#include "stimmbuch/eventstore/runner/vault.hpp"

namespace stimmbuch::runner {

std::string text_row_name(std::string_view subject, Revision revision, std::string_view field) {
  return std::string{"text/"}
      .append(subject)
      .append(1, '/')
      .append(std::to_string(number(revision)))
      .append(1, '/')
      .append(field);
}

}  // namespace stimmbuch::runner
