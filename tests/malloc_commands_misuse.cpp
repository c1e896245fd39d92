// Misuse of the user's heap, of which the outcome is defined: what a check or the memory itself says of it does not depend on what
// stands in memory that nothing is promised of.
#include <refmm/spec/malloc_lists.hpp>
#include <refmm/spec/malloc_state.hpp>
#include <refmm/tests/malloc_commands.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace refmm::malloc {

namespace {

using W = std::uint32_t;
using Commands = std::vector<Command<W>>;

constexpr W nowhere = 0x7ffff000;  // between the mappings and the stack, where no session maps anything
constexpr W word = word_bytes<W>, alignment = chunk_alignment<W>;
constexpr W page = 4096;

/// To 2, 4, 16 and 0 bytes.
constexpr std::array<Calloc<W>, 4> products_that_wrap{
    {{3, 0x55555556}, {5, 0x33333334}, {17, 0x0f0f0f10}, {0x10000, 0x10000}}};

/// A chunk of the heap, and its place among all.
struct Found {
  std::vector<Chunk<W>> chunks;
  std::size_t at;
  const Chunk<W>& chunk() const { return chunks[at]; }
};

/// A chunk that fits, the one of a number modulo how many there are.
template <class Fits>
std::optional<Found> chunk_that(const State<W>& now, std::uint32_t which, Fits fits) {
  Found found{chunks_of(now), 0};
  std::vector<std::size_t> all;
  for (std::size_t i = 0; i < found.chunks.size(); ++i) {
    if (fits(found.chunks, i)) all.push_back(i);
  }
  if (all.empty()) return std::nullopt;
  found.at = all[which % all.size()];
  return found;
}

bool meet(const std::vector<Chunk<W>>& chunks, std::size_t i) {
  return i + 1 < chunks.size() && chunks[i].addr + chunks[i].size == chunks[i + 1].addr;
}

std::optional<Found> used_chunk(const State<W>& now, std::uint32_t which) {
  return chunk_that(now, which, [](const auto& chunks, std::size_t i) { return chunks[i].in_use; });
}

/// One in use behind a free one, the size of which is promised to stand in front of it. At the end of a page it could have a mapping,
/// and is left out.
std::optional<Found> chunk_behind_free_one(const State<W>& now, std::uint32_t which) {
  return chunk_that(now, which, [&](const auto& chunks, std::size_t i) {
    const Chunk<W>& chunk = chunks[i];
    return chunk.in_use && !has_flag(now, chunk.addr, PREV_INUSE) && (chunk.addr + chunk.size) % page != 0;
  });
}

/// One of a size with others in use on both sides: given back it becomes the first of its list.
std::optional<Found> used_chunk_of_size(const State<W>& now, std::uint32_t which, W size) {
  return chunk_that(now, which, [&](const auto& chunks, std::size_t i) {
    return chunks[i].in_use && chunks[i].size == size && has_flag(now, chunks[i].addr, PREV_INUSE) &&
           meet(chunks, i) && chunks[i + 1].in_use;
  });
}

/// The first chunk of a list of one size.
std::optional<Found> first_of_small_list(const State<W>& now, std::uint32_t which) {
  return chunk_that(now, which, [&](const auto& chunks, std::size_t i) {
    const W size = chunks[i].size;
    if (chunks[i].in_use || size >= lists_of_one_size * alignment) return false;
    return word_at(now, address_of_fd(head_of_list(now.bins, size / alignment))) == chunks[i].addr;
  });
}

Commands overwriting_size(const Chunk<W>& chunk, W size) {
  return {StoreWord<W>{address_of_size(chunk.addr), size}, Free<W>{block_of(chunk.addr)}};
}

Commands of_block(const MisuseIntent& wish, const State<W>& now) {
  using enum MisuseIntent::Kind;
  const auto found =
      wish.kind == size_mapped ? chunk_behind_free_one(now, wish.which) : used_chunk(now, wish.which);
  if (!found) return {};
  const Chunk<W> chunk = found->chunk();
  const W block = block_of(chunk.addr), in_front = has_flag(now, chunk.addr, PREV_INUSE) ? PREV_INUSE : 0;
  switch (wish.kind) {
    case free_twice:
      // Of a chunk that merges with the one in front nobody promises what stands at its tag.
      if (in_front == 0) return {};
      return {Free<W>{block}, Free<W>{block}};
    case resize_freed:
      if (in_front == 0) return {};
      return {Free<W>{block}, Realloc<W>{block, chunk.size + 100}};
    case free_inside:
      return {StoreWord<W>{block, 0}, Free<W>{block + word}};
    case free_zeros:
      if (chunk.size < 2 * smallest_chunk<W>) return {};
      return {Memset<W>{block, 0, chunk.size - word}, Free<W>{block + alignment}};
    case size_small:
      return overwriting_size(chunk, wish.value % 2 * alignment + in_front);
    case size_large:
      return overwriting_size(chunk, (now.top_end - chunk.addr + (1 + wish.value % 1000) * alignment) | in_front);
    case size_odd:
      return overwriting_size(chunk, (chunk.size + word) | in_front);
    case size_mapped:
      return overwriting_size(chunk, chunk.size | IS_MMAPPED);
    default:
      return {};
  }
}

/// The size at the end of a free chunk: of none, of one that reaches to the chunk in front of it, or a little larger.
Commands of_prev_size(const MisuseIntent& wish, const State<W>& now) {
  const bool behind = wish.kind == MisuseIntent::Kind::prev_size_behind;
  const auto found = chunk_that(now, wish.which, [&](const auto& chunks, std::size_t i) {
    if (chunks[i].in_use) return false;
    return behind ? i > 0 && meet(chunks, i - 1) && chunks[i - 1].in_use : meet(chunks, i) && chunks[i + 1].in_use;
  });
  if (!found) return {};
  const Chunk<W>& free = found->chunk();
  const bool has_front = found->at > 0 && meet(found->chunks, found->at - 1);
  const W forged = has_front && wish.value % 2 == 0 ? free.size + found->chunks[found->at - 1].size : 0;
  const Chunk<W>& freed = found->chunks[behind ? found->at - 1 : found->at + 1];
  return {StoreWord<W>{free.addr + free.size, forged}, Free<W>{block_of(freed.addr)}};
}

Commands of_links(const MisuseIntent& wish, const State<W>& now) {
  using enum MisuseIntent::Kind;
  const auto found = first_of_small_list(now, wish.which);
  if (!found) return {};
  const Chunk<W>& free = found->chunk();
  const std::uint32_t own = free.size / alignment;
  const std::uint32_t other = 2 + (own - 2 + 1 + wish.value % 60) % 62;  // any small list but its own
  const W target = wish.kind == link_to_nothing ? nowhere : head_of_list(now.bins, other);
  const bool back = wish.kind == backward_link || (wish.kind == link_to_nothing && wish.value % 2 == 0);
  const StoreWord<W> overwriting{back ? address_of_bk(free.addr) : address_of_fd(free.addr), target};
  const auto same = used_chunk_of_size(now, wish.which, free.size);
  if (wish.kind == backward_link && same) return {overwriting, Free<W>{block_of(same->chunk().addr)}};
  return {overwriting, Malloc<W>{free.size - word}};
}

Commands of_top(const MisuseIntent& wish, const State<W>& now) {
  if (now.top == 0) return {};
  const W size = size_of_top(now);
  const W forged = wish.value % 3 == 0   ? size + page
                   : wish.value % 3 == 1 ? size / 2 / alignment * alignment
                                         : ~W{0} - 7;
  return {StoreWord<W>{address_of_size(now.top), forged | PREV_INUSE}, Malloc<W>{wish.value % 4000}};
}

}  // namespace

Commands misusing(const MisuseIntent& wish, const State<W>& now) {
  using enum MisuseIntent::Kind;
  switch (wish.kind) {
    case free_static:
      if (now.top != 0 && now.space.mm.brk > now.top_end) return {Free<W>{block_of(now.top_end)}};
      return {Free<W>{now.bins + wish.value % 40 * alignment + alignment}};
    case free_nothing:
      return {Free<W>{nowhere + wish.value % 100 * alignment}};
    case load_nothing:
      return {LoadWord<W>{nowhere + wish.value % 4096}};
    case store_nothing:
      if (wish.value % 2 == 0) return {StoreByte<W>{nowhere + wish.value % 4096, 65}};
      return {Memset<W>{nowhere, 65, 1 + wish.value % 100}};
    case prev_size_front:
    case prev_size_behind:
      return of_prev_size(wish, now);
    case forward_link:
    case backward_link:
    case link_to_nothing:
      return of_links(wish, now);
    case top_size:
      return of_top(wish, now);
    case product:
      return {products_that_wrap[wish.value % products_that_wrap.size()]};
    default:
      return of_block(wish, now);
  }
}

}  // namespace refmm::malloc
