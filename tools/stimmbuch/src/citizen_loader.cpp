#include "citizen_loader.hpp"

#include <chrono>
#include <string>

#include <pthread.h>
#include <spdlog/spdlog.h>

#include "stimmbuch/projections/folds/figures.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::string_view projection = "figures";
constexpr std::size_t page_rows = 1'000;
constexpr std::chrono::milliseconds between_looks{100};

}  // namespace

CitizenLoader::CitizenLoader(const eventstore::Records& log, const projections::ViewStore& views,
                             runner::KnownCitizens& citizens)
    : views_(views),
      citizens_(citizens),
      head_at_start_(log.head()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

bool CitizenLoader::wait_for_views(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto position = views_.position(projection);
    if (position && *position >= head_at_start_) return true;
    stopped_.wait_for(lock, stop, between_looks, [] { return false; });
  }
  return false;
}

void CitizenLoader::run(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "citizens");
  if (!wait_for_views(stop)) return;
  // A citizen whose records could not all be folded may be another than the row says.
  if (const auto parked = views_.rows(projection, "parked/", "", 1); !parked || !parked->rows.empty()) return;
  std::optional<std::string> after = "";
  while (after && !stop.stop_requested()) {
    const auto page = views_.rows(projection, projections::citizen_rows, *after, page_rows);
    if (!page) return;  // a new generation is being built; the streams will do
    for (const auto& [id, row] : page->rows) {
      const auto citizen = CitizenId::parse(id);
      const auto state = projections::read_citizen_row(row);
      if (!citizen || !state) continue;
      if (!citizens_.put_unless_known(*citizen, *state)) return;
    }
    after = page->next;
  }
  spdlog::debug("the writer knows {} citizens", citizens_.size());
}

}  // namespace stimmbuch::program
