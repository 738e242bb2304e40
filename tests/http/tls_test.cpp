#include <array>
#include <filesystem>
#include <memory>
#include <system_error>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "running_server.hpp"
#include "support/certificates.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::test {
namespace {

using namespace std::chrono_literals;

template <typename T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, decltype([](T* object) { Free(object); })>;

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int max_version = TLS1_3_VERSION)
      : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), max_version);
    SSL_CTX_set_security_level(context_.get(), 0);
    connection_.reset(BIO_new_ssl_connect(context_.get()));
    BIO_set_conn_hostname(connection_.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
    connected_ = BIO_do_connect(connection_.get()) == 1;
  }

  bool connected() const { return connected_; }

  std::string peer_name() {
    SSL* ssl = nullptr;
    BIO_get_ssl(connection_.get(), &ssl);
    const Owned<X509, X509_free> certificate(SSL_get1_peer_certificate(ssl));
    std::array<char, 64> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                              name.size());
    return name.data();
  }

  void send(const std::string& bytes) {
    BIO_write(connection_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }

  std::string receive_until(std::string_view end) {
    while (received_.find(end) == std::string::npos && read_more()) {
    }
    return std::exchange(received_, {});
  }

  // Whether the server said that it will send no more, so that nobody can have cut the answer short.
  bool is_closed_in_order() {
    while (read_more()) {
    }
    SSL* ssl = nullptr;
    BIO_get_ssl(connection_.get(), &ssl);
    return (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

 private:
  bool read_more() {
    std::array<char, 4096> buffer;
    const int size = BIO_read(connection_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (size <= 0) return false;
    received_.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
  }

  Owned<SSL_CTX, SSL_CTX_free> context_;
  Owned<BIO, BIO_free_all> connection_;
  bool connected_ = false;
  std::string received_;
};

class Tls : public testing::Test {
 protected:
  Tls() { write_identity(files_, "first.example"); }

  // Writes a fresh key and its certificate.
  void write_identity(const http::TlsFiles& files, const std::string& name) const {
    issuer_.issue(files.certificate_chain, files.private_key, {.subject = name});
  }

  const TestIssuer issuer_;
  const TemporaryDirectory directory_;
  const http::TlsFiles files_{directory_.path() / "chain.pem", directory_.path() / "key.pem"};
  const http::ListenOptions listen_{.tls = files_};
};

const std::string get_once = "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

TEST_F(Tls, CarriesRequestsAndAnswers) {
  RunningServer server(FunctionHandler(echo), {}, listen_);
  TlsClient client(server.port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.peer_name(), "first.example");
  const std::string body = std::string(60'000, 'b') + "end";
  client.send("POST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 60003\r\n\r\n" + body);
  EXPECT_TRUE(client.receive_until("end").ends_with("\r\n\r\nPOST /p|" + body));
  client.send(get_once);
  EXPECT_TRUE(client.receive_until("GET /a").starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(client.is_closed_in_order());
}

TEST_F(Tls, CarriesEvents) {
  std::shared_ptr<http::EventStream> stream;
  RunningServer server(FunctionHandler([&](const http::Request&, http::Responder responder) {
                         stream = std::move(responder).open_events(2500ms);
                         stream->send(http::make_event("", "tally", "1"));
                       }),
                       {}, listen_);
  TlsClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.receive_until("data: 1\n\n").ends_with("event: tally\ndata: 1\n\n"));
  stream->send(http::make_event("", "tally", "2"));
  EXPECT_EQ(client.receive_until("data: 2\n\n"), "event: tally\ndata: 2\n\n");
  stream->close();
  EXPECT_TRUE(client.is_closed_in_order());
}

TEST_F(Tls, IsAtLeast12) {
  RunningServer server(FunctionHandler(echo), {}, listen_);
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
  EXPECT_TRUE(TlsClient(server.port(), TLS1_2_VERSION).connected());
}

TEST_F(Tls, IsNotOptional) {
  RunningServer server(FunctionHandler(echo), {}, listen_);
  HttpClient plain = server.connect();
  plain.send(get_once);
  EXPECT_TRUE(plain.is_closed());
  EXPECT_EQ(TlsClient(server.port()).peer_name(), "first.example") << "the next client is served";
}

TEST_F(Tls, HandshakeHasADeadline) {
  http::ServerOptions options;
  options.limits.header_timeout = 150ms;
  RunningServer server(FunctionHandler(echo), options, listen_);
  HttpClient silent = server.connect();
  EXPECT_TRUE(silent.is_closed());
}

TEST_F(Tls, CertificateIsRenewedForNewConnections) {
  RunningServer server(FunctionHandler(echo), {}, listen_);
  TlsClient old(server.port());
  write_identity(files_, "second.example");
  server.server().reload_certificates();
  EXPECT_EQ(TlsClient(server.port()).peer_name(), "second.example");
  old.send(get_once);
  EXPECT_TRUE(old.receive_until("GET /a").starts_with("HTTP/1.1 200 OK\r\n")) << "old connections go on";

  std::filesystem::remove(files_.private_key);
  EXPECT_THROW(server.server().reload_certificates(), std::system_error);
  EXPECT_EQ(TlsClient(server.port()).peer_name(), "second.example") << "the old one stays in use";
}

TEST_F(Tls, NeedsFilesThatFit) {
  http::BlockingPool pool;
  FunctionHandler handler(echo);
  http::Server server({}, pool);
  const http::TlsFiles other{directory_.path() / "other-chain.pem", directory_.path() / "other-key.pem"};
  write_identity(other, "other.example");
  for (const http::TlsFiles& files :
       {http::TlsFiles{"/nowhere", files_.private_key}, http::TlsFiles{files_.certificate_chain, "/nowhere"},
        http::TlsFiles{files_.certificate_chain, other.private_key}}) {
    EXPECT_THROW(server.listen_tcp("127.0.0.1", 0, handler, {.tls = files}), std::system_error);
  }
}

}  // namespace
}  // namespace stimmbuch::test
