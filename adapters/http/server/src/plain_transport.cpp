#include <tuple>
#include <utility>

#include <boost/asio/buffer.hpp>

#include "transport.hpp"

namespace stimmbuch::http {

namespace {

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(Socket socket) : socket_(std::move(socket)) {}

  Task<bool> open() override { co_return true; }

  Task<std::size_t> read_some(std::span<char> space) override {
    const auto [error, size] =
        co_await socket_.async_read_some(asio::buffer(space.data(), space.size()), as_values);
    co_return error ? 0 : size;
  }

  Task<std::size_t> write_some(std::string_view bytes) override {
    const asio::const_buffer buffer(bytes.data(), bytes.size());
    // Nearly every answer fits the socket's buffer: written at once it needs no turn of the event loop.
    boost::system::error_code at_once;
    const std::size_t written = socket_.write_some(buffer, at_once);
    if (!at_once) co_return written;
    if (at_once != asio::error::would_block) co_return 0;
    const auto [error, size] = co_await socket_.async_write_some(buffer, as_values);
    co_return error ? 0 : size;
  }

  Task<> finish_sending() override {
    boost::system::error_code ignored;
    std::ignore = socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    co_return;
  }

  void cancel() override {
    boost::system::error_code ignored;
    std::ignore = socket_.cancel(ignored);
  }

  void close() override {
    boost::system::error_code ignored;
    std::ignore = socket_.close(ignored);
  }

 private:
  Socket socket_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(Socket socket) {
  return std::make_unique<PlainTransport>(std::move(socket));
}

}  // namespace stimmbuch::http
