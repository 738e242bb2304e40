#include "text_input.hpp"

#include <utility>

#include "stimmbuch/eventstore/crypto/crypto.hpp"

namespace stimmbuch::http::api {

Commitment kept_text(std::string field, std::string text, VaultTexts& texts) {
  runner::VaultText& kept = texts.emplace_back(std::move(field), std::move(text), runner::Salt{});
  crypto::random_bytes(kept.salt);
  return crypto::commit(kept.text, kept.salt);
}

Commitment keep_text(Members& in, std::string_view member, std::string field, std::string text,
                     VaultTexts& texts) {
  std::size_t bytes = text.size();
  for (const auto& other : texts) bytes += other.text.size();
  if (text.empty() || bytes > texts_bytes_max) {
    in.report(member, "invalid_text",
              "A text has at least one character, and the texts of a command at most 32 KiB.");
    return {};
  }
  return kept_text(std::move(field), std::move(text), texts);
}

Commitments take_texts(Members& in, std::initializer_list<std::string_view> fields, VaultTexts& texts) {
  Commitments commitments;
  for (const auto field : fields) {
    if (auto text = in.optional_text(field))
      commitments.emplace(field, keep_text(in, field, std::string(field), std::move(*text), texts));
  }
  return commitments;
}

Commitments take_description(Members& in, const std::string& place, VaultTexts& texts) {
  static constexpr std::string_view member = "description";
  Commitments commitments;
  const auto take = [&](const std::string& field, std::string text) {
    commitments.emplace(field, keep_text(in, member, place + field, std::move(text), texts));
  };
  const Json* const value = in.any(member);
  if (!value) return commitments;
  if (value->is_string()) {
    take(std::string(member), value->get<std::string>());
    return commitments;
  }
  const auto localized = in.localized(member);
  for (const auto& [language, words] : localized)
    take(std::string(member).append("/").append(language), words);
  if (value->is_object() && value->empty())
    in.report(member, "invalid_text", "A description has at least one text.");
  return commitments;
}

Commitments take_bounded_text(Members& in, std::string_view field, std::size_t bytes_max, VaultTexts& texts) {
  const auto commitments = take_texts(in, {field}, texts);
  if (!commitments.empty() && !texts.empty() && texts.back().text.size() > bytes_max)
    in.report(field, "invalid_text", "This text has at most " + std::to_string(bytes_max) + " bytes.");
  return commitments;
}

Commitments take_localized(Members& in, std::string_view member, VaultTexts& texts) {
  Commitments commitments;
  for (const auto& [language, words] : in.localized(member)) {
    const auto field = std::string(member).append("/").append(language);
    commitments.emplace(field, keep_text(in, member, field, words, texts));
  }
  return commitments;
}

}  // namespace stimmbuch::http::api
