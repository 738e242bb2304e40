#include "stimmbuch/adapters/vault/erasure_list.hpp"

#include <cerrno>
#include <charconv>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "files.hpp"
#include "stimmbuch/domain/base64url.hpp"
#include "stimmbuch/eventstore/crypto/crypto.hpp"

namespace stimmbuch::vault {

namespace {

namespace fs = std::filesystem;
using Kind = VaultError::Kind;

constexpr std::string_view list_header = "stimmbuch-erasures-v1 ";
constexpr std::string_view owner_word = "owner";
constexpr std::string_view texts_word = "texts";
constexpr std::string_view secrets_word = "secrets";
constexpr std::size_t read_at_once = std::size_t{1} << 16;

std::string hash_of(std::string_view before, std::string_view text) {
  const auto joined = crypto::joined("erasures", {before, text});
  const auto digest = crypto::sha256(crypto::bytes_of(joined));
  return to_base64url(std::span{digest}.first<16>());
}

std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// False if the text is none of ours.
bool add_to(Destruction& destruction, std::string_view text) {
  const auto word = take_word(text);
  const auto name = std::string(take_word(text));
  if (name.empty()) return false;
  if (word == owner_word) {
    destruction.owners.push_back({name, std::string(text)});
    return true;
  }
  if (word != texts_word && word != secrets_word) return false;
  destruction.rows.push_back(
      {word == texts_word ? runner::RowClass::texts : runner::RowClass::secrets, name});
  return text.empty();
}

std::vector<std::string> texts_of(const Destruction& destruction) {
  std::vector<std::string> texts;
  for (const auto& owner : destruction.owners) {
    auto text = std::string{owner_word}.append(" ").append(owner.subject);
    if (!owner.held.empty()) text.append(" ").append(owner.held);
    texts.push_back(std::move(text));
  }
  for (const auto& row : destruction.rows) {
    const auto word = row.row_class == runner::RowClass::texts ? texts_word : secrets_word;
    texts.push_back(std::string{word}.append(" ").append(row.name));
  }
  return texts;
}

std::optional<std::string> read_all(const fs::path& file) {
  const Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!opened) return std::nullopt;
  std::string content;
  while (true) {
    std::string part(read_at_once, '\0');
    const auto size = read_up_to(opened, part);
    if (!size) return std::nullopt;
    content.append(part, 0, *size);
    if (*size < part.size()) return content;
  }
}

}  // namespace

fs::path ErasureList::default_file(const fs::path& data_dir) {
  auto path = fs::weakly_canonical(fs::absolute(data_dir));
  if (!path.has_filename()) path = path.parent_path();
  return path += ".erasures";
}

ErasureList::ErasureList(fs::path file, std::string first_line)
    : file_{std::move(file)}, first_line_{std::move(first_line)} {}

std::expected<std::unique_ptr<ErasureList>, VaultError> ErasureList::open(const fs::path& file,
                                                                          const LedgerId& ledger) {
  const auto failed = [&](Kind kind, const std::string& what) {
    return std::unexpected(VaultError{kind, "erasure list " + file.string() + ": " + what});
  };
  std::unique_ptr<ErasureList> list{new ErasureList{file, std::string{list_header}.append(ledger.text())}};
  {
    const Descriptor made{::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!made) return failed(Kind::io, std::generic_category().message(errno));
  }
  auto content = read_all(file);
  if (!content) return failed(Kind::io, std::generic_category().message(errno));
  const auto whole = content->rfind('\n');
  auto size = whole == std::string::npos ? 0 : whole + 1;
  // A list that says nothing is as good as none, whichever ledger was here before.
  if (content->starts_with(list_header) && content->find('\n') == whole &&
      content->substr(0, whole) != list->first_line_)
    size = 0;
  if (size < content->size() && ::truncate(file.c_str(), static_cast<off_t>(size)) != 0)
    return failed(Kind::io, std::generic_category().message(errno));
  std::string_view rest = std::string_view{*content}.substr(0, size);
  std::string before = list->first_line_;
  for (std::uint64_t number = 1; !rest.empty(); ++number) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    if (number == 1) {
      if (line != list->first_line_) {
        return failed(Kind::damaged,
                      "it is none of the ledger " + std::string{ledger.text()} +
                          "; put the ledger's own list there, or take this one away if its ledger is gone: "
                          "then it is made anew from the log");
      }
      continue;
    }
    const auto space = line.rfind(' ');
    const auto text = line.substr(0, space == std::string_view::npos ? 0 : space);
    Destruction ignored;
    if (!add_to(ignored, text) || line.substr(space + 1) != hash_of(before, text)) {
      return failed(Kind::damaged,
                    "line " + std::to_string(number) +
                        " is not as it was written; put an undamaged copy there. Without one, take it away: "
                        "then it is made anew from the log, which must be the newest");
    }
    before = line.substr(space + 1);
    list->lines_.push_back({std::string{text}, before});
    list->known_.emplace(text);
  }
  if (size == 0) {
    const Descriptor opened{::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!opened || !write_all(opened, list->first_line_ + "\n") || ::fsync(opened.get()) != 0 ||
        !sync_directory(file.parent_path()))
      return failed(Kind::io, std::generic_category().message(errno));
  }
  list->size_ = fs::file_size(file);
  return list;
}

void ErasureList::append(const Destruction& destruction) {
  std::string bytes;
  std::vector<Line> fresh;
  std::string before = lines_.empty() ? first_line_ : lines_.back().hash;
  for (auto& text : texts_of(destruction)) {
    if (!known_.insert(text).second) continue;
    before = hash_of(before, text);
    bytes.append(text).append(" ").append(before).append("\n");
    fresh.push_back({std::move(text), before});
  }
  if (bytes.empty()) return;
  const Descriptor opened{::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)};
  if (!opened || !write_all(opened, bytes) || ::fsync(opened.get()) != 0) {
    const auto why = std::generic_category().message(errno);
    for (const auto& line : fresh) known_.erase(line.text);
    std::error_code ignored;
    fs::resize_file(file_, size_, ignored);  // what was written of it
    throw std::runtime_error("erasure list " + file_.string() + ": " + why);
  }
  size_ += bytes.size();
  lines_.insert(lines_.end(), std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
}

Destruction ErasureList::all() const {
  Destruction destruction;
  for (const auto& line : lines_) add_to(destruction, line.text);
  return destruction;
}

std::string ErasureList::mark() const {
  return std::to_string(lines_.size()) + " " + (lines_.empty() ? first_line_ : lines_.back().hash);
}

bool ErasureList::goes_on_from(std::string_view mark) const {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(mark.data(), mark.data() + mark.size(), count);
  if (error != std::errc{} || count > lines_.size()) return false;
  const auto& hash = count == 0 ? first_line_ : lines_[count - 1].hash;
  return mark == std::to_string(count) + " " + hash;
}

std::expected<bool, VaultError> apply_erasures(RocksVault& vault, const ErasureList& list) {
  const auto mark = vault.erasures_mark();
  if (mark == list.mark()) return false;
  if (mark && !list.goes_on_from(*mark)) {
    return std::unexpected(VaultError{
        Kind::damaged,
        "the erasure list is older than the vault, or another one's: what was destroyed since then is not in "
        "it. Put the newest list there"});
  }
  vault.destroy(list.all());
  vault.set_erasures_mark(list.mark());
  return true;
}

}  // namespace stimmbuch::vault
