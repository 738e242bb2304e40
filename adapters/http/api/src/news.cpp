// What is new in projects, and which of them citizens follow.
#include "stimmbuch/projections/folds/news.hpp"

#include <algorithm>
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "followed_projects.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/eventstore/runner/stream_state.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::uint64_t news_page_size = 50;
constexpr std::uint64_t news_page_size_max = 500;

// What is new in some projects behind a position, oldest first.
struct News {
  std::vector<std::pair<std::string, std::string>> items;  // by their positions, written to be sorted
  bool more = false;
  Position position;  // of all projects: what came later may be missing of some
};

// Nothing while the views are being built.
std::optional<News> news_of(const projections::ViewStore& views, std::span<const ProjectId> projects,
                            Position after, std::uint64_t limit) {
  const auto position = views.position("news");
  if (!position) return std::nullopt;
  News news{.items = {}, .more = false, .position = *position};
  for (const auto& project : projects) {
    auto read = views.rows("news", projections::news_prefix(project), projections::news_key(after), limit);
    if (!read) return std::nullopt;
    news.more = news.more || read->next;
    news.items.insert(news.items.end(), std::move_iterator(read->rows.begin()),
                      std::move_iterator(read->rows.end()));
  }
  // The views go on from one project to the next: what is newer than the first look is for the next page.
  std::erase_if(news.items,
                [last = projections::news_key(*position)](const auto& item) { return item.first > last; });
  std::ranges::sort(news.items);
  if (news.items.size() > limit) {
    news.items.resize(limit);
    news.more = true;
  }
  return news;
}

std::string news_document(const News& news) {
  std::string body = R"({"items":[)";
  for (const auto& [key, item] : news.items) {
    if (body.back() != '[') body += ',';
    body += item;
  }
  return body += news.more ? R"(],"more":true})" : R"(],"more":false})";
}

std::string follows_document(const std::vector<ProjectId>& projects) {
  std::string body;
  codec::Writer out(body);
  out.begin_object();
  out.name("projects");
  write(out, projects);
  out.end_object();
  return body;
}

}  // namespace

void Api::send_news(Call call, std::span<const ProjectId> projects, Caching caching) {
  const Request& request = *call.request;
  const auto after = parse_position(query_parameter(request.query, "after").value_or("0"));
  const auto limit = query_limit(request.query, news_page_size, news_page_size_max);
  if (!after) return std::move(call).send(malformed("after is a position"));
  if (!limit) return std::move(call).send(malformed(limit_form));
  const auto news = news_of(parts_.views, projects, *after, *limit);
  if (!news) return std::move(call).send(rebuilding());
  auto response = reads_->conditional(request, news_document(*news), news->position, caching);
  std::move(call).send(std::move(response));
}

void Api::get_news(Call call) {
  const auto project = id_parameter<ProjectId>(call, 0);
  if (!project) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "news", [this, project = *project](Call reached) {
    send_news(std::move(reached), std::span(&project, 1), Caching::live);
  });
}

void Api::get_my_news(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "news", [this, citizen = *citizen](Call reached) {
    if (!desk_->lasts(citizen)) return refuse(std::move(reached), stimmbuch::Refusal::citizen_erased);
    send_news(std::move(reached), followed_->of(citizen), Caching::personal);
  });
}

void Api::get_my_follows(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return std::move(call).send(not_found());
  reads_->when_seen(std::move(call), "projects", [this, citizen = *citizen](Call reached) {
    if (!desk_->lasts(citizen)) return refuse(std::move(reached), stimmbuch::Refusal::citizen_erased);
    auto response = reads_->conditional(*reached.request, follows_document(followed_->of(citizen)),
                                        parts_.log.head(), Caching::personal);
    std::move(reached).send(std::move(response));
  });
}

void Api::follow_project(Call call) {
  change_follows(std::move(call), [this](const CitizenId& citizen, const ProjectId& project) {
    const auto state = runner::read_state<project::State>(parts_.log, project);
    if (state.status == project::Status::unknown) return std::optional(not_found());
    if (!followed_->add(citizen, project)) return std::optional(too_many_follows(FollowedProjects::most));
    return std::optional<Response>();
  });
}

void Api::unfollow_project(Call call) {
  change_follows(std::move(call), [this](const CitizenId& citizen, const ProjectId& project) {
    followed_->remove(citizen, project);
    return std::optional<Response>();
  });
}

void Api::change_follows(Call call,
                         std::function<std::optional<Response>(const CitizenId&, const ProjectId&)> change) {
  const auto citizen = desk_->citizen_of(*call.caller);
  const auto project = id_parameter<ProjectId>(call, 0);
  if (!citizen || !project) return std::move(call).send(not_found());
  reads_->on_pool(std::move(call),
                  [this, citizen = *citizen, project = *project, change = std::move(change)](Call taken) {
                    if (!desk_->lasts(citizen))
                      return refuse(std::move(taken), stimmbuch::Refusal::citizen_erased);
                    if (auto trouble = change(citizen, project))
                      return std::move(taken).send(std::move(*trouble));
                    // An account that ended meanwhile may have left its rows behind before this one came.
                    if (!desk_->lasts(citizen)) {
                      followed_->forget(citizen);
                      return refuse(std::move(taken), stimmbuch::Refusal::citizen_erased);
                    }
                    std::move(taken).send(json_response(200, follows_document(followed_->of(citizen))));
                  });
}

void Api::write_follows(codec::Writer& out, const CitizenId& citizen) const {
  out.name("follows");
  write(out, followed_->of(citizen));
}

}  // namespace stimmbuch::http::api
