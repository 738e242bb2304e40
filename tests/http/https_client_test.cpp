// The program's own client over https: it speaks to whom it should, and tells nobody else anything.
#include <array>
#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "running_server.hpp"
#include "stimmbuch/tools/client/http_client.hpp"
#include "support/certificates.hpp"
#include "support/temporary_directory.hpp"

namespace stimmbuch::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using client::ClientError;
using client::ClientFault;
using client::ClientOptions;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HttpsClient : public testing::Test {
 protected:
  HttpsClient() {
    issuer_.write_certificate(ca_file());
    issuer_.issue(files_.certificate_chain, files_.private_key);
  }

  std::string in(const std::string& name) const { return (directory_.path() / name).string(); }
  std::string ca_file() const { return in("ca.pem"); }

  void serve(const CertificateTerms& terms, FunctionHandler::Handle handle = echo) {
    issuer_.issue(files_.certificate_chain, files_.private_key, terms);
    server_ = std::make_unique<RunningServer>(
        FunctionHandler([this, handle = std::move(handle)](const auto& request, auto responder) {
          ++requests_;
          handle(request, std::move(responder));
        }),
        http::ServerOptions{}, http::ListenOptions{.tls = files_});
  }

  // A client of that host at this port, which trusts the issuer of the test.
  client::HttpClient client_of(const std::string& host, std::uint16_t port, ClientOptions options = {}) {
    if (options.ca_file.empty()) options.ca_file = ca_file();
    options.pause = [this](std::chrono::milliseconds time) { pauses_.push_back(time); };
    return {{.tls = true, .host = host, .port = port}, "secret", options};
  }
  client::HttpClient client(const std::string& host = "localhost", ClientOptions options = {}) {
    return client_of(host, server_->port(), std::move(options));
  }

  // What the client says of a server that it does not trust; it has told that server nothing.
  std::string distrust(const std::string& host = "localhost", ClientOptions options = {}) {
    const int requests = requests_;
    const auto result = client(host, std::move(options)).send({});
    EXPECT_FALSE(result);
    if (result) return {};
    EXPECT_EQ(result.error().fault, ClientFault::untrusted) << result.error().message;
    EXPECT_THAT(pauses_, IsEmpty()) << "to ask again would not help";
    EXPECT_EQ(requests_, requests);
    return result.error().message;
  }

  const TemporaryDirectory directory_;
  const TestIssuer issuer_;
  const http::TlsFiles files_{in("chain.pem"), in("key.pem")};
  std::atomic<int> requests_ = 0;
  std::vector<std::chrono::milliseconds> pauses_;
  std::unique_ptr<RunningServer> server_;
};

TEST_F(HttpsClient, CarriesRequestsAndAnswersOverOneConnection) {
  serve({});
  auto http = client();
  const std::string body = std::string(60'000, 'b') + "end";
  EXPECT_EQ(http.send({.method = "POST", .target = "/p?q", .body = body}).value().body, "POST /p?q|" + body);
  EXPECT_EQ(http.send({.target = "/a"}).value().body, "GET /a");
  EXPECT_EQ(server_->server().stats().connections_accepted, 1);
}

TEST_F(HttpsClient, KnowsServersByTheirAddresses) {
  serve({.names = "IP:127.0.0.1"});
  EXPECT_EQ(client("127.0.0.1").send({.target = "/a"}).value().body, "GET /a");
  EXPECT_THAT(distrust("localhost"), HasSubstr("it is not for localhost"));
}

TEST_F(HttpsClient, GivesLinesAsTheyArrive) {
  std::shared_ptr<http::EventStream> stream;
  serve({}, [&](const http::Request&, http::Responder responder) {
    stream = std::move(responder).open_events(2500ms);
    stream->send(http::make_event("", "tally", "1"));
  });
  std::vector<std::string> lines;
  const auto result = client().send_for_lines({}, [&](std::string_view line) {
    if (line.starts_with("data")) lines.emplace_back(line);
    if (lines.size() == 1 && line.empty()) stream->send(http::make_event("", "tally", "2"));
    return lines.size() < 2;
  });
  EXPECT_EQ(result.value().status, 200);
  EXPECT_THAT(lines, ElementsAre("data: 1", "data: 2"));
}

TEST_F(HttpsClient, TrustsNoIssuerButTheNamedOnes) {
  serve({});
  for (const auto* const name : {"another issuer", "issuer"}) {
    TestIssuer(name).write_certificate(in("other.pem"));
    EXPECT_THAT(distrust("localhost", {.ca_file = in("other.pem")}),
                AllOf(HasSubstr("https://localhost:"), HasSubstr("its issuer is not in " + in("other.pem"))));
  }
}

TEST_F(HttpsClient, TrustsWhatIsNamedWithoutItsIssuer) {
  serve({});
  EXPECT_EQ(client("localhost", {.ca_file = files_.certificate_chain}).send({.target = "/a"}).value().status,
            200);
}

TEST_F(HttpsClient, TrustsTheSystemsIssuersWhereNoneAreNamed) {
  serve({});
  client::HttpClient http({.tls = true, .host = "localhost", .port = server_->port()}, "secret");
  const auto result = http.send({});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().fault, ClientFault::untrusted);
  EXPECT_THAT(result.error().message,
              AllOf(HasSubstr("unknown to this machine"), HasSubstr("--ca-file FILE")));
  EXPECT_EQ(requests_, 0);
}

TEST_F(HttpsClient, RefusesACertificateForAnotherName) {
  serve({.names = "DNS:other.example,DNS:*.localhost,IP:127.0.0.2"});
  EXPECT_THAT(distrust("localhost"), HasSubstr("it is not for localhost; write a name that it is for"));
  EXPECT_THAT(distrust("127.0.0.1"), HasSubstr("it is not for 127.0.0.1"));
}

TEST_F(HttpsClient, TakesNoSubjectForAName) {
  serve({.subject = "localhost", .names = ""});
  EXPECT_THAT(distrust("localhost"), HasSubstr("it is not for localhost"));
}

TEST_F(HttpsClient, RefusesACertificateOutOfItsTime) {
  serve({.begins = -2h, .ends = -1h});
  EXPECT_THAT(distrust(), HasSubstr("it has expired"));
  server_.reset();
  serve({.begins = 1h, .ends = 2h});
  EXPECT_THAT(distrust(), HasSubstr("it is not valid yet"));
}

TEST_F(HttpsClient, NeedsCertificatesInItsFile) {
  serve({});
  EXPECT_THAT(distrust("localhost", {.ca_file = in("missing.pem")}),
              HasSubstr("cannot read certificates (PEM) from " + in("missing.pem")));
  EXPECT_THAT(distrust("localhost", {.ca_file = files_.private_key}),
              HasSubstr("cannot read certificates (PEM) from " + files_.private_key));
  EXPECT_FALSE(client::check_ca_file(in("missing.pem")));
  EXPECT_TRUE(client::check_ca_file(ca_file()));
  EXPECT_TRUE(client::check_ca_file({}));
}

TEST_F(HttpsClient, SaysThatAServerSpeaksPlainHttp) {
  server_ = std::make_unique<RunningServer>();
  EXPECT_THAT(distrust(),
              AllOf(HasSubstr("does not speak TLS 1.2 or newer"), HasSubstr("an http:// address?")));
}

// A TLS server that does with each connection, one after the other, what the test says.
class TlsPeer {
 public:
  using Stream = asio::ssl::stream<asio::ip::tcp::socket>;
  using Steps = std::vector<std::function<void(Stream&)>>;

  TlsPeer(const http::TlsFiles& files, Steps steps, int newest = TLS1_3_VERSION) : steps_(std::move(steps)) {
    context_.use_certificate_chain_file(files.certificate_chain);
    context_.use_private_key_file(files.private_key, asio::ssl::context::pem);
    SSL_CTX_set_security_level(context_.native_handle(), 0);
    SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.native_handle(), newest);
    thread_ = std::thread([this] { run(); });
  }
  ~TlsPeer() { thread_.join(); }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  // Reads a request without a body, and says this.
  static void answer(Stream& stream, const std::string& text) {
    std::string head;
    asio::read_until(stream, asio::dynamic_buffer(head), "\r\n\r\n");
    asio::write(stream, asio::buffer(text));
  }

 private:
  void run() {
    for (const auto& step : steps_) {
      Stream stream(acceptor_.accept(), context_);
      boost::system::error_code error;
      if (!stream.handshake(Stream::server, error)) step(stream);
    }
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  asio::ssl::context context_{asio::ssl::context::tls_server};
  const Steps steps_;
  std::thread thread_;
};

TEST_F(HttpsClient, SpeaksTls12OrNewer) {
  {
    TlsPeer peer(files_, {[](auto&) { ADD_FAILURE(); }}, TLS1_1_VERSION);
    const ClientError error = client_of("localhost", peer.port()).send({}).error();
    EXPECT_EQ(error.fault, ClientFault::untrusted);
    EXPECT_THAT(error.message, HasSubstr("does not speak TLS 1.2 or newer"));
  }
  TlsPeer peer(files_, {[](auto& s) { TlsPeer::answer(s, "HTTP/1.1 204 No Content\r\n\r\n"); }},
               TLS1_2_VERSION);
  EXPECT_EQ(client_of("localhost", peer.port()).send({}).value().status, 204);
}

TEST_F(HttpsClient, SaysWhichNameItWants) {
  std::vector<std::string> names;
  const auto note_name = [&names](TlsPeer::Stream& stream) {
    const char* const name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    names.emplace_back(name == nullptr ? "none" : name);
    TlsPeer::answer(stream, "HTTP/1.1 204 No Content\r\n\r\n");
  };
  {
    TlsPeer peer(files_, {note_name, note_name});
    EXPECT_EQ(client_of("localhost", peer.port()).send({}).value().status, 204);
    EXPECT_EQ(client_of("127.0.0.1", peer.port()).send({}).value().status, 204);
  }
  EXPECT_THAT(names, ElementsAre("localhost", "none"));
}

// A body that lasts to the end of the connection is whole only if the server says that this is the end.
TEST_F(HttpsClient, TakesNoAnswerThatSomebodyCutShort) {
  const auto say = [](TlsPeer::Stream& stream) {
    TlsPeer::answer(stream, "HTTP/1.1 200 OK\r\n\r\nall of it");
  };
  const auto say_and_end = [&](TlsPeer::Stream& stream) {
    say(stream);
    boost::system::error_code ignored;
    stream.shutdown(ignored);
  };
  TlsPeer peer(files_, {say, say_and_end});
  auto http = client_of("localhost", peer.port(), {.max_attempts = 1});
  const auto cut = http.send({});
  ASSERT_FALSE(cut) << cut->body;
  EXPECT_EQ(cut.error().fault, ClientFault::connection_lost);
  EXPECT_EQ(http.send({}).value().body, "all of it");
}

TEST_F(HttpsClient, ConnectsAnewWithoutAPauseWhenAKeptConnectionWasClosed) {
  const auto once = [](TlsPeer::Stream& stream) {
    TlsPeer::answer(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
  };
  TlsPeer peer(files_, {once, once});
  auto http = client_of("localhost", peer.port());
  EXPECT_EQ(http.send({}).value().body, "1");
  EXPECT_EQ(http.send({}).value().body, "1");
  EXPECT_THAT(pauses_, IsEmpty());
}

TEST_F(HttpsClient, SendsNothingAgainToASilentServer) {
  const auto say_nothing = [](TlsPeer::Stream& stream) {
    boost::system::error_code closed;
    for (std::array<char, 4096> bytes; !closed;) stream.read_some(asio::buffer(bytes), closed);
  };
  TlsPeer peer(files_, {say_nothing});
  auto http = client_of("localhost", peer.port(), {.silence_timeout = 50ms});
  EXPECT_EQ(http.send({}).error().fault, ClientFault::timed_out);
  EXPECT_THAT(pauses_, IsEmpty());
}

// The server reads the head only, and answers while the body is still being written.
TEST_F(HttpsClient, TakesAnAnswerThatComesBeforeTheRequestIsTaken) {
  const auto refuse = [](TlsPeer::Stream& stream) {
    TlsPeer::answer(stream, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\n\r\ntoo much");
    boost::system::error_code closed;
    for (std::array<char, 65536> bytes; !closed;) stream.read_some(asio::buffer(bytes), closed);
  };
  TlsPeer peer(files_, {refuse});
  auto http = client_of("localhost", peer.port());
  const auto answer = http.send({.method = "POST", .body = std::string(std::size_t{8} << 20, 'x')});
  EXPECT_EQ(answer.value().status, 413);
  EXPECT_EQ(answer.value().body, "too much");
}

TEST_F(HttpsClient, WaitsForAHandshakeNoLongerThanForAConnection) {
  asio::io_context io;
  const asio::ip::tcp::acceptor silent(io, {asio::ip::address_v4::loopback(), 0});
  auto http =
      client_of("localhost", silent.local_endpoint().port(), {.connect_timeout = 50ms, .max_attempts = 2});
  const ClientError error = http.send({}).error();
  EXPECT_EQ(error.fault, ClientFault::unreachable);
  EXPECT_THAT(error.message, HasSubstr("cannot reach https://localhost:"));
  EXPECT_THAT(pauses_, ElementsAre(100ms)) << "it may answer later";
}

}  // namespace
}  // namespace stimmbuch::test
