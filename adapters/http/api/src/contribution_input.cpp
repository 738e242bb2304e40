#include "contribution_input.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "command_input.hpp"
#include "place_input.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::size_t contribution_title_bytes_max = 240;
constexpr std::size_t contribution_bytes_max = 16 * 1024;
constexpr std::size_t short_text_bytes_max = 4 * 1024;

// A picture is named by its SHA-256, in base64url, and found by whoever shows it: nothing here leads
// anywhere.
Commitments take_photo(Members& in, VaultTexts& texts) {
  auto photo = take_texts(in, {"photo"}, texts);
  std::array<std::byte, 32> hash{};
  if (!photo.empty() && !texts.empty() && !from_base64url(texts.back().text, hash))
    in.report("photo", "invalid_photo", "A photo is named by the 43 characters of its SHA-256 in base64url.");
  return photo;
}

// What the kind of contribution has is for the rules to say.
Commitments take_words(Members& in, const std::optional<Place>& place, VaultTexts& texts) {
  auto words = take_bounded_text(in, "title", contribution_title_bytes_max, texts);
  words.merge(take_bounded_text(in, "text", contribution_bytes_max, texts));
  if (place)
    words.emplace("place", kept_text("place", codec::geojson({codec::Shape::point, {*place}}), texts));
  words.merge(take_photo(in, texts));
  return words;
}

document::Passage read_passage(Members& in) {
  document::Passage passage;
  passage.document = in.id<DocumentId>("document");
  passage.version = in.version("version");
  passage.paragraph = in.id<ParagraphId>("paragraph");
  passage.language = in.required_text("language");
  const auto code_point = [&](std::string_view name) {
    const std::int32_t value = in.small_integer(name, -1);
    if (value < 0) in.report(name, "out_of_range", "This is a whole number from 0.");
    return static_cast<std::uint32_t>(std::max(value, 0));
  };
  passage.from = code_point("from");
  passage.to = code_point("to");
  passage.quote = in.required_text("quote");
  in.finish();
  return passage;
}

}  // namespace

contribution::Submit read_submit(Members& in, VaultTexts& texts) {
  contribution::Submit command;
  command.kind = in.one_of<contribution::Kind>("kind", codec::names<contribution::Kind>);
  command.project = in.id<ProjectId>("project");
  command.phase = in.id<PhaseId>("phase");
  command.parent = in.optional_id<ContributionId>("parent");
  if (auto amends = in.optional_object("amends")) {
    command.amends =
        contribution::Amendment{amends->id<ContributionId>("proposal"), amends->version("version")};
    amends->finish();
  }
  command.language = in.text("language");
  command.survey = in.optional_id<SurveyId>("survey");
  if (auto passage = in.optional_object("passage")) command.passage = read_passage(*passage);
  command.category = in.optional_id<CategoryId>("category");
  command.place = take_place(in, "place");
  command.texts = take_words(in, command.place, texts);
  return command;
}

contribution::Revise read_revise(Members& in, VaultTexts& texts) {
  const auto place = take_place(in, "place");
  return {take_words(in, place, texts), place};
}

contribution::Release read_release(Members& in) {
  return {in.version("version")};
}

contribution::Withdraw read_withdraw(Members& in, VaultTexts& texts) {
  return {in.optional_id<ContributionId>("successor"),
          take_bounded_text(in, "reason", short_text_bytes_max, texts)};
}

contribution::Merge read_merge(Members& in) {
  return {in.id<ContributionId>("into"), read_reason(in)};
}

contribution::Answer read_answer(Members& in, VaultTexts& texts) {
  return {in.one_of<contribution::Status>("status", codec::names<contribution::Status>),
          take_localized(in, "answer", texts)};
}

contribution::Hide read_hide(Members& in, VaultTexts& texts) {
  return {in.one_of<contribution::Manner>("manner", codec::names<contribution::Manner>),
          in.one_of<contribution::HidingReason>("reason", codec::names<contribution::HidingReason>),
          take_bounded_text(in, "note", short_text_bytes_max, texts)};
}

contribution::Restore read_restore(Members& in) {
  return {in.position("hiding")};
}

contribution::Appeal read_appeal(Members& in, VaultTexts& texts) {
  return {in.position("hiding"), take_bounded_text(in, "appeal", short_text_bytes_max, texts)};
}

contribution::DecideAppeal read_decide_appeal(Members& in, VaultTexts& texts) {
  const Position appeal = in.position("appeal");
  if (!in.has("granted")) in.report("granted", "required", "This member is required.");
  return {appeal, in.boolean("granted", false),
          take_bounded_text(in, "decision", short_text_bytes_max, texts)};
}

}  // namespace stimmbuch::http::api
