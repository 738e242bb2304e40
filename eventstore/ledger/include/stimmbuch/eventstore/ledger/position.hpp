#pragma once

#include "stimmbuch/domain/position.hpp"

namespace stimmbuch::eventstore {

using stimmbuch::before_first;
using stimmbuch::end_of_time;
using stimmbuch::number;
using stimmbuch::Position;

}  // namespace stimmbuch::eventstore
