#pragma once

namespace stimmbuch::runner {

// Whether commands are taken. Somebody who knows of other nodes may close the gate and open it again.
enum class Gate {
  open,
  no_broker,  // what is appended now could not be published, and would not be durable enough to be shown
  no_leader,  // another node leads this ledger, or may
};

}  // namespace stimmbuch::runner
