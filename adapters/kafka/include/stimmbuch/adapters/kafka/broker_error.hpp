#pragma once

#include <stdexcept>
#include <string>

namespace stimmbuch::kafka {

// Why something could not be done at the broker. The text is a sentence for the operator.
class BrokerError : public std::runtime_error {
 public:
  enum class Kind {
    unreachable,  // no broker answers in time; it may be tried again
    fenced,       // another producer of this ledger has begun
    unusable,     // a topic that is not there or not as it must be, missing rights, wrong settings
    failed,       // the client gave up; a new one may be tried
  };

  BrokerError(Kind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}

  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

}  // namespace stimmbuch::kafka
