#include "json_input.hpp"

#include <charconv>
#include <limits>
#include <utility>

#include "stimmbuch/eventstore/codec/canonical.hpp"
#include "stimmbuch/eventstore/codec/time.hpp"

namespace stimmbuch::http::api {

namespace {

// Builds a value while it refuses what nlohmann would let pass: duplicate names, numbers that lose precision,
// any depth and any number of values.
class StrictBuilder final : public nlohmann::json_sax<Json> {
 public:
  StrictBuilder(Json& root, JsonLimits limits) : limits_(limits), dom_(root, false) {}

  const std::string& why() const { return why_; }

  bool null() override { return refuse("null is not used; leave the member out"); }
  bool boolean(bool value) override { return count() && dom_.boolean(value); }
  bool number_integer(number_integer_t value) override {
    if (value < -codec::integer_max) return refuse("a number is below -2^53");
    return count() && dom_.number_integer(value);
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(codec::integer_max)) return refuse("a number is above 2^53");
    return count() && dom_.number_unsigned(value);
  }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!limits_.fractions) return refuse("numbers are whole numbers");
    return count() && dom_.number_float(value, text);
  }
  bool string(string_t& value) override { return count() && dom_.string(value); }
  bool binary(binary_t&) override { return refuse("binary is not JSON"); }

  bool start_object(std::size_t size) override {
    names_.emplace_back();
    return enter() && dom_.start_object(size);
  }
  bool key(string_t& name) override {
    if (!names_.back().insert(name).second) return refuse("a name stands twice in one object");
    return dom_.key(name);
  }
  bool end_object() override {
    names_.pop_back();
    return dom_.end_object();
  }
  bool start_array(std::size_t size) override {
    names_.emplace_back();
    return enter() && dom_.start_array(size);
  }
  bool end_array() override {
    names_.pop_back();
    return dom_.end_array();
  }

  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) override {
    return refuse("it is not JSON at byte " + std::to_string(at));
  }

 private:
  bool refuse(std::string why) {
    if (why_.empty()) why_ = std::move(why);
    return false;
  }
  bool count() { return ++values_ <= limits_.values_max || refuse("it holds too many values"); }
  bool enter() {
    return count() && (names_.size() <= limits_.depth_max || refuse("it is nested too deeply"));
  }

  JsonLimits limits_;
  nlohmann::detail::json_sax_dom_parser<Json> dom_;
  std::vector<std::set<std::string>> names_;
  std::size_t values_ = 0;
  std::string why_;
};

const Json empty_object = Json::object();

}  // namespace

std::expected<Json, std::string> parse_object(std::string_view text, JsonLimits limits) {
  if (text.starts_with("\xEF\xBB\xBF")) return std::unexpected("it begins with a byte order mark");
  Json root;
  StrictBuilder builder(root, limits);
  if (!Json::sax_parse(text, &builder)) return std::unexpected(builder.why());
  if (!root.is_object()) return std::unexpected("it is not a JSON object");
  return root;
}

Members::Members(const Json& object, std::string pointer, InputErrors& errors)
    : object_(&object), pointer_(std::move(pointer)), errors_(errors) {}

bool Members::has(std::string_view name) const {
  return object_->contains(name);
}

const Json* Members::find(std::string_view name) {
  asked_.emplace(name);
  const auto member = object_->find(name);
  return member == object_->end() ? nullptr : &*member;
}

const Json* Members::any(std::string_view name) {
  return find(name);
}

void Members::report(std::string_view name, std::string_view code, std::string detail) {
  errors_.push_back({pointer_ + "/" + std::string(name), code, std::move(detail)});
}

std::optional<std::string> Members::optional_text(std::string_view name) {
  const Json* const value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_string()) {
    report(name, "wrong_type", "This member is a string.");
    return std::nullopt;
  }
  return value->get<std::string>();
}

std::string Members::text(std::string_view name, std::string_view otherwise) {
  return optional_text(name).value_or(std::string(otherwise));
}

std::string Members::required_text(std::string_view name) {
  if (!has(name)) report(name, "required", "This member is required.");
  return text(name);
}

std::optional<std::int64_t> Members::optional_integer(std::string_view name) {
  const Json* const value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_number_integer()) {
    report(name, "wrong_type", "This member is a whole number.");
    return std::nullopt;
  }
  return value->get<std::int64_t>();
}

std::int64_t Members::integer(std::string_view name, std::int64_t otherwise) {
  return optional_integer(name).value_or(otherwise);
}

std::int32_t Members::small_integer(std::string_view name, std::int32_t otherwise) {
  const std::int64_t value = integer(name, otherwise);
  if (std::in_range<std::int32_t>(value)) return static_cast<std::int32_t>(value);
  report(name, "out_of_range", "This number is out of range.");
  return otherwise;
}

bool Members::boolean(std::string_view name, bool otherwise) {
  const Json* const value = find(name);
  if (!value) return otherwise;
  if (!value->is_boolean()) report(name, "wrong_type", "This member is true or false.");
  return value->is_boolean() ? value->get<bool>() : otherwise;
}

LocalizedText Members::localized(std::string_view name) {
  LocalizedText text;
  const Json* const value = find(name);
  if (!value) return text;
  if (!value->is_object()) {
    report(name, "wrong_type",
           R"(This member is an object of texts by language, such as {"de":"…","en":"…"}.)");
    return text;
  }
  for (const auto& [language, words] : value->items()) {
    if (words.is_string()) {
      text.emplace(language, words.get<std::string>());
    } else {
      report(std::string(name) + "/" + language, "wrong_type", "A text is a string.");
    }
  }
  return text;
}

Languages Members::languages(std::string_view name) {
  Languages languages;
  each(name, [&](const Json& value, const std::string& where) {
    if (value.is_string()) {
      languages.push_back(value.get<std::string>());
    } else {
      errors_.push_back({where, "wrong_type", "A language is a string, such as \"en\"."});
    }
  });
  std::ranges::sort(languages);
  return languages;
}

std::optional<Time> Members::time(std::string_view name) {
  const auto text = optional_text(name);
  if (!text) return std::nullopt;
  // Seconds are enough for people; the exact writing has microseconds.
  const bool seconds_only = text->size() == 20 && text->ends_with('Z');
  const auto parsed = codec::parse_time(seconds_only ? text->substr(0, 19) + ".000000Z" : *text);
  if (!parsed) report(name, "invalid_time", "A time is RFC 3339 in UTC, such as 2026-05-03T10:00:00Z.");
  return parsed;
}

Time Members::required_time(std::string_view name) {
  if (!has(name)) report(name, "required", "This member is required.");
  return time(name).value_or(Time{});
}

std::optional<Day> Members::day(std::string_view name) {
  const auto text = optional_text(name);
  if (!text) return std::nullopt;
  const auto parsed = codec::parse_day(*text);
  if (!parsed) report(name, "invalid_day", "A day is written as 2026-05-03.");
  return parsed;
}

Day Members::required_day(std::string_view name) {
  if (!has(name)) report(name, "required", "This member is required.");
  return day(name).value_or(Day{});
}

std::uint32_t Members::version(std::string_view name) {
  const std::int64_t version = integer(name, 0);
  if (version >= 1 && std::in_range<std::uint32_t>(version)) return static_cast<std::uint32_t>(version);
  report(name, has(name) ? "wrong_type" : "required", "A version is a whole number from 1.");
  return 1;
}

Position Members::position(std::string_view name) {
  const std::string text = required_text(name);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (has(name) && (error != std::errc{} || end != text.data() + text.size())) {
    report(name, "invalid_position", "A position is a string of digits.");
  }
  return Position{value};
}

Members Members::object(std::string_view name) {
  return optional_object(name).value_or(Members(empty_object, pointer_ + "/" + std::string(name), errors_));
}

std::optional<Members> Members::optional_object(std::string_view name) {
  const Json* const value = find(name);
  if (!value) return std::nullopt;
  if (!value->is_object()) {
    report(name, "wrong_type", "This member is an object.");
    return std::nullopt;
  }
  return Members(*value, pointer_ + "/" + std::string(name), errors_);
}

void Members::each(std::string_view name, const std::function<void(const Json&, const std::string&)>& visit) {
  const Json* const value = find(name);
  if (!value) return;
  if (!value->is_array()) {
    report(name, "wrong_type", "This member is an array.");
    return;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    visit((*value)[i], pointer_ + "/" + std::string(name) + "/" + std::to_string(i));
  }
}

void Members::finish() {
  for (const auto& [name, value] : object_->items()) {
    if (!asked_.contains(name)) report(name, "unknown_member", "There is no such member.");
  }
}

}  // namespace stimmbuch::http::api
