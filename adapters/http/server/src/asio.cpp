#include "asio.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>

namespace stimmbuch::http {

void spawn(const Executor& executor, Task<> task) {
  asio::co_spawn(executor, std::move(task), [](const std::exception_ptr& fault) {
    if (fault) std::rethrow_exception(fault);
  });
}

}  // namespace stimmbuch::http
