#pragma once

#include <string>

namespace stimmbuch::vault {

// Why the vault or its keys cannot be used at start. `text` is a sentence for operations: what, where, what
// to do.
struct VaultError {
  enum class Kind {
    absent,         // not there, and not to be made
    exists,         // there, and to be made
    locked,         // another process holds it
    wrong_key,      // the keys are another vault's
    keys_exposed,   // the key file can be read by others, or lies where backups of the data would take it
                    // along
    keys_withheld,  // the command that should write them failed
    damaged,
    io,
  };

  Kind kind;
  std::string text;
};

}  // namespace stimmbuch::vault
