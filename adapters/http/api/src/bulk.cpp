// The bulk route: many commands of imported polls and their projects in one request, one JSON object a line.
#include <atomic>
#include <map>
#include <memory>
#include <utility>

#include "call.hpp"
#include "command_answer.hpp"
#include "command_desk.hpp"
#include "command_input.hpp"
#include "counting.hpp"
#include "missing_secret.hpp"
#include "stimmbuch/adapters/http/api/api.hpp"

namespace stimmbuch::http::api {

namespace {

constexpr std::size_t lines_max = 1000;

// What a line asks for, ready to be submitted, or the answer that it got already.
using Line = std::variant<runner::Submission, Response>;

// The answers of a request, gathered in the order of the lines; the last one to come sends them.
class Results {
 public:
  Results(Responder responder, std::size_t lines, const TokensOf& tokens, Language language)
      : lines_(lines),
        missing_(lines),
        tokens_(tokens),
        language_(language),
        responder_(std::move(responder)) {}

  void set(std::size_t line, const runner::Outcome& outcome) {
    if (const auto* const accepted = std::get_if<runner::Accepted>(&outcome)) {
      finish(line,
             R"(,"status":)" + std::string(creates(*accepted) ? "201" : "200") + "," + members_of(*accepted));
    } else {
      set(line, answer(outcome, language_, tokens_));
    }
  }

  // A problem document becomes a member of the line.
  void set(std::size_t line, const Response& response) {
    finish(line, R"(,"status":)" + std::to_string(response.status) + R"(,"problem":)" +
                     std::string(body_of(response)));
  }

 private:
  void finish(std::size_t line, std::string members) {
    lines_[line] = R"({"line":)" + std::to_string(line + 1) + std::move(members) + "}\n";
    // The last one sees what all others wrote.
    if (missing_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    std::string body;
    for (const std::string& one : lines_) body += one;
    std::move(responder_)
        .send({.status = 200, .content_type = "application/x-ndjson", .headers = {}, .body = body});
  }

  std::vector<std::string> lines_;
  std::atomic<std::size_t> missing_;
  const TokensOf& tokens_;
  Language language_;
  Responder responder_;
};

// Reads the lines of one request.
class BulkReader {
 public:
  BulkReader(CommandDesk& desk, const Api::Parts& parts, const identity::Principal& caller, Language language)
      : desk_(desk), parts_(parts), caller_(caller), language_(language) {}

  Line read(std::string_view text) {
    const auto object = parse_object(text);
    if (!object) return malformed(object.error());
    InputErrors errors;
    Members in(*object, "#", errors);
    key_ = in.required_text("key");
    if (key_.empty() || key_.size() > 128) in.report("key", "invalid_key", "A key has 1 to 128 bytes.");
    const std::string type = in.required_text("type");
    const auto reader = readers().find(type);
    if (reader == readers().end()) {
      in.report("type", "unknown_value",
                "The bulk route takes commands of imported polls and their projects.");
      return validation_failed(errors);
    }
    Line line = (this->*reader->second)(in);
    in.finish();
    if (!errors.empty()) return validation_failed(errors);
    return line;
  }

 private:
  using Reader = Line (BulkReader::*)(Members&);

  static const std::map<std::string_view, Reader>& readers() {
    static const std::map<std::string_view, Reader> all{
        {"OpenProject", &BulkReader::open_project},
        {"DraftPoll", &BulkReader::draft_poll},
        {"AddOptions", &BulkReader::add_options},
        {"OpenPoll", &BulkReader::open_poll},
        {"ImportVote", &BulkReader::import_vote},
        {"ImportWithdrawal", &BulkReader::import_withdrawal},
        {"WithdrawOption", &BulkReader::withdraw_option},
        {"ClosePoll", &BulkReader::close_poll},
        {"CountPoll", &BulkReader::count_poll},
    };
    return all;
  }

  Intent intent() const { return {caller_.official, key_}; }

  Line open_project(Members& in) {
    const auto id =
        in.optional_id<ProjectId>("project").value_or(desk_.created_id<ProjectId>("project", intent()));
    return desk_.open_submission(id, project::Command{read_open_project(in)}, intent());
  }

  Line draft_poll(Members& in) {
    const auto id = in.optional_id<PollId>("poll").value_or(desk_.created_id<PollId>("poll", intent()));
    VaultTexts texts;
    auto command = read_draft_poll(in, texts);
    if (!command.terms.imported)
      in.report("imported", "required", "The bulk route drafts imported polls only.");
    auto submission = poll_submission(id, std::move(command));
    submission.texts = std::move(texts);
    submission.secrets.push_back(vault::new_contest_secret(id));
    return submission;
  }

  Line add_options(Members& in) {
    VaultTexts texts;
    auto line = to_poll(in, [&] { return read_add_options(in, texts); });
    if (auto* const submission = std::get_if<runner::Submission>(&line)) submission->texts = std::move(texts);
    return line;
  }
  Line open_poll(Members& in) {
    return to_poll(in, [] { return poll::OpenPoll{}; });
  }
  Line withdraw_option(Members& in) {
    return to_poll(in, [&] { return read_withdraw_option(in, in.id<OptionId>("option")); });
  }
  Line close_poll(Members& in) {
    return to_poll(in, [] { return poll::ClosePoll{}; });
  }

  Line count_poll(Members& in) {
    const auto poll = in.id<PollId>("poll");
    auto command = count_command(poll, parts_.log, parts_.views, parts_.worker, parts_.version);
    if (!command) return answer(command.error(), language_);
    return poll_submission(poll, std::move(*command));
  }

  template <class Read>
  Line to_poll(Members& in, Read&& read) {
    const auto poll = in.id<PollId>("poll");
    return poll_submission(poll, read());
  }

  // No operator touches a poll of citizens: the writer sees to it.
  runner::Submission poll_submission(const PollId& poll, poll::Command command) const {
    auto submission = desk_.open_submission(poll, std::move(command), intent());
    submission.imported_only = true;
    return submission;
  }

  Line import_vote(Members& in) {
    return to_ballot(in, [&] { return read_import_vote(in); });
  }
  Line import_withdrawal(Members& in) {
    return to_ballot(in, [&] { return ballot::ImportWithdrawal{in.required_time("cast_at")}; });
  }

  // The contest's secret is in the vault before its poll is visible, so a poll of this request is not there
  // yet.
  template <class Read>
  Line to_ballot(Members& in, Read&& read) {
    const auto poll = in.id<PollId>("poll");
    const std::string external_id = in.required_text("voter");
    if (external_id.empty() || external_id.size() > 256) {
      in.report("voter", "invalid_voter", "A voter's name has 1 to 256 bytes.");
    }
    auto command = read();
    const auto voter = desk_.imported_voter(poll, external_id);
    auto submission =
        voter ? desk_.ballot_submission(BallotId{poll, *voter}, std::move(command), intent(), std::nullopt)
              : std::nullopt;
    if (!submission) return answer(Rejection{why_no_secret(parts_.log, poll), {}}, language_);
    return std::move(*submission);
  }

  CommandDesk& desk_;
  const Api::Parts& parts_;
  const identity::Principal& caller_;
  Language language_;
  std::string key_;  // of the present line
};

std::vector<std::string_view> lines_of(std::string_view body) {
  std::vector<std::string_view> lines;
  while (!body.empty()) {
    const auto end = body.find('\n');
    lines.push_back(body.substr(0, end));
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
  }
  return lines;
}

}  // namespace

void Api::bulk_commands(Call call) {
  auto waiting = std::make_shared<Call>(std::move(call));
  const bool taken = parts_.pool.try_run([this, waiting] {
    const auto lines = lines_of(waiting->request->body);
    if (lines.empty()) return std::move(*waiting).send(malformed("the body holds no line"));
    if (lines.size() > lines_max)
      return std::move(*waiting).send(malformed("the body holds more than 1000 lines"));
    BulkReader reader(*desk_, parts_, *waiting->caller, waiting->language);
    std::vector<Line> read;
    read.reserve(lines.size());
    for (const auto line : lines) read.push_back(reader.read(line));
    const auto results = std::make_shared<Results>(std::move(waiting->responder), lines.size(),
                                                   desk_->tokens(), waiting->language);
    for (std::size_t i = 0; i < read.size(); ++i) {
      auto* const submission = std::get_if<runner::Submission>(&read[i]);
      if (!submission) {
        results->set(i, std::get<Response>(read[i]));
        continue;
      }
      const bool queued = desk_->submit(
          std::move(*submission), [results, i](const runner::Outcome& outcome) { results->set(i, outcome); });
      if (!queued) results->set(i, overloaded());
    }
  });
  if (!taken) std::move(*waiting).send(overloaded());
}

}  // namespace stimmbuch::http::api
