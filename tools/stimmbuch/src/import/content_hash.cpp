#include "import/content_hash.hpp"

#include <array>
#include <fstream>
#include <new>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

namespace stimmbuch::program {

struct ContentHash::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

namespace {

void check(int result) {
  if (result != 1) throw std::runtime_error("SHA-256 is not available");
}

}  // namespace

ContentHash::ContentHash() : state_(std::make_unique<State>()) {
  if (state_->context == nullptr) throw std::bad_alloc();
  check(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr));
}

ContentHash::~ContentHash() = default;

void ContentHash::add(std::string_view bytes) {
  check(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

std::string ContentHash::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(state_->context, digest.data(), &size));
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + size, ""));
}

std::string content_hash_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  ContentHash hash;
  std::array<char, 1 << 16> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0)
    hash.add({block.data(), static_cast<std::size_t>(in.gcount())});
  if (!in.eof()) throw std::runtime_error(file.string() + " cannot be read");
  return hash.finish();
}

}  // namespace stimmbuch::program
