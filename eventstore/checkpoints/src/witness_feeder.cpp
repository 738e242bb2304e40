#include "stimmbuch/eventstore/checkpoints/witness_feeder.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <pthread.h>

#include "stimmbuch/eventstore/tlog/base64.hpp"

namespace stimmbuch::checkpoints {

namespace {

// Why a witness did not cosign.
using Trouble = std::string;

std::string trimmed(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(0, 200);
}

// The size in an answer that says how far the witness is. Nothing: it means something else.
std::optional<std::uint64_t> recorded_size(const std::string& body) {
  if (!body.ends_with('\n')) return std::nullopt;
  std::uint64_t size = 0;
  const auto* const last = body.data() + body.size() - 1;
  const auto [end, error] = std::from_chars(body.data(), last, size);
  if (error != std::errc() || end != last) return std::nullopt;
  return size;
}

constexpr std::string_view add_checkpoint = "/add-checkpoint";

// What an answer means that is neither a signature nor says how far the witness is.
Trouble trouble_in(const WitnessAnswer& answer) {
  if (answer.status == 404) return "it does not know this log (404)";
  if (answer.status == 403) return "it has another key for this log (403)";
  if (answer.status == 409 || answer.status == 422)
    return "it has seen another log under this name (" + std::to_string(answer.status) + ")";
  return "it answers " + std::to_string(answer.status) + ": " + trimmed(answer.body);
}

}  // namespace

std::expected<std::uint64_t, std::string> size_at_witness(const tlog::Witness& witness,
                                                          const PostToWitness& post,
                                                          const std::string& note) {
  const auto answer = post(witness.url + std::string(add_checkpoint), "old 0\n\n" + note);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 200) return 1;
  if (answer->status == 409) {
    if (const auto size = recorded_size(answer->body)) return *size;
  }
  return std::unexpected(trouble_in(*answer));
}

class WitnessFeeder::Thread {
 public:
  explicit Thread(Parts parts) : parts_(std::move(parts)), witnesses_(parts_.witnesses.size()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void notify() {
    {
      const std::lock_guard lock(mutex_);
      has_news_ = true;
    }
    news_.notify_one();
  }

 private:
  // What is known of a witness.
  struct Known {
    std::uint64_t size = 0;  // that it cosigned last
    std::string trouble;
  };

  void run(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "witnesses");
    while (true) {
      {
        std::unique_lock lock(mutex_);
        if (!news_.wait(lock, stop, [this] { return has_news_; })) return;
        has_news_ = false;
      }
      if (const auto latest = parts_.checkpoints.latest()) feed(*latest, stop);
    }
  }

  void feed(const Published& published, const std::stop_token& stop) {
    auto note = tlog::parse_note(published.note);
    if (!note) return;
    bool any = false;
    for (std::size_t i = 0; i < witnesses_.size() && !stop.stop_requested(); ++i) {
      const auto& witness = parts_.witnesses[i];
      if (std::ranges::any_of(note->signatures,
                              [&](const auto& one) { return witness.key.is_named_by(one); }))
        continue;
      const auto cosignature = ask(witness, witnesses_[i], published);
      tell(witness, witnesses_[i], cosignature ? Trouble() : cosignature.error());
      if (!cosignature) continue;
      witnesses_[i].size = published.checkpoint.size;
      note->signatures.push_back(*cosignature);
      any = true;
    }
    const auto latest = parts_.checkpoints.latest();
    if (!any || latest->checkpoint.size != published.checkpoint.size) return;
    parts_.checkpoints.take(to_text(*note), parts_.tiles, published.checkpoint.size);
    parts_.on_cosigned(*parts_.checkpoints.latest());
  }

  std::expected<tlog::NoteSignature, Trouble> ask(const tlog::Witness& witness, Known& known,
                                                  const Published& published) {
    const auto size = published.checkpoint.size;
    auto answer = post(witness, std::min(known.size, size), published);
    if (answer && answer->status == 409) {
      const auto recorded = recorded_size(answer->body);
      if (!recorded) return std::unexpected(trouble_in(*answer));
      if (*recorded > size) {
        return std::unexpected("it has cosigned " + std::to_string(*recorded) +
                               " records, and this log has signed " + std::to_string(size) +
                               ": was an old copy restored?");
      }
      known.size = *recorded;
      answer = post(witness, known.size, published);
    }
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) return std::unexpected(trouble_in(*answer));
    const auto signatures = tlog::parse_signatures(answer->body);
    if (!signatures) return std::unexpected("its answer is no signature");
    for (const auto& signature : *signatures) {
      if (!witness.key.is_named_by(signature)) continue;
      const auto note = tlog::parse_note(published.note);
      if (note && witness.key.verifies(note->text, signature)) return signature;
      return std::unexpected("its signature is wrong");
    }
    return std::unexpected("it signs with another key");
  }

  std::expected<WitnessAnswer, Trouble> post(const tlog::Witness& witness, std::uint64_t old_size,
                                             const Published& published) const {
    std::string body = "old " + std::to_string(old_size) + "\n";
    if (old_size > 0) {
      for (const auto& hash : tlog::Tree(parts_.tiles, published.checkpoint.size).consistency_proof(old_size))
        body += tlog::to_base64(hash) + "\n";
    }
    body += "\n" + published.note;
    return parts_.post(witness.url + std::string(add_checkpoint), std::move(body));
  }

  // Once for each change.
  void tell(const tlog::Witness& witness, Known& known, const Trouble& trouble) const {
    if (known.trouble == trouble) return;
    known.trouble = trouble;
    parts_.log("witness " + witness.name + (trouble.empty() ? " cosigns" : " does not cosign: " + trouble));
  }

  const Parts parts_;
  std::vector<Known> witnesses_;
  std::mutex mutex_;  // guards the next one
  bool has_news_ = false;
  std::condition_variable_any news_;
  std::jthread thread_;  // last: it uses all of the above
};

WitnessFeeder::WitnessFeeder(Parts parts) : thread_(std::make_unique<Thread>(std::move(parts))) {}

WitnessFeeder::~WitnessFeeder() = default;

void WitnessFeeder::notify() {
  thread_->notify();
}

}  // namespace stimmbuch::checkpoints
