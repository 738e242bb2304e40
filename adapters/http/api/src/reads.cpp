#include "reads.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <utility>

#include "query.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"
#include "stimmbuch/projections/folds/contributions.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"
#include "stimmbuch/projections/worker/worker.hpp"
#include "vault_texts.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::uint64_t page_size = 50;
constexpr std::uint64_t page_size_max = 500;
constexpr std::chrono::seconds wait_default{2};
constexpr int wait_max_s = 30;

// The seconds in "Prefer: wait=N".
std::chrono::seconds wait_of(const Request& request) {
  const auto prefer = request.fields.find("Prefer");
  const auto at = prefer ? prefer->find("wait=") : std::string_view::npos;
  if (at == std::string_view::npos) return wait_default;
  int seconds = 0;
  std::from_chars(prefer->data() + at + 5, prefer->data() + prefer->size(), seconds);
  return std::chrono::seconds{std::clamp(seconds, 0, wait_max_s)};
}

bool is_lenient(const Request& request) {
  const auto prefer = request.fields.find("Prefer");
  return prefer && prefer->find("handling=lenient") != std::string_view::npos;
}

// Whether If-None-Match names the ETag (weak comparison, a list, or *).
bool has_it(const Request& request, std::string_view etag) {
  const auto field = request.fields.find("If-None-Match");
  return field && (*field == "*" ||
                   field->find(std::string("\"").append(etag).append("\"")) != std::string_view::npos);
}

std::string etag_of(std::string_view body) {
  const auto digest = crypto::sha256(crypto::bytes_of(body));
  return to_base64url(std::span(digest).first<16>());
}

}  // namespace

std::optional<std::string> cursor_of(const Request& request) {
  const auto cursor = query_parameter(request.query, "cursor");
  if (!cursor) return std::string{};
  const auto bytes = from_base64url(*cursor);
  if (!bytes) return std::nullopt;
  return std::string(crypto::text_of(*bytes));
}

std::string close_page(std::string members, const std::optional<std::string>& next) {
  members += R"(,"next":)";
  members += next ? '"' + to_base64url(crypto::bytes_of(*next)) + '"' : "null";
  return members += '}';
}

Reads::Reads(TokensOf tokens, Beyond beyond, const eventstore::Records& log, const runner::Vault& vault,
             std::function<bool()> texts_are_current, const projections::ViewStore& views,
             projections::Worker& worker, BlockingPool& pool)
    : tokens_(std::move(tokens)),
      beyond_(beyond),
      log_(log),
      vault_(vault),
      texts_are_current_(std::move(texts_are_current)),
      views_(views),
      worker_(worker),
      pool_(pool) {}

std::expected<Position, Response> Reads::seen_by(const Request& request) const {
  const auto field = request.fields.find("Consistency-Token");
  const auto parameter = query_parameter(request.query, "at_least");
  if (!field && !parameter) return before_first;
  const auto token = parse_consistency_token(field ? *field : std::string_view(*parameter));
  if (!token) return std::unexpected(invalid_header("Consistency-Token is not one that this engine gave."));
  const bool may_come = beyond_ == Beyond::may_come;
  const bool known = token->epoch <= tokens_.epochs().last();
  if (token->ledger != tokens_.ledger() || (!known && !may_come) ||
      (known && !tokens_.epochs().reaches(token->epoch, token->position))) {
    return std::unexpected(identity_changed());
  }
  if (token->position > log_.head() && !may_come) return std::unexpected(position_ahead());
  return token->position;
}

std::string Reads::filled(std::string_view document) const {
  return with_texts(document, vault_, name_row());
}

bool Reads::each_row(std::string_view projection, std::string_view prefix,
                     const std::function<void(std::string_view, const std::string&)>& visit) const {
  std::optional<std::string> after = "";
  while (after) {
    const auto read = views_.rows(projection, prefix, *after, page_size_max);
    if (!read) return false;
    for (const auto& [key, row] : read->rows) visit(key, row);
    after = read->next;
  }
  return true;
}

void Reads::on_pool(Call call, std::move_only_function<void(Call)> work) {
  auto waiting = std::make_shared<Call>(std::move(call));
  auto job = std::make_shared<std::move_only_function<void(Call)>>(std::move(work));
  const bool taken = pool_.try_run([waiting, job] { (*job)(std::move(*waiting)); });
  if (!taken) std::move(*waiting).send(overloaded());
}

void Reads::when_reached(Call call, std::string_view projection, std::move_only_function<void(Call)> make) {
  const auto seen = seen_by(*call.request);
  if (!seen) return std::move(call).send(seen.error());
  const auto position = views_.position(projection);
  if (!position) return std::move(call).send(rebuilding());
  if (*position >= *seen) return make(std::move(call));
  const auto deadline = std::chrono::steady_clock::now() + wait_of(*call.request);
  auto waiting = std::make_shared<Call>(std::move(call));
  auto then = std::make_shared<std::move_only_function<void(Call)>>(std::move(make));
  const auto ticket =
      worker_.wait_until(projection, *seen, deadline,
                         [this, waiting, then, projection, seen = *seen](projections::Waited waited) {
                           if (waited == projections::Waited::reached || is_lenient(*waiting->request)) {
                             return (*then)(std::move(*waiting));
                           }
                           if (const auto head = log_.head(); head < seen)
                             return std::move(*waiting).send(follower_behind(seen, head));
                           const auto current = views_.position(projection).value_or(before_first);
                           std::move(*waiting).send(projection_behind(seen, current));
                         });
  if (!ticket) std::move(*waiting).send(overloaded());
}

void Reads::when_seen(Call call, std::string_view projection, std::move_only_function<void(Call)> make) {
  when_reached(std::move(call), projection, [this, make = std::move(make)](Call reached) mutable {
    on_pool(std::move(reached), std::move(make));
  });
}

void Reads::send_document(Call call, std::string_view projection, std::string id, Caching caching) {
  when_reached(std::move(call), projection, [this, projection, caching, id = std::move(id)](Call reached) {
    send_document_now(std::move(reached), projection, id, caching);
  });
}

void Reads::send_document_now(Call call, std::string_view projection, const std::string& id,
                              Caching caching) {
  const auto read = views_.document(projection, id);
  if (!read) return std::move(call).send(rebuilding());
  if (!read->document) return std::move(call).send(not_found());
  const auto& document = *read->document;
  if (refers_to_texts(document.bytes)) {
    if (!may_show_texts()) return std::move(call).send(texts_behind());
    return on_pool(std::move(call), [this, caching, read = *read](Call reached) {
      const Request& request = *reached.request;
      auto response = conditional(request, filled(read.document->bytes), read.position, caching);
      std::move(reached).send(std::move(response));
    });
  }
  Response response{.status = 200, .content_type = "application/json", .headers = {}, .body = {}};
  if (has_it(*call.request, document.etag)) {
    response.status = 304;
  } else {
    // The bytes stay with the document; the answer only shares them.
    response.body = std::shared_ptr<const std::string>(read->document, &document.bytes);
  }
  response = with_headers(std::move(response), document.etag, read->position, caching);
  std::move(call).send(std::move(response));
}

NameRow Reads::name_row() const {
  return [this](std::string_view citizen) -> std::optional<std::string> {
    const auto read = views_.rows("contributions", projections::name_prefix(citizen), {}, 1);
    if (!read || read->rows.empty() || !read->rows.front().first.empty()) return std::nullopt;
    return read->rows.front().second;
  };
}

Response Reads::with_headers(Response response, const std::string& etag, Position reflected,
                             Caching caching) const {
  response.headers.push_back({"ETag", std::string("\"").append(etag).append("\"")});
  response.headers.push_back({"Cache-Control", caching == Caching::personal
                                                   ? "no-store"
                                                   : "public, max-age=5, stale-while-revalidate=30"});
  response.headers.push_back({"Consistency-Token", tokens_.at(reflected)});
  response.headers.push_back(
      {"Projection-Lag", std::to_string(log_.head() - std::min(reflected, log_.head()))});
  return response;
}

Response Reads::conditional(const Request& request, std::string body, Position reflected,
                            Caching caching) const {
  const std::string etag = etag_of(body);
  if (has_it(request, etag)) {
    return with_headers({.status = 304, .content_type = {}, .headers = {}, .body = {}}, etag, reflected,
                        caching);
  }
  return with_headers(json_response(200, std::move(body)), etag, reflected, caching);
}

const Reads::ListForm Reads::items_form{R"({"items":[)", "application/json"};
const Reads::ListForm Reads::features_form{R"({"type":"FeatureCollection","features":[)",
                                           "application/geo+json"};

void Reads::send_list(Call call, std::string_view projection, std::string prefix, Caching caching) {
  send_page(std::move(call), projection, std::move(prefix), caching, items_form);
}

void Reads::send_features(Call call, std::string_view projection, std::string prefix) {
  send_page(std::move(call), projection, std::move(prefix), Caching::live, features_form);
}

void Reads::send_page(Call call, std::string_view projection, std::string prefix, Caching caching,
                      const ListForm& form) {
  when_seen(std::move(call), projection,
            [this, projection, caching, &form, prefix = std::move(prefix)](Call reached) {
              send_page_now(std::move(reached), projection, prefix, caching, form);
            });
}

void Reads::send_page_now(Call call, std::string_view projection, const std::string& prefix, Caching caching,
                          const ListForm& form) {
  const Request& request = *call.request;
  const auto limit = query_limit(request.query, page_size, page_size_max);
  if (!limit) return std::move(call).send(malformed(limit_form));
  const auto after = cursor_of(request);
  if (!after) return std::move(call).send(malformed(cursor_form));
  const auto read = views_.rows(projection, prefix, *after, *limit);
  if (!read) return std::move(call).send(rebuilding());
  const bool shows_texts = may_show_texts();
  std::string body(form.begin);
  for (const auto& [key, summary] : read->rows) {
    if (body.back() != '[') body += ',';
    const bool has_texts = refers_to_texts(summary);
    if (has_texts && !shows_texts) return std::move(call).send(texts_behind());
    body += has_texts ? filled(summary) : summary;
  }
  body = close_page(std::move(body) + "]", read->next);
  auto response = conditional(request, std::move(body), read->position, caching);
  if (!response.content_type.empty()) response.content_type = form.content_type;
  std::move(call).send(std::move(response));
}

}  // namespace stimmbuch::http::api
