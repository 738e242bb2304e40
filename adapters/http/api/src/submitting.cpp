#include "submitting.hpp"

#include <memory>
#include <utility>

#include "command_answer.hpp"

namespace stimmbuch::http::api {

void submit(CommandDesk& desk, Call call, runner::Submission submission) {
  submission.expected = call.expected;
  const Language language = call.language;
  // The responder lives in a box, because a full queue gives the completion back to nobody.
  auto responder = std::make_shared<Responder>(std::move(call.responder));
  const bool taken =
      desk.submit(std::move(submission), [responder, language, &desk](const runner::Outcome& outcome) {
        std::move(*responder).send(answer(outcome, language, desk.tokens()));
      });
  if (!taken) std::move(*responder).send(overloaded());
}

}  // namespace stimmbuch::http::api
