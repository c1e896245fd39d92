// From the vocabulary of the page allocator to the lines of a transcript.

#include <refmm/spec/buddy_flags.hpp>
#include <refmm/spec/buddy_notation.hpp>
#include <refmm/spec/buddy_state.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace refmm::buddy {
namespace {

using Word = std::uint32_t;

// ---- Calls ----------------------------------------------------------------------------------------------------

std::string notation_of(const Mark& mark) {
  if (mark.buffers) return "buffers";
  if (mark.mapping) return "mapping";
  return named_flags(page_flags(), mark.flags).names;
}

std::string notation_of(const AllocPages& call) { return fmt::format("alloc_pages({})", call.order); }
std::string notation_of(const FreePages<Word>& call) {
  return fmt::format("free_pages(pfn {}, {})", call.pfn, call.order);
}
std::string notation_of(const FreePagesOk<Word>& call) {
  return fmt::format("free_pages_ok(pfn {}, {})", call.pfn, call.order);
}
std::string notation_of(const GetPage<Word>& call) { return fmt::format("get_page(pfn {})", call.pfn); }
std::string notation_of(const BootFree<Word>& call) {
  return fmt::format("boot_free(pfn {})", range_notation(call.frames.first, call.frames.last));
}
std::string notation_of(const MarkPage<Word>& call) {
  return fmt::format("mark(pfn {}, {})", call.pfn, notation_of(call.mark));
}
std::string notation_of(const UnmarkPage<Word>& call) {
  return fmt::format("unmark(pfn {}, {})", call.pfn, notation_of(call.mark));
}

// ---- Results and effects --------------------------------------------------------------------------------------

std::string notation_of(const Nothing&) { return ""; }
std::string notation_of(const Frame<Word>& result) { return fmt::format("pfn {}", result.pfn); }
std::string notation_of(const Refused& result) { return notation(result.refusal); }

std::string notation_of(const Unlink<Word>& effect) {
  return fmt::format("unlink({}, pfn {})", effect.order, effect.pfn);
}
std::string notation_of(const Link<Word>& effect) {
  return fmt::format("link({}, pfn {})", effect.order, effect.pfn);
}
std::string notation_of(const Flip<Word>& effect) { return fmt::format("flip({}, {})", effect.order, effect.bit); }

// ---- Blocks ---------------------------------------------------------------------------------------------------

/// Ascending numbers, `-` for none: `0,2..5`.
std::string runs_notation(const std::vector<Word>& numbers) {
  std::string text;
  for (std::size_t i = 0; i != numbers.size(); ++i) {
    const std::size_t first = i;
    while (i + 1 != numbers.size() && numbers[i + 1] == numbers[i] + 1) ++i;
    text += (text.empty() ? "" : ",") + range_notation(numbers[first], numbers[i]);
  }
  return text.empty() ? "-" : text;
}

}  // namespace

std::string range_notation(Word first, Word last) {
  return first == last ? fmt::format("{}", first) : fmt::format("{}..{}", first, last);
}

std::string notation(const Command<Word>& command) {
  return std::visit([](const auto& call) { return notation_of(call); }, command);
}

bool returns_something(const Command<Word>& command) { return std::holds_alternative<AllocPages>(command); }

std::string notation(const Command<Word>&, const Result<Word>& result) {
  return std::visit([](const auto& alternative) { return notation_of(alternative); }, result);
}

std::string notation(const Effect<Word>& effect) {
  return std::visit([](const auto& alternative) { return notation_of(alternative); }, effect);
}

std::vector<std::string> free_area_block(const State<Word>& state) {
  std::vector<std::string> lines;
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order) {
    const std::vector<Word>& list = state.free_area[order].free_list;
    lines.push_back(fmt::format("{}: {}{}", order, list.empty() ? "-" : fmt::format("{}", fmt::join(list, ",")),
                                never_ends(state, order) ? " loop" : ""));
  }
  lines.push_back(fmt::format("free_pages {}", state.free_pages));
  return lines;
}

std::vector<std::string> free_map_block(const State<Word>& state) {
  std::vector<std::string> lines;
  for (std::uint32_t order = 0; order < state.free_area.size(); ++order)
    lines.push_back(fmt::format("{}: {}", order, runs_notation(state.free_area[order].map)));
  return lines;
}

std::vector<std::string> page_block(const State<Word>& state, Word pfn) {
  const Page& page = page_of(state, pfn);
  const std::string flags = named_flags(page_flags(), page.flags).names;
  return {fmt::format("count {} age {} flags {}{}{}", page.count, page.age, flags.empty() ? "0" : flags,
                      page.buffers ? " buffers" : "", page.mapping ? " mapping" : "")};
}

std::vector<std::string> zone_block(const State<Word>& state) {
  const WaterMarks<Word> marks = water_marks(state.zone_pages);
  return {fmt::format("start {} pages {} free {} min {} low {} high {}", state.zone_start, state.zone_pages,
                      state.free_pages, marks.min, marks.low, marks.high)};
}

std::vector<std::string> answer(const Question& question, const State<Word>& state) {
  switch (question.block) {
    case Question::Block::free_area:
      return free_area_block(state);
    case Question::Block::free_map:
      return free_map_block(state);
    case Question::Block::page:
      return page_block(state, question.pfn);
    case Question::Block::zone:
      break;
  }
  return zone_block(state);
}

const FlagNames& page_flags() {
  static const FlagNames flags{"a frame",
                               {{"locked", PG_locked},
                                {"error", PG_error},
                                {"referenced", PG_referenced},
                                {"uptodate", PG_uptodate},
                                {"dirty", PG_dirty},
                                {"decr_after", PG_decr_after},
                                {"active", PG_active},
                                {"inactive_dirty", PG_inactive_dirty},
                                {"slab", PG_slab},
                                {"swap_cache", PG_swap_cache},
                                {"skip", PG_skip},
                                {"inactive_clean", PG_inactive_clean},
                                {"highmem", PG_highmem},
                                {"reserved", PG_reserved}}};
  return flags;
}

}  // namespace refmm::buddy
