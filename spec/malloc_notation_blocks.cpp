// The blocks that answer the queries of the malloc family. A program may have written anything over its heap: every walk ends, and says
// where it does.

#include <refmm/spec/malloc_lists.hpp>
#include <refmm/spec/malloc_notation.hpp>
#include <refmm/spec/malloc_state.hpp>
#include <refmm/spec/malloc_walks.hpp>
#include <refmm/spec/vma_notation.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace refmm::malloc {
namespace {

using Word = std::uint32_t;

constexpr std::size_t words_in_line = 4;

/// `0804b068 104 free prev_size=96`.
std::string line_of(const State<Word>& state, const Chunk<Word>& chunk) {
  std::string line = fmt::format("{:08x} {} {}", chunk.addr, chunk.size, chunk.in_use ? "used" : "free");
  const Word prev_size = word_at(state, chunk.addr + chunk.size);
  if (!chunk.in_use && prev_size != chunk.size) line += fmt::format(" prev_size={}", prev_size);
  if (has_flag(state, chunk.addr, IS_MMAPPED)) line += " mapped";
  return line;
}

/// `64 512..1016:`.
std::string heading_of(std::uint32_t list) {
  const auto [first, last] = sizes_of_list<Word>(list);
  return first == last ? fmt::format("{} {}:", list, first) : fmt::format("{} {}..{}:", list, first, last);
}

}  // namespace

std::vector<std::string> heap_block(const State<Word>& state) {
  using Ends = Region<Word>::Ends;
  std::vector<std::string> lines;
  bool has_top = state.top == 0;
  for (const Region<Word>& region : regions_of(state)) {
    lines.push_back(fmt::format("region {:08x}-{:08x}", region.start, region.end));
    for (const Chunk<Word>& chunk : region.chunks) lines.push_back(line_of(state, chunk));
    const Word last = region.last, size = size_of(state, last);
    has_top = has_top || region.ends == Ends::top;
    if (region.ends == Ends::top) lines.push_back(fmt::format("{:08x} {} top", last, size));
    if (region.ends == Ends::fence) lines.push_back(fmt::format("{:08x} {} fence", last, region.end - last));
    if (region.ends == Ends::damaged) lines.push_back(fmt::format("{:08x} {} damaged", last, size));
  }
  // A top that no walk along tags comes to.
  if (!has_top) lines.push_back(fmt::format("{:08x} {} top", state.top, size_of_top(state)));
  return lines;
}

std::vector<std::string> bins_block(const State<Word>& state) {
  std::vector<std::string> lines;
  for (std::uint32_t list = 0; list < number_of_lists<Word>(); ++list) {
    const Word head = head_of_list(state.bins, list);
    const List<Word> walked = walked_list(state, head);
    if (walked.chunks.empty() && walked.leads_back) continue;
    std::string line = heading_of(list);
    std::string_view before = " ";
    for (const ListedChunk<Word>& chunk : walked.chunks) {
      const std::string_view damage = !chunk.is_memory ? "?" : !chunk.leads_back ? "!" : "";
      line += fmt::format("{}{:08x}{}", before, chunk.addr, damage);
      before = ",";
    }
    if (walked.is_endless) line += " loop";
    const bool comes_to_head = !walked.is_endless && (walked.chunks.empty() || walked.chunks.back().is_memory);
    if (comes_to_head && !walked.leads_back) line += fmt::format("{}head!", before);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> blocks_block(const State<Word>& state) {
  std::vector<std::string> lines;
  lines.reserve(state.blocks.size());
  for (const Block<Word>& block : state.blocks)
    lines.push_back(fmt::format("{:08x} {} usable={}{}", block.addr, block.bytes, usable_bytes(state, block.addr),
                                own_mapping_of(state, block.addr) ? " mapped" : ""));
  return lines;
}

std::vector<std::string> words_block(const State<Word>& state, Word addr, Word words) {
  std::vector<std::string> lines;
  for (Word i = 0; i < words; ++i, addr += sizeof(Word)) {
    if (i % words_in_line == 0) lines.push_back(fmt::format("{:08x}:", addr));
    lines.back() += is_memory(state, addr) ? fmt::format(" {:08x}", word_at(state, addr)) : " --------";
  }
  return lines;
}

std::vector<std::string> answer(const Question& question, const State<Word>& state) {
  switch (question.block) {
    case Question::Block::heap:
      return heap_block(state);
    case Question::Block::bins:
      return bins_block(state);
    case Question::Block::blocks:
      return blocks_block(state);
    case Question::Block::words:
      return words_block(state, question.addr, question.words);
    case Question::Block::maps:
      break;
  }
  return vma::maps_block(state.space);
}

}  // namespace refmm::malloc
