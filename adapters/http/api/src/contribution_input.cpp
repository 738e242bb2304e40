#include "contribution_input.hpp"

#include <utility>

#include "command_input.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::size_t contribution_title_bytes_max = 240;
constexpr std::size_t contribution_bytes_max = 16 * 1024;
constexpr std::size_t short_text_bytes_max = 4 * 1024;

// What the kind of contribution has is for the rules to say.
Commitments take_words(Members& in, VaultTexts& texts) {
  auto words = take_bounded_text(in, "title", contribution_title_bytes_max, texts);
  words.merge(take_bounded_text(in, "text", contribution_bytes_max, texts));
  return words;
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
  command.texts = take_words(in, texts);
  return command;
}

contribution::Revise read_revise(Members& in, VaultTexts& texts) {
  return {take_words(in, texts)};
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
