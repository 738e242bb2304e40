#include "tls.hpp"

#include <system_error>
#include <tuple>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace stimmbuch::http {

namespace {

std::shared_ptr<asio::ssl::context> make_context(const TlsFiles& files) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  boost::system::error_code error;
  if (context->use_certificate_chain_file(files.certificate_chain, error)) {
    throw std::system_error(error, files.certificate_chain);
  }
  // Refuses a key that does not fit the certificate.
  if (context->use_private_key_file(files.private_key, asio::ssl::context::pem, error)) {
    throw std::system_error(error, files.private_key);
  }
  return context;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(Socket socket, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {}

  Task<bool> open() override {
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_values);
    co_return !error;
  }

  Task<std::size_t> read_some(std::span<char> space) override {
    const asio::mutable_buffer buffer(space.data(), space.size());
    const auto [error, size] = co_await stream_.async_read_some(buffer, as_values);
    co_return error ? 0 : size;
  }

  Task<std::size_t> write_some(std::string_view bytes) override {
    const asio::const_buffer buffer(bytes.data(), bytes.size());
    const auto [error, size] = co_await stream_.async_write_some(buffer, as_values);
    co_return error ? 0 : size;
  }

  // Waits for the peer's answer too.
  Task<> finish_sending() override { co_await stream_.async_shutdown(as_values); }

  void cancel() override {
    boost::system::error_code ignored;
    std::ignore = stream_.next_layer().cancel(ignored);
  }

  void close() override {
    boost::system::error_code ignored;
    std::ignore = stream_.next_layer().close(ignored);
  }

 private:
  const std::shared_ptr<asio::ssl::context> context_;
  asio::ssl::stream<Socket> stream_;
};

}  // namespace

TlsIdentity::TlsIdentity(TlsFiles files) : files_(std::move(files)), context_(make_context(files_)) {}

void TlsIdentity::reload() {
  auto context = make_context(files_);
  const std::lock_guard lock(mutex_);
  context_.swap(context);
}

std::shared_ptr<asio::ssl::context> TlsIdentity::context() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

std::unique_ptr<Transport> make_tls_transport(Socket socket, std::shared_ptr<asio::ssl::context> context) {
  return std::make_unique<TlsTransport>(std::move(socket), std::move(context));
}

}  // namespace stimmbuch::http
