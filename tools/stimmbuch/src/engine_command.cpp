#include "engine_command.hpp"

#include "stimmbuch/adapters/vault/derive.hpp"
#include "stimmbuch/eventstore/codec/command_content.hpp"

namespace stimmbuch::program {

runner::Submission engine_command(const vault::Mac& idempotency, const StreamId& stream,
                                  const Command& command, std::string_view occasion) {
  const Actor actor = stimmbuch::Engine{};
  return {.stream = stream,
          .command = command,
          .tag = vault::command_tag(idempotency, actor, stream, occasion, codec::name_of(command),
                                    codec::content_of(command)),
          .actor = actor,
          .citizen = {},
          .texts = {},
          .secrets = {},
          .identity_row = {},
          .expected = {}};
}

}  // namespace stimmbuch::program
