#include <refmm/tools/book.hpp>

#include <algorithm>

namespace refmm::book {
namespace {

constexpr std::string_view clause_heading = "### ";
constexpr std::string_view between_kind_and_source = " · ";
constexpr std::string_view fence = "```";
constexpr std::string_view example_fence = "```mmt";
constexpr std::string_view corrected_example_fence = "```mmt corrected";

std::string_view without_blanks_around(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// `mm/slab.c: kmem_cache_grow` as the tables of clauses spell it, without the blank.
std::string source_of(std::string_view text) {
  std::string source(without_blanks_around(text));
  std::erase_if(source, [](char c) { return c == ' ' || c == '`'; });
  return source;
}

void read_kind_and_source(std::string_view line, Entry& entry) {
  const std::size_t middle = line.find(between_kind_and_source);
  if (middle == line.npos || !line.starts_with('*')) return;
  entry.kind = line.substr(1, line.find('*', 1) - 1);
  entry.source = source_of(line.substr(middle + between_kind_and_source.size()));
}

/// Calls `visit(line, number, in_block)` for the lines of a text, from 1; those between fences are in a block, and so are
/// the fences.
void for_each_line(std::string_view text, auto visit) {
  bool in_block = false;
  std::uint32_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const bool is_fence = line.starts_with(fence);
    visit(line, ++number, in_block || is_fence);
    if (is_fence) in_block = !in_block;
    begin = end + 1;
  }
}

}  // namespace

std::vector<Entry> entries(const Chapter& chapter) {
  std::vector<Entry> found;
  bool in_entry = false;
  for_each_line(chapter.text, [&](std::string_view line, std::uint32_t number, bool in_block) {
    if (!in_block && line.starts_with(clause_heading)) {
      const std::string_view name = without_blanks_around(line.substr(clause_heading.size()));
      found.push_back({std::string(name), "", "", "", chapter.file, number});
      in_entry = true;
    } else if (!in_block && line.starts_with('#')) {
      in_entry = false;
    } else if (in_entry && found.back().kind.empty() && !without_blanks_around(line).empty()) {
      read_kind_and_source(line, found.back());
      if (found.back().kind.empty()) in_entry = false;
    } else if (in_entry) {
      found.back().prose.append(line).append("\n");
    }
  });
  for (Entry& entry : found) entry.prose = without_blanks_around(entry.prose);
  return found;
}

std::vector<Example> examples(const Chapter& chapter) {
  std::vector<Example> found;
  std::string heading;
  bool in_example = false;
  for_each_line(chapter.text, [&](std::string_view line, std::uint32_t number, bool in_block) {
    if (line.starts_with(fence)) {
      const bool corrected = line == corrected_example_fence;
      in_example = corrected || line == example_fence;
      if (in_example) found.push_back({"", chapter.file, number + 1, heading, corrected});
    } else if (in_example) {
      found.back().text.append(line).append("\n");
    } else if (!in_block && line.starts_with('#')) {
      heading = without_blanks_around(line.substr(std::min(line.find_first_not_of('#'), line.size())));
    }
  });
  return found;
}

const Entry* find_entry(std::string_view name) {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> collected;
    for (const Chapter& chapter : chapters()) std::ranges::move(entries(chapter), std::back_inserter(collected));
    return collected;
  }();
  const auto found = std::ranges::find(all, name, &Entry::name);
  return found == all.end() ? nullptr : &*found;
}

std::string first_sentence(std::string_view prose) {
  std::string sentence(prose.substr(0, prose.find("\n\n")));
  std::ranges::replace(sentence, '\n', ' ');
  for (std::size_t stop = sentence.find(". "); stop != sentence.npos; stop = sentence.find(". ", stop + 1)) {
    const bool abbreviation =
        stop >= 3 && (sentence.compare(stop - 3, 3, "e.g") == 0 || sentence.compare(stop - 3, 3, "i.e") == 0);
    if (!abbreviation) return sentence.substr(0, stop + 1);
  }
  return sentence;
}

}  // namespace refmm::book
