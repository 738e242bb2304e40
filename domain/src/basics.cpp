#include "stimmbuch/domain/basics.hpp"

namespace stimmbuch {

namespace {

constexpr std::string_view engine = "engine";
constexpr std::string_view citizen = "citizen/";
constexpr std::string_view official = "official/";
constexpr std::string_view voter = "voter/";

struct TextOf {
  std::string operator()(const Engine&) const { return std::string{engine}; }
  std::string operator()(const CitizenId& id) const { return std::string{citizen}.append(id.text()); }
  std::string operator()(const OfficialId& id) const { return std::string{official}.append(id.text()); }
  std::string operator()(const VoterId& id) const { return std::string{voter}.append(id.text()); }
};

template <class AnyId>
std::optional<Actor> as_actor(std::string_view text) {
  if (const auto id = AnyId::parse(text)) return Actor{*id};
  return std::nullopt;
}

}  // namespace

std::string actor_text(const Actor& actor) {
  return std::visit(TextOf{}, actor);
}

std::optional<Actor> parse_actor(std::string_view text) {
  if (text == engine) return Actor{Engine{}};
  if (text.starts_with(citizen)) return as_actor<CitizenId>(text.substr(citizen.size()));
  if (text.starts_with(official)) return as_actor<OfficialId>(text.substr(official.size()));
  if (text.starts_with(voter)) return as_actor<VoterId>(text.substr(voter.size()));
  return std::nullopt;
}

}  // namespace stimmbuch
