#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "asio.hpp"

namespace stimmbuch::http {

// The byte stream under a connection: a socket, or TLS over one. Used on one I/O thread, with at most one
// read and one write under way. The end of the stream and every failure are the same to the owner: nothing
// more comes or goes.
class Transport {
 public:
  virtual ~Transport() = default;

  // Whatever precedes the first byte of HTTP. False: hopeless.
  virtual Task<bool> open() = 0;

  // 0: the stream has ended.
  virtual Task<std::size_t> read_some(std::span<char> space) = 0;
  virtual Task<std::size_t> write_some(std::string_view bytes) = 0;

  // Tells the peer that nothing more will come.
  virtual Task<> finish_sending() = 0;

  // Ends the operations under way; they return 0.
  virtual void cancel() = 0;
  virtual void close() = 0;
};

std::unique_ptr<Transport> make_plain_transport(Socket socket);

}  // namespace stimmbuch::http
