#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "call.hpp"
#include "consistency_token.hpp"
#include "stimmbuch/adapters/http/server/blocking_pool.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/vault.hpp"
#include "vault_texts.hpp"

namespace stimmbuch::projections {
class ViewStore;
class Worker;
}  // namespace stimmbuch::projections

namespace stimmbuch::http::api {

// The row behind which a page begins, as the query's cursor names it: empty for the first page, nothing if
// the cursor is none that a list gave.
std::optional<std::string> cursor_of(const Request& request);

// Ends a page: appends `"next":` the cursor of the next page, or null, to the members before it, and the
// brace.
std::string close_page(std::string members, const std::optional<std::string>& next);

// How long a view may be kept by others.
enum class Caching {
  live,      // it may change with the next vote
  personal,  // it is for this caller alone
};

// Answers reads from the views: waits for what the caller has seen already, compares ETags, fills in vault
// texts.
class Reads {
 public:
  // What is beyond the head: on a leader nothing, on a follower what may still come.
  enum class Beyond { nothing, may_come };

  // All must outlive the reads.
  Reads(TokensOf tokens, Beyond beyond, const eventstore::Records& log, const runner::Vault& vault,
        std::function<bool()> texts_are_current, const projections::ViewStore& views,
        projections::Worker& worker, BlockingPool& pool);

  // Whether texts of the vault may be shown.
  bool may_show_texts() const { return texts_are_current_(); }

  // A document of a projection, once that reflects what the caller's consistency token names.
  void send_document(Call call, std::string_view projection, std::string id, Caching caching = Caching::live);

  // A page of rows behind a prefix of a projection: {"items":[…],"next":…}; each row is a summary.
  void send_list(Call call, std::string_view projection, std::string prefix, Caching caching = Caching::live);

  // The same of rows that are GeoJSON features: {"type":"FeatureCollection","features":[…],"next":…}.
  void send_features(Call call, std::string_view projection, std::string prefix);

  // Runs `make` once the projection reflects what the caller's token names, at most as long as the caller
  // prefers to wait; on the blocking pool, so that it may read from disk.
  void when_seen(Call call, std::string_view projection, std::move_only_function<void(Call)> make);

  // A body that was made of the log up to a position, with an ETag of its bytes, or 304.
  Response conditional(const Request& request, std::string body, Position reflected, Caching caching) const;

  // A document of a view with the texts and names that it refers to. Reads from disk.
  std::string filled(std::string_view document) const;

  // Visits all rows behind a prefix of a projection, page by page. False: the views are being built. Reads
  // from disk.
  bool each_row(std::string_view projection, std::string_view prefix,
                const std::function<void(std::string_view key, const std::string& row)>& visit) const;

  // The work runs on the blocking pool, if that takes it; else the caller is told to come later.
  void on_pool(Call call, std::move_only_function<void(Call)> work);

 private:
  // The position that the caller has seen; the problem if its token cannot be honoured.
  std::expected<Position, Response> seen_by(const Request& request) const;
  // `make` runs at once if the projection is far enough, else on the projections' thread: it must not block.
  void when_reached(Call call, std::string_view projection, std::move_only_function<void(Call)> make);
  void send_document_now(Call call, std::string_view projection, const std::string& id, Caching caching);
  // How a page of a list begins, and what it is.
  struct ListForm {
    std::string_view begin;
    std::string_view content_type;
  };
  static const ListForm items_form;
  static const ListForm features_form;
  void send_page(Call call, std::string_view projection, std::string prefix, Caching caching,
                 const ListForm& form);
  void send_page_now(Call call, std::string_view projection, const std::string& prefix, Caching caching,
                     const ListForm& form);
  // Where the vault has the newest name of a citizen who contributed. Reads from disk.
  NameRow name_row() const;
  Response with_headers(Response response, const std::string& etag, Position reflected,
                        Caching caching) const;

  const TokensOf tokens_;
  const Beyond beyond_;
  const eventstore::Records& log_;
  const runner::Vault& vault_;
  const std::function<bool()> texts_are_current_;
  const projections::ViewStore& views_;
  projections::Worker& worker_;
  BlockingPool& pool_;
};

}  // namespace stimmbuch::http::api
