// The lists of free chunks, drawn. Part of the picture of a heap.

#include <refmm/spec/malloc_lists.hpp>
#include <refmm/spec/malloc_picture.hpp>
#include <refmm/spec/malloc_state.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace refmm::malloc {
namespace {

using Word = std::uint32_t;

constexpr std::size_t most_chunks = 5;  // of a list

/// What a walk along the tags finds at an address, if a chunk begins there: `free chunk`, `used chunk`, `top`.
std::string_view chunk_at(const State<Word>& state, Word addr) {
  using Ends = Region<Word>::Ends;
  for (const Region<Word>& region : regions_of(state)) {
    const auto chunk = std::ranges::find(region.chunks, addr, &Chunk<Word>::addr);
    if (chunk != region.chunks.end()) return chunk->in_use ? "used chunk" : "free chunk";
    if (addr == region.last) return region.ends == Ends::top ? "top" : "damaged chunk";
  }
  return "";
}

/// Where a link back leads.
std::string led_back(const State<Word>& state, Word chunk, Word head) {
  const Word back = word_at(state, address_of_bk(chunk));
  if (back == chunk) return "itself";
  return back == head ? "the head" : fmt::format("{:08x} ({})", back, what_is_at(state, back));
}

std::string drawn(const State<Word>& state, Word head, const List<Word>& list) {
  std::string text = "head";
  std::size_t shown = 0;
  for (const ListedChunk<Word>& chunk : list.chunks) {
    if (shown++ == most_chunks) return text + fmt::format(" ... and {} more", list.chunks.size() - most_chunks);
    text += fmt::format(" {} {:08x}", chunk.leads_back ? "<->" : "->", chunk.addr);
    const std::string_view found = chunk_at(state, chunk.addr);
    if (found != "free chunk") text += fmt::format(" ({})", what_is_at(state, chunk.addr));
    if (found != "free chunk" || !chunk.leads_back) text += " !";
    if (found.empty()) return text;
    if (!chunk.leads_back) text += " back to " + led_back(state, chunk.addr, head);
  }
  if (list.is_endless)
    return text + fmt::format(" -> {:08x} again !", word_at(state, address_of_fd(list.chunks.back().addr)));
  return text + (list.leads_back ? " <-> head" : " -> head ! back to " + led_back(state, head, head));
}

}  // namespace

std::string what_is_at(const State<Word>& state, Word addr) {
  if (!is_memory(state, addr)) return "no memory";
  if (const std::string_view chunk = chunk_at(state, addr); !chunk.empty()) return std::string(chunk);
  for (const Block<Word>& block : state.blocks) {
    if (block.addr <= addr && addr - block.addr < block.bytes) return fmt::format("in block {:08x}", block.addr);
  }
  for (const Region<Word>& region : regions_of(state)) {
    for (const Chunk<Word>& chunk : region.chunks) {
      if (chunk.addr < addr && addr - chunk.addr < chunk.size)
        return fmt::format("in {} chunk {:08x}", chunk.in_use ? "used" : "free", chunk.addr);
    }
    if (region.last < addr && addr < region.end)
      return region.ends == Region<Word>::Ends::top ? "in the top" : "in the heap";
  }
  if (state.bins <= addr && addr - state.bins < bytes_of_lists<Word>()) return "heads of lists";
  const Word heap = state.regions.empty() ? state.space.mm.brk : state.regions.front();
  return state.bins <= addr && addr < heap ? "static data" : "other memory";
}

std::vector<std::string> picture_of_lists(const State<Word>& state) {
  std::vector<std::string> lines;
  for (std::uint32_t list = 0; list < number_of_lists<Word>(); ++list) {
    const Word head = head_of_list(state.bins, list);
    const List<Word> walked = walked_list(state, head);
    if (walked.chunks.empty() && walked.leads_back) continue;
    const auto [first, last] = sizes_of_list<Word>(list);
    const std::string sizes = first == last ? fmt::format("{}", first) : fmt::format("{}..{}", first, last);
    lines.push_back(fmt::format("  {:>2} {:>12} {}", list, sizes, drawn(state, head, walked)));
  }
  return lines;
}

}  // namespace refmm::malloc
