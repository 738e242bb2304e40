// The routes by which citizens contribute, and officials moderate and answer.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "command_quota.hpp"
#include "contribution_input.hpp"
#include "place_input.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "submitting.hpp"

namespace stimmbuch::http::api {

namespace {

// A command to a contribution, read from the body; `complete` adds to the submission what the command alone
// does not say.
template <class Read, class Complete>
void to_contribution(CommandDesk& desk, Call call, const ContributionId& id, const Actor& actor, Read&& read,
                     Complete&& complete) {
  with_body(
      desk, std::move(call),
      [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
        VaultTexts texts;
        const auto command = read(in, texts);
        auto submission = desk.open_submission(id, contribution::Command{command}, {actor, asked.client_key});
        submission.texts = std::move(texts);
        complete(submission, command);
        return submission;
      },
      place_limits);
}

// By the citizen who calls, to the contribution that the path names.
template <class Read, class Complete>
void by_citizen(CommandDesk& desk, Call call, Read&& read, Complete&& complete) {
  const auto id = id_parameter<ContributionId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  const auto citizen = desk.citizen_of(*call.caller);
  if (!citizen) return refuse(std::move(call), stimmbuch::Refusal::citizen_unknown);
  to_contribution(desk, std::move(call), *id, *citizen, read,
                  [&](runner::Submission& submission, const auto& command) {
                    submission.text_owners = {subject(*citizen)};
                    complete(submission, command);
                  });
}

// By the official who calls, to the contribution that the path names.
template <class Read, class Complete>
void by_official(CommandDesk& desk, Call call, Read&& read, Complete&& complete) {
  const auto id = id_parameter<ContributionId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  const Actor official = call.caller->official;
  to_contribution(desk, std::move(call), *id, official, read, complete);
}

constexpr auto nothing_more = [](runner::Submission&, const auto&) {};

// What a contribution says ends with it, and with its author's account.
constexpr auto texts_end_with_it = [](runner::Submission& submission, const auto&) {
  submission.text_owners.push_back(subject(submission.stream));
};

}  // namespace

// ---- by citizens

void Api::submit_contribution(Call call) {
  const auto now = std::chrono::steady_clock::now();
  if (const auto wait = contributions_quota_->take(call.caller->identity_row, now))
    return std::move(call).send(quota_exceeded(*contributions_quota_, *wait));
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return refuse(std::move(call), stimmbuch::Refusal::citizen_unknown);
  with_body(
      *desk_, std::move(call),
      [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
        const Intent intent{*citizen, asked.client_key};
        const auto id = desk_->created_id<ContributionId>("contribution", intent);
        VaultTexts texts;
        auto submission = desk_->open_submission(id, contribution::Command{read_submit(in, texts)}, intent);
        submission.texts = std::move(texts);
        submission.text_owners = {subject(*citizen), subject(id)};
        return submission;
      },
      place_limits);
}

void Api::revise_contribution(Call call) {
  by_citizen(*desk_, std::move(call), read_revise, texts_end_with_it);
}

void Api::withdraw_contribution(Call call) {
  by_citizen(*desk_, std::move(call), read_withdraw, nothing_more);
}

void Api::remove_contribution(Call call) {
  by_citizen(
      *desk_, std::move(call), [](Members&, VaultTexts&) { return contribution::Remove{}; },
      [this](runner::Submission& submission, const auto&) { end_texts_with(submission); });
}

void Api::appeal_hiding(Call call) {
  by_citizen(*desk_, std::move(call), read_appeal, nothing_more);
}

// ---- by officials

void Api::release_contribution(Call call) {
  by_official(
      *desk_, std::move(call), [](Members& in, VaultTexts&) { return read_release(in); }, nothing_more);
}

void Api::restore_contribution(Call call) {
  by_official(
      *desk_, std::move(call), [](Members& in, VaultTexts&) { return read_restore(in); }, nothing_more);
}

void Api::dismiss_reports(Call call) {
  by_official(
      *desk_, std::move(call), [](Members&, VaultTexts&) { return contribution::DismissReports{}; },
      nothing_more);
}

void Api::merge_contribution(Call call) {
  by_official(*desk_, std::move(call), [](Members& in, VaultTexts&) { return read_merge(in); }, nothing_more);
}

// An answer is the town's own word, and outlasts the account of whom it is given to.
void Api::answer_proposal(Call call) {
  by_official(*desk_, std::move(call), read_answer, [](runner::Submission& submission, const auto&) {
    submission.text_owners = {actor_text(submission.actor)};
  });
}

void Api::hide_contribution(Call call) {
  by_official(*desk_, std::move(call), read_hide,
              [this](runner::Submission& submission, const contribution::Hide& command) {
                end_texts_with_author(submission);
                if (command.manner == contribution::Manner::removed) end_texts_with(submission);
              });
}

void Api::decide_appeal(Call call) {
  by_official(*desk_, std::move(call), read_decide_appeal,
              [this](runner::Submission& submission, const auto&) { end_texts_with_author(submission); });
}

void Api::end_texts_with(runner::Submission& submission) const {
  submission.secrets.push_back(CommandDesk::erasing_row(subject(submission.stream), parts_.clock.now()));
}

void Api::end_texts_with_author(runner::Submission& submission) const {
  const auto state = runner::read_state<contribution::State>(parts_.log, submission.stream);
  if (state.author) submission.text_owners = {subject(*state.author)};
}

}  // namespace stimmbuch::http::api
