#include "stimmbuch/domain/document.hpp"

#include <algorithm>
#include <set>

#include "bounds.hpp"

namespace stimmbuch::document {

namespace {

using Decision = std::expected<std::vector<Event>, Rejection>;
using Checked = std::expected<void, Rejection>;

constexpr std::size_t paragraphs_bytes_max = 900'000;

// The bytes that a paragraph takes in a record at most.
std::size_t written_bytes_max(const Paragraph& paragraph) {
  return 90 + stimmbuch::written_bytes_max(paragraph.text);
}

Checked check_open(project::Status project) {
  switch (project) {
    case project::Status::unknown:
      return refused(Refusal::project_unknown);
    case project::Status::closed:
      return refused(Refusal::project_closed);
    case project::Status::open:
      return {};
  }
  return {};
}

Checked check_edition(const Edition& edition) {
  if (!is_localized(edition.title, title_bytes_max)) return refused(Refusal::invalid, "/title");
  if (edition.paragraphs.empty() || edition.paragraphs.size() > paragraphs_max)
    return refused(Refusal::invalid, "/paragraphs");
  std::vector<const LocalizedText*> texts{&edition.title};
  std::set<ParagraphId> ids;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < edition.paragraphs.size(); ++i) {
    const Paragraph& paragraph = edition.paragraphs[i];
    const auto where = "/paragraphs/" + std::to_string(i);
    if (!is_localized(paragraph.text, paragraph_bytes_max)) return refused(Refusal::invalid, where + "/text");
    if (!ids.insert(paragraph.id).second) return refused(Refusal::invalid, where + "/id");
    bytes += written_bytes_max(paragraph);
    texts.push_back(&paragraph.text);
  }
  if (bytes > paragraphs_bytes_max) return refused(Refusal::invalid, "/paragraphs");
  if (!are_languages_of(texts, edition.machine_translated))
    return refused(Refusal::invalid, "/machine_translated");
  return {};
}

std::uint32_t count_of(const std::vector<Paragraph>& paragraphs) {
  return static_cast<std::uint32_t>(paragraphs.size());
}

Decision decide_on(const State& state, const PublishDocument& command, const Context& context) {
  if (state.is_published()) return refused(Refusal::document_exists);
  if (auto open = check_open(context.project); !open) return std::unexpected(open.error());
  const auto& [title, machine_translated, paragraphs] = command.edition;
  if (auto checked = check_edition(command.edition); !checked) return std::unexpected(checked.error());
  std::vector<Event> events{Published{command.project, title, machine_translated, count_of(paragraphs)}};
  append_parts(events, &ParagraphsAdded::paragraphs, paragraphs, written_bytes_max);
  return events;
}

Decision decide_on(const State& state, const ReviseDocument& command, const Context& context) {
  if (!state.is_published()) return refused(Refusal::document_unknown);
  if (auto open = check_open(context.project); !open) return std::unexpected(open.error());
  if (state.version >= versions_max) return refused(Refusal::stream_full);
  const auto& [title, machine_translated, paragraphs] = command.edition;
  if (auto checked = check_edition(command.edition); !checked) return std::unexpected(checked.error());
  std::vector<Event> events{Revised{state.version + 1, title, machine_translated, count_of(paragraphs)}};
  append_parts(events, &ParagraphsAdded::paragraphs, paragraphs, written_bytes_max);
  return events;
}

struct Evolve {
  State& state;

  void operator()(const Published& event) const {
    state.project = event.project;
    begin(1, event.paragraphs);
  }
  void operator()(const Revised& event) const { begin(event.version, event.paragraphs); }
  void operator()(const ParagraphsAdded& event) const {
    state.paragraphs.insert(state.paragraphs.end(), event.paragraphs.begin(), event.paragraphs.end());
  }

 private:
  void begin(std::uint32_t version, std::uint32_t paragraphs) const {
    state.version = version;
    state.announced = paragraphs;
    state.paragraphs.clear();
  }
};

// ---- code points of well-formed UTF-8

bool begins_code_point(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
}

std::uint32_t code_points(std::string_view text) {
  return static_cast<std::uint32_t>(std::ranges::count_if(text, begins_code_point));
}

// The bytes of the code points [from, to); nothing if the text has fewer.
std::optional<std::string_view> cut(std::string_view text, std::uint32_t from, std::uint32_t to) {
  std::size_t begin = std::string_view::npos;
  std::uint32_t at = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && !begins_code_point(text[i])) continue;
    if (at == from) begin = i;
    if (at == to) return text.substr(begin, i - begin);
    ++at;
  }
  return std::nullopt;
}

}  // namespace

const std::string* State::text(const ParagraphId& paragraph, std::string_view language) const {
  const auto found = std::ranges::find(paragraphs, paragraph, &Paragraph::id);
  if (found == paragraphs.end()) return nullptr;
  const auto words = found->text.find(language);
  return words == found->text.end() ? nullptr : &words->second;
}

std::expected<void, Rejection> check_passage(const State& document, const Passage& passage) {
  if (passage.version < 1 || passage.version > document.version)
    return refused(Refusal::version_unknown, "/passage/version");
  if (passage.version < document.version) return refused(Refusal::version_replaced, "/passage/version");
  const std::string* const text = document.text(passage.paragraph, passage.language);
  if (!text) return refused(Refusal::paragraph_unknown, "/passage/paragraph");
  if (passage.from >= passage.to) return refused(Refusal::invalid, "/passage/to");
  if (cut(*text, passage.from, passage.to) != passage.quote)
    return refused(Refusal::quote_differs, "/passage/quote");
  return {};
}

std::optional<std::uint32_t> find_again(const State& document, const Passage& passage, std::uint32_t from) {
  const std::string* const text = document.text(passage.paragraph, passage.language);
  if (!text || passage.quote.empty()) return std::nullopt;
  std::optional<std::uint32_t> nearest;
  const auto distance = [&](std::uint32_t at) { return at < from ? from - at : at - from; };
  std::uint32_t at = 0;
  std::size_t counted = 0;
  for (auto found = text->find(passage.quote); found != std::string::npos;
       found = text->find(passage.quote, found + 1)) {
    at += code_points(std::string_view(*text).substr(counted, found - counted));
    counted = found;
    if (!nearest || distance(at) < distance(*nearest)) nearest = at;
  }
  return nearest;
}

State evolve(State state, const Event& event, const Recorded&) {
  std::visit(Evolve{state}, event);
  return state;
}

Decision decide(const State& state, const Command& command, const Context& context) {
  return std::visit([&](const auto& intent) { return decide_on(state, intent, context); }, command);
}

}  // namespace stimmbuch::document
