// How an audit is told: in lines, as a page, as JSON.
#include <algorithm>

#include <fmt/format.h>

#include "audit/verification.hpp"
#include "cli/table.hpp"
#include "stimmbuch/eventstore/codec/domain_members.hpp"

namespace stimmbuch::program {

namespace {

constexpr std::size_t findings_printed =
    20;  // of a check, for people; JSON and the page have all that were kept

std::string status_of(const RecountedPoll& poll) {
  return std::string(codec::names<poll::Status>[static_cast<std::size_t>(poll.status)]);
}

// From those who might have voted to the votes that count: none of these can be more than the one before it.
std::string figures_of(const RecountedPoll& poll) {
  if (!poll.counted) return {};
  std::string text;
  if (poll.registered) text += fmt::format("{} registered ≥ ", *poll.registered);
  if (poll.eligible) text += fmt::format("{} entitled ≥ ", *poll.eligible);
  if (poll.voters) text += fmt::format("{} voted ≥ ", *poll.voters);
  return text + fmt::format("{} counted", poll.counted->counted());
}

std::string verdict_line(const Verification& verification) {
  const auto count = [&](Verdict verdict) {
    return std::ranges::count(verification.checks, verdict, &CheckResult::verdict);
  };
  return fmt::format("{} checks passed, {} failed, {} skipped", count(Verdict::pass), count(Verdict::fail),
                     count(Verdict::skipped));
}

std::string escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

void append_check(std::string& page, const CheckResult& check) {
  page += fmt::format("<tr class=\"{0}\"><td>{1}</td><td>{2}</td><td>{0}</td><td class=\"n\">{3}</td></tr>\n",
                      name_of(check.verdict), check.code, escaped(check.title), check.examined);
  if (check.verdict == Verdict::skipped)
    page += fmt::format("<tr><td></td><td colspan=\"3\">{}</td></tr>\n", escaped(check.reason));
  for (const Finding& finding : check.findings) {
    page += fmt::format("<tr class=\"FAIL\"><td></td><td colspan=\"3\">{}: {}</td></tr>\n",
                        escaped(finding.where), escaped(finding.detail));
  }
  if (check.finding_count > check.findings.size()) {
    page += fmt::format("<tr class=\"FAIL\"><td></td><td colspan=\"3\">and {} more</td></tr>\n",
                        check.finding_count - check.findings.size());
  }
}

}  // namespace

void print(Console& console, const Verification& verification) {
  console.print(
      fmt::format("{}, {} records, root {}", verification.origin, verification.records, verification.root));
  using enum Table::Align;
  Table checks({{"check"}, {"result"}, {"examined", right}, {"what holds if it passes"}});
  for (const CheckResult& check : verification.checks) {
    checks.add({std::string(check.code), std::string(name_of(check.verdict)),
                check.verdict == Verdict::skipped ? "" : std::to_string(check.examined),
                std::string(check.title)});
  }
  for (const auto& line : checks.lines(console.width())) console.print(line);
  for (const CheckResult& check : verification.checks) {
    if (check.verdict == Verdict::skipped)
      console.print(fmt::format("{} skipped: {}", check.code, check.reason));
    for (std::size_t i = 0; i < std::min(check.findings.size(), findings_printed); ++i)
      console.print(fmt::format("{} {}: {}", check.code, check.findings[i].where, check.findings[i].detail));
    if (check.finding_count > findings_printed)
      console.print(fmt::format("{} and {} more", check.code, check.finding_count - findings_printed));
  }
  for (const auto& notice : verification.notices) console.print(notice);
  for (const RecountedPoll& poll : verification.polls) {
    const auto figures = figures_of(poll);
    console.print(fmt::format("{}: {}, {} ballots, recount {}{}", poll.poll.text(), status_of(poll),
                              poll.ballots, poll.differences == 0 ? "agrees" : "DIFFERS",
                              figures.empty() ? "" : " (" + figures + ")"));
  }
  console.print(
      fmt::format("{}: {} ({:.0f} records a second{})", verification.passed ? "PASSED" : "FAILED",
                  verdict_line(verification),
                  static_cast<double>(verification.records) / std::max(verification.seconds, 1e-6),
                  verification.passes > 1 ? fmt::format(", in {} passes", verification.passes) : ""));
}

std::string html_of(const Verification& verification) {
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Audit of {0}</title>\n"
      "<style>body{{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 "
      "1em}}table{{border-collapse:"
      "collapse;width:100%}}td,th{{border-bottom:1px solid #ccc;padding:.3em "
      ".6em;text-align:left;vertical-align:top}}"
      ".n{{text-align:right}}.FAIL td{{background:#fdd}}.SKIPPED "
      "td{{color:#666}}code{{overflow-wrap:anywhere}}"
      "</style></head><body>\n<h1>Audit of {0}: {1}</h1>\n"
      "<p>{2}. Examined were the log's first {3} records, by a program that has nothing but the log's "
      "files.</p>\n"
      "<p>Root: <code>{4}</code><br>Key: <code>{5}</code></p>\n",
      escaped(verification.origin), verification.passed ? "passed" : "FAILED", verdict_line(verification),
      verification.records, escaped(verification.root), escaped(verification.key));
  page +=
      "<h2>Checks</h2>\n<table><tr><th></th><th>what holds if it "
      "passes</th><th>result</th><th>examined</th></tr>\n";
  for (const CheckResult& check : verification.checks) append_check(page, check);
  page += "</table>\n<p>SKIPPED is not passed: it says what this audit cannot show.</p>\n";
  for (const auto& notice : verification.notices) page += fmt::format("<p>{}</p>\n", escaped(notice));
  page +=
      "<h2>Polls</h2>\n<p>Each figure can be at most the one before it: registered citizens when the poll "
      "closed and of them the entitled ones on its roll (imported polls have neither), who voted, ballots "
      "counted.</p>\n"
      "<table><tr><th>poll</th><th>status</th><th>registered</th><th>entitled</th><th>voted</th>"
      "<th>counted</th><th>standing</th>"
      "<th>recount</th></tr>\n";
  for (const RecountedPoll& poll : verification.polls) {
    const auto cell = [](const auto& figure) {
      return fmt::format("<td class=\"n\">{}</td>", figure ? fmt::format("{}", *figure) : "–");
    };
    const auto counted = poll.counted ? std::optional(poll.counted->counted()) : std::nullopt;
    page += fmt::format(
        "<tr class=\"{}\"><td>{}</td><td>{}</td>{}{}{}{}<td class=\"n\">{}</td><td>{}</td></tr>\n",
        poll.differences == 0 ? "PASS" : "FAIL", poll.poll.text(), status_of(poll), cell(poll.registered),
        cell(poll.eligible), cell(poll.voters), cell(counted), poll.ballots,
        poll.differences == 0 ? "agrees" : "DIFFERS");
  }
  return page + "</table>\n</body></html>\n";
}

Json json_of(const Verification& verification) {
  Json checks = Json::array();
  for (const CheckResult& check : verification.checks) {
    Json findings = Json::array();
    for (const Finding& finding : check.findings)
      findings.push_back({{"where", finding.where}, {"detail", finding.detail}});
    Json item{{"check", check.code},
              {"title", check.title},
              {"result", name_of(check.verdict)},
              {"examined", check.examined},
              {"finding_count", check.finding_count},
              {"findings", std::move(findings)}};
    if (check.verdict == Verdict::skipped) item["reason"] = check.reason;
    checks.push_back(std::move(item));
  }
  Json polls = Json::array();
  for (const RecountedPoll& poll : verification.polls) {
    Json item{{"poll", poll.poll.text()},
              {"status", status_of(poll)},
              {"ballots", poll.ballots},
              {"counts", poll.counts},
              {"agrees", poll.differences == 0}};
    if (poll.registered) item["registered"] = *poll.registered;
    if (poll.eligible) item["eligible"] = *poll.eligible;
    if (poll.voters) item["voted"] = *poll.voters;
    if (poll.counted) item["counted"] = poll.counted->counted();
    polls.push_back(std::move(item));
  }
  return {{"passed", verification.passed}, {"origin", verification.origin},
          {"key", verification.key},       {"records", std::to_string(verification.records)},
          {"root", verification.root},     {"seconds", verification.seconds},
          {"passes", verification.passes}, {"checks", std::move(checks)},
          {"polls", std::move(polls)},     {"notices", verification.notices}};
}

}  // namespace stimmbuch::program
