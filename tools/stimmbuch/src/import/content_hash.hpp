#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace stimmbuch::program {

// SHA-256 of bytes that come piece by piece.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();

  void add(std::string_view bytes);
  // In hexadecimal, once, behind the last piece.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stimmbuch::program
