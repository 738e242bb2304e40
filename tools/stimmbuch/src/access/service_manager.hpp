#pragma once

#include <string_view>

namespace stimmbuch::program {

// Tells the service manager that started the program how it is, by a datagram to $NOTIFY_SOCKET
// (sd_notify(3)); nothing happens where there is none.
void notify_service_manager(std::string_view state);

}  // namespace stimmbuch::program
