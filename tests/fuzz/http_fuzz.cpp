// The front of the HTTP server: whatever bytes come, it neither breaks its bounds nor finds other requests in
// them when they arrive in other pieces.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/http/server/request_reader.hpp"

namespace {

using stimmbuch::http::Head;
using stimmbuch::http::Limits;
using stimmbuch::http::RequestReader;

constexpr std::size_t body_bytes = 100;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string describe(const RequestReader& reader) {
  const Head& head = reader.head();
  require(head.path == "*" || head.path.starts_with('/'));
  require(head.path.find('\0') == std::string_view::npos);
  require(head.http_1_0 || !head.host.empty());
  require(reader.body().size() <= body_bytes);
  std::string text(stimmbuch::http::name_of(head.method));
  text.append(" ").append(head.target).append(" ").append(head.path).append("?").append(head.query);
  for (const auto& [name, value] : head.fields) {
    require(!name.empty() && value.find_first_of("\r\n") == std::string_view::npos);
    text.append("\n").append(name).append(":").append(value);
  }
  return text.append("\n").append(reader.body()).append(head.keep_alive ? "+" : "-");
}

// The requests in `bytes`, read in pieces of `step`, and what is wrong with the rest.
std::vector<std::string> read(std::string_view bytes, std::size_t step, const Limits& limits) {
  std::vector<std::string> results;
  RequestReader reader(limits);
  while (true) {
    switch (reader.next()) {
      case RequestReader::Step::need_more: {
        if (bytes.empty()) return results;
        const auto space = reader.space();
        require(!space.empty());
        const auto size = bytes.copy(space.data(), std::min(space.size(), step));
        bytes.remove_prefix(size);
        reader.received(size);
        break;
      }
      case RequestReader::Step::head:
        reader.begin_body(body_bytes);
        break;
      case RequestReader::Step::complete:
        results.push_back(describe(reader));
        reader.finish();
        break;
      case RequestReader::Step::refused:
        results.emplace_back(stimmbuch::http::describe(reader.refusal()).code);
        return results;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Limits limits;
  limits.request_line_bytes = 200;
  limits.header_bytes = 400;
  limits.header_fields = 8;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = read(bytes, std::max<std::size_t>(size, 1), limits);
  for (const std::size_t step : std::array<std::size_t, 4>{1, 2, 7, 64})
    require(read(bytes, step, limits) == whole);
  return 0;
}
