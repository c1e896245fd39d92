#include <refmm/spec/fault_notation_values.hpp>
#include <refmm/spec/fault_picture_runs.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace refmm::process {
namespace {

using Word = std::uint32_t;

std::string text_of(const std::string& text, Word) { return text; }
std::string text_of(Number number, Word count) {
  return count == 1 ? std::to_string(number.value) : fmt::format("{}..{}", number.value, number.value + count - 1);
}
std::string text_of(PageAddress address, Word count) {
  return count == 1 ? fmt::format("{:08x}", address.value)
                    : fmt::format("{:08x}-{:08x}", address.value, address.value + count * page_size);
}

}  // namespace

Phrase later(Phrase phrase, Word further) {
  for (auto& part : phrase) {
    if (auto* number = std::get_if<Number>(&part)) number->value += further;
    if (auto* address = std::get_if<PageAddress>(&part)) address->value += further * page_size;
  }
  return phrase;
}

Phrase pool_frame_phrase(Word pfn) {
  if (pfn >= fault::ZERO_PAGE) return {frame_notation(pfn)};
  return {"pfn ", Number{pfn}};
}

std::string text_of(const Phrase& phrase, Word count) {
  std::string text;
  for (const auto& part : phrase) text += std::visit([&](const auto& each) { return text_of(each, count); }, part);
  return text;
}

std::string places_text(std::span<const Place> places, Word count, std::size_t columns) {
  constexpr std::size_t columns_of_more = 10;  // `, 999 more`
  std::string text;
  while (!places.empty()) {
    const Word addr = places.front().addr;
    std::vector<Word> pids;
    for (const Place& place : places) {
      if (place.addr == addr) pids.push_back(place.pid);
    }
    const std::string next = fmt::format("{}{} of pid {}", text.empty() ? "" : ", ",
                                         text_of(PageAddress{addr}, count), numbers_notation(pids));
    places = places.subspan(pids.size());
    const bool is_last = places.empty();
    if (text.size() + next.size() + (is_last ? 0 : columns_of_more) > columns)
      return text + fmt::format("{}{} more", text.empty() ? "" : ", ", places.size() + pids.size());
    text += next;
  }
  return text;
}

std::string numbers_notation(std::span<const Word> numbers) {
  std::string text;
  for (std::size_t first = 0, behind = 0; first != numbers.size(); first = behind) {
    for (behind = first + 1; behind != numbers.size() && numbers[behind] == numbers[behind - 1] + 1;) ++behind;
    text += fmt::format("{}{}", text.empty() ? "" : ",", numbers[first]);
    if (behind - first > 1) text += fmt::format("{}{}", behind - first > 2 ? ".." : ",", numbers[behind - 1]);
  }
  return text;
}

std::vector<std::string> legend_lines(std::span<const std::string> meanings, std::string_view separator) {
  constexpr std::size_t columns_of_line = 100;
  std::vector<std::string> lines;
  for (const std::string& meaning : meanings) {
    if (lines.empty() || lines.back().size() + separator.size() + meaning.size() > columns_of_line)
      lines.push_back("  " + meaning);
    else
      lines.back() += fmt::format("{}{}", separator, meaning);
  }
  return lines;
}

}  // namespace refmm::process
