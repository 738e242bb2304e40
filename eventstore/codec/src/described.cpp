#include "stimmbuch/eventstore/codec/described.hpp"

#include <charconv>

#include "stimmbuch/domain/base64url.hpp"

namespace stimmbuch::codec {

bool read(Reader& in, Position& position) {
  std::string_view text;
  if (!in.plain(text)) return false;
  std::uint64_t value = 0;
  const auto [ptr, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool shortest = !text.empty() && (text.front() != '0' || text.size() == 1);
  if (error != std::errc{} || ptr != text.data() + text.size() || !shortest) return in.fail();
  position = Position{value};
  return true;
}

bool read(Reader& in, Time& time) {
  std::string_view text;
  if (!in.plain(text)) return false;
  const auto parsed = parse_time(text);
  if (!parsed) return in.fail();
  time = *parsed;
  return true;
}

bool read(Reader& in, Day& day) {
  std::string_view text;
  if (!in.plain(text)) return false;
  const auto parsed = parse_day(text);
  if (!parsed) return in.fail();
  day = *parsed;
  return true;
}

bool read(Reader& in, std::vector<std::byte>& bytes) {
  std::string_view text;
  if (!in.plain(text)) return false;
  bytes.resize(text.size() * 3 / 4);
  return from_base64url(text, bytes) || in.fail();
}

void write(Writer& out, const Place& place) {
  out.begin_array();
  write(out, place.longitude_e7);
  write(out, place.latitude_e7);
  out.end_array();
}

bool read(Reader& in, Place& place) {
  return in.begin_array() && read(in, place.longitude_e7) && read(in, place.latitude_e7) && in.end_array();
}

void write(Writer& out, const roll::Entry& entry) {
  out.begin_array();
  write(out, entry.voter);
  write(out, entry.binding);
  write(out, entry.ballot);
  out.end_array();
}

bool read(Reader& in, roll::Entry& entry) {
  return in.begin_array() && read(in, entry.voter) && read(in, entry.binding) && read(in, entry.ballot) &&
         in.end_array();
}

void write(Writer& out, const ballot::Choices& choices) {
  const bool by_points = !choices.empty() && choices.front().points != 0;
  if (by_points) {
    out.begin_object();
    for (const auto& choice : choices) {
      out.name(choice.option.text());
      out.integer(choice.points);
    }
    out.end_object();
  } else {
    out.begin_array();
    for (const auto& choice : choices) out.plain(choice.option.text());
    out.end_array();
  }
}

namespace {

bool read_points(Reader& in, ballot::Choices& choices) {
  if (!in.begin_object()) return false;
  while (in.ok() && !in.at('}')) {
    std::string_view name;
    if (!in.any_name(name)) return false;
    const auto option = OptionId::parse(name);
    if (!option || (!choices.empty() && *option <= choices.back().option)) return in.fail();
    auto& choice = choices.emplace_back(*option);
    if (!read(in, choice.points)) return false;
    if (choice.points < 1) return in.fail();
  }
  return in.end_object() && (!choices.empty() || in.fail());
}

}  // namespace

bool read(Reader& in, ballot::Choices& choices) {
  choices.clear();
  if (!in.at('[')) return read_points(in, choices);
  if (!in.begin_array()) return false;
  while (in.ok() && !in.at(']')) {
    if (!read(in, choices.emplace_back().option)) return false;
  }
  return in.end_array();
}

}  // namespace stimmbuch::codec
