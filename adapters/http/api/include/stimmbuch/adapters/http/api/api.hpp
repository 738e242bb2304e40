#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stimmbuch/adapters/http/api/leader_link.hpp"
#include "stimmbuch/adapters/http/server/blocking_pool.hpp"
#include "stimmbuch/adapters/http/server/handler.hpp"
#include "stimmbuch/adapters/identity/authenticator.hpp"
#include "stimmbuch/adapters/vault/contest_secrets.hpp"
#include "stimmbuch/adapters/vault/rocks_vault.hpp"
#include "stimmbuch/domain/ballot.hpp"
#include "stimmbuch/domain/ledger.hpp"
#include "stimmbuch/eventstore/checkpoints/log_files.hpp"
#include "stimmbuch/eventstore/ledger/ledger.hpp"
#include "stimmbuch/eventstore/runner/clock.hpp"
#include "stimmbuch/eventstore/runner/epochs.hpp"
#include "stimmbuch/eventstore/runner/runner.hpp"

namespace stimmbuch::projections {
class ViewStore;
class Worker;
struct ChangedDocument;
}  // namespace stimmbuch::projections

namespace stimmbuch::codec {
class Writer;
}  // namespace stimmbuch::codec

namespace stimmbuch::http::api {

struct Call;
class CommandDesk;
class CommandQuota;
class FollowedProjects;
class Followers;
class Forwarding;
class Reads;
enum class Caching;
enum class RouteKind;

// The public HTTP interface: translates requests into commands and views, and what comes of them into
// answers. It decides nothing. The routes are a table (routes.cpp); each names one of the functions below.
//
// Handlers run on the I/O threads and never block; what may wait for the disk goes to the pool.
class Api final : public Handler {
 public:
  // All must outlive the API.
  struct Parts {
    ledger::Created ledger;  // position 1
    const eventstore::Records& log;
    const runner::Epochs& epochs;
    runner::Runner* runner;  // null on a follower, which takes no commands
    const runner::Vault& vault;
    vault::RocksVault* people;  // the same where this node knows who somebody is, else null
    const vault::Secrets& secrets;
    vault::ContestSecrets& contests;
    identity::Authenticator& authenticator;
    const projections::ViewStore& views;
    projections::Worker& worker;
    BlockingPool& pool;
    const runner::Clock& clock;
    std::string_view version;              // of the engine
    std::uint32_t commands_per_minute;     // of one principal; 0: not bounded
    std::uint32_t contributions_per_hour;  // the same
    // Of a follower:
    std::string leader;       // the URL at which commands are taken, if it is known
    LeaderLink* leader_link;  // null: nothing is forwarded
    // Whether the texts in the vault are as of now, or nearly; what was destroyed since must not be shown.
    std::function<bool()> texts_are_current;
    const checkpoints::LogFiles& log_files;
    // The key pairs with which the log signs now; none where this node knows nobody.
    std::function<std::vector<crypto::Secret>()> signing_seeds;
  };

  explicit Api(Parts parts);
  ~Api() override;

  void handle(const Request& request, Responder responder) override;
  RouteLimits limits_of(Method method, std::string_view path) const override;

  // Told by the projections' worker which documents a commit changed. Any thread.
  void documents_changed(std::span<const projections::ChangedDocument> changed);

  // Told that people or secrets were destroyed: keeps nothing any more of who is whom. Any thread.
  void forget_people();

  // Ends the streams of followers.
  void stop();

  // ---- the functions of the routes

  void register_citizen(Call call);
  void change_citizen(Call call);
  void verify_citizen(Call call);
  void block_citizen(Call call);
  void unblock_citizen(Call call);
  void erase_me(Call call);
  void erase_citizen(Call call);
  void destroy_own_text(Call call);
  void destroy_text(Call call);
  void declare_cells(Call call);

  void open_project(Call call);
  void revise_project(Call call);
  void define_phase(Call call);
  void extend_phase(Call call);
  void close_phase(Call call);
  void reopen_phase(Call call);
  void plan_milestone(Call call);
  void report_milestone(Call call);
  void close_project(Call call);

  void draft_poll(Call call);
  void add_options(Call call);
  void open_poll(Call call);
  void withdraw_option(Call call);
  void extend_poll(Call call);
  void close_poll(Call call);
  void count_poll(Call call);
  void certify_result(Call call);
  void propose_cancellation(Call call);
  void cancel_poll(Call call);
  void propose_annulment(Call call);
  void annul_result(Call call);
  void propose_lot(Call call);
  void draw_lot(Call call);

  void publish_document(Call call);
  void revise_document(Call call);
  void get_documents(Call call);
  void get_document(Call call);
  void get_document_version(Call call);
  void get_annotations(Call call);

  void draft_survey(Call call);
  void add_questions(Call call);
  void open_survey(Call call);
  void close_survey(Call call);
  void get_survey_texts(Call call);
  void release_survey_texts(Call call);
  void request_export(Call call);
  void get_exports(Call call);
  void get_export(Call call);
  void answer_survey(Call call);
  void withdraw_answers(Call call);
  void get_surveys(Call call);
  void get_survey(Call call);
  void get_survey_results(Call call);
  void get_my_answers(Call call);

  void give_support(Call call);
  void withdraw_support(Call call);
  void rate(Call call);
  void withdraw_rating(Call call);
  void report_contribution(Call call);
  void dismiss_reports(Call call);
  void submit_contribution(Call call);
  void revise_contribution(Call call);
  void withdraw_contribution(Call call);
  void remove_contribution(Call call);
  void appeal_hiding(Call call);
  void release_contribution(Call call);
  void hide_contribution(Call call);
  void restore_contribution(Call call);
  void decide_appeal(Call call);
  void merge_contribution(Call call);
  void answer_proposal(Call call);

  void cast_vote(Call call);
  void withdraw_vote(Call call);

  void bulk_commands(Call call);

  void get_me(Call call);
  void get_my_export(Call call);
  void get_may(Call call);
  void follow_project(Call call);
  void unfollow_project(Call call);
  void get_my_follows(Call call);
  void get_my_news(Call call);
  void get_my_ballots(Call call);
  void get_my_receipt(Call call);
  void get_my_statement(Call call);
  void get_projects(Call call);
  void get_project(Call call);
  void get_news(Call call);
  void get_polls(Call call);
  void get_poll(Call call);
  void get_contributions(Call call);
  void get_contribution(Call call);
  void get_replies(Call call);
  void get_survey_comments(Call call);
  void get_marks(Call call);
  void get_amendments(Call call);
  void get_my_contributions(Call call);
  void get_my_supports(Call call);
  void get_my_ratings(Call call);
  void get_moderation(Call call);
  void get_pending_contributions(Call call);
  void get_reported_contributions(Call call);
  void get_contribution_for_moderators(Call call);
  void get_tally(Call call);
  void get_turnout(Call call);
  void get_roll(Call call);
  void get_roll_entries(Call call);
  void get_result(Call call);
  void get_figures(Call call);
  void follow_poll(Call call);
  void get_events(Call call);
  void follow_events(Call call);
  void get_audit_trail(Call call);
  void get_checkpoint(Call call);
  void get_log_key(Call call);
  void get_log_keys(Call call);
  void get_tile(Call call);
  void get_entries(Call call);
  void get_openapi(Call call);
  void get_problem_page(Call call);

 private:
  void erase(Call call, const CitizenId& citizen, const Actor& actor);
  // `row_name`: of the text, in the vault.
  void destroy(Call call, std::string row_name, const Actor& actor);
  // Nothing if there is no such ballot. Reads from disk.
  std::optional<std::string> receipt_of(const BallotId& ballot) const;
  // The ballots of a citizen, and the polls of which nobody can tell. False: the views are being built.
  bool write_ballots(codec::Writer& out, const CitizenId& citizen) const;
  // The same of the contributions of a citizen, with their texts, and of what they think of others'.
  bool write_contributions(codec::Writer& out, const CitizenId& citizen) const;
  bool write_opinions(codec::Writer& out, const CitizenId& citizen) const;
  bool write_answers(codec::Writer& out, const CitizenId& citizen) const;
  void write_follows(codec::Writer& out, const CitizenId& citizen) const;
  // `change` tells why it did not, if it did not.
  void change_follows(Call call,
                      std::function<std::optional<Response>(const CitizenId&, const ProjectId&)> change);
  void send_news(Call call, std::span<const ProjectId> projects, Caching caching);
  // All texts of the contribution addressed are to be destroyed.
  void end_texts_with(runner::Submission& submission) const;
  // What the command writes is about the author of the contribution addressed.
  void end_texts_with_author(runner::Submission& submission) const;
  void to_own_ballot(Call call, const ballot::Command& command);
  void to_own_answers(Call call, const SurveyId& survey, const answers::Command& command,
                      std::vector<runner::VaultText> texts);
  // What is said of one thing, sorted as the caller asks.
  void send_thread(Call call, const std::string& list);
  void send_log_file(Call call, std::string path, std::string_view content_type);
  // Whether requests to such a route are for another node to answer.
  bool is_the_leaders(RouteKind kind) const;

  Parts parts_;
  std::unique_ptr<CommandDesk> desk_;
  std::unique_ptr<CommandQuota> quota_;
  std::unique_ptr<CommandQuota> contributions_quota_;
  std::unique_ptr<FollowedProjects> followed_;  // null where this node knows nobody
  std::unique_ptr<Reads> reads_;
  std::unique_ptr<Followers> followers_;
  std::unique_ptr<Forwarding> forwarding_;
};

}  // namespace stimmbuch::http::api
