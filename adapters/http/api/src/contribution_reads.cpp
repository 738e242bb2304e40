// The routes that show contributions.
#include <algorithm>
#include <string>
#include <utility>

#include "call.hpp"
#include "command_desk.hpp"
#include "query.hpp"
#include "reads.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"
#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"
#include "stimmbuch/projections/folds/contributions.hpp"
#include "stimmbuch/projections/worker/view_store.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::string_view contributions_view = "contributions";

constexpr std::string_view sorting_form = "lists are sorted by newest, supported or controversial";

// Nothing if the query asks for another.
std::optional<projections::Sorting> sorting_of(const Request& request) {
  const auto sort = query_parameter(request.query, "sort").value_or("newest");
  if (sort == "newest") return projections::Sorting::newest;
  if (sort == "supported") return projections::Sorting::supported;
  if (sort == "controversial") return projections::Sorting::controversial;
  return std::nullopt;
}

}  // namespace

void Api::get_contributions(Call call) {
  const auto project_text = query_parameter(call.request->query, "project");
  const auto phase_text = query_parameter(call.request->query, "phase");
  const auto kind_text = query_parameter(call.request->query, "kind");
  const auto project = project_text ? ProjectId::parse(*project_text) : std::nullopt;
  const auto phase = phase_text ? PhaseId::parse(*phase_text) : std::nullopt;
  const auto kind = std::ranges::find(codec::names<contribution::Kind>, kind_text.value_or("proposal"));
  // Annotations are listed with their document.
  const bool is_listed =
      kind != codec::names<contribution::Kind>.end() &&
      *kind != codec::names<contribution::Kind>[static_cast<std::size_t>(contribution::Kind::annotation)];
  if (!project || (phase_text && !phase) || !is_listed)
    return std::move(call).send(malformed(
        "a list is of one kind in a project: ?project=…&kind=proposal|comment|mark, with &phase=… of a "
        "phase"));
  const auto sorting = sorting_of(*call.request);
  if (!sorting) return std::move(call).send(malformed(sorting_form));
  const auto index = kind - codec::names<contribution::Kind>.begin();
  const auto list =
      projections::contributions_prefix(*project, phase, static_cast<contribution::Kind>(index));
  reads_->send_list(std::move(call), contributions_view, projections::sorted_prefix(list, *sorting));
}

void Api::get_contribution(Call call) {
  const auto id = id_parameter<ContributionId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->send_document(std::move(call), contributions_view, std::string(id->text()));
}

void Api::get_replies(Call call) {
  const auto id = id_parameter<ContributionId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  send_thread(std::move(call), projections::replies_prefix(*id));
}

void Api::get_survey_comments(Call call) {
  const auto id = id_parameter<SurveyId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  send_thread(std::move(call), projections::survey_comments_prefix(*id));
}

void Api::get_marks(Call call) {
  const auto project = id_parameter<ProjectId>(call, 0);
  const auto phase_text = query_parameter(call.request->query, "phase");
  const auto phase = phase_text ? PhaseId::parse(*phase_text) : std::nullopt;
  if (!project || (phase_text && !phase)) return std::move(call).send(not_found());
  reads_->send_features(std::move(call), contributions_view, projections::marks_prefix(*project, phase));
}

void Api::send_thread(Call call, const std::string& list) {
  const auto sorting = sorting_of(*call.request);
  if (!sorting) return std::move(call).send(malformed(sorting_form));
  reads_->send_list(std::move(call), contributions_view, projections::sorted_prefix(list, *sorting));
}

void Api::get_amendments(Call call) {
  const auto id = id_parameter<ContributionId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->send_list(std::move(call), contributions_view, projections::amendments_prefix(*id));
}

void Api::get_my_contributions(Call call) {
  const auto citizen = desk_->citizen_of(*call.caller);
  if (!citizen) return std::move(call).send(not_found());
  reads_->send_list(std::move(call), contributions_view, projections::contributions_by_prefix(*citizen),
                    Caching::personal);
}

void Api::get_moderation(Call call) {
  reads_->send_list(std::move(call), contributions_view, std::string(projections::moderation_prefix));
}

void Api::get_pending_contributions(Call call) {
  reads_->send_list(std::move(call), contributions_view, std::string(projections::pending_prefix),
                    Caching::personal);
}

void Api::get_reported_contributions(Call call) {
  reads_->send_list(std::move(call), contributions_view, std::string(projections::reported_prefix),
                    Caching::personal);
}

void Api::get_contribution_for_moderators(Call call) {
  const auto id = id_parameter<ContributionId>(call, 0);
  if (!id) return std::move(call).send(not_found());
  reads_->send_document(std::move(call), contributions_view, projections::document_for_moderators(*id),
                        Caching::personal);
}

bool Api::write_contributions(codec::Writer& out, const CitizenId& citizen) const {
  out.name("contributions");
  out.begin_array();
  const auto write_one = [&](std::string_view, const std::string& document) {
    out.raw(reads_->filled(document));
  };
  if (!reads_->each_row(contributions_view, projections::contributions_by_prefix(citizen), write_one))
    return false;
  out.end_array();
  return true;
}

}  // namespace stimmbuch::http::api
