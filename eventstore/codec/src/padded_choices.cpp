#include "stimmbuch/eventstore/codec/padded_choices.hpp"

#include <stdexcept>

#include "stimmbuch/eventstore/codec/described.hpp"

namespace stimmbuch::codec {

std::string padded_choices(const ballot::Choices& choices, std::size_t bytes) {
  std::string padded;
  Writer out(padded);
  write(out, choices);
  if (padded.size() > bytes) throw std::logic_error("choices longer than a ballot of their poll");
  padded.resize(bytes, ' ');
  return padded;
}

std::optional<ballot::Choices> read_padded_choices(std::string_view padded) {
  const auto end = padded.find_last_not_of(' ');
  if (end == std::string_view::npos) return std::nullopt;
  Reader in(padded.substr(0, end + 1));
  ballot::Choices choices;
  if (!read(in, choices) || !in.done()) return std::nullopt;
  return choices;
}

}  // namespace stimmbuch::codec
