#include <refmm/tools/story_head.hpp>

#include <algorithm>
#include <array>
#include <sstream>
#include <variant>

namespace refmm::story {

namespace {

constexpr std::string_view mark = "# !";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// Reads a line of the head: `#   clause   slab.order`, or what goes on below.
class Fields {
 public:
  explicit Fields(Head& head) : head_(head) {}

  void line(std::string_view comment) {
    comment.remove_prefix(1);
    if (comment.starts_with("   ")) {
      const std::string_view text = trimmed(comment);
      const std::string label(text.substr(0, text.find(' ')));
      const bool is_label =
          comment.find_first_not_of(' ') == 3 && std::ranges::find(labels, label) != labels.end();
      if (is_label) {
        field_ = &head_.fields[label];
        *field_ = trimmed(text.substr(label.size()));
        return;
      }
      if (field_ != nullptr) {
        *field_ += ' ' + std::string(text);
        return;
      }
    }
    field_ = nullptr;
    head_.sentences.emplace_back(trimmed(comment));
  }

 private:
  static constexpr std::array<std::string_view, 7> labels{"clause",   "law",     "field", "decided",
                                                          "anywhere", "matters", "replay"};
  Head& head_;
  std::string* field_ = nullptr;
};

}  // namespace

std::string Head::field(const std::string& name) const {
  const auto found_field = fields.find(name);
  return found_field == fields.end() ? "" : found_field->second;
}

Head read_head(const transcript::File& file) {
  Head head;
  Fields fields(head);
  bool before_boot = true;
  for (const transcript::Line& line : file.lines) {
    if (std::holds_alternative<transcript::Boot>(line.content)) before_boot = false;
    const auto* comment = std::get_if<transcript::Comment>(&line.content);
    if (comment == nullptr) continue;
    const std::string_view text = comment->text;
    if (text.starts_with(mark)) {
      std::string_view found = text.substr(mark.size());
      if (found.starts_with(' ')) found.remove_prefix(1);
      head.found.emplace_back(found);
    } else if (before_boot) {
      fields.line(text);
    }
  }
  while (!head.sentences.empty() && head.sentences.back().empty()) head.sentences.pop_back();
  return head;
}

std::optional<std::string> option_in(std::string_view command, std::string_view option) {
  std::istringstream words{std::string(command)};
  for (std::string word; words >> word;) {
    if (word == option && words >> word) return word;
  }
  return std::nullopt;
}

}  // namespace refmm::story
