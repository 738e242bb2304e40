#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>

#include "access/api_client.hpp"
#include "cli/console.hpp"
#include "cli/signals.hpp"
#include "news/webhook.hpp"

namespace stimmbuch::program {

struct NewsSending {
  std::string project;
  client::ServerUrl receiver;
  std::string path;                        // at the receiver
  std::filesystem::path ca_file;           // as in client::ClientOptions
  std::filesystem::path state;             // how far everything is delivered; made where it is not there
  std::uint64_t after = 0;                 // where to begin while there is no state
  std::chrono::milliseconds every{5'000};  // between two looks for news
  std::chrono::milliseconds first_pause{1'000};  // before a message is sent again; doubles
  std::chrono::milliseconds longest_pause{300'000};
  std::chrono::milliseconds give_up_after{std::chrono::hours{24}};  // of failing
  bool until_none = false;  // ends when there is nothing new, else with a signal
};

// Tells another system what is new in a project: each piece of news is a message of its own, in order, the
// next only when the one before was taken (2xx). What the state says was delivered is not sent again; a crash
// between the taking and the writing of the state sends one message twice, under the same webhook-id. One
// thread.
class NewsSender {
 public:
  NewsSender(ApiClient& engine, NewsSending sending, WebhookSigner signer, Console& console,
             Signals& signals);

  // Until a signal, or as `until_none` says: how many messages were taken. not_found when the receiver says
  // 410 or there is no such project, try_later when receiver or engine failed for too long; what came before
  // is delivered then. Throws std::runtime_error when the state cannot be written.
  std::expected<std::uint64_t, Failure> run();

 private:
  std::expected<void, Failure> read_state();
  void write_state() const;
  std::expected<void, Failure> deliver(const Json& item);
  // False when a signal came.
  bool pause(std::chrono::milliseconds time);

  ApiClient& engine_;
  const NewsSending sending_;
  const WebhookSigner signer_;
  Console& console_;
  Signals& signals_;
  client::HttpClient receiver_;
  std::string log_;  // by its origin: whose news they are
  std::uint64_t after_ = 0;
  std::uint64_t delivered_ = 0;
  bool ended_ = false;  // by a signal
};

}  // namespace stimmbuch::program
