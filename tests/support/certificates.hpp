#pragma once

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

// Certificates of servers that a test starts.
namespace stimmbuch::test {

struct CertificateTerms {
  std::string subject = "localhost";                 // its common name
  std::string names = "DNS:localhost,IP:127.0.0.1";  // of servers, as OpenSSL writes them; empty: none
  // Seconds from now.
  std::chrono::seconds begins{-3600};
  std::chrono::seconds ends{3600};
};

// Writes keys and certificates by an issuer of its own, whom nobody knows before.
class TestIssuer {
 public:
  explicit TestIssuer(const std::string& name = "issuer")
      : certificate_(make({.subject = name, .names = ""}, "critical,CA:TRUE", key_.get(), nullptr)) {}

  // What clients trust who trust this issuer.
  void write_certificate(const std::filesystem::path& file) const {
    write(file, [&](std::FILE* out) { return PEM_write_X509(out, certificate_.get()); });
  }

  // A server's certificate and the fresh key of it.
  void issue(const std::filesystem::path& chain, const std::filesystem::path& key,
             const CertificateTerms& terms = {}) const {
    const Key fresh(EVP_EC_gen("P-256"));
    const Certificate made = make(terms, "critical,CA:FALSE", fresh.get(), certificate_.get());
    write(chain, [&](std::FILE* out) { return PEM_write_X509(out, made.get()); });
    write(key, [&](std::FILE* out) {
      return PEM_write_PrivateKey(out, fresh.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certificate = std::unique_ptr<X509, Free>;

  static void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("cannot make a certificate: ") + what);
  }

  template <typename Write>
  static void write(const std::filesystem::path& file, const Write& write_to) {
    const std::unique_ptr<std::FILE, Free> out(std::fopen(file.c_str(), "w"));
    require(out && write_to(out.get()) == 1, file.c_str());
  }

  static void extend(X509* certificate, int kind, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, Free> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
  }

  // Without an issuer it is its own.
  Certificate make(const CertificateTerms& terms, const std::string& constraints, EVP_PKEY* key,
                   X509* issuer) const {
    Certificate made(X509_new());
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), terms.begins.count());
    X509_gmtime_adj(X509_getm_notAfter(made.get()), terms.ends.count());
    X509_set_pubkey(made.get(), key);
    const std::string& name = terms.subject;
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer == nullptr ? made.get() : issuer));
    extend(made.get(), NID_basic_constraints, constraints);
    if (!terms.names.empty()) extend(made.get(), NID_subject_alt_name, terms.names);
    require(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0, "signature");
    return made;
  }

  const Key key_{EVP_EC_gen("P-256")};
  const Certificate certificate_;
};

}  // namespace stimmbuch::test
