#pragma once

#include <span>
#include <string>
#include <string_view>

namespace stimmbuch::program {

// Of the candidates the one that `text` was probably meant to be; empty if none is near.
std::string_view nearest(std::string_view text, std::span<const std::string> candidates);

// ` Did you mean --listen?`, or nothing.
std::string suggestion(std::string_view text, std::span<const std::string> candidates);

}  // namespace stimmbuch::program
