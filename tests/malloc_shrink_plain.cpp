// Plain commands of a program that uses its heap, of which the least sessions are made (tests/shrink_least.hpp).
#include <refmm/spec/malloc_state.hpp>
#include <refmm/tests/malloc_shrink.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <set>
#include <variant>
#include <vector>

namespace refmm::malloc {

namespace {

using W = std::uint32_t;

constexpr W page = 4096, first_large = 512, usual_threshold = 128 * 1024;

bool gives_block(const Item& item) {
  return std::holds_alternative<Malloc<W>>(item.command) || std::holds_alternative<Calloc<W>>(item.command) ||
         std::holds_alternative<Realloc<W>>(item.command) || std::holds_alternative<Memalign<W>>(item.command);
}

/// The smallest request that has a chunk of `size` bytes.
W least_request(W size) {
  const W least = chunk_alignment<W> - 1 + word_bytes<W>;
  return size <= smallest_chunk<W> ? 0 : size - least;
}

/// Requests that differ in what becomes of them: chunks of the first list and of the next one, of the last list of one size and of the
/// first of many, of others, of all of what is free in a state or all but a chunk, and blocks with mappings of their own.
std::set<W> plain_sizes(const State<W>& state, std::size_t commands_before, bool fills) {
  std::set<W> sizes{0, least_request(first_large)};
  const auto around = [&](W free) {
    sizes.insert(least_request(free));
    if (commands_before > 1) return;
    for (const W size : {free - smallest_chunk<W>, free - chunk_alignment<W>}) {
      if (size >= smallest_chunk<W> && size <= free) sizes.insert(least_request(size));
    }
  };
  for (const Chunk<W>& chunk : chunks_of(state)) {
    if (!chunk.in_use) around(chunk.size);
  }
  if (commands_before > 2) return sizes;
  if (state.top != 0) around(size_of_top(state));
  if (commands_before > 1) return sizes;
  sizes.insert({least_request(smallest_chunk<W> + chunk_alignment<W>), least_request(2 * first_large),
                least_request(first_large - chunk_alignment<W>), least_request(page - smallest_chunk<W>),
                least_request(page - chunk_alignment<W>), least_request(page)});
  // Filling much takes much time.
  if (!fills) sizes.insert({usual_threshold - 1, usual_threshold});
  return sizes;
}

/// Calls about a block that an earlier item gave.
void append_calls_about(std::vector<Item>& items, const Item& given, std::uint32_t id, const std::set<W>& sizes,
                        bool all) {
  for (const W size : sizes) items.push_back({Realloc<W>{0, size}, id, given.id});
  if (!all) return;
  items.push_back({MallocUsableSize<W>{0}, id, given.id});
  for (W offset = 0; offset < 3 * word_bytes<W>; offset += word_bytes<W>) {
    items.push_back({LoadWord<W>{offset}, id, given.id});
    items.push_back({StoreWord<W>{offset, 1}, id, given.id});
  }
}

/// Of a block of zeros the last byte, and behind other calls such a block: one that is longer than the least one, as what other blocks
/// left behind is in the middle of it.
void append_calls_about_zeros(std::vector<Item>& items, const Item& last, std::uint32_t id) {
  constexpr W longer = smallest_chunk<W> + chunk_alignment<W>;
  if (const auto* calloc = std::get_if<Calloc<W>>(&last.command))
    items.push_back({LoadByte<W>{calloc->count * calloc->size - 1}, id, last.id});
  else
    items.push_back({Calloc<W>{1, least_request(longer)}, id});
}

}  // namespace

std::vector<shrink::PlainBoot<MallocFamily>> plain_boots(const Script& script) {
  Boot<W> plain = script.boot;
  plain.data = 0x0804a000;
  plain.brk = plain.data + page;
  plain.allocator.parameters = default_parameters<W>;
  std::vector<shrink::PlainBoot<MallocFamily>> boots{{plain, 10}};
  const auto also = [&](auto change) {
    boots.push_back({plain, 2});
    change(boots.back().boot.allocator.parameters);
  };
  also([](auto& parameters) { parameters.mmap_threshold = 0; });
  also([](auto& parameters) { parameters.mmap_max = 0; });
  also([](auto& parameters) { parameters.trim_threshold = 0; });
  also([](auto& parameters) { parameters.perturb = 1; });
  return boots;
}

std::vector<Item> plain_items(const Script& script, const State<W>& state) {
  const std::size_t before = script.items.size();
  const auto id = static_cast<std::uint32_t>(before + 1);
  const std::set<W> sizes = plain_sizes(state, before, script.boot.allocator.parameters.perturb != 0);
  std::vector<Item> items;
  if (before != 0) append_calls_about_zeros(items, script.items.back(), id);
  for (const W size : sizes) items.push_back({Malloc<W>{size}, id});
  for (const Item& earlier : script.items) {
    if (gives_block(earlier)) items.push_back({Free<W>{0}, id, earlier.id});
  }
  if (before > 2) return items;
  const bool all = before < 2;
  if (all) items.push_back({Calloc<W>{3, 3}, id});
  for (const W size : sizes) {
    if (size < usual_threshold - 1) items.push_back({Calloc<W>{1, size}, id});
  }
  items.push_back({MallocTrim<W>{0}, id});
  for (const W increment : {W{1}, W{8}, page}) items.push_back({Sbrk<W>{increment}, id});
  for (const Item& earlier : script.items) {
    if (gives_block(earlier)) append_calls_about(items, earlier, id, sizes, all);
  }
  for (W power = chunk_alignment<W>; power <= page; power *= 2) {
    for (const W size : all ? sizes : std::set<W>{0}) items.push_back({Memalign<W>{power + 1, size}, id});
  }
  return items;
}

/// True if other chunks began where the top begins now, and left their sizes there.
bool has_top_been_used(const State<W>& state) {
  if (size_of_top(state) < 2 * smallest_chunk<W>) return false;
  for (W word = address_of_fd(state.top); word < state.top + 2 * smallest_chunk<W>; word += word_bytes<W>) {
    if (word_at(state, word) != 0) return true;
  }
  return false;
}

/// Which lists the free chunks are on, of those of one size the first few or any other, where blocks stand between them, how large the
/// top is, roughly, and whether it was in use, and which mappings there are, with a piece in front of the block or without.
Fingerprint outline(const State<W>& state) {
  constexpr W few = 3 * smallest_chunk<W>;
  Fingerprint outline;
  bool blocks_before = false;
  for (const Chunk<W>& chunk : chunks_of(state)) {
    if (!chunk.in_use)
      outline.add(chunk.size <= few ? chunk.size : chunk.size < first_large ? 2 : std::bit_width(chunk.size));
    else if (!blocks_before)
      outline.add(0);
    blocks_before = chunk.in_use;
  }
  outline.add(100 + std::min(W{2}, size_of_top(state) / smallest_chunk<W>));
  outline.add(has_top_been_used(state));
  outline.add(state.regions.size());
  for (const Block<W>& block : state.blocks) {
    if (const auto mapping = own_mapping_of(state, block.addr))
      outline.add(200 + (mapping->start == chunk_of(block.addr) ? 0 : 1));
  }
  return outline;
}

}  // namespace refmm::malloc
