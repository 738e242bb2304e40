// The table of settings: one row each, from which flags, environment variables, the file's keys, the manual
// and `config print` are made.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/address.hpp"
#include "cli/duration.hpp"
#include "cli/settings.hpp"

namespace stimmbuch::program {

namespace {

using std::chrono::milliseconds;

// ---- the kinds of values: how each is written and read. A reader answers what the text should have been.

using Complaint = std::optional<std::string>;

std::string to_text(const std::filesystem::path& value) {
  return value.string();
}
Complaint from_text(std::string_view text, std::filesystem::path& value) {
  value = text;
  return {};
}

std::string to_text(const std::string& value) {
  return value;
}
Complaint from_text(std::string_view text, std::string& value) {
  value = text;
  return {};
}

std::string to_text(const std::optional<std::string>& value) {
  return value.value_or("");
}
Complaint from_text(std::string_view text, std::optional<std::string>& value) {
  value.reset();
  if (!text.empty()) value = text;
  return {};
}

template <class Number>
  requires std::is_unsigned_v<Number> && (!std::is_same_v<Number, bool>)
std::string to_text(Number value) {
  return std::to_string(value);
}
template <class Number>
  requires std::is_unsigned_v<Number> && (!std::is_same_v<Number, bool>)
Complaint from_text(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return "a whole number from 0";
  return {};
}

std::string to_text(bool value) {
  return value ? "true" : "false";
}
Complaint from_text(std::string_view text, bool& value) {
  if (text != "true" && text != "false") return "true or false";
  value = text == "true";
  return {};
}

std::string to_text(milliseconds value) {
  return duration_text(value);
}
Complaint from_text(std::string_view text, milliseconds& value) {
  const auto read = parse_duration(text);
  if (!read) return "a duration such as 500ms, 10s or 2m";
  value = *read;
  return {};
}

std::string to_text(std::chrono::minutes value) {
  return fmt::format("{:02}:{:02}", value.count() / 60, value.count() % 60);
}
Complaint from_text(std::string_view text, std::chrono::minutes& value) {
  const auto two_digits = [&](std::size_t at) {
    const auto is_digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    return is_digit(at) && is_digit(at + 1) ? (text[at] - '0') * 10 + (text[at + 1] - '0') : 99;
  };
  constexpr std::string_view form = "a time of day such as 02:00";
  if (text.size() != 5 || text[2] != ':' || two_digits(0) > 23 || two_digits(3) > 59)
    return std::string(form);
  value = std::chrono::hours{two_digits(0)} + std::chrono::minutes{two_digits(3)};
  return {};
}

std::string to_text(const std::vector<std::string>& value) {
  return fmt::format("{}", fmt::join(value, ","));
}
Complaint from_text(std::string_view text, std::vector<std::string>& value) {
  value.clear();
  while (!text.empty()) {
    const auto item = text.substr(0, text.find(','));
    if (!item.empty()) value.emplace_back(item);
    text.remove_prefix(std::min(item.size() + 1, text.size()));
  }
  return {};
}

std::string to_text(const std::optional<Address>& value) {
  return value ? to_text(*value) : "";
}
Complaint from_text(std::string_view text, std::optional<Address>& value) {
  value = parse_address(text);
  if (value || text.empty()) return {};
  return "ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080";
}

std::string to_text(const std::optional<std::filesystem::path>& value) {
  return value ? value->string() : "";
}
Complaint from_text(std::string_view text, std::optional<std::filesystem::path>& value) {
  value.reset();
  if (!text.empty()) value = text;
  return {};
}

std::string to_text(const std::optional<ledger::Purpose>& value) {
  if (!value) return "";
  return *value == ledger::Purpose::demo ? "demo" : "town";
}
Complaint from_text(std::string_view text, std::optional<ledger::Purpose>& value) {
  if (text != "town" && text != "demo") return "town or demo";
  value = text == "demo" ? ledger::Purpose::demo : ledger::Purpose::town;
  return {};
}

std::string to_text(kafka::Durability value) {
  return std::string(name_of(value));
}
Complaint from_text(std::string_view text, kafka::Durability& value) {
  if (text != "local" && text != "replicated") return "local or replicated";
  value = text == "replicated" ? kafka::Durability::replicated : kafka::Durability::local;
  return {};
}

std::string to_text(const std::optional<LedgerId>& value) {
  return value ? std::string(value->text()) : "";
}
Complaint from_text(std::string_view text, std::optional<LedgerId>& value) {
  value = LedgerId::parse(text);
  if (value || text.empty()) return {};
  return "the id of a ledger, as `stimmbuch log head --json` shows it";
}

using KafkaProperties = decltype(kafka::Settings::properties);
std::string to_text(const KafkaProperties& value) {
  std::vector<std::string> parts;
  for (const auto& [name, set] : value) parts.push_back(name + "=" + set);
  return fmt::format("{}", fmt::join(parts, ","));
}
Complaint from_text(std::string_view text, KafkaProperties& value) {
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const auto equals = part.find('=');
    const auto name = part.substr(0, equals);
    if (equals == std::string_view::npos || name.empty() || kafka::is_reserved(name))
      return "NAME=VALUE,... of librdkafka's properties, without those that the engine sets itself";
    value.insert_or_assign(std::string(name), std::string(part.substr(equals + 1)));
  }
  return {};
}

std::string to_text(const client::ServerUrl& value) {
  return value.text();
}
Complaint from_text(std::string_view text, client::ServerUrl& value) {
  auto read = client::parse_server_url(text);
  if (!read) return "https://HOST, http://HOST:PORT or unix:/PATH";
  value = std::move(*read);
  return {};
}

// ---- rows

// A row for the value that `Access`, a function without captures, finds.
template <class Access>
Setting row(std::string key, std::string value, std::string help, Access) {
  return {std::move(key), std::move(value), std::move(help),
          [](const Values& values) {
            Values copy = values;
            return to_text(Access{}(copy));
          },
          [](Values& values, std::string_view text) { return from_text(text, Access{}(values)); }};
}

Setting with_flag(std::string flag, Setting setting) {
  setting.own_flag = std::move(flag);
  return setting;
}

// A row for one bound of the HTTP server.
template <auto Member>
Setting limit(std::string_view name, std::string help) {
  using Value = std::remove_reference_t<decltype(std::declval<http::Limits>().*Member)>;
  std::string value = "N";
  if (std::is_same_v<Value, milliseconds>) value = "TIME";
  if (std::is_same_v<Value, bool>) value = "";
  return row(fmt::format("limits.{}", name), std::move(value), std::move(help),
             [](Values& values) -> auto& { return values.engine.limits.*Member; });
}

std::vector<Setting> make_table() {
  using L = http::Limits;
  return {
      row("data", "DIR", "The data directory: ledger, views, vault.",
          [](Values& v) -> auto& { return v.engine.data; }),
      row("purpose", "PURPOSE",
          "What a new ledger is for: town or demo. A new one is for a town unless told otherwise; an old "
          "one keeps its purpose.",
          [](Values& v) -> auto& { return v.engine.purpose; }),
      row("origin", "NAME",
          "The name under which a new log signs, such as votes.town.example; without it one made of the "
          "ledger's id. An old log keeps its name.",
          [](Values& v) -> auto& { return v.engine.origin; }),
      row("wrapping_key", "FILE",
          "The key that the vault is sealed with; without it one beside the data directory.",
          [](Values& v) -> auto& { return v.engine.wrapping_key; }),
      row("wrapping_key_command", "COMMAND",
          "A command of the shell that writes that key, instead of a file: for keys that are kept elsewhere.",
          [](Values& v) -> auto& { return v.engine.wrapping_key_command; }),
      with_flag("--kafka", row("kafka.brokers", "BROKERS",
                               "Brokers of the Kafka cluster that carries the ledger: HOST:PORT,...",
                               [](Values& v) -> auto& { return v.engine.kafka.brokers; })),
      row("kafka.properties", "NAME=VALUE,...",
          "Properties handed on to librdkafka, such as security.protocol=SSL. In the file each is a key of "
          "the table [kafka].",
          [](Values& v) -> auto& { return v.engine.kafka.properties; }),
      row("durability", "LEVEL",
          "When a command is answered: local, once it is synced here; replicated, once the brokers have "
          "committed it too.",
          [](Values& v) -> auto& { return v.engine.durability; }),
      row("ledger", "ID", "The ledger that a new follower follows, where the cluster has several.",
          [](Values& v) -> auto& { return v.engine.ledger; }),
      row("leader", "URL", "What a follower names to who sends it commands: where the leader takes them.",
          [](Values& v) -> auto& { return v.engine.leader; }),
      row("forward", "",
          "Send commands, and requests for what only the leader knows, on to the leader and its answers "
          "back.",
          [](Values& v) -> auto& { return v.engine.forward; }),
      row("texts_patience", "TIME",
          "For how long a follower shows texts when it cannot hear which ones were destroyed meanwhile.",
          [](Values& v) -> auto& { return v.engine.texts_patience; }),
      row("listen", "ADDR:PORT", "Where the public interface listens; port 0 takes a free one.",
          [](Values& v) -> auto& { return v.engine.listen; }),
      row("admin_listen", "ADDR:PORT",
          "Where health and metrics are served besides the data directory's socket.",
          [](Values& v) -> auto& { return v.engine.admin; }),
      row("hosts", "NAME,...", "The names that clients may call the server by; without any, all.",
          [](Values& v) -> auto& { return v.engine.hosts; }),
      row("tls.cert", "FILE", "The server's certificate with its chain (PEM); needs tls.key.",
          [](Values& v) -> auto& { return v.tls.certificate_chain; }),
      row("tls.key", "FILE", "The key of the certificate (PEM).",
          [](Values& v) -> auto& { return v.tls.private_key; }),
      row("io_threads", "N", "Threads that serve connections.",
          [](Values& v) -> auto& { return v.engine.io_threads; }),
      row("cache_mib", "MIB", "Memory for the ledger's cache and tables.",
          [](Values& v) -> auto& { return v.engine.cache_mib; }),
      row("disk_floor_mib", "MIB", "Commands are refused while the disk has less free than this.",
          [](Values& v) -> auto& { return v.engine.disk_floor_mib; }),
      row("recover_tail", "",
          "Start on a ledger whose unsynced end is damaged, as after a power failure; copies of it are kept.",
          [](Values& v) -> auto& { return v.engine.recover_tail; }),
      row("checkpoint_interval", "TIME",
          "How often the log signs what it holds, if there is more than it signed before.",
          [](Values& v) -> auto& { return v.engine.checkpoint_interval; }),
      row("sweep_at", "HH:MM",
          "The time of day, UTC, at which what is to be erased is destroyed, once a night.",
          [](Values& v) -> auto& { return v.engine.sweep_at; }),
      row("rotation_backup", "DIR",
          "Where each rotation of the wrapping keys leaves a backup that opens with the new ones, in the "
          "place "
          "of the one before: a directory that is there, best on another disk.",
          [](Values& v) -> auto& { return v.engine.rotation_backup; }),
      row("witness_policy", "FILE",
          "A policy (C2SP tlog-policy) whose witnesses, where it says a URL, are asked to cosign each "
          "checkpoint.",
          [](Values& v) -> auto& { return v.engine.witness_policy; }),
      row("server", "URL", "The server to talk to: https://HOST, http://HOST:PORT or unix:/PATH.",
          [](Values& v) -> auto& { return v.server; }),
      row("ca_file", "FILE",
          "Certificates (PEM) of the issuers that https servers are known by: the server, witnesses, the "
          "leader; without it the system's.",
          [](Values& v) -> auto& { return v.engine.ca_file; }),
      row("token_file", "FILE", "The file that holds the token to show the server.",
          [](Values& v) -> auto& { return v.token_file; }),
      row("commands_per_minute", "N",
          "Commands of one token's person in a minute, besides the bulk route; more are told to come later "
          "(429). 0 sets no bound.",
          [](Values& v) -> auto& { return v.engine.commands_per_minute; }),
      row("contributions_per_hour", "N",
          "Proposals and comments of one person in an hour; more are told to come later (429). 0 sets no "
          "bound.",
          [](Values& v) -> auto& { return v.engine.contributions_per_hour; }),
      limit<&L::request_line_bytes>("request_line_bytes", "Longest request line."),
      limit<&L::header_bytes>("header_bytes", "All header fields of a request together."),
      limit<&L::header_fields>("header_fields", "Header fields of a request."),
      limit<&L::body_bytes>("body_bytes", "Longest body of a command."),
      limit<&L::header_timeout>("header_timeout", "For a request's header, from its first byte."),
      limit<&L::body_timeout>("body_timeout", "For a request's body, besides what its size allows."),
      limit<&L::body_bytes_per_second>("body_bytes_per_second", "The slowest rate at which a body may come."),
      limit<&L::answer_timeout>("answer_timeout", "For the answer to a request."),
      limit<&L::write_timeout>("write_timeout", "For a client to take 64 KiB of an answer."),
      limit<&L::idle_timeout>("idle_timeout", "How long a connection may be silent between requests."),
      limit<&L::linger_timeout>("linger_timeout", "For a client to close after the last answer."),
      limit<&L::requests_per_connection>("requests_per_connection", "Requests on one connection."),
      limit<&L::connections>("connections", "Connections at once."),
      limit<&L::connections_per_address>("connections_per_address", "Connections at once of one address."),
      limit<&L::requests_in_progress>("requests_in_progress",
                                      "Requests at once; more are told to come later."),
      limit<&L::event_streams>("event_streams", "Followers of live results at once."),
      limit<&L::event_streams_per_address>("event_streams_per_address", "Followers at once of one address."),
      limit<&L::count_loopback>("count_loopback",
                                "Whether the bounds per address hold for this machine itself."),
      limit<&L::queued_events>("queued_events", "Events that wait for a slow follower before it is dropped."),
      limit<&L::queued_event_bytes>("queued_event_bytes", "Bytes of such events."),
      limit<&L::event_comment_interval>("event_comment_interval",
                                        "How often a silent stream shows that it lives."),
  };
}

}  // namespace

Values::Values() {
  engine.listen = Address{"127.0.0.1", 8080};
  server = {.host = "127.0.0.1", .port = 8080};
}

std::string Setting::flag() const {
  if (!own_flag.empty()) return own_flag;
  std::string flag = "--" + key;
  std::ranges::replace_if(flag, [](char c) { return c == '.' || c == '_'; }, '-');
  return flag;
}

std::string Setting::variable() const {
  std::string variable = "STIMMBUCH_";
  for (const char c : key) {
    if (c == '.') {
      variable += "__";
    } else {
      variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  return variable;
}

std::span<const Setting> all_settings() {
  static const std::vector<Setting> table = make_table();
  return table;
}

}  // namespace stimmbuch::program
