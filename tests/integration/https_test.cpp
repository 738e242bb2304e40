// The program over https: towards a server, and an engine towards its witness.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../http/running_server.hpp"
#include "stimmbuch/eventstore/tlog/note.hpp"
#include "support/budget_file.hpp"
#include "support/certificates.hpp"
#include "support/program.hpp"

namespace stimmbuch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int exit_credentials = 12;

class Https : public testing::Test {
 protected:
  Https() {
    issuer_.write_certificate(ca_file());
    issuer_.issue(in("chain.pem"), in("key.pem"));
  }

  std::string in(const std::string& name) const { return (directory_.path() / name).string(); }
  std::string ca_file() const { return in("ca.pem"); }
  std::string data() const { return in("data"); }

  const TemporaryDirectory directory_;
  const TestIssuer issuer_;
};

TEST_F(Https, CommandsSpeakToAServerWhoseIssuerTheyTrust) {
  Served served(
      data(), "demo",
      {"--tls-cert", in("chain.pem"), "--tls-key", in("key.pem"), "--checkpoint-interval", "100ms"});
  ASSERT_THAT(served.url(), HasSubstr("https://127.0.0.1:"));
  const auto by_name = "https://localhost" + served.url().substr(served.url().rfind(':'));

  const Ran imported =
      run({"import", "pabulib", write_budget_file(directory_.path(), 600), "--server", by_name, "--ca-file",
           ca_file(), "--token-file", served.token_file("operator").string(), "--poll", "budget"});
  EXPECT_EQ(imported.code, 0) << imported.err;
  const Ran tally = run({"tally", "budget", "--server", served.url(), "--ca-file", ca_file(), "--json"});
  EXPECT_EQ(tally.code, 0) << tally.err;
  EXPECT_THAT(tally.out, HasSubstr("600"));

  // Where none is named the system's are trusted, which OpenSSL looks for in this file then.
  auto trusting = clean_environment();
  trusting.emplace("SSL_CERT_FILE", ca_file());
  EXPECT_EQ(run({"tally", "budget", "--server", by_name}, trusting).code, 0);

  // The setting is one as any other.
  auto environment = clean_environment();
  environment.emplace("STIMMBUCH_CA_FILE", ca_file());
  const auto auditor = served.token_file("auditor").string();
  const Ran audit =
      run({"audit", "verify", "--server", by_name, "--token-file", auditor, "--json", "--progress", "none"},
          environment);
  EXPECT_EQ(audit.code, 0) << audit.err << audit.out;
  EXPECT_EQ(audit.last()["passed"], true);
  const Ran exported = run(
      {"log", "export", in("exported"), "--server", by_name, "--token-file", auditor, "--progress", "none"},
      environment);
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_EQ(run({"audit", "verify", "--export", in("exported"), "--progress", "none"}).code, 0);
}

TEST_F(Https, CommandsTellNothingToAServerThatTheyDoNotKnow) {
  Served served(data(), "demo", {"--tls-cert", in("chain.pem"), "--tls-key", in("key.pem")});
  const Ran unknown = run({"tally", "budget", "--server", served.url()});
  EXPECT_EQ(unknown.code, exit_credentials);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("its issuer is unknown to this machine"), HasSubstr("--ca-file")));

  TestIssuer().write_certificate(in("other.pem"));
  const Ran other = run({"audit", "verify", "--server", served.url(), "--ca-file", in("other.pem"),
                         "--token-file", served.token_file("auditor").string()});
  EXPECT_EQ(other.code, exit_credentials);
  EXPECT_THAT(other.err, HasSubstr("its issuer is not in " + in("other.pem")));

  const Ran no_file = run({"tally", "budget", "--server", served.url(), "--ca-file", in("nowhere.pem")});
  EXPECT_EQ(no_file.code, exit_credentials);
  EXPECT_THAT(no_file.err, HasSubstr("cannot read certificates (PEM) from " + in("nowhere.pem")));

  for (const auto& [terms, says] :
       {std::pair{CertificateTerms{.names = "DNS:votes.example"}, "it is not for 127.0.0.1"},
        std::pair{CertificateTerms{.begins = std::chrono::hours{-2}, .ends = std::chrono::hours{-1}},
                  "it has expired"}}) {
    issuer_.issue(in("chain.pem"), in("key.pem"), terms);
    served.stop();
    served.start();
    const Ran refused = run({"tally", "budget", "--server", served.url(), "--ca-file", ca_file()});
    EXPECT_EQ(refused.code, exit_credentials);
    EXPECT_THAT(refused.err, HasSubstr(says));
  }
}

// Cosigns whatever checkpoint it is shown; what witnesses check is tested elsewhere.
class WitnessByHttps : public Https {
 protected:
  static constexpr auto name = "witness.example/w";

  WitnessByHttps() {
    const tlog::VerifierKey key(tlog::VerifierKey::Kind::witness, name, crypto::public_key(seed_));
    std::ofstream(in("policy")) << "witness w " << key.text() << " https://localhost:" << witness_.port()
                                << "/of/the/town\nquorum w\n";
  }

  void cosign(const http::Request& request, http::Responder responder) {
    EXPECT_EQ(request.path, "/of/the/town/add-checkpoint");
    ++asked_;
    const std::string body(request.body);
    const auto note = tlog::parse_note(body.substr(body.find("\n\n") + 2)).value();
    std::move(responder).send(text(to_text(tlog::cosign_note(note.text, name, seed_, 1'700'000'000))));
  }
  std::vector<std::string> with_witness(const std::string& issuers) const {
    return {"--checkpoint-interval", "100ms", "--witness-policy", in("policy"), "--ca-file", issuers};
  }
  // Whether the witness has signed for what is audited.
  Ran audit() const {
    return run(
        {"audit", "verify", "--data", data(), "--policy", in("policy"), "--json", "--progress", "none"});
  }

  const crypto::Secret seed_ = crypto::Secret::random();
  std::atomic<int> asked_ = 0;
  RunningServer witness_{
      FunctionHandler([this](const auto& request, auto responder) { cosign(request, std::move(responder)); }),
      {},
      {.tls = http::TlsFiles{in("chain.pem"), in("key.pem")}}};
};

TEST_F(WitnessByHttps, Cosigns) {
  Served served(data(), "demo", with_witness(ca_file()));
  EXPECT_TRUE(eventually([&] { return audit().code == 0; })) << audit().out;
  EXPECT_GT(asked_, 1) << "how far it is, and to sign";
}

TEST_F(WitnessByHttps, IsAskedNothingUnlessItIsKnown) {
  TestIssuer().write_certificate(in("other.pem"));
  Served served(data(), "demo", with_witness(in("other.pem")));
  EXPECT_THAT(served.process().err(), AllOf(HasSubstr("witness w does not say how far it has seen the log"),
                                            HasSubstr("its issuer is not in " + in("other.pem"))));
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(audit().code, exit_differences) << "and the log goes on";
  served.stop();

  std::vector<std::string> words{"serve", "--data", data(), "--listen", "127.0.0.1:0"};
  const auto more = with_witness(in("nowhere.pem"));
  words.insert(words.end(), more.begin(), more.end());
  const Ran refused = run(words);
  EXPECT_EQ(refused.code, exit_credentials);
  EXPECT_THAT(refused.err, HasSubstr("cannot read certificates (PEM) from " + in("nowhere.pem")));
}

}  // namespace
}  // namespace stimmbuch::test
