#pragma once

#include <memory>
#include <mutex>

#include <boost/asio/ssl/context.hpp>

#include "stimmbuch/adapters/http/server/server.hpp"
#include "transport.hpp"

namespace stimmbuch::http {

// The certificate and key that a listener shows. Thread-safe.
class TlsIdentity {
 public:
  // Reads the files; throws std::system_error.
  explicit TlsIdentity(TlsFiles files);

  // Reads the files again, for connections to come. On an error the old ones stay.
  void reload();

  std::shared_ptr<asio::ssl::context> context() const;

 private:
  const TlsFiles files_;
  mutable std::mutex mutex_;
  std::shared_ptr<asio::ssl::context> context_;
};

std::unique_ptr<Transport> make_tls_transport(Socket socket, std::shared_ptr<asio::ssl::context> context);

}  // namespace stimmbuch::http
