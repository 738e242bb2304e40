#include "audit/standing_ballots.hpp"

#include <cstring>
#include <functional>
#include <string_view>

namespace stimmbuch::program {

namespace {

constexpr std::size_t choice_size = sizeof(std::uint16_t) + sizeof(std::int32_t);

}  // namespace

std::size_t StandingBallots::Hash::operator()(std::uint32_t number) const {
  return (*this)(ballots->bytes_of(number));
}

std::size_t StandingBallots::Hash::operator()(std::string_view bytes) const {
  return std::hash<std::string_view>{}(bytes);
}

std::string_view StandingBallots::bytes_of(std::uint32_t number) const {
  const std::uint64_t begin = number == 1 ? 0 : ends_[number - 2];
  return std::string_view(votes_).substr(begin, ends_[number - 1] - begin);
}

std::uint32_t StandingBallots::number_of(const Choices& choices, ballot::Channel channel) {
  std::string bytes(1, static_cast<char>(channel));
  for (const auto& [option, points] : choices) {
    bytes.append(reinterpret_cast<const char*>(&option), sizeof option);
    bytes.append(reinterpret_cast<const char*>(&points), sizeof points);
  }
  const auto known = numbers_.find(std::string_view(bytes));
  if (known != numbers_.end()) return *known;
  votes_ += bytes;
  ends_.push_back(votes_.size());
  const auto number = static_cast<std::uint32_t>(ends_.size());
  numbers_.insert(number);
  return number;
}

ballot::Channel StandingBallots::read(std::uint32_t number, Choices& choices) const {
  const auto bytes = bytes_of(number);
  choices.clear();
  for (std::size_t at = 1; at < bytes.size(); at += choice_size) {
    auto& [option, points] = choices.emplace_back();
    std::memcpy(&option, bytes.data() + at, sizeof option);
    std::memcpy(&points, bytes.data() + at + sizeof option, sizeof points);
  }
  return static_cast<ballot::Channel>(bytes.front());
}

std::pair<StandingBallots::Choices, ballot::Channel> StandingBallots::vote(std::uint32_t number) const {
  Choices choices;
  const auto channel = read(number, choices);
  return {std::move(choices), channel};
}

}  // namespace stimmbuch::program
