#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

// Asio with the one executor that is used here, so that nothing is type-erased on the way of a request.
namespace stimmbuch::http {

namespace asio = boost::asio;

using Clock = std::chrono::steady_clock;
using Executor = asio::io_context::executor_type;
template <typename T = void>
using Task = asio::awaitable<T, Executor>;
// One type for TCP and Unix sockets.
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

// Starts a coroutine. What it throws is a fault, and leaves the event loop.
void spawn(const Executor& executor, Task<> task);

// Completion token of every operation: errors are values.
inline constexpr auto as_values = asio::as_tuple(asio::deferred);

// Lets one coroutine sleep until the gate is opened on the same thread. The sleeper asks its condition again
// when it wakes.
class Gate {
 public:
  auto wait() {
    return asio::async_initiate<const asio::deferred_t&, void()>(
        [this](auto handler) { waiter_ = std::move(handler); }, asio::deferred);
  }

  bool has_waiter() const { return waiter_ != nullptr; }

  // Resumes the sleeper, if there is one, inside this call; the gate may be gone when it returns.
  void open() {
    if (auto waiter = std::exchange(waiter_, nullptr)) waiter();
  }

 private:
  std::move_only_function<void()> waiter_;
};

}  // namespace stimmbuch::http
