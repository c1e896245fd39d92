#include <refmm/spec/malloc_picture.hpp>
#include <refmm/spec/malloc_state.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace refmm::malloc {
namespace {

using Word = std::uint32_t;
using to_scale::counted;

constexpr std::size_t most_regions = 6, most_mapped = 8, most_areas = 4;

/// Chunks and their bytes.
struct Amount {
  std::size_t chunks = 0;
  std::uint64_t bytes = 0;
  void add(Word size) {
    ++chunks;
    bytes += size;
  }
};

std::string heading(const State<Word>& state, const std::vector<Region<Word>>& regions) {
  Amount used, free;
  for (const Region<Word>& region : regions) {
    for (const Chunk<Word>& chunk : region.chunks) (chunk.in_use ? used : free).add(chunk.size);
  }
  std::string text = regions.empty()
                         ? "no heap yet"
                         : fmt::format("{} used ({} bytes), {} free ({}), top {}", counted(used.chunks, "chunk"),
                                       used.bytes, free.chunks, free.bytes, size_of_top(state));
  if (state.mapped_blocks != 0) text += fmt::format("; {} mapped", counted(state.mapped_blocks, "block"));
  const Word brk = state.space.mm.brk;
  if (!regions.empty() && brk > state.top_end)
    text += fmt::format("; others have moved the break {} bytes on", brk - state.top_end);
  if (brk < state.top_end) text += fmt::format("; ! the break is {:08x}, inside the heap", brk);
  return text;
}

/// `Memory 0804a000-0804c000 (8K), 40000000-40031000 (196K)`: the areas of the process.
std::string memory_line(const State<Word>& state) {
  const auto& areas = state.space.mm.areas;
  std::string text = "Memory";
  for (std::size_t i = 0; i < areas.size() && i < most_areas; ++i)
    text += fmt::format("{} {:08x}-{:08x} ({})", i == 0 ? "" : ",", areas[i].vm_start, areas[i].vm_end,
                        to_scale::size_of(areas[i].vm_end - areas[i].vm_start));
  if (areas.size() > most_areas) text += fmt::format(" and {} more areas", areas.size() - most_areas);
  return text;
}

/// With what is wrong with it, if its mapping is gone.
std::string mapped_line(const State<Word>& state, const Block<Word>& block, const Range<Word>& range) {
  const bool is_there =
      range.start < range.end && is_memory(state, range.start) && is_memory(state, range.end - Word{sizeof(Word)});
  return fmt::format("  {:08x}-{:08x} {:>7}  block {:08x}, {} bytes{}", range.start, range.end,
                     to_scale::size_of(range.end - range.start), block.addr, block.bytes,
                     is_there ? "" : "  ! that is no mapping");
}

std::vector<std::string> mapped_lines(const State<Word>& state) {
  std::vector<std::string> lines;
  std::size_t left_out = 0;
  for (const Block<Word>& block : state.blocks) {
    const auto range = own_mapping_of(state, block.addr);
    if (!range) continue;
    if (lines.size() == most_mapped)
      ++left_out;
    else
      lines.push_back(mapped_line(state, block, *range));
  }
  if (left_out != 0) lines.push_back(fmt::format("  ... and {} more", left_out));
  return lines;
}

void append(std::vector<std::string>& lines, std::string heading, std::vector<std::string> more) {
  if (more.empty()) return;
  if (!heading.empty()) lines.push_back(std::move(heading));
  lines.insert(lines.end(), more.begin(), more.end());
}

}  // namespace

std::vector<std::string> picture(const State<Word>& state) {
  const auto regions = regions_of(state);
  std::vector<std::string> lines{heading(state, regions), memory_line(state)};
  for (std::size_t i = 0; i < regions.size() && i < most_regions; ++i)
    append(lines, "", picture_of_region(state, regions[i]));
  if (regions.size() > most_regions)
    lines.push_back(fmt::format("... and {} more regions", regions.size() - most_regions));
  append(lines, "Lists of free chunks, front first", picture_of_lists(state));
  append(lines, "Blocks with mappings of their own", mapped_lines(state));
  return lines;
}

}  // namespace refmm::malloc
