#include "engine_command.hpp"

#include <chrono>
#include <future>
#include <memory>
#include <utility>
#include <variant>

#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/eventstore/codec/command_content.hpp"

namespace stimmbuch::program {

runner::Submission submission_of(const crypto::Mac& key, const StreamId& stream, const Actor& actor,
                                 std::string_view client_key, Command command) {
  const auto tag =
      vault::command_tag(key, actor, stream, client_key, codec::name_of(command), codec::content_of(command));
  return {.stream = stream, .command = std::move(command), .tag = tag, .actor = actor};
}

runner::Submission engine_command(const crypto::Mac& idempotency, const StreamId& stream,
                                  const Command& command, std::string_view occasion) {
  return submission_of(idempotency, stream, stimmbuch::Engine{}, occasion, command);
}

bool submit_own(runner::Runner& runner, runner::Submission submission) {
  auto outcome = std::make_shared<std::promise<runner::Outcome>>();
  auto waiting = outcome->get_future();
  const bool taken = runner.submit(
      std::move(submission), [outcome](runner::Outcome result) { outcome->set_value(std::move(result)); });
  if (!taken || waiting.wait_for(own_record_patience) != std::future_status::ready) return false;
  return std::holds_alternative<runner::Accepted>(waiting.get());
}

}  // namespace stimmbuch::program
