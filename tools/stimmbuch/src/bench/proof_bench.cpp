#include "bench/proof_bench.hpp"

#include <chrono>
#include <ctime>
#include <random>
#include <vector>

#include "access/scratch_directory.hpp"
#include "bench/bench_engine.hpp"
#include "bench/latencies.hpp"
#include "bench/resources.hpp"
#include "first_record.hpp"
#include "stimmbuch/eventstore/checkpoints/log_files.hpp"
#include "stimmbuch/eventstore/ledger/rocks_ledger.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::uint64_t proofs_between_looks = 1'024;

}  // namespace

std::expected<Json, Failure> bench_proof(Signals& signals, const std::filesystem::path& data,
                                         std::uint64_t proofs) try {
  const auto log = open_bench_log(data);
  if (!log) return std::unexpected(log.error());
  // A checkpoint of all records, by a key that is made for it.
  const auto size = number((*log)->head());
  const auto seed = crypto::Secret::random();
  const auto origin = created_of(**log).origin;
  const tlog::VerifierKey key(tlog::VerifierKey::Kind::signer, origin, crypto::public_key(seed));
  const ScratchDirectory scratch(data / "proof-bench");
  std::filesystem::create_directories(scratch.path());
  checkpoints::Checkpoints checkpoints(scratch.path() / "checkpoint", [&] { return tlog::KeyChain(key); });
  const auto text = to_text(tlog::Checkpoint{origin, size, tlog::Tree((*log)->tiles(), size).root()});
  checkpoints.take(to_text(tlog::Note{text, {tlog::sign_note(text, origin, seed)}}), (*log)->tiles(), size);
  const checkpoints::LogFiles files(**log, checkpoints);

  std::mt19937_64 random(1);
  std::vector<float> us;
  us.reserve(proofs);
  std::size_t hashes = 0;
  std::vector<float> cpu;  // µs, too: other programs may want the processor
  cpu.reserve(proofs);
  for (std::uint64_t i = 0; i < proofs; ++i) {
    const Position position{1 + random() % size};
    const double cpu_before = cpu_us(CLOCK_THREAD_CPUTIME_ID);
    const Stopwatch time;
    const auto proof = files.proof_of(position);
    us.push_back(static_cast<float>(time.seconds() * 1e6));
    cpu.push_back(static_cast<float>(cpu_us(CLOCK_THREAD_CPUTIME_ID) - cpu_before));
    hashes = std::max(hashes, proof->hashes.size());
    if (!tlog::check_proof(*proof, files.leaf_of(position), key))
      return failed(ExitCode::differences, "a proof does not hold");
    if (i % proofs_between_looks != 0) continue;
    if (const auto signal = signals.wait(std::chrono::milliseconds{0}))
      return failed(ended_by(*signal), "the benchmark was interrupted");
  }
  const auto latencies = latencies_of(std::move(us));
  const auto processor = latencies_of(std::move(cpu));
  (*log)->close();
  return Json{{"bench", "proof"},
              {"records", size},
              {"proofs", proofs},
              {"hashes_max", hashes},
              {"cpu_p50_ms", processor.p50_ms},
              {"cpu_p99_ms", processor.p99_ms},
              {"p50_ms", latencies.p50_ms},
              {"p99_ms", latencies.p99_ms},
              {"max_ms", latencies.max_ms}};
} catch (const std::exception& error) {
  return failed(ExitCode::failed, error.what());
}

}  // namespace stimmbuch::program
