#pragma once

#include <optional>
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "command_input.hpp"

// How the routes that append to the ledger do it.
namespace stimmbuch::http::api {

// Hands the command over, and answers with what came of it.
void submit(CommandDesk& desk, Call call, runner::Submission submission);

inline Intent as_official(const Call& call) {
  return {call.caller->official, call.client_key};
}

// Reads the body with `read`, which makes the rest of the submission; answers the problem if the body is
// wrong.
template <class Read>
void with_body(CommandDesk& desk, Call call, Read&& read, JsonLimits limits = {}) {
  const auto body = parse_object(call.request->body.empty() ? "{}" : call.request->body, limits);
  if (!body) return std::move(call).send(malformed(body.error()));
  InputErrors errors;
  Members in(*body, "#", errors);
  std::optional<runner::Submission> submission = read(in, call);
  in.finish();
  if (!errors.empty()) return std::move(call).send(validation_failed(errors));
  if (!submission) return std::move(call).send(not_found());
  submit(desk, std::move(call), std::move(*submission));
}

// A command to the thing that the path names, by an official.
template <class AnyId, class Read>
void to_named(CommandDesk& desk, Call call, Read&& read, JsonLimits limits = {}) {
  const auto id = id_parameter<AnyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  with_body(
      desk, std::move(call),
      [&](Members& in, const Call& asked) -> std::optional<runner::Submission> {
        VaultTexts texts;
        auto submission = desk.open_submission(*id, read(in, texts), as_official(asked));
        submission.texts = std::move(texts);
        return submission;
      },
      limits);
}

// A command without a body to the thing that the path names.
template <class AnyId>
void bare_to_named(CommandDesk& desk, Call call, const Command& command) {
  to_named<AnyId>(desk, std::move(call), [&](Members&, VaultTexts&) { return command; });
}

}  // namespace stimmbuch::http::api
